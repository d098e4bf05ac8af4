package openai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	api "github.com/sashabaranov/go-openai"
)

const (
	maxInputs = 64       // pieces in one request
	maxBytes  = 96 << 10 // of them
	maxDims   = 16384
)

// An Embedder turns texts into vectors of length 1 by an endpoint. It may be
// used by many goroutines at once.
type Embedder struct {
	client *api.Client
	model  string
	asked  int // how many numbers a vector shall have; 0: as many as the model likes

	mu      sync.Mutex
	dims    int  // 0: not known yet
	longest int  // bytes of a piece
	plain   bool // it does not understand "dimensions"
}

// NewEmbedder returns an embedder that asks the endpoint. dims is how many
// numbers a vector has; if it is 0, the first answer tells. Nothing is asked
// yet, and so an endpoint that is down is no error.
func NewEmbedder(e Endpoint, dims int) (*Embedder, error) {
	u, err := e.check()
	if err != nil {
		return nil, err
	}
	if dims < 0 || dims > maxDims {
		return nil, NoDims
	}
	return &Embedder{
		client: e.client(u, limits{time: 30 * time.Second, body: 16 << 20}),
		model:  e.Model, asked: dims, dims: dims, longest: longest,
	}, nil
}

// Model names the space: the endpoint's model and how many numbers its vectors
// have, such as openai:text-embedding-3-small/1536. The same model at another
// address is the same space. As long as the numbers are not known, the name
// ends in a question mark, and no vector bears it.
func (e *Embedder) Model() string {
	if d := e.Dims(); d > 0 {
		return fmt.Sprintf("openai:%s/%d", e.model, d)
	}
	return fmt.Sprintf("openai:%s/?", e.model)
}

// Dims is how many numbers a vector has, or 0 as long as nobody knows.
func (e *Embedder) Dims() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.dims
}

// Embed returns one vector a text, in order; that of a text of nothing but
// spaces is zero. A long text is embedded in pieces, whose vectors are averaged
// by their lengths: no part of it is left out. Where the endpoint refuses, the
// pieces are made shorter.
func (e *Embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	e.mu.Lock()
	n := e.longest
	e.mu.Unlock()
	for {
		vecs, err := e.inPieces(ctx, texts, n)
		if err == nil {
			e.mu.Lock()
			e.longest = min(e.longest, n)
			e.mu.Unlock()
			return vecs, nil
		}
		if n /= 2; !errors.Is(err, Refused) || n < shortest || !anyLonger(texts, n) {
			return nil, err
		}
	}
}

func anyLonger(texts []string, n int) bool {
	for _, t := range texts {
		if len(t) > n {
			return true
		}
	}
	return false
}

// inPieces embeds the texts in pieces of at most n bytes.
func (e *Embedder) inPieces(ctx context.Context, texts []string, n int) ([][]float32, error) {
	var all []string
	var of []int // whose pieces they are
	for i, t := range texts {
		for _, p := range pieces(t, n) {
			all, of = append(all, p), append(of, i)
		}
	}
	sums := make([][]float64, len(texts))
	for len(all) > 0 {
		k, size := 0, 0
		for k < len(all) && k < maxInputs && (k == 0 || size+len(all[k]) <= maxBytes) {
			size += len(all[k])
			k++
		}
		vecs, err := e.request(ctx, all[:k])
		if err != nil {
			return nil, err
		}
		for j, v := range vecs {
			sum := &sums[of[j]]
			if *sum == nil {
				*sum = make([]float64, len(v))
			}
			for d, x := range v {
				(*sum)[d] += x * float64(len(all[j]))
			}
		}
		all, of = all[k:], of[k:]
	}
	out := make([][]float32, len(texts))
	for i, sum := range sums {
		out[i] = make([]float32, e.Dims())
		if sum != nil && !unit(sum) {
			return nil, &Failure{Why: Garbled, Detail: "a vector without a direction"}
		}
		for d, x := range sum {
			out[i][d] = float32(x)
		}
	}
	return out, nil
}

// request asks the endpoint once, and checks what it answers.
func (e *Embedder) request(ctx context.Context, inputs []string) ([][]float64, error) {
	e.mu.Lock()
	plain := e.plain || e.asked == 0
	e.mu.Unlock()
	req := api.EmbeddingRequest{Input: inputs, Model: api.EmbeddingModel(e.model)}
	if !plain {
		req.Dimensions = e.asked
	}
	resp, err := e.client.CreateEmbeddings(ctx, req)
	if errors.Is(err, Refused) && !plain { // many models have the length they have
		req.Dimensions = 0
		if resp, err = e.client.CreateEmbeddings(ctx, req); err == nil {
			e.mu.Lock()
			e.plain = true
			e.mu.Unlock()
		}
	}
	var f *Failure
	switch {
	case errors.As(err, &f):
		return nil, f
	case err != nil: // the library could not read it, and says what it could not
		return nil, &Failure{Why: Garbled}
	}
	return e.check(resp.Data, len(inputs))
}

// check returns the vectors in the order of what was asked, of length 1, if
// there is one for each and all are what they should be.
func (e *Embedder) check(data []api.Embedding, n int) ([][]float64, error) {
	if len(data) != n {
		return nil, &Failure{Why: Garbled, Detail: fmt.Sprintf("%d vectors for %d texts", len(data), n)}
	}
	vecs := make([][]float64, n)
	for _, d := range data {
		if d.Index < 0 || d.Index >= n || vecs[d.Index] != nil {
			return nil, &Failure{Why: Garbled, Detail: "nobody can tell which vector is whose"}
		}
		if err := e.agree(len(d.Embedding)); err != nil {
			return nil, err
		}
		v := make([]float64, len(d.Embedding))
		for i, x := range d.Embedding {
			v[i] = float64(x)
		}
		if !unit(v) {
			return nil, &Failure{Why: Garbled, Detail: "a vector without a direction"}
		}
		vecs[d.Index] = v
	}
	return vecs, nil
}

// agree returns an error unless vectors have so many numbers. The first answer
// settles it.
func (e *Embedder) agree(n int) error {
	if n < 1 || n > maxDims {
		return &Failure{Why: Garbled, Detail: fmt.Sprintf("vectors of %d numbers", n)}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.dims == 0 {
		e.dims = n
	}
	if n != e.dims {
		return &Failure{Why: Garbled, Detail: fmt.Sprintf("vectors of %d numbers, not %d", n, e.dims)}
	}
	return nil
}

// unit gives a vector the length 1, or returns false if it has no direction.
func unit(v []float64) bool {
	var sum float64
	for _, x := range v {
		sum += x * x
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return false
	}
	for i := range v {
		v[i] /= math.Sqrt(sum)
	}
	return true
}

// String is the name of the model: an embedder is printed without its key.
func (e *Embedder) String() string { return strings.TrimSuffix(e.Model(), "/?") }
