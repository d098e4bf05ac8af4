package memory

import (
	"container/heap"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"

	"custory/internal/vec"
)

const (
	// worthSplitting is how many numbers a goroutine should have to multiply.
	worthSplitting = 1 << 20

	// stretch is how many sketches are compared at once.
	stretch = 256

	// rounding is more than a product of two vectors of length 1 is off for
	// having been added up in float32.
	rounding = 3e-5
)

// flatIndex is an index that multiplies the question with every vector, all of
// which lie in one slice. Beside them lie their sketches, in bytes: what these
// tell of the cosine, and how far off that can be, rules out nearly all of the
// vectors, which take four times as long to read.
type flatIndex struct {
	dims int

	mu       sync.RWMutex
	rows     []float32
	sketches []byte    // rows of a vec.Matrix; none if the dims do not suit one
	off      []float32 // how far each sketch is from its row
	ids      []string
	at       map[string]int // where in ids
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
		i = len(f.ids)
		f.at[id] = i
		f.ids = append(f.ids, id)
		f.rows = append(f.rows, unit...)
		if f.sketched() {
			f.sketches = append(f.sketches, make([]byte, vec.RowSize(f.dims))...)
			f.off = append(f.off, 0)
		}
	}
	copy(f.row(i), unit)
	if f.sketched() {
		f.off[i] = vec.PutRow(f.sketch(i), unit)
	}
}

func (f *flatIndex) sketched() bool { return vec.Fits(f.dims) }

func (f *flatIndex) row(i int) []float32 { return f.rows[i*f.dims : (i+1)*f.dims] }

func (f *flatIndex) sketch(i int) []byte {
	size := vec.RowSize(f.dims)
	return f.sketches[i*size : (i+1)*size]
}

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
	if f.sketched() {
		copy(f.sketch(i), f.sketch(last))
		f.off[i] = f.off[last]
		f.sketches, f.off = f.sketches[:last*vec.RowSize(f.dims)], f.off[:last]
	}
}

// Search lets half of the processors, as the leg of words has to do as well,
// look through a part each, and takes the best of all.
func (f *flatIndex) Search(q []float32, k int, allow func(id string) bool) []hit {
	unit, err := direction(q, f.dims)
	if err != nil || k <= 0 {
		return nil
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	parts := max(1, min(runtime.GOMAXPROCS(0)/2, len(f.rows)/worthSplitting))
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
	most := f.estimate(unit)
	for ; from < to; from += stretch {
		end := min(from+stretch, to)
		for i, m := range most(from, end) {
			id := f.ids[from+i]
			if len(best) == k && float64(m) < best[0].Score || allow != nil && !allow(id) {
				continue
			}
			if h := (hit{id, float64(vec.Dot(unit, f.row(from+i)))}); len(best) < k || better(h, best[0]) < 0 {
				best.offer(h, k)
			}
		}
	}
	return best
}

// estimate returns what tells the most that the cosine of each row in a range,
// no longer than a stretch, can be.
//
// Let s be the sketch of a row r, at a distance d, and p that of the question q,
// at a distance e. Then q·r = p·s + (q−p)·s + q·(r−s), where |q| is 1 and |s| at
// most 1+d; so q·r is at most p·s + e(1+d) + d.
func (f *flatIndex) estimate(unit []float32) func(from, to int) []float32 {
	most := make([]float32, stretch)
	if !f.sketched() {
		for i := range most {
			most[i] = math.MaxFloat32
		}
		return func(from, to int) []float32 { return most[:to-from] }
	}
	sketch := make([]int16, f.dims)
	scale := []float32{vec.Quantise(sketch, unit, vec.Everything())}
	var sum float64
	for i, v := range unit {
		d := float64(v) - float64(sketch[i])*float64(scale[0])
		sum += d * d
	}
	e := float32(math.Sqrt(sum))
	return func(from, to int) []float32 {
		m, _, err := vec.NewMatrix(to-from, f.dims, f.sketches[from*vec.RowSize(f.dims):])
		if err != nil {
			panic("memory: " + err.Error()) // there is a sketch of each row
		}
		most := most[:to-from]
		for i, d := range f.off[from:to] {
			most[i] = e*(1+d) + d + rounding
		}
		m.MulAdd(most, sketch, scale)
		return most
	}
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
