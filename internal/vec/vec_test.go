package vec

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// near reports whether two sums of n products may differ only in how they were
// rounded.
func near(a, b float32, n int) bool {
	return math.Abs(float64(a-b)) <= 1e-6*float64(n+8)
}

func TestDot(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 71 {
		for skip := range 4 {
			a, b := random(r, n+skip)[skip:], random(r, n+skip)[skip:]
			var want float64
			for i := range a {
				want += float64(a[i]) * float64(b[i])
			}
			if got := Dot(a, b); !near(got, float32(want), n) {
				t.Errorf("Dot of %d numbers = %v, want %v", n, got, want)
			}
			if got := dotGo(a, b); !near(got, float32(want), n) {
				t.Errorf("dotGo of %d numbers = %v, want %v", n, got, want)
			}
		}
	}
}

func TestAddScaled(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 71 {
		for skip := range 4 {
			x, y := random(r, n+skip)[skip:], random(r, n+skip)
			want := slices.Clone(y)
			addScaledGo(want[skip:], 0.3, x)
			AddScaled(y[skip:], 0.3, x)
			for i := range y {
				if !near(y[i], want[i], 1) {
					t.Errorf("AddScaled of %d numbers: y[%d] = %v, want %v", n, i, y[i], want[i])
				}
			}
		}
	}
}

func TestQuantise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for n := range 71 {
		for skip := range 4 {
			for _, least := range []float32{0, Everything()} {
				x := random(r, n+skip)[skip:]
				if n > 2 {
					x[n/2] = -7 // the largest, if it counts
				}
				q := make([]int16, n)
				scale := Quantise(q, x, least)
				if top := absMaxGo(x, least); top != scale*Most && !near(top, scale*Most, 1) {
					t.Errorf("Quantise of %d numbers = %v, want %v", n, scale, top/Most)
				}
				want := make([]int16, n)
				if scale != 0 {
					scaleGo(want, x, Most/absMaxGo(x, least), least)
				}
				if !slices.Equal(q, want) {
					t.Errorf("Quantise of %d numbers: %v, want %v", n, q, want)
				}
				for i, v := range x {
					if back := float32(q[i]) * scale; math.Abs(float64(back-max(v, least))) > 0.51*float64(scale) {
						t.Errorf("Quantise of %d numbers: %v became %v", n, v, back)
					}
				}
			}
		}
	}
	q := []int16{1, 2, 3}
	if scale := Quantise(q, []float32{0, -1, 0}, 0); scale != 0 || q[1] != 0 {
		t.Errorf("Quantise of nothing = %v, %v; want zeros", scale, q)
	}
}

// randomMatrix makes a matrix at an address that is not a multiple of any
// power of two.
func randomMatrix(t testing.TB, r *rand.Rand, rows, cols int) Matrix {
	data := []byte{0}
	for range rows {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(r.Float32()/100))
		for range cols {
			data = append(data, byte(r.IntN(255)-127))
		}
	}
	m, rest, err := NewMatrix(rows, cols, data[1:])
	if err != nil || len(rest) != 0 {
		t.Fatalf("NewMatrix(%d, %d): %d bytes left, %v", rows, cols, len(rest), err)
	}
	return m
}

// vectors are quantised vectors for MulAdd, every third as extreme as they get.
func vectors(r *rand.Rand, n, cols int) (x []int16, scales []float32) {
	for v := range n {
		scales = append(scales, r.Float32())
		for range cols {
			if v%3 == 2 {
				x = append(x, Most)
				continue
			}
			x = append(x, int16(r.IntN(2*Most+1)-Most))
		}
	}
	return x, scales
}

func TestMulAddIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	shapes := [][2]int{{0, 16}, {1, 16}, {7, 64}, {2, 2048}, {150, 512}, {9, 1536}}
	for cols := 1; cols <= 70; cols++ {
		shapes = append(shapes, [2]int{1 + cols%4, cols})
	}
	for _, shape := range shapes {
		m := randomMatrix(t, r, shape[0], shape[1])
		for n := range 10 {
			x, scales := vectors(r, n, m.Cols)
			y := random(r, n*m.Rows)
			want := slices.Clone(y)
			for v := range n {
				for o := range m.Rows {
					scale, bytes := m.row(o)
					var sum int64
					for i, b := range bytes {
						sum += int64(int8(b)) * int64(x[v*m.Cols+i])
					}
					want[v*m.Rows+o] += float32(float32(float32(sum)*scales[v]) * scale)
				}
			}
			inGo := slices.Clone(y)
			mulAddGo(m, 0, inGo, x, scales)
			if !slices.Equal(inGo, want) {
				t.Fatalf("mulAddGo of %d×%d and %d vectors: %v, want %v", m.Rows, m.Cols, n, inGo, want)
			}
			m.MulAdd(y, x, scales)
			if !slices.Equal(y, want) {
				t.Fatalf("MulAdd of %d×%d and %d vectors: %v, want %v", m.Rows, m.Cols, n, y, want)
			}
		}
	}
}

func TestMulAddDoesNotOverflow(t *testing.T) {
	data := make([]byte, scaleBytes+maxCols)
	binary.LittleEndian.PutUint32(data, math.Float32bits(1))
	x := make([]int16, maxCols)
	for i := range x {
		data[scaleBytes+i], x[i] = 0x80, Most
	}
	m, _, err := NewMatrix(1, maxCols, data)
	if err != nil {
		t.Fatal(err)
	}
	y := []float32{0}
	m.MulAdd(y, x, []float32{1})
	if want := float32(-128 * Most * maxCols); y[0] != want {
		t.Errorf("MulAdd of the largest = %v, want %v", y[0], want)
	}
}

func TestMatrixRow(t *testing.T) {
	data := append(binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.5)), 1, 0xff, 0x81)
	m, rest, err := NewMatrix(1, 3, append(data, 9))
	if err != nil || len(rest) != 1 {
		t.Fatalf("NewMatrix: %d bytes left, %v", len(rest), err)
	}
	row := make([]float32, 3)
	m.Row(row, 0, 2)
	if want := []float32{1, -1, -127}; !slices.Equal(row, want) {
		t.Errorf("Row(0) = %v, want %v", row, want)
	}
	for _, shape := range [][2]int{{2, 3}, {1, 0}, {-1, 3}, {1, maxCols + 1}} {
		if _, _, err := NewMatrix(shape[0], shape[1], data); err == nil {
			t.Errorf("NewMatrix(%d, %d) of %d bytes: no error", shape[0], shape[1], len(data))
		}
	}
}

func BenchmarkDot(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 5))
	x, y := random(r, 768), random(r, 768)
	for b.Loop() {
		Dot(x, y)
	}
}

func BenchmarkMulAdd(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 6))
	for _, shape := range [][2]int{{768, 256}, {1536, 512}, {512, 1536}} {
		for _, n := range []int{1, 8, 64} {
			b.Run(fmt.Sprintf("%d×%d/%d", shape[0], shape[1], n), func(b *testing.B) {
				m := randomMatrix(b, r, shape[0], shape[1])
				x, scales := vectors(r, n, m.Cols)
				y := make([]float32, n*m.Rows)
				for b.Loop() {
					m.MulAdd(y, x, scales)
				}
				b.ReportMetric(float64(n*m.Rows*m.Cols)/float64(b.Elapsed().Nanoseconds())*float64(b.N), "products/ns")
			})
		}
	}
}

func TestPutRowTellsHowFarOffItIs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 8))
	for cols := 1; cols <= 70; cols++ {
		x := random(r, cols)
		if cols%7 == 0 {
			clear(x)
		}
		row := make([]byte, RowSize(cols))
		off := PutRow(row, x)
		m, _, err := NewMatrix(1, cols, row)
		if err != nil {
			t.Fatal(err)
		}
		back := make([]float32, cols)
		m.Row(back, 0, 1)
		var sum, length float64
		for i := range x {
			d := float64(x[i]) - float64(back[i])
			sum += d * d
			length += float64(x[i]) * float64(x[i])
		}
		if d := math.Sqrt(sum); d > float64(off)*(1+1e-5)+1e-30 || d > 0.02*math.Sqrt(length) {
			t.Errorf("PutRow of %d numbers is off by %v of %v, and says %v", cols, d, math.Sqrt(length), off)
		}
	}
}
