package memory

import (
	"container/heap"
	"errors"
	"runtime"
	"slices"
	"sync"

	"custory/internal/vec"
)

// worthSplitting is how many numbers a goroutine should have to multiply.
const worthSplitting = 1 << 18

// flatIndex is an index that multiplies the question with every vector, all of
// which lie in one slice.
type flatIndex struct {
	dims int

	mu   sync.RWMutex
	rows []float32
	ids  []string
	at   map[string]int // where in ids
}

func newFlat(dims int) *flatIndex {
	return &flatIndex{dims: dims, at: map[string]int{}}
}

func (f *flatIndex) Put(id string, vec []float32) error {
	unit, err := direction(vec, f.dims)
	if err != nil {
		return err
	}
	if id == "" {
		return errors.New("a vector without an id")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set(id, unit)
	return nil
}

func (f *flatIndex) set(id string, unit []float32) {
	i, known := f.at[id]
	if !known {
		f.at[id] = len(f.ids)
		f.ids = append(f.ids, id)
		f.rows = append(f.rows, unit...)
		return
	}
	copy(f.row(i), unit)
}

func (f *flatIndex) row(i int) []float32 { return f.rows[i*f.dims : (i+1)*f.dims] }

// Remove puts the last vector in the place of the one removed.
func (f *flatIndex) Remove(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i, known := f.at[id]
	if !known {
		return
	}
	last := len(f.ids) - 1
	copy(f.row(i), f.row(last))
	f.ids[i] = f.ids[last]
	f.at[f.ids[i]] = i
	delete(f.at, id)
	f.ids[last] = ""
	f.ids, f.rows = f.ids[:last], f.rows[:last*f.dims]
}

// Search lets each processor look through its part, and takes the best of all.
func (f *flatIndex) Search(q []float32, k int, allow func(id string) bool) []hit {
	unit, err := direction(q, f.dims)
	if err != nil || k <= 0 {
		return nil
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	parts := max(1, min(runtime.GOMAXPROCS(0), len(f.rows)/worthSplitting))
	found := make([]nearest, parts)
	var wg sync.WaitGroup
	for p := range parts {
		from, to := len(f.ids)*p/parts, len(f.ids)*(p+1)/parts
		if p == parts-1 {
			found[p] = f.scan(unit, k, allow, from, to)
			break
		}
		wg.Go(func() { found[p] = f.scan(unit, k, allow, from, to) })
	}
	wg.Wait()
	hits := []hit(slices.Concat(found...))
	slices.SortFunc(hits, better)
	return hits[:min(k, len(hits))]
}

// scan returns the best of the rows in a range, in no order.
func (f *flatIndex) scan(unit []float32, k int, allow func(id string) bool, from, to int) nearest {
	best := make(nearest, 0, min(k, to-from))
	for i := from; i < to; i++ {
		h := hit{f.ids[i], float64(vec.Dot(unit, f.row(i)))}
		if len(best) == k && better(h, best[0]) > 0 || allow != nil && !allow(h.ID) {
			continue
		}
		best.offer(h, k)
	}
	return best
}

func (f *flatIndex) Cosine(q []float32, id string) (float64, bool) {
	unit, err := direction(q, f.dims)
	if err != nil {
		return 0, false
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	i, known := f.at[id]
	if !known {
		return 0, false
	}
	return float64(vec.Dot(unit, f.row(i))), true
}

func (f *flatIndex) Len() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.ids)
}

// nearest is a heap of the best hits so far, the worst of them first.
type nearest []hit

// offer takes in a hit, in the place of the worst if there are k.
func (n *nearest) offer(h hit, k int) {
	if len(*n) < k {
		heap.Push(n, h)
		return
	}
	(*n)[0] = h
	heap.Fix(n, 0)
}

func (n nearest) Len() int           { return len(n) }
func (n nearest) Less(i, j int) bool { return better(n[i], n[j]) > 0 }
func (n nearest) Swap(i, j int)      { n[i], n[j] = n[j], n[i] }
func (n *nearest) Push(h any)        { *n = append(*n, h.(hit)) }
func (n *nearest) Pop() any          { panic("unused") }
