package memory

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// An index holds the vectors of one workspace in one space and answers which
// are nearest to a question's. It may be used by several goroutines at once.
type index interface {
	// Put keeps the direction of the vector under the id, in place of the one
	// there was. It refuses a vector of another length, without a direction,
	// or with a number that is none.
	Put(id string, vec []float32) error

	Remove(id string)

	// Search returns the k ids that allow lets pass, nil lets all, whose
	// cosines to q are the highest: best first, equal ones by id. It is exact.
	// allow is called by several goroutines at once, and may not use the index.
	Search(q []float32, k int, allow func(id string) bool) []hit

	// Cosine is false if there is no such id, or q has no direction.
	Cosine(q []float32, id string) (float64, bool)

	Len() int
}

// A hit is an id found, and its cosine to the question.
type hit struct {
	ID    string
	Score float64
}

// better orders hits: the higher score first, equal ones by id.
func better(a, b hit) int {
	if c := cmp.Compare(b.Score, a.Score); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// chromemLimit is up to how many vectors chromem answers in about a
// millisecond, with allow or without. These are the ten nearest in 768
// dimensions, in milliseconds on two shared and busy cores, the best of many
// runs, in brackets with an allow that lets pass one in a hundred:
//
//	vectors   chromem       flat
//	    500   0.7  (0.9)    0.06
//	  1,000   1.4  (2.0)    0.2
//	 10,000   18   (24)     2.8
//	100,000   539  (768)    27
//
//	go test ./memory -run '^$' -bench Search -large
const chromemLimit = 750

// newIndex returns an index that is chromem's up to a number of vectors, and a
// flat one from then on. If limit is 0, the number is chromemLimit.
func newIndex(dims, limit int) index {
	if limit <= 0 {
		limit = chromemLimit
	}
	return &growing{dims: dims, limit: limit, index: newChromem(dims)}
}

// growing is an index that changes its kind when it has grown, once.
type growing struct {
	dims, limit int

	mu sync.RWMutex
	index
}

func (g *growing) Put(id string, vec []float32) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.index.Put(id, vec); err != nil {
		return err
	}
	if small, ok := g.index.(*chromemIndex); ok && small.Len() > g.limit {
		large := newFlat(g.dims)
		for id, vec := range small.vecs {
			large.set(id, vec)
		}
		g.index = large
	}
	return nil
}

func (g *growing) Remove(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.index.Remove(id)
}

func (g *growing) Search(q []float32, k int, allow func(id string) bool) []hit {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.index.Search(q, k, allow)
}

func (g *growing) Cosine(q []float32, id string) (float64, bool) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.index.Cosine(q, id)
}

func (g *growing) Len() int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.index.Len()
}

// direction returns a copy of vec with the length 1, or why there is none.
func direction(vec []float32, dims int) ([]float32, error) {
	if len(vec) != dims {
		return nil, fmt.Errorf("a vector of %d numbers in a space of %d", len(vec), dims)
	}
	var sum float64
	for _, v := range vec {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return nil, errors.New("a vector without a direction")
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, errors.New("a vector with a number that is none")
	}
	unit := slices.Clone(vec)
	normalise(unit)
	return unit, nil
}
