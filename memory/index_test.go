package memory

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
)

// indexes are the implementations of index. The growing one changes its kind
// early enough to be caught at it.
func indexes(dims int) map[string]index {
	return map[string]index{
		"chromem": newChromem(dims),
		"flat":    newFlat(dims),
		"growing": newIndex(dims, 20),
	}
}

// signs returns a vector of ±1/√dims, for dims 16, 64 or 256. Products of such
// vectors have no rounding errors, and often are equal.
func signs(rnd *rand.Rand, dims int) []float32 {
	vec := make([]float32, dims)
	for i := range vec {
		vec[i] = float32((1 - 2*float64(rnd.IntN(2))) / math.Sqrt(float64(dims)))
	}
	return vec
}

func gauss(rnd *rand.Rand, dims int) []float32 {
	vec := make([]float32, dims)
	for i := range vec {
		vec[i] = float32(rnd.NormFloat64())
	}
	normalise(vec)
	return vec
}

// A model is the plainest index.
type model map[string][]float32

func (m model) search(q []float32, k int, allow func(string) bool) []hit {
	var hits []hit
	for id, vec := range m {
		if allow == nil || allow(id) {
			hits = append(hits, hit{id, cosine(q, vec)})
		}
	}
	slices.SortFunc(hits, better)
	return hits[:max(0, min(k, len(hits)))]
}

func TestIndexAnswersAsTheModelDoes(t *testing.T) {
	const dims = 16
	for name, ix := range indexes(dims) {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			m := model{}
			for range 1500 {
				id := fmt.Sprint("sig_", rnd.IntN(80))
				switch vec := signs(rnd, dims); rnd.IntN(4) {
				case 0:
					ix.Remove(id)
					delete(m, id)
				case 1, 2:
					if err := ix.Put(id, vec); err != nil {
						t.Fatalf("Put(%s): %v", id, err)
					}
					m[id] = vec
				default:
					var allow func(string) bool
					if rnd.IntN(2) == 0 {
						allow = func(id string) bool { return strings.HasSuffix(id, "7") }
					}
					k := rnd.IntN(12) - 1
					got, want := ix.Search(vec, k, allow), m.search(vec, k, allow)
					if !slices.Equal(got, want) {
						t.Fatalf("Search(%d of %d) = %v, want %v", k, len(m), got, want)
					}
					got1, ok1 := ix.Cosine(vec, id)
					want1, ok2 := m[id]
					if ok1 != ok2 || ok1 && got1 != cosine(vec, want1) {
						t.Fatalf("Cosine(%s) = %v, %v, want %v, %v", id, got1, ok1, cosine(vec, want1), ok2)
					}
				}
				if got, want := ix.Len(), len(m); got != want {
					t.Fatalf("Len() = %d, want %d", got, want)
				}
			}
		})
	}
}

func TestIndexFindsTheNearestOfMany(t *testing.T) {
	const dims, n = 256, 3000 // enough to be split
	rnd := rand.New(rand.NewPCG(3, 4))
	m := model{}
	all := indexes(dims)
	for i := range n {
		id := fmt.Sprint(i)
		m[id] = gauss(rnd, dims)
		for name, ix := range all {
			if err := ix.Put(id, m[id]); err != nil {
				t.Fatalf("%s: Put: %v", name, err)
			}
		}
	}
	for _, k := range []int{1, 10, n, n + 1, math.MaxInt} {
		q := gauss(rnd, dims)
		want := m.search(q, k, nil)
		for name, ix := range all {
			got := ix.Search(q, k, nil)
			if len(got) != len(want) {
				t.Fatalf("%s: Search(%d): %d hits, want %d", name, k, len(got), len(want))
			}
			for i := range want {
				if math.Abs(got[i].Score-want[i].Score) > 1e-6 {
					t.Fatalf("%s: Search(%d)[%d] = %v, want %v", name, k, i, got[i], want[i])
				}
			}
		}
	}
}

