package memory

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/philippgille/chromem-go"

	"custory/internal/vec"
)

// chromemIndex is an index on chromem-go, which is good for a few thousand
// vectors. It keeps to what the library does well: ids, vectors of length 1
// and one question, in memory, and nothing of filters or files. The lock is
// ours, because the library's Delete reads without its own.
type chromemIndex struct {
	dims int

	mu         sync.RWMutex
	collection *chromem.Collection
	vecs       map[string][]float32 // the same memory as in the collection, which cannot be listed
}

func newChromem(dims int) *chromemIndex {
	collection, err := chromem.NewDB().CreateCollection("vectors", nil, noEmbedding)
	if err != nil {
		panic("memory: " + err.Error()) // it refuses only an empty name
	}
	return &chromemIndex{dims: dims, collection: collection, vecs: map[string][]float32{}}
}

// noEmbedding stands in the place of chromem's default, which asks OpenAI.
func noEmbedding(context.Context, string) ([]float32, error) {
	return nil, errors.New("every document has a vector")
}

// Put checks what chromem does not: it would take a vector of any length, and
// make of zero one that is found with every question.
func (c *chromemIndex) Put(id string, vec []float32) error {
	unit, err := direction(vec, c.dims)
	if err != nil {
		return err
	}
	if id == "" {
		return errors.New("a vector without an id")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.collection.AddDocument(context.Background(), chromem.Document{ID: id, Embedding: unit}); err != nil {
		return err
	}
	c.vecs[id] = unit
	return nil
}

func (c *chromemIndex) Remove(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.vecs[id]; !known {
		return
	}
	delete(c.vecs, id)
	// Nil and nil: an empty map would delete everything. With an id, it cannot fail.
	_ = c.collection.Delete(context.Background(), nil, nil, id)
}

// Search asks for one more than k, since of equal scores chromem returns any:
// if the last is as good as the k-th, it asks for more. With allow it asks for
// all, since nobody knows how many of the best are allowed.
func (c *chromemIndex) Search(q []float32, k int, allow func(id string) bool) []hit {
	unit, err := direction(q, c.dims)
	if err != nil || k <= 0 {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := len(c.vecs)
	ask := min(k, n) + 1
	if allow != nil {
		ask = n
	}
	for n > 0 {
		ask = min(ask, n) // more would be an error, as would be none
		results, err := c.collection.QueryEmbedding(context.Background(), unit, ask, nil, nil)
		if err != nil {
			return nil // q has passed every check that chromem makes
		}
		worst := float64(results[len(results)-1].Similarity)
		hits := allowed(results, allow)
		if ask == n || hits[k-1].Score > worst {
			return hits[:min(k, len(hits))]
		}
		ask *= 4
	}
	return nil
}

// allowed are the results that may be found, in order. It takes no more of
// them than the id and the score: the rest is chromem's own memory.
func allowed(results []chromem.Result, allow func(id string) bool) []hit {
	hits := make([]hit, 0, len(results))
	for _, r := range results {
		if allow == nil || allow(r.ID) {
			hits = append(hits, hit{r.ID, float64(r.Similarity)})
		}
	}
	slices.SortFunc(hits, better)
	return hits
}

func (c *chromemIndex) Cosine(q []float32, id string) (float64, bool) {
	unit, err := direction(q, c.dims)
	if err != nil {
		return 0, false
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	held, known := c.vecs[id]
	if !known {
		return 0, false
	}
	return float64(vec.Dot(unit, held)), true
}

func (c *chromemIndex) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.vecs)
}
