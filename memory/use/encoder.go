package use

import (
	"context"
	"runtime"
	"sync"
)

// Dims is how many numbers a vector has.
const Dims = dims

// An Encoder turns texts into vectors. It may be used by several goroutines at
// once; together they keep no more processors busy than there are.
type Encoder struct {
	load  func() (model, error)
	turns chan struct{} // as many as there are processors
	spare sync.Pool     // of *pass
}

// A model is what the file of weights holds.
type model struct {
	*vocabulary
	*network
}

// New returns an encoder. It reads its weights when it is first used, which
// takes some milliseconds.
func New() *Encoder {
	return &Encoder{
		load: sync.OnceValues(func() (model, error) {
			vocab, net, err := decode(file)
			return model{vocab, net}, err
		}),
		turns: make(chan struct{}, runtime.GOMAXPROCS(0)),
		spare: sync.Pool{New: func() any { return new(pass) }},
	}
}

// Embed returns one vector a text, of length 1 and in order. A text of which
// the encoder knows nothing has the zero vector.
func (e *Encoder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vecs, _, err := e.Pooled(ctx, texts)
	return vecs, err
}

// Pooled returns, beside the vectors, what the last layer makes of them: the
// means of the texts' tokens, which have no particular length.
func (e *Encoder) Pooled(ctx context.Context, texts []string) (vecs, means [][]float32, err error) {
	m, err := e.load()
	if err != nil {
		return nil, nil, err
	}
	var pieces [][]int32
	ends := make([]int, len(texts)) // of each text's pieces
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		pieces = append(pieces, m.pieces(text)...)
		ends[i] = len(pieces)
	}
	pieceVecs, pieceMeans, err := e.pass(ctx, m.network, pieces)
	if err != nil {
		return nil, nil, err
	}
	from := 0
	for _, to := range ends {
		vec := join(pieceVecs[from:to], pieces[from:to])
		if to-from > 1 {
			normalise(vec)
		}
		vecs = append(vecs, vec)
		means = append(means, join(pieceMeans[from:to], pieces[from:to]))
		from = to
	}
	return vecs, means, nil
}

// join returns the mean of the vectors of a text's pieces, in which each counts
// by its tokens.
func join(vecs [][]float32, pieces [][]int32) []float32 {
	if len(vecs) == 1 {
		return vecs[0]
	}
	mean, all := make([]float32, dims), 0
	for _, piece := range pieces {
		all += len(piece)
	}
	for i, piece := range pieces {
		share := float32(len(piece)) / float32(all)
		for j, v := range vecs[i] {
			mean[j] += float32(share * v)
		}
	}
	return mean
}

// together is how many tokens go through the network in one pass, if there are
// so many: enough to read the weights for, and no more than the caches hold.
const together = 64

// pass passes the pieces through the network, as many at once as there are
// processors. A single pass is shared by them.
func (e *Encoder) pass(ctx context.Context, net *network, pieces [][]int32) (vecs, means [][]float32, err error) {
	vecs, means = vectors(len(pieces)), vectors(len(pieces))
	groups := group(pieces)
	alone := len(groups) < cap(e.turns)
	var wg sync.WaitGroup
	for _, g := range groups {
		if err := e.begin(ctx); err != nil {
			wg.Wait()
			return nil, nil, err
		}
		one := func() {
			workers := 1
			if alone {
				workers += e.more()
			}
			defer e.end(workers)
			p := e.spare.Get().(*pass)
			defer e.spare.Put(p)
			p.run(net, pieces[g.from:g.to], workers, means[g.from:g.to], vecs[g.from:g.to])
		}
		if alone {
			one()
			continue
		}
		wg.Go(one)
	}
	wg.Wait()
	return vecs, means, nil
}

// begin waits for a turn.
func (e *Encoder) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case e.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// more takes all turns that nobody else has, and returns how many these are.
func (e *Encoder) more() int {
	for n := 0; ; n++ {
		select {
		case e.turns <- struct{}{}:
		default:
			return n
		}
	}
}

func (e *Encoder) end(turns int) {
	for range turns {
		<-e.turns
	}
}

// vectors returns n vectors of zeros.
func vectors(n int) [][]float32 {
	all, vecs := make([]float32, n*dims), make([][]float32, n)
	for i := range vecs {
		vecs[i] = all[i*dims : (i+1)*dims : (i+1)*dims]
	}
	return vecs
}

// group puts neighbouring pieces together that make up one pass.
func group(pieces [][]int32) []text {
	var groups []text
	tokens := 0
	for i, piece := range pieces {
		if len(groups) == 0 || tokens+len(piece) > together {
			groups = append(groups, text{i, i})
			tokens = 0
		}
		groups[len(groups)-1].to = i + 1
		tokens += len(piece)
	}
	return groups
}
