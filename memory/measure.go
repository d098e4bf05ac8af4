package memory

import "math"

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
	var sum, hits, size [Bins]float64
	for i, p := range probabilities {
		b := min(max(int(math.Ceil(p*Bins))-1, 0), Bins-1) // (0, 1/15], (1/15, 2/15] …
		sum[b] += p
		size[b]++
		if right[i] {
			hits[b]++
		}
	}
	var e float64
	for b := range size {
		if size[b] > 0 {
			e += math.Abs(sum[b] - hits[b])
		}
	}
	if len(probabilities) == 0 {
		return 0
	}
	return e / float64(len(probabilities))
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
