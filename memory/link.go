package memory

import (
	"slices"

	"custory/internal/vec"
)

// A linkage is a clustering under way.
type linkage struct {
	cos    [][]float32 // the average cosine between the members of two groups
	groups [][]int     // nil: it has become part of another
	done   []bool      // no other group is near enough, nor ever will be
}

// link clusters by average link. It follows chains of nearest neighbours, which
// finds the same groups as always linking the nearest two, in quadratic time.
func link(vecs [][]float32, same float32) [][]int {
	l := newLinkage(vecs)
	var chain []int
	for begin := 0; begin < len(vecs); {
		if l.groups[begin] == nil || l.done[begin] {
			begin++
			continue
		}
		chain = append(chain[:0], begin)
		for len(chain) > 0 {
			n := len(chain)
			before := -1
			if n > 1 {
				before = chain[n-2]
			}
			switch next := l.nearest(chain[n-1], before, same); next {
			case -1: // only the first of a chain has no near one
				l.done[chain[n-1]] = true
				chain = chain[:n-1]
			case before: // each is the other's nearest
				l.merge(chain[n-1], before)
				chain = chain[:n-2]
			default:
				chain = append(chain, next)
			}
		}
	}
	groups := slices.DeleteFunc(l.groups, func(g []int) bool { return g == nil })
	for _, g := range groups {
		slices.Sort(g)
	}
	return groups
}

func newLinkage(vecs [][]float32) *linkage {
	l := &linkage{make([][]float32, len(vecs)), make([][]int, len(vecs)), make([]bool, len(vecs))}
	for i := range vecs {
		l.cos[i] = make([]float32, len(vecs))
		l.groups[i] = []int{i}
		for j := range i {
			c := vec.Dot(vecs[i], vecs[j])
			l.cos[i][j], l.cos[j][i] = c, c
		}
	}
	return l
}

// nearest is the group nearest to g, or -1 if none is near enough. Of several
// it is the one before, or else the first.
func (l *linkage) nearest(g, before int, same float32) int {
	best := before
	if before >= 0 {
		same = l.cos[g][before]
	}
	for o, c := range l.cos[g] {
		if o != g && l.groups[o] != nil && !l.done[o] && (c > same || c == same && best < 0) {
			best, same = o, c
		}
	}
	return best
}

// merge makes one group of two.
func (l *linkage) merge(a, b int) {
	a, b = min(a, b), max(a, b)
	m, n := float32(len(l.groups[a])), float32(len(l.groups[b]))
	for o := range l.groups {
		if o != a && o != b && l.groups[o] != nil {
			c := (m*l.cos[a][o] + n*l.cos[b][o]) / (m + n)
			l.cos[a][o], l.cos[o][a] = c, c
		}
	}
	l.groups[a], l.groups[b] = append(l.groups[a], l.groups[b]...), nil
}

// add adds v to sum.
func add(sum, v []float32) {
	for i, x := range v {
		sum[i] += x
	}
}
