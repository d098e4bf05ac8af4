// Package openai speaks to endpoints that understand OpenAI's API: OpenAI
// itself, Ollama, vLLM, LM Studio and others.
//
// An Embedder turns texts into vectors, and a Writer answers with a JSON
// object. Neither trusts the other end: answers are bounded and checked,
// waiting is bounded, nothing is followed to another host, and a Failure says
// in words of our own what went wrong. What an endpoint says of its errors is
// read by nobody: it may hold a key, or what somebody wants an assistant to do.
package openai
