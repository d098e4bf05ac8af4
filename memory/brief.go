package memory

import "custory/internal/vec"

// A brief is a vector in a quarter of the room: a byte a number. Its cosine to
// another is off by less than a hundredth.
type brief struct {
	scale float32
	bytes []int8
}

// briefOf returns the brief of a vector of length 1; of nil there is none.
func briefOf(v []float32) brief {
	var most float32
	for _, x := range v {
		most = max(most, x, -x)
	}
	if most == 0 {
		return brief{}
	}
	b := brief{most / 127, make([]int8, len(v))}
	for i, x := range v {
		if x /= b.scale; x < 0 {
			b.bytes[i] = int8(x - 0.5)
		} else {
			b.bytes[i] = int8(x + 0.5)
		}
	}
	return b
}

func (b brief) known() bool { return len(b.bytes) > 0 }

// expand writes the vector into room, which it makes if that is too small.
func (b brief) expand(room []float32) []float32 {
	if cap(room) < len(b.bytes) {
		room = make([]float32, len(b.bytes))
	}
	room = room[:len(b.bytes)]
	for i, x := range b.bytes {
		room[i] = b.scale * float32(x)
	}
	return room
}

// dot multiplies the brief with a vector of the same length.
func (b brief) dot(v []float32) float32 {
	var room [2048]float32
	return vec.Dot(b.expand(room[:]), v)
}
