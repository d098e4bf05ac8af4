package memory

import "context"

// An Embedder turns texts into vectors of length 1. Vectors of one model are
// comparable with each other and with no other model's.
type Embedder interface {
	// Model is the name and version of the space, kept beside every vector.
	Model() string

	// Dims is how many numbers a vector has. An embedder that learns it from
	// its first answer says 0 until then, and has another Model afterwards.
	Dims() int

	// Embed returns one vector a text, in order. A text without content has
	// the zero vector, which no index takes.
	Embed(ctx context.Context, texts []string) ([][]float32, error)
}
