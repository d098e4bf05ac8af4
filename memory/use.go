package memory

import (
	"context"
	"strings"

	"custory/internal/vec"
	"custory/memory/use"
)

// Default returns the embedder to have where nobody asks for another: what the
// Universal Sentence Encoder makes of a text, beside its NGram. So texts are
// near each other that mean the same, and those that share their words, names
// and numbers, too. Its weights are read when it is first used.
func Default() Embedder {
	return &sentence{use.New(), NGram(gramDims)}
}

const (
	gramDims  = 256
	gramShare = 0.7 // the length of an NGram, where the sentence's is 1
)

type sentence struct {
	encoder *use.Encoder
	grams   Embedder
}

// Model names the space. A change to either part, or in how they are joined,
// is another model.
func (s *sentence) Model() string { return "use-lite-q8+hash256/v1" }

func (s *sentence) Dims() int { return use.Dims + gramDims }

func (*sentence) inner() {}

// Embed returns vectors whose first part is the sentence encoder's. Where that
// knows nothing of a text, the vector is all NGram.
func (s *sentence) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	meant, err := s.encoder.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	said, err := s.grams.Embed(ctx, texts)
	if err != nil {
		return nil, err
	}
	vecs := make([][]float32, len(texts))
	for i, text := range texts {
		both := make([]float32, s.Dims())
		if strings.TrimSpace(text) != "" {
			copy(both, meant[i])
			vec.AddScaled(both[use.Dims:], gramShare, said[i])
			normalise(both)
		}
		vecs[i] = both
	}
	return vecs, nil
}
