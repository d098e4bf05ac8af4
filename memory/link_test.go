package memory

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"custory/internal/vec"
)

// slowLink is average link as the books tell it: it always links the nearest
// two groups.
func slowLink(vecs [][]float32, same float64) [][]int {
	var groups [][]int
	for i := range vecs {
		groups = append(groups, []int{i})
	}
	for {
		at, with, best := -1, -1, same
		for a := range groups {
			for b := range a {
				var sum float64
				for _, i := range groups[a] {
					for _, j := range groups[b] {
						sum += float64(vec.Dot(vecs[i], vecs[j]))
					}
				}
				if c := sum / float64(len(groups[a])*len(groups[b])); c >= best {
					at, with, best = a, b, c
				}
			}
		}
		if at < 0 {
			break
		}
		groups[with] = append(groups[with], groups[at]...)
		groups = slices.Delete(groups, at, at+1)
	}
	for _, g := range groups {
		slices.Sort(g)
	}
	slices.SortFunc(groups, func(a, b []int) int { return a[0] - b[0] })
	return groups
}

func TestLinkFindsWhatAverageLinkFinds(t *testing.T) {
	for seed := range int64(20) {
		rng := rand.New(rand.NewSource(seed))
		vecs := make([][]float32, 40)
		for i := range vecs {
			vecs[i] = make([]float32, 6)
			for d := range vecs[i] {
				vecs[i][d] = float32(rng.NormFloat64())
			}
			normalise(vecs[i])
		}
		for _, same := range []float64{-1, 0.1, 0.4, 0.7, 0.95} {
			got, want := link(vecs, float32(same)), slowLink(vecs, same)
			slices.SortFunc(got, func(a, b []int) int { return a[0] - b[0] })
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("seed %d, same %v: link = %v, want %v", seed, same, got, want)
			}
		}
	}
}

func TestEqualVectorsAreOneGroup(t *testing.T) {
	vecs := [][]float32{{1, 0}, {0, 1}, {1, 0}, {0, 1}, {1, 0}}
	if got, want := fmt.Sprint(link(vecs, 0.999)), "[[0 2 4] [1 3]]"; got != want {
		t.Errorf("link = %v, want %v", got, want)
	}
	if got := link(nil, 0.5); len(got) != 0 {
		t.Errorf("link of nothing = %v", got)
	}
}
