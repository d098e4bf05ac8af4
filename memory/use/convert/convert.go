package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// A tensor is a matrix, or a vector, of the network.
type tensor struct {
	shape  []int
	values []float32
}

// tensors reads all tensors of floats, by what is left of their names.
func tensors(files map[string][]byte) (map[string]tensor, error) {
	var model struct {
		WeightsManifest []struct {
			Paths   []string
			Weights []struct {
				Name, Dtype string
				Shape       []int
			}
		}
	}
	if err := json.Unmarshal(files["model.json"], &model); err != nil {
		return nil, fmt.Errorf("model.json: %w", err)
	}
	all := map[string]tensor{}
	shorter := strings.NewReplacer("module_apply_default/", "", "module/", "", "Encoder_en/", "", "KonaTransformer/Encode/", "", "TransformerStack/", "", "TransformerLayer/", "")
	for _, group := range model.WeightsManifest {
		var data []byte
		for _, path := range group.Paths {
			data = append(data, files[path]...)
		}
		for _, w := range group.Weights {
			t := tensor{w.Shape, nil}
			for range size(w.Shape) { // integers, too, have four bytes
				t.values = append(t.values, math.Float32frombits(binary.LittleEndian.Uint32(data)))
				data = data[4:]
			}
			if w.Dtype == "float32" {
				all[shorter.Replace(w.Name)] = t
			}
		}
	}
	return all, nil
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// A writer writes the file that package use describes.
type writer struct {
	tensors map[string]tensor
	out     []byte
	err     error
}

// convert returns what use_q8.bin holds.
func convert(files map[string][]byte) ([]byte, error) {
	all, err := tensors(files)
	if err != nil {
		return nil, err
	}
	w := &writer{tensors: all, out: []byte("USEL1\x00\x08\x00")}
	if err := w.vocabulary(files["vocab.json"]); err != nil {
		return nil, err
	}
	w.rows("Embeddings_en", 8002, 256)
	w.vector("Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1")
	for i, width := range []int{256, 512} {
		w.layer(fmt.Sprintf("Layer_%d/", i), width)
	}
	w.columns("hidden_layers/tanh_layer_0/weights", 512, 512)
	w.vector("hidden_layers/tanh_layer_0/bias")
	return w.out, w.err
}

func (w *writer) vocabulary(data []byte) error {
	var pieces [][2]any
	if err := json.Unmarshal(data, &pieces); err != nil {
		return fmt.Errorf("vocab.json: %w", err)
	}
	w.number(len(pieces))
	for _, piece := range pieces {
		text, ok := piece[0].(string)
		score, _ := piece[1].(float64) // some have none, which counts as 0
		if !ok || len(text) > math.MaxUint8 {
			return fmt.Errorf("vocab.json: %v is no piece", piece)
		}
		w.out = append(append(w.out, byte(len(text))), text...)
		w.float(float32(score))
	}
	return nil
}

func (w *writer) layer(name string, width int) {
	const bias, norm = "bias/ConcatPartitions/concat", "layer_prepostprocess/layer_norm/layer_norm_"
	w.vector(name + norm + "scale/ConcatPartitions/concat")
	w.vector(name + norm + bias)
	w.columns(name+"MultiheadAttention/qkv_transform_single/kernel/part_0", width, 3*width)
	w.vector(name + "MultiheadAttention/qkv_transform_single/" + bias)
	w.columns(name+"MultiheadAttention/output_transform_single/kernel/part_0", width, 512)
	w.vector(name + "MultiheadAttention/output_transform_single/" + bias)
	if width != 512 {
		w.columns(name+"dense/kernel/ConcatPartitions/concat", width, 512)
		w.vector(name + "dense/" + bias)
	}
	w.vector(name + "FFN/" + norm + "scale/ConcatPartitions/concat")
	w.vector(name + "FFN/" + norm + bias)
	w.columns(name+"FFN/conv1/Tensordot/Reshape_1", 512, 1536)
	w.vector(name + "FFN/conv1/" + bias)
	w.columns(name+"FFN/conv2/Tensordot/Reshape_1", 1536, 512)
	w.vector(name + "FFN/conv2/" + bias)
}

func (w *writer) number(n int) { w.out = binary.LittleEndian.AppendUint32(w.out, uint32(n)) }

func (w *writer) float(v float32) {
	w.out = binary.LittleEndian.AppendUint32(w.out, math.Float32bits(v))
}

func (w *writer) find(name string) []float32 {
	t, ok := w.tensors[name]
	if !ok && w.err == nil {
		w.err = fmt.Errorf("model.json has no %s", name)
	}
	return t.values
}

func (w *writer) vector(name string) {
	values := w.find(name)
	w.number(len(values))
	for _, v := range values {
		w.float(v)
	}
}

// rows writes a matrix as it lies in the package.
func (w *writer) rows(name string, rows, cols int) {
	w.matrix(name, rows, cols, func(values []float32, row, col int) float32 { return values[row*cols+col] })
}

// columns writes a matrix, each of whose columns in the package is an output.
func (w *writer) columns(name string, in, out int) {
	w.matrix(name, out, in, func(values []float32, row, col int) float32 { return values[col*out+row] })
}

// matrix writes of each row a scale, and the row in steps of that scale.
func (w *writer) matrix(name string, rows, cols int, at func(values []float32, row, col int) float32) {
	values := w.find(name)
	if len(values) != rows*cols {
		if w.err == nil {
			w.err = fmt.Errorf("%s has %d numbers, not %d×%d", name, len(values), rows, cols)
		}
		return
	}
	w.number(rows)
	w.number(cols)
	for row := range rows {
		var top float32
		for col := range cols {
			top = max(top, float32(math.Abs(float64(at(values, row, col)))))
		}
		scale := top / 127
		if scale == 0 {
			scale = 1
		}
		w.float(scale)
		for col := range cols {
			w.out = append(w.out, byte(int8(math.Round(float64(at(values, row, col)/scale)))))
		}
	}
}
