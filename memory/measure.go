package memory

import (
	"cmp"
	"math"
	"slices"
)

// Bins is into how many equal parts CalibrationError divides the
// probabilities.
const Bins = 15

// TopShare is the share of questions whose right answer is among the first k
// given. answers[i] are the answers to question i, best first.
func TopShare[T comparable](answers [][]T, right []T, k int) float64 {
	if len(right) == 0 {
		return 0
	}
	n := 0
	for i, want := range right {
		for _, a := range first(answers[i], k) {
			if a == want {
				n++
				break
			}
		}
	}
	return float64(n) / float64(len(right))
}

// CalibrationError is the expected calibration error: how far, on average, the
// probability that was given lies from the share that was right, over Bins bins
// of equal width, each counting by its size. 0 is perfect.
func CalibrationError(probabilities []float64, right []bool) float64 {
	var e float64
	for _, b := range Reliability(probabilities, right, Bins) {
		e += math.Abs(b.Confidence-b.Right) * float64(b.N)
	}
	return e / float64(max(len(probabilities), 1))
}

// A Bin is the answers whose probability is above From, and at most To.
type Bin struct {
	From       float64 `json:"from"`
	To         float64 `json:"to"`
	N          int     `json:"n"`
	Confidence float64 `json:"confidence"` // the probability that was given, on average
	Right      float64 `json:"right"`      // the share that was right
}

// Reliability sorts answers into so many bins of equal width by the probability
// that was given for them. Bins that nothing falls into are left out.
func Reliability(probabilities []float64, right []bool, bins int) []Bin {
	all := make([]Bin, bins)
	for i, p := range probabilities {
		b := &all[min(max(int(math.Ceil(p*float64(bins)))-1, 0), bins-1)]
		b.N++
		b.Confidence += p
		if right[i] {
			b.Right++
		}
	}
	filled := all[:0]
	for i, b := range all {
		if b.N > 0 {
			n := float64(b.N)
			filled = append(filled, Bin{float64(i) / float64(bins), float64(i+1) / float64(bins), b.N, b.Confidence / n, b.Right / n})
		}
	}
	return filled
}

// Placeable is the largest share of the questions, most certain first, of whose
// best answers at least 95 in 100 are right.
func Placeable(probabilities []float64, right []bool) float64 {
	share, _ := placeable(probabilities, right)
	return share
}

// placeable is Placeable, and the least probability among them.
func placeable(probabilities []float64, right []bool) (share, from float64) {
	order := make([]int, len(probabilities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(probabilities[j], probabilities[i]) })
	hits := 0
	for n, i := range order {
		if right[i] {
			hits++
		}
		if 100*hits >= 95*(n+1) {
			share, from = float64(n+1)/float64(len(order)), probabilities[i]
		}
	}
	return share, from
}

// RecallAt is the share of what is relevant to one question that is among the
// first k found; 1 if nothing is relevant.
func RecallAt[T comparable](found, relevant []T, k int) float64 {
	want := setOf(relevant)
	if len(want) == 0 {
		return 1
	}
	return float64(len(hits(found, want, k))) / float64(len(want))
}

// NDCGAt is the normalised discounted cumulative gain of the first k found: as
// RecallAt, but what is found early counts more. Everything relevant counts the
// same.
func NDCGAt[T comparable](found, relevant []T, k int) float64 {
	want := setOf(relevant)
	if len(want) == 0 {
		return 1
	}
	var got, best float64
	for _, rank := range hits(found, want, k) {
		got += 1 / math.Log2(float64(rank)+1)
	}
	for rank := 1; rank <= min(k, len(want)); rank++ {
		best += 1 / math.Log2(float64(rank)+1)
	}
	if best == 0 {
		return 0
	}
	return got / best
}

// Mean is the average of the numbers, 0 if there are none.
func Mean(xs []float64) float64 {
	var sum float64
	for _, x := range xs {
		sum += x
	}
	return sum / float64(max(len(xs), 1))
}

// hits are the ranks, from 1, at which something wanted is among the first k
// found. What is found twice counts once.
func hits[T comparable](found []T, want map[T]bool, k int) (ranks []int) {
	seen := make(map[T]bool, len(want))
	for i, f := range first(found, k) {
		if want[f] && !seen[f] {
			seen[f] = true
			ranks = append(ranks, i+1)
		}
	}
	return ranks
}

func setOf[T comparable](all []T) map[T]bool {
	set := make(map[T]bool, len(all))
	for _, a := range all {
		set[a] = true
	}
	return set
}

// first returns the first k, or all if there are fewer.
func first[T any](all []T, k int) []T { return all[:max(0, min(k, len(all)))] }
