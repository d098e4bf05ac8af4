package openai

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"

	api "github.com/sashabaranov/go-openai"
)

const (
	maxTokens   = 4096
	maxThinking = 16384 // for models that think before they write
)

// leastTemperature is how the library writes the least temperature it does not
// leave out. The doer makes 0 of it.
const leastTemperature = `"temperature":1e-45`

// A Writer has a chat model write JSON objects. The model has no tools: it can
// do nothing but answer. It may be used by many goroutines at once.
type Writer struct {
	client *api.Client
	model  string
	form   atomic.Int32 // the best that the endpoint understands
}

// The forms in which an object is asked for, the best first.
const (
	bySchema int32 = iota // the endpoint sees to it that the answer fits
	asObject              // it sees to it that it is an object
	inWords               // the instructions say so
)

// NewWriter returns a writer that asks the endpoint. Nothing is asked yet.
func NewWriter(e Endpoint) (*Writer, error) {
	u, err := e.check()
	if err != nil {
		return nil, err
	}
	return &Writer{client: e.client(u, limits{time: 10 * time.Minute, body: 1 << 20}), model: e.Model}, nil
}

// Model names the model, such as openai:gpt-4.1-mini.
func (w *Writer) Model() string { return "openai:" + w.model }

// String is the name of the model: a writer is printed without its key.
func (w *Writer) String() string { return w.Model() }

// Write returns the object that the model answers with. The turns are the
// user's and the model's in turn, the user's first and last; the schema says
// what the object shall be. It is an object for certain, but nobody has checked
// it against the schema. An answer that is none is the failure NotJSON.
//
// An endpoint that does not know schemas is asked for an object, and then in
// words alone, with the schema among the instructions.
func (w *Writer) Write(ctx context.Context, instructions string, turns []string, schema json.RawMessage) (json.RawMessage, error) {
	if len(turns)%2 == 0 {
		return nil, errors.New("the last of the turns is not the user's")
	}
	if !json.Valid(schema) {
		return nil, errors.New("the schema is not JSON")
	}
	for form := w.form.Load(); ; form++ {
		resp, err := w.client.CreateChatCompletion(ctx, w.request(form, instructions, turns, schema))
		if errors.Is(err, Refused) && form < inWords {
			continue
		}
		var f *Failure
		switch {
		case errors.As(err, &f):
			return nil, f
		case err != nil:
			return nil, &Failure{Why: Garbled}
		}
		w.form.Store(form)
		return object(resp)
	}
}

// Try asks for the least there is, to see whether the model answers with an
// object.
func (w *Writer) Try(ctx context.Context) error {
	_, err := w.Write(ctx, "Answer with the JSON object {\"ok\": true}.", []string{"Is all well?"},
		json.RawMessage(`{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}`))
	return err
}

// request is the question in one of the forms.
func (w *Writer) request(form int32, instructions string, turns []string, schema json.RawMessage) api.ChatCompletionRequest {
	//lint:ignore SA1019 servers other than OpenAI's know no other bound
	req := api.ChatCompletionRequest{Model: w.model, MaxTokens: maxTokens, Temperature: math.SmallestNonzeroFloat32}
	if api.NewReasoningValidator().Validate(req) != nil { // a model that thinks
		req = api.ChatCompletionRequest{Model: w.model, MaxCompletionTokens: maxThinking}
	}
	switch form {
	case bySchema:
		req.ResponseFormat = &api.ChatCompletionResponseFormat{Type: api.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &api.ChatCompletionResponseFormatJSONSchema{Name: "answer", Schema: schema, Strict: true}}
	case asObject:
		req.ResponseFormat = &api.ChatCompletionResponseFormat{Type: api.ChatCompletionResponseFormatTypeJSONObject}
	}
	if form != bySchema {
		instructions += "\n\nAnswer with one JSON object and nothing else. It must fit this JSON Schema:\n" + string(schema)
	}
	req.Messages = []api.ChatCompletionMessage{{Role: api.ChatMessageRoleSystem, Content: instructions}}
	for i, t := range turns {
		role := api.ChatMessageRoleUser
		if i%2 == 1 {
			role = api.ChatMessageRoleAssistant
		}
		req.Messages = append(req.Messages, api.ChatCompletionMessage{Role: role, Content: t})
	}
	return req
}

// object is the JSON object in an answer.
func object(resp api.ChatCompletionResponse) (json.RawMessage, error) {
	if len(resp.Choices) == 0 {
		return nil, &Failure{Why: Garbled, Detail: "no answer in it"}
	}
	c := resp.Choices[0]
	switch {
	case c.Message.Refusal != "" || c.FinishReason == api.FinishReasonContentFilter:
		return nil, &Failure{Why: Declined}
	case c.FinishReason == api.FinishReasonLength:
		return nil, &Failure{Why: NotJSON, Detail: fmt.Sprintf("it broke off after %d tokens", resp.Usage.CompletionTokens)}
	}
	text := strings.TrimSpace(c.Message.Content)
	if !isObject(text) { // some think aloud, or put it into words or a fence
		if _, after, thought := strings.Cut(text, "</think>"); thought {
			text = after
		}
		from, to := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
		if from < 0 || to < from {
			return nil, &Failure{Why: NotJSON}
		}
		text = text[from : to+1]
	}
	if !isObject(text) {
		return nil, &Failure{Why: NotJSON}
	}
	return json.RawMessage(text), nil
}

func isObject(text string) bool { return strings.HasPrefix(text, "{") && json.Valid([]byte(text)) }
