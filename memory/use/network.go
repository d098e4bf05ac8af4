package use

import (
	"math"
	"sync"

	"custory/internal/vec"
)

const (
	dims   = 512  // of the vectors
	input  = 256  // how wide the input is
	hidden = 1536 // how wide the middle of a feed-forward is
	heads  = 4
)

// A network turns the tokens of texts into vectors. The package's comment has
// its plan.
type network struct {
	embeddings vec.Matrix
	timing     []float32
	layers     [2]layer
	head       dense
}

type layer struct {
	width   int // of what comes in, and of all heads together
	before  layerNorm
	qkv     dense
	said    dense
	skip    dense // of the input, in layer 0
	between layerNorm
	up      dense
	down    dense
}

type dense struct {
	weights vec.Matrix
	bias    []float32
}

type layerNorm struct{ scale, bias []float32 }

// A pass is one way through the network, of the tokens of several texts side
// by side. Nothing of a token depends on which others come after its text, so
// a text has the same vector in any pass.
type pass struct {
	*network
	tokens []int32
	texts  []text // of each token, the text it is in

	x      []float32 // dims a token
	qkv    [2][]float32
	q      []int16   // what is multiplied next, quantised
	scales []float32 // one a token
	wide   []float32 // hidden a token
}

// A text is where in a pass the tokens of a text are.
type text struct{ from, to int }

// run passes texts, of at most maxTokens each, through the network, with so
// many workers. Into each of means and vecs it writes a vector a text.
func (p *pass) run(net *network, texts [][]int32, workers int, means, vecs [][]float32) {
	p.network = net
	spans := p.take(texts)
	p.share(workers, func(from, to int) {
		p.read(from, to)
		p.ask(0, from, to)
	})
	p.share(workers, func(from, to int) {
		p.attend(0, from, to)
		p.feed(0, from, to)
		p.ask(1, from, to)
	})
	p.share(workers, func(from, to int) {
		p.attend(1, from, to)
		p.feed(1, from, to)
	})
	for i, span := range spans {
		p.mean(means[i], span)
		p.finish(vecs[i], means[i])
	}
}

// take lays out the tokens, and makes room.
func (p *pass) take(texts [][]int32) []text {
	spans := make([]text, len(texts))
	p.tokens, p.texts = p.tokens[:0], p.texts[:0]
	for i, tokens := range texts {
		spans[i] = text{len(p.tokens), len(p.tokens) + len(tokens)}
		p.tokens = append(p.tokens, tokens...)
		for range tokens {
			p.texts = append(p.texts, spans[i])
		}
	}
	n := len(p.tokens)
	p.x = room(p.x, n*dims)
	for i := range p.qkv {
		p.qkv[i] = room(p.qkv[i], n*3*p.layers[i].width)
	}
	p.q = room(p.q, n*hidden)
	p.scales = room(p.scales, n)
	p.wide = room(p.wide, n*hidden)
	return spans
}

func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// atOnce is how many tokens are multiplied together.
const atOnce = 4

// share has each worker do its part of the tokens.
func (p *pass) share(workers int, part func(from, to int)) {
	n := len(p.tokens)
	blocks := (n + atOnce - 1) / atOnce
	workers = min(workers, blocks)
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { part(blocks*w/workers*atOnce, min(n, blocks*(w+1)/workers*atOnce)) })
	}
	part(0, min(n, blocks/max(1, workers)*atOnce))
	wg.Wait()
}

// read gives tokens their input, in wide, and what skips layer 0, in x.
func (p *pass) read(from, to int) {
	for t := from; t < to; t++ {
		in := p.wide[t*hidden:][:input]
		p.embeddings.Row(in, int(p.tokens[t]), 2)
		at := t - p.texts[t].from
		vec.AddScaled(in, 1, p.timing[at*input:][:input])
		p.quantise(from, t, in, vec.Everything())
		copy(p.x[t*dims:][:dims], p.layers[0].skip.bias)
	}
	p.multiply(p.layers[0].skip, p.x, from, to)
}

// ask computes what tokens ask and answer in a layer: Q, K and V.
func (p *pass) ask(i, from, to int) {
	l := &p.layers[i]
	var row [dims]float32
	for t := from; t < to; t++ {
		in := p.x[t*dims:][:dims]
		if i == 0 {
			in = p.wide[t*hidden:][:input]
		}
		l.before.apply(row[:l.width], in)
		p.quantise(from, t, row[:l.width], vec.Everything())
		copy(p.qkv[i][t*3*l.width:], l.qkv.bias)
	}
	p.multiply(l.qkv, p.qkv[i], from, to)
}

