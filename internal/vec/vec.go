// Package vec is the arithmetic that search and the sentence encoder spend
// their time in: products of vectors, and of vectors with a matrix of bytes.
//
// Each function is written twice, in Go and in the vector instructions of a
// processor: AVX2 and FMA on amd64, which are looked for at run time, and NEON
// on arm64. The build tag purego leaves only Go.
//
// Sums of floats are added up in another order by each, so that Dot differs in
// the last bits. MulAdd does not: it multiplies integers, which is twice as
// fast, and the same everywhere.
package vec

// Dot returns the product of two vectors of the same length.
func Dot(a, b []float32) float32 {
	if len(a) != len(b) {
		panic("vec: Dot of vectors of different lengths")
	}
	return dot(a, b)
}

// AddScaled adds k·x to y, a vector of the same length.
func AddScaled(y []float32, k float32, x []float32) {
	if len(y) != len(x) {
		panic("vec: AddScaled of vectors of different lengths")
	}
	addScaled(y, k, x)
}

// dotGo keeps eight sums at once, and the processor busy.
func dotGo(a, b []float32) float32 {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(a) >= 8 && len(b) >= 8 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		s4 += a[4] * b[4]
		s5 += a[5] * b[5]
		s6 += a[6] * b[6]
		s7 += a[7] * b[7]
		a, b = a[8:], b[8:]
	}
	b = b[:len(a)]
	for i := range a {
		s0 += a[i] * b[i]
	}
	return (s0 + s1 + s2 + s3) + (s4 + s5 + s6 + s7)
}

func addScaledGo(y []float32, k float32, x []float32) {
	x = x[:len(y)]
	for i := range y {
		y[i] += k * x[i]
	}
}
