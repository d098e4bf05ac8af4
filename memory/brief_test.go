package memory

import (
	"math"
	"math/rand/v2"
	"testing"

	"custory/internal/vec"
)

func TestABriefIsNearlyTheVector(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		a, b := make([]float32, 768), make([]float32, 768)
		for i := range a {
			a[i], b[i] = float32(rnd.NormFloat64()), float32(rnd.NormFloat64())
		}
		normalise(a)
		normalise(b)
		for _, other := range [][]float32{a, b} {
			if got, want := briefOf(a).dot(other), vec.Dot(a, other); math.Abs(float64(got-want)) > 0.01 {
				t.Fatalf("the product of a brief is %v, want %v", got, want)
			}
		}
	}
	if briefOf(nil).known() || briefOf(make([]float32, 8)).known() {
		t.Error("a vector that says nothing has a brief")
	}
}