func TestIndexOfEqualsGoesById(t *testing.T) {
	for name, ix := range indexes(16) {
		vec := signs(rand.New(rand.NewPCG(5, 6)), 16)
		for i := range 50 {
			if err := ix.Put(fmt.Sprintf("%02d", (i*7)%50), vec); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := ix.Search(vec, 3, nil), []hit{{"00", 1}, {"01", 1}, {"02", 1}}; !slices.Equal(got, want) {
			t.Errorf("%s: Search = %v, want %v", name, got, want)
		}
	}
}

func TestIndexRefusesWhatHasNoDirection(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	bad := map[string][]float32{
		"zero": {0, 0, 0, 0}, "NaN": {1, nan, 0, 0}, "Inf": {inf, 0, 0, 0}, "-Inf": {1, -inf, 0, 0},
		"short": {1, 0, 0}, "long": {1, 0, 0, 0, 0}, "nothing": nil,
	}
	for name, ix := range indexes(4) {
		if got := ix.Search([]float32{1, 0, 0, 0}, 3, nil); len(got) != 0 {
			t.Errorf("%s: Search of an empty index = %v", name, got)
		}
		if err := ix.Put("", []float32{1, 0, 0, 0}); err == nil {
			t.Errorf("%s: Put without an id: no error", name)
		}
		if err := ix.Put("a", []float32{1, 0, 0, 0}); err != nil {
			t.Fatalf("%s: Put: %v", name, err)
		}
		for what, vec := range bad {
			if err := ix.Put("b", vec); err == nil {
				t.Errorf("%s: Put(%s): no error", name, what)
			}
			if err := ix.Put("a", vec); err == nil {
				t.Errorf("%s: replacing with %s: no error", name, what)
			}
			if got := ix.Search(vec, 3, nil); len(got) != 0 {
				t.Errorf("%s: Search(%s) = %v, want none", name, what, got)
			}
			if _, ok := ix.Cosine(vec, "a"); ok {
				t.Errorf("%s: Cosine(%s) is known", name, what)
			}
		}
		if got, want := ix.Search([]float32{3, 0, 0, 0}, 3, nil), []hit{{"a", 1}}; !slices.Equal(got, want) {
			t.Errorf("%s: Search = %v, want %v", name, got, want)
		}
		ix.Remove("nobody")
		ix.Remove("a")
		ix.Remove("a")
		if got := ix.Search([]float32{1, 0, 0, 0}, 3, nil); len(got) != 0 || ix.Len() != 0 {
			t.Errorf("%s: after Remove: Search = %v, Len() = %d", name, got, ix.Len())
		}
	}
}

func TestIndexKeepsTheDirectionOfItsOwn(t *testing.T) {
	for name, ix := range indexes(2) {
		for _, length := range []float32{1, 100, 1e-30, 1e30} {
			vec := []float32{3 * length, 4 * length}
			if err := ix.Put("a", vec); err != nil {
				t.Fatalf("%s: Put(%v): %v", name, vec, err)
			}
			vec[0], vec[1] = 9, -9
			if got, _ := ix.Cosine([]float32{0, 7}, "a"); math.Abs(got-0.8) > 1e-6 {
				t.Errorf("%s: Cosine at length %g = %v, want 0.8", name, length, got)
			}
			if got := ix.Search([]float32{0, 7}, 1, nil); math.Abs(got[0].Score-0.8) > 1e-6 {
				t.Errorf("%s: Search at length %g = %v, want 0.8", name, length, got)
			}
		}
	}
}

func TestIndexInManyGoroutines(t *testing.T) {
	const dims = 64
	for name, ix := range indexes(dims) {
		t.Run(name, func(t *testing.T) {
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(g), 7))
					for i := range 60 {
						id := fmt.Sprint(g, "_", i)
						if err := ix.Put(id, signs(rnd, dims)); err != nil {
							t.Errorf("Put(%s): %v", id, err)
						}
						hits := ix.Search(signs(rnd, dims), 5, func(id string) bool { return id[0] == byte('0'+g) })
						if len(hits) != min(5, (i+1)/2+1) {
							t.Errorf("Search after %d: %d hits", i, len(hits))
						}
						ix.Cosine(signs(rnd, dims), id)
						if i%2 == 1 {
							ix.Remove(id)
						}
						ix.Len()
					}
				})
			}
			wg.Wait()
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	const dims = 768
	sizes := []int{500, 1_000, 2_000, 10_000}
	if *large {
		sizes = append(sizes, 100_000)
	}
	few := func(id string) bool { return strings.HasSuffix(id, "00") }
	for _, n := range sizes {
		for _, ix := range []index{newChromem(dims), newFlat(dims)} {
			rnd := rand.New(rand.NewPCG(8, 9))
			for i := range n {
				if err := ix.Put(fmt.Sprint(i), gauss(rnd, dims)); err != nil {
					b.Fatal(err)
				}
			}
			q := gauss(rnd, dims)
			kind := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", ix), "*memory."), "Index")
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				for b.Loop() {
					ix.Search(q, 10, nil)
				}
			})
			b.Run(fmt.Sprintf("%s/%d/1%%", kind, n), func(b *testing.B) {
				for b.Loop() {
					ix.Search(q, 10, few)
				}
			})
		}
	}
}
