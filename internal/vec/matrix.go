package vec

import (
	"encoding/binary"
	"fmt"
	"math"
)

// maxCols is how many products are sure to add up in 32 bits.
const maxCols = 2048

// scaleBytes is the room of the number before each row of a Matrix.
const scaleBytes = 4

// A Matrix is a matrix of bytes as it lies in a file: of each row a float32,
// little endian, and as many signed bytes as there are columns. The number
// times the bytes is the row. A Matrix reads the file's bytes in place.
type Matrix struct {
	Rows, Cols int
	data       []byte
}

// NewMatrix returns the matrix that data begins with, and the data after it.
func NewMatrix(rows, cols int, data []byte) (Matrix, []byte, error) {
	if rows < 0 || cols < 1 || cols > maxCols {
		return Matrix{}, nil, fmt.Errorf("a matrix of %d rows and %d columns", rows, cols)
	}
	size := rows * (cols + scaleBytes)
	if size > len(data) {
		return Matrix{}, nil, fmt.Errorf("a matrix of %d bytes in %d", size, len(data))
	}
	return Matrix{rows, cols, data[:size:size]}, data[size:], nil
}

// row returns the scale and the bytes of a row.
func (m Matrix) row(i int) (float32, []byte) {
	at := i * (m.Cols + scaleBytes)
	scale := math.Float32frombits(binary.LittleEndian.Uint32(m.data[at:]))
	return scale, m.data[at+scaleBytes : at+scaleBytes+m.Cols]
}

// Row writes a row into to, times k.
func (m Matrix) Row(to []float32, i int, k float32) {
	scale, bytes := m.row(i)
	to = to[:len(bytes)]
	for j, b := range bytes {
		to[j] = float32(int8(b)) * scale * k
	}
}

// MulAdd multiplies the matrix with some vectors and adds the products to y.
// The vectors lie one after the other in x, quantised, with what Quantise
// returned of each in scales; so do the sums in y. A sum does not depend on
// which other vectors it is computed with.
func (m Matrix) MulAdd(y []float32, x []int16, scales []float32) {
	if len(x) != len(scales)*m.Cols || len(y) != len(scales)*m.Rows {
		panic("vec: MulAdd of vectors of other lengths")
	}
	mulAdd(m, y, x, scales)
}

// mulAddGo multiplies the rows from a row on. Two vectors share an int64, and
// so one multiplication: the sum of the lower one stays within 32 bits, and
// what it borrows from the upper one is known at the end.
func mulAddGo(m Matrix, from int, y []float32, x []int16, scales []float32) {
	var first, second [maxCols]int64
	for t := 0; t < len(scales); t += 4 {
		at := [4]int{}
		for i := range at {
			at[i] = min(t+i, len(scales)-1)
		}
		pack(first[:m.Cols], x[at[0]*m.Cols:], x[at[1]*m.Cols:])
		pack(second[:m.Cols], x[at[2]*m.Cols:], x[at[3]*m.Cols:])
		for o := from; o < m.Rows; o++ {
			scale, bytes := m.row(o)
			a, b := first[:len(bytes)], second[:len(bytes)]
			var sum0, sum1 int64
			for i, w := range bytes {
				sum0 += int64(int8(w)) * a[i]
				sum1 += int64(int8(w)) * b[i]
			}
			sums := [4]int32{int32(sum0), upper(sum0), int32(sum1), upper(sum1)}
			for i := range min(4, len(scales)-t) {
				y[(t+i)*m.Rows+o] += float32(float32(float32(sums[i])*scales[t+i]) * scale)
			}
		}
	}
}

func pack(to []int64, lower, upper []int16) {
	lower, upper = lower[:len(to)], upper[:len(to)]
	for i := range to {
		to[i] = int64(lower[i]) + int64(upper[i])<<32
	}
}

func upper(sum int64) int32 { return int32((sum - int64(int32(sum))) >> 32) }

// RowSize is how many bytes a row of a Matrix takes.
func RowSize(cols int) int { return scaleBytes + cols }

// Fits reports whether a Matrix of so many columns is multiplied with all the
// processor can do.
func Fits(cols int) bool { return cols > 0 && cols <= maxCols && cols%16 == 0 }

// PutRow writes x, nearly, into the bytes of a row, and returns how far off it
// is: no less than the length of the difference.
func PutRow(row []byte, x []float32) float32 {
	if len(row) != RowSize(len(x)) {
		panic("vec: PutRow into a row of another length")
	}
	step := absMax(x, Everything()) / math.MaxInt8
	binary.LittleEndian.PutUint32(row, math.Float32bits(step))
	var off float64
	for i, v := range x {
		var b float64
		if step > 0 {
			b = max(-math.MaxInt8, min(math.MaxInt8, math.RoundToEven(float64(v)/float64(step))))
		}
		row[scaleBytes+i] = byte(int8(b))
		d := float64(v) - b*float64(step)
		off += d * d
	}
	return math.Nextafter32(float32(math.Sqrt(off)), math.MaxFloat32)
}
