package memory

import (
	"context"
	"errors"
	"sync"

	"custory/store"
)

// freshest is how many vectors a generation of fresh ones has.
const freshest = 1000

// fresh are the vectors of texts that were embedded lately, by digest: a signal
// is embedded to be placed, and when it is captured need not be again. Of two
// generations the elder goes when the younger is full. Its zero value is empty.
type fresh struct {
	mu         sync.Mutex
	young, old map[string][]float32
}

func (f *fresh) get(digest string) []float32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if v := f.young[digest]; v != nil {
		return v
	}
	return f.old[digest]
}

func (f *fresh) put(digest string, v []float32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.young == nil || len(f.young) >= freshest {
		f.young, f.old = make(map[string][]float32, freshest), f.young
	}
	f.young[digest] = v
}

// vectorsOf returns the vectors of texts, as far as the embedder works and the
// memory's patience lasts: nil for those without one.
func (m *Memory) vectorsOf(ctx context.Context, texts []string) ([][]float32, error) {
	digests := make([]string, len(texts))
	known := map[string][]float32{}
	var unknown []string
	for i, t := range texts {
		digests[i] = store.Digest(t)
		if known[digests[i]] = m.fresh.get(digests[i]); known[digests[i]] == nil {
			unknown = append(unknown, digests[i])
		}
	}
	stored, err := m.st.Vectors(ctx, m.embedder.Model(), unknown)
	if err != nil {
		return nil, err
	}
	var missing []string
	for i, t := range texts {
		d := digests[i]
		if v := stored[d]; v != nil && m.fits(v) == nil {
			known[d] = v
		}
		if known[d] == nil {
			missing = append(missing, t)
		}
	}
	m.embedNow(ctx, missing, known)
	vecs := make([][]float32, len(texts))
	for i, d := range digests {
		if v := known[d]; v != nil && !blank(v) {
			vecs[i] = v
		}
	}
	return vecs, ctx.Err()
}

// embedNow embeds the texts into known, by digest, as far as it can.
func (m *Memory) embedNow(ctx context.Context, texts []string, known map[string][]float32) {
	if len(texts) == 0 || m.gate.enter() != nil {
		return
	}
	patient, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	before := len(texts)
	_, broken := m.embedAll(patient, texts, func(texts []string, vecs [][]float32) {
		before -= len(texts)
		for i, t := range texts {
			known[store.Digest(t)] = vecs[i]
			m.fresh.put(store.Digest(t), vecs[i])
		}
	})
	switch {
	case ctx.Err() != nil:
		broken = context.Canceled
	case patient.Err() != nil && before == len(texts):
		broken = context.DeadlineExceeded
	case errors.Is(broken, context.Canceled), patient.Err() != nil:
		broken = nil
	}
	m.gate.leave(broken)
}