// attend adds to tokens what those of the same text say to them.
func (p *pass) attend(i, from, to int) {
	l := &p.layers[i]
	var said [dims]float32
	for t := from; t < to; t++ {
		p.listen(said[:l.width], i, t)
		p.quantise(from, t, said[:l.width], vec.Everything())
		vec.AddScaled(p.x[t*dims:][:dims], 1, l.said.bias)
	}
	p.multiply(l.said, p.x, from, to)
}

// listen writes what the heads of a token hear.
func (p *pass) listen(said []float32, i, t int) {
	width := p.layers[i].width
	size := width / heads
	root := float32(1 / math.Sqrt(float64(size)))
	span, stride := p.texts[t], 3*width
	all := p.qkv[i]
	var weights [maxTokens]float32
	clear(said)
	for at := 0; at < width; at += size {
		asked := all[t*stride+at:][:size]
		scores := weights[:span.to-span.from]
		for u := range scores {
			scores[u] = vec.Dot(asked, all[(span.from+u)*stride+width+at:][:size]) * root
		}
		softmax(scores)
		for u, weight := range scores {
			vec.AddScaled(said[at:][:size], weight, all[(span.from+u)*stride+2*width+at:][:size])
		}
	}
}

func softmax(scores []float32) {
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	var sum float32
	for i, s := range scores {
		scores[i] = float32(math.Exp(float64(s - top)))
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}

// feed adds to tokens what they come to by themselves.
func (p *pass) feed(i, from, to int) {
	l := &p.layers[i]
	var row [dims]float32
	for t := from; t < to; t++ {
		l.between.apply(row[:], p.x[t*dims:][:dims])
		p.quantise(from, t, row[:], vec.Everything())
		copy(p.wide[t*hidden:][:hidden], l.up.bias)
	}
	p.multiply(l.up, p.wide, from, to)
	for t := from; t < to; t++ {
		p.quantise(from, t, p.wide[t*hidden:][:hidden], 0)
		vec.AddScaled(p.x[t*dims:][:dims], 1, l.down.bias)
	}
	p.multiply(l.down, p.x, from, to)
}

// quantise makes a row what is multiplied next of a token. The rows of a part,
// which begins with the token from, lie side by side.
func (p *pass) quantise(from, t int, row []float32, least float32) {
	q := p.q[from*hidden+(t-from)*len(row):][:len(row)]
	p.scales[t] = vec.Quantise(q, row, least)
}

// multiply adds to y what the matrix makes of the tokens' quantised rows.
func (p *pass) multiply(d dense, y []float32, from, to int) {
	in, out := d.weights.Cols, d.weights.Rows
	d.weights.MulAdd(y[from*out:to*out], p.q[from*hidden:][:(to-from)*in], p.scales[from:to])
}

// apply writes the norm of x to y.
func (n *layerNorm) apply(y, x []float32) {
	y, scale, bias := y[:len(x)], n.scale[:len(x)], n.bias[:len(x)]
	var sum, squares float32
	for _, v := range x {
		sum += v
	}
	mean := sum / float32(len(x))
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	k := float32(1 / math.Sqrt(float64(squares/float32(len(x))+1e-6)))
	for i, v := range x {
		y[i] = (v-mean)*k*scale[i] + bias[i]
	}
}

// mean writes the mean of a text's tokens.
func (p *pass) mean(to []float32, span text) {
	clear(to)
	for t := span.from; t < span.to; t++ {
		vec.AddScaled(to, 1/float32(span.to-span.from), p.x[t*dims:][:dims])
	}
}

// finish writes the vector of a text, from its mean.
func (p *pass) finish(to, mean []float32) {
	var q [dims]int16
	scale := vec.Quantise(q[:], mean, vec.Everything())
	copy(to, p.head.bias)
	p.head.weights.MulAdd(to, q[:], []float32{scale})
	for i, v := range to {
		to[i] = float32(math.Tanh(float64(v)))
	}
	normalise(to)
}

// normalise gives v the length 1, if it has any.
func normalise(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	k := 1 / math.Sqrt(sum)
	for i, x := range v {
		v[i] = float32(float64(x) * k)
	}
}
