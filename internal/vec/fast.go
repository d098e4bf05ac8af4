//go:build (amd64 || arm64) && !purego

package vec

func dot(a, b []float32) float32 {
	n := len(a) &^ 7
	if n == 0 || !fast() {
		return dotGo(a, b)
	}
	sum := dotFast(&a[0], &b[0], n)
	for i, v := range a[n:] {
		sum += v * b[n+i]
	}
	return sum
}

func addScaled(y []float32, k float32, x []float32) {
	n := len(y) &^ 7
	if n == 0 || !fast() {
		addScaledGo(y, k, x)
		return
	}
	addScaledFast(&y[0], &x[0], k, n)
	addScaledGo(y[n:], k, x[n:])
}

func absMax(x []float32, least float32) float32 {
	n := len(x) &^ 15
	if n == 0 || !fast() {
		return absMaxGo(x, least)
	}
	return max(absMaxFast(&x[0], n, least), absMaxGo(x[n:], least))
}

func scale(q []int16, x []float32, k, least float32) {
	n := len(x) &^ 15
	if n > 0 && fast() {
		scaleFast(&q[0], &x[0], n, k, least)
		q, x = q[n:], x[n:]
	}
	scaleGo(q, x, k, least)
}

// A block is what blockFast works on: pairs of rows, and four vectors. The
// vectors may be the same, as they are where there are fewer.
type block struct {
	rows   *byte // the bytes of the first row
	stride int
	cols   int
	pairs  int
	x      [4]*int16
	y      [4]*float32
	scales [4]float32
}

// chunk is how many bytes of a matrix stay in the nearer caches while all
// vectors are multiplied with them.
const chunk = 64 << 10

func mulAdd(m Matrix, y []float32, x []int16, scales []float32) {
	if m.Cols%16 != 0 || !fast() {
		mulAddGo(m, 0, y, x, scales)
		return
	}
	even, step := m.Rows&^1, max(2, chunk/m.Cols&^1)
	for row := 0; row < even; row += step {
		for t := 0; t < len(scales); t += 4 {
			_, bytes := m.row(row)
			b := block{rows: &bytes[0], stride: m.Cols + scaleBytes, cols: m.Cols, pairs: min(step, even-row) / 2}
			for i := range 4 {
				v := min(t+i, len(scales)-1)
				b.x[i], b.y[i], b.scales[i] = &x[v*m.Cols], &y[v*m.Rows+row], scales[v]
			}
			blockFast(&b)
		}
	}
	if even < m.Rows {
		mulAddGo(m, even, y, x, scales)
	}
}

// dotFast wants a multiple of 8 numbers, as does addScaledFast.
//
//go:noescape
func dotFast(a, b *float32, n int) float32

//go:noescape
func addScaledFast(y, x *float32, k float32, n int)

// absMaxFast wants a multiple of 16 numbers, as does scaleFast.
//
//go:noescape
func absMaxFast(x *float32, n int, least float32) float32

//go:noescape
func scaleFast(q *int16, x *float32, n int, k, least float32)

// blockFast adds the products of rows and vectors to y. It wants a multiple of
// 16 columns.
//
//go:noescape
func blockFast(b *block)
