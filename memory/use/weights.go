package use

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"custory/internal/vec"
)

//go:embed use_q8.bin
var file []byte

// A reader reads a file of weights from its beginning. After a first error it
// reads nothing more.
type reader struct {
	data []byte
	err  error
}

// decode returns what the file holds. Matrices stay where they are.
func decode(file []byte) (*vocabulary, *network, error) {
	r := &reader{data: file}
	if string(r.bytes(8)) != "USEL1\x00\x08\x00" {
		return nil, nil, errors.New("use: not a file of weights")
	}
	vocab := newVocabulary(len(r.data) >> 10)
	for range r.number() {
		piece := string(r.bytes(int(r.byte())))
		score := r.float()
		if r.err != nil || piece == "" {
			break
		}
		vocab.add(piece, score)
	}
	net := &network{embeddings: r.matrix()}
	net.timing = timing(r.vector())
	for i, width := range []int{256, 512} {
		net.layers[i] = r.layer(width)
	}
	net.head = r.dense(dims, dims)
	switch {
	case r.err != nil:
		return nil, nil, fmt.Errorf("use: file of weights: %w", r.err)
	case len(r.data) > 0:
		return nil, nil, fmt.Errorf("use: file of weights: %d bytes too many", len(r.data))
	case net.embeddings.Cols != 256 || net.embeddings.Rows < len(vocab.scores) || len(net.timing) != maxTokens*256:
		return nil, nil, errors.New("use: file of weights: an embedding of another size")
	}
	return vocab, net, nil
}

func (r *reader) bytes(n int) []byte {
	if r.err == nil && n > len(r.data) {
		r.err = errors.New("it ends early")
	}
	if r.err != nil {
		return nil
	}
	data := r.data[:n]
	r.data = r.data[n:]
	return data
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) number() int {
	if b := r.bytes(4); b != nil {
		return int(binary.LittleEndian.Uint32(b))
	}
	return 0
}

func (r *reader) float() float32 { return math.Float32frombits(uint32(r.number())) }

func (r *reader) vector() []float32 {
	data := r.bytes(4 * r.number())
	values := make([]float32, len(data)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
	return values
}

func (r *reader) matrix() vec.Matrix {
	rows, cols := r.number(), r.number()
	if r.err != nil {
		return vec.Matrix{}
	}
	m, rest, err := vec.NewMatrix(rows, cols, r.data)
	r.data, r.err = rest, err
	return m
}

func (r *reader) dense(in, out int) dense {
	d := dense{r.matrix(), r.vector()}
	if r.err == nil && (d.weights.Rows != out || d.weights.Cols != in || len(d.bias) != out) {
		r.err = fmt.Errorf("a matrix of %d×%d, not %d×%d", d.weights.Rows, d.weights.Cols, out, in)
	}
	return d
}

func (r *reader) norm(width int) layerNorm {
	n := layerNorm{r.vector(), r.vector()}
	if r.err == nil && (len(n.scale) != width || len(n.bias) != width) {
		r.err = fmt.Errorf("a norm of %d numbers, not %d", len(n.scale), width)
	}
	return n
}

func (r *reader) layer(width int) layer {
	l := layer{width: width}
	l.before = r.norm(width)
	l.qkv = r.dense(width, 3*width)
	l.said = r.dense(width, dims)
	if width != dims {
		l.skip = r.dense(width, dims)
	}
	l.between = r.norm(dims)
	l.up = r.dense(dims, hidden)
	l.down = r.dense(hidden, dims)
	return l
}

// timing returns what is added to the input at each place.
func timing(steps []float32) []float32 {
	out := make([]float32, 0, 2*maxTokens*len(steps))
	for t := range maxTokens {
		for _, step := range steps {
			out = append(out, float32(math.Sin(float64(t)*float64(step))))
		}
		for _, step := range steps {
			out = append(out, float32(math.Cos(float64(t)*float64(step))))
		}
	}
	return out
}
