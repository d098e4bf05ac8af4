//go:build (!amd64 && !arm64) || purego

package vec

func dot(a, b []float32) float32 { return dotGo(a, b) }

func addScaled(y []float32, k float32, x []float32) { addScaledGo(y, k, x) }

func absMax(x []float32, least float32) float32 { return absMaxGo(x, least) }

func scale(q []int16, x []float32, k, least float32) { scaleGo(q, x, k, least) }

func mulAdd(m Matrix, y []float32, x []int16, scales []float32) { mulAddGo(m, 0, y, x, scales) }
