package memory

import (
	"math"
	"testing"
)

func near(got, want float64) bool { return math.Abs(got-want) < 1e-9 }

func TestTopShareCountsTheQuestionsAnsweredInTime(t *testing.T) {
	answers := [][]string{{"a", "b", "c"}, {"b", "a"}, {"c"}, nil}
	right := []string{"a", "a", "a", "a"}
	for k, want := range map[int]float64{0: 0, 1: 0.25, 2: 0.5, 9: 0.5} {
		if got := TopShare(answers, right, k); !near(got, want) {
			t.Errorf("TopShare(k=%d) = %v, want %v", k, got, want)
		}
	}
	if got := TopShare[string](nil, nil, 1); got != 0 {
		t.Errorf("TopShare of nothing = %v, want 0", got)
	}
}

func TestCalibrationErrorByHand(t *testing.T) {
	for _, tt := range []struct {
		name  string
		p     []float64
		right []bool
		want  float64
	}{
		{"nothing", nil, nil, 0},
		{"always sure and right", []float64{1, 1}, []bool{true, true}, 0},
		{"always sure and wrong", []float64{1, 1}, []bool{false, false}, 1},
		{"never sure and wrong", []float64{0, 0}, []bool{false, false}, 0},
		// bin (8/15, 9/15]: confidence .56, accuracy .5, 2 of 3; bin (13/15, 14/15]: .9 against 0, 1 of 3.
		{"two bins", []float64{0.55, 0.57, 0.9}, []bool{true, false, false}, 0.06*2/3 + 0.9/3},
		// .2 is the upper border of (2/15, 3/15], and so stands with .15, not with .21.
		{"a border belongs below", []float64{0.2, 0.15, 0.21}, []bool{true, false, false}, 0.65/3 + 0.21/3},
	} {
		if got := CalibrationError(tt.p, tt.right); !near(got, tt.want) {
			t.Errorf("%s: CalibrationError = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestRecallAndNDCGByHand(t *testing.T) {
	log := math.Log2
	for _, tt := range []struct {
		name            string
		found, relevant string
		k               int
		recall, ndcg    float64
	}{
		{"all at the top", "abcd", "ab", 2, 1, 1},
		{"second and fourth of three", "xaybz", "abc", 4, 2.0 / 3, (1/log(3) + 1/log(5)) / (1 + 1/log(3) + 1/log(4))},
		{"cut before it comes", "xa", "a", 1, 0, 0},
		{"more relevant than asked for", "abcd", "abcd", 2, 0.5, 1},
		{"found twice counts once", "aab", "ab", 2, 0.5, 1 / (1 + 1/log(3))},
		{"nothing found", "", "a", 5, 0, 0},
		{"nothing to find", "ab", "", 5, 1, 1},
	} {
		found, relevant := []rune(tt.found), []rune(tt.relevant)
		if got := RecallAt(found, relevant, tt.k); !near(got, tt.recall) {
			t.Errorf("%s: RecallAt = %v, want %v", tt.name, got, tt.recall)
		}
		if got := NDCGAt(found, relevant, tt.k); !near(got, tt.ndcg) {
			t.Errorf("%s: NDCGAt = %v, want %v", tt.name, got, tt.ndcg)
		}
	}
	if got := Mean([]float64{1, 2, 6}); !near(got, 3) {
		t.Errorf("Mean = %v, want 3", got)
	}
}

func TestPlaceable(t *testing.T) {
	sure := []float64{0.5, 0.9, 0.8, 0.7}
	for _, tt := range []struct {
		right []bool
		want  float64
	}{
		{[]bool{true, true, true, true}, 1},
		{[]bool{false, true, true, true}, 0.75},
		{[]bool{true, false, true, true}, 0},
		{[]bool{true, true, false, true}, 0.25},
	} {
		if got := Placeable(sure, tt.right); got != tt.want {
			t.Errorf("Placeable(%v, %v) = %v, want %v", sure, tt.right, got, tt.want)
		}
	}
	if got := Placeable(nil, nil); got != 0 {
		t.Errorf("Placeable of nothing = %v", got)
	}
}
