package vec

import "math"

// Most is the largest absolute value of a quantised number. It is as large as
// it can be for a sum of 2,048 products with bytes to fit 32 bits.
const Most = 8191

// Quantise writes x into q as whole numbers from -Most to Most, and returns
// what to multiply them with to have x again, nearly. Numbers below least
// count as least, which is 0 or minus infinity.
func Quantise(q []int16, x []float32, least float32) float32 {
	if len(q) != len(x) {
		panic("vec: Quantise into another length")
	}
	top := absMax(x, least)
	if top < 1e-30 {
		clear(q)
		return 0
	}
	scale(q, x, Most/top, least)
	return top / Most
}

func absMaxGo(x []float32, least float32) float32 {
	var top float32
	for _, v := range x {
		if v < least {
			v = least
		}
		if v < 0 {
			v = -v
		}
		if v > top {
			top = v
		}
	}
	return top
}

// scaleGo rounds halves to even. Adding and taking away a large number does
// that, as the sum has no room for a fraction.
func scaleGo(q []int16, x []float32, k, least float32) {
	const large = 3 << 22
	q = q[:len(x)]
	for i, v := range x {
		if v < least {
			v = least
		}
		q[i] = int16(float32(float32(v*k)+large) - large)
	}
}

// Everything is a least that leaves all numbers as they are.
func Everything() float32 { return float32(math.Inf(-1)) }
