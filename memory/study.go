package memory

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// How much is made of what is heard; chosen as the rest, see above.
const (
	// hearsay is how much a text teaches whose step is a guess, times how sure
	// the guess is.
	hearsay = 0.3

	// rumoured is the share of the heard texts that may have changed before
	// they are studied again.
	rumoured = 0.5

	// enough is how many texts a step there have to be, heard and told apart,
	// for listening to help: with fewer there is nothing to hear, and with many
	// that somebody told, nothing to add.
	enough = 25
	plenty = 40

	// evenness is how far the steps are expected to be spoken of equally often:
	// 0 takes what is heard as it is, so that a step which is guessed often
	// draws ever more to itself, and 1 gives each the same.
	evenness = 0.5

	// doubt is how sure the guesses are on average while they are compared.
	doubt = 0.6

	// few examples are learned from the beginning by each study. So it is exact
	// that what was undone is not known any more; with many it is nearly so.
	few = 300

	// hearings is how often the heard texts are guessed anew, each time by what
	// the last has taught.
	hearings = 3
)

// Hear takes in a text whose step nobody told.
func (c *classifier) Hear(id, text string, v []float32) {
	c.Unhear(id)
	e, _ := c.exampleOf(id, text, v)
	c.heard[id] = e
	e.text = text
	c.saying[text] = append(c.saying[text], e)
	c.rumours++
}

// Unhear forgets what Hear has heard.
func (c *classifier) Unhear(id string) {
	e := c.heard[id]
	if e == nil {
		return
	}
	if e.at >= 0 {
		c.withdraw(e)
	}
	c.release(e)
	delete(c.heard, id)
	if c.saying[e.text] = slices.DeleteFunc(c.saying[e.text], func(o *example) bool { return o == e }); len(c.saying[e.text]) == 0 {
		delete(c.saying, e.text)
	}
	c.rumours++
}

// HeardOut says that there is no more to hear for now: what was heard is studied
// as soon as somebody asks.
func (c *classifier) HeardOut() { c.rumours = max(c.rumours, len(c.heard)+1) }

// study learns from what was told until it is in balance, and then from what
// was heard: it guesses the steps of those texts and takes the guesses for
// lessons, though for lesser ones, and so learns which words go together. The
// guesses never come from an earlier study, so that none confirms itself for
// ever.
func (c *classifier) study() {
	heard := c.listening()
	for _, e := range heard {
		if e.at >= 0 {
			c.withdraw(e)
		}
		e.step = -1
	}
	if len(c.examples) <= few {
		c.afresh()
		c.rounds(4 * visits)
	} else {
		c.rounds(visits)
	}
	steps := len(c.place)
	if _, told := c.place[none]; told {
		steps--
	}
	if steps == 0 || len(heard) < enough*steps || len(c.lessons) > plenty*steps {
		return
	}
	n := hearings
	if len(c.lessons) >= 3*steps {
		n = 1
	}
	for range n {
		c.believe(heard, c.guesses(heard))
		c.rounds(visits)
	}
}

// afresh forgets what was learned, but not the examples, and puts these in
// order.
func (c *classifier) afresh() {
	slices.SortFunc(c.examples, func(a, b *example) int {
		return cmp.Or(cmp.Compare(c.steps[a.step].id, c.steps[b.step].id), cmp.Compare(a.id, b.id))
	})
	for _, s := range c.steps {
		if s != nil {
			clear(s.weights)
		}
	}
	for _, g := range c.grams {
		clear(g.pull)
	}
	for i, e := range c.examples {
		e.at = i
		clear(e.draw)
		if e.own {
			apply(e.pull, e.grams, 1)
		} else {
			clear(e.pull)
		}
	}
}

// disregard takes from the scores of a text what a guess at its own step has
// added, so that no guess confirms itself.
func (c *classifier) disregard(e *example, scores []float64) {
	if e.at < 0 {
		return
	}
	for i, p := range e.pull {
		scores[i] -= wordsWeight * float64(p)
	}
	for i, d := range e.draw {
		scores[i] -= meaningWeight * float64(d)
	}
	for _, g := range e.grams {
		var all, here float64
		for _, s := range g.said {
			all += s.mass
			if s.step == e.step {
				here = s.mass
			}
		}
		own := float64(e.share * g.weight)
		if all <= own {
			continue
		}
		with := math.Log1p(here / all * c.mass / smoothing)
		without := math.Log1p(max(0, here-own) / (all - own) * c.mass / smoothing)
		scores[e.step] -= bayesWeight * float64(g.weight) * (with - without)
	}
}

// listening are the texts heard, in order.
func (c *classifier) listening() []*example {
	return slices.SortedFunc(maps.Values(c.heard), func(a, b *example) int { return cmp.Compare(a.id, b.id) })
}

// guesses tells for each text how likely it is about each step, by place,
// tempered so that they are as sure as doubt allows, and evened out.
func (c *classifier) guesses(heard []*example) [][]float64 {
	all := make([][]float64, len(heard))
	for i, e := range heard {
		var v []float32
		if e.brief.known() {
			v = e.brief.expand(nil)
		}
		all[i] = c.scores(e.grams, v)
		for at, s := range c.steps {
			if s == nil || s.id == none {
				all[i][at] = math.Inf(-1)
			}
		}
	}
	all = temper(all, doubt)
	for range 4 {
		even(all, evenness)
	}
	return all
}

// temper turns scores into probabilities, multiplying all scores by what makes
// the best of each sure on average.
func temper(scores [][]float64, sure float64) [][]float64 {
	low, high := 0.02, 50.0
	out := make([][]float64, len(scores))
	for range 20 {
		mid, sum := math.Sqrt(low*high), 0.0
		for i, row := range scores {
			out[i] = out[i][:0]
			for _, s := range row {
				out[i] = append(out[i], s*mid)
			}
			softmax(out[i])
			sum += slices.Max(out[i])
		}
		if sum < sure*float64(len(scores)) {
			low = mid
		} else {
			high = mid
		}
	}
	return out
}

// even divides each column by a power of its sum, and makes rows add up to 1.
func even(rows [][]float64, power float64) {
	if len(rows) == 0 {
		return
	}
	sums := make([]float64, len(rows[0]))
	for _, r := range rows {
		for i, p := range r {
			sums[i] += p
		}
	}
	for i := range sums {
		sums[i] = math.Pow(sums[i]+1e-9, power)
	}
	for _, r := range rows {
		all := 0.0
		for i := range r {
			r[i] /= sums[i]
			all += r[i]
		}
		for i := range r {
			r[i] /= all
		}
	}
}

// believe makes each text an example of its likeliest step.
func (c *classifier) believe(heard []*example, guesses [][]float64) {
	for i, e := range heard {
		at := 0
		for j, p := range guesses[i] {
			if p > guesses[i][at] {
				at = j
			}
		}
		if e.at >= 0 {
			c.weigh(e, -e.share, -1)
			e.share = float32(hearsay * guesses[i][at])
			e.step = at
			c.weigh(e, e.share, 1)
			continue
		}
		e.step, e.share = at, float32(hearsay*guesses[i][at])
		c.enter(e)
	}
}
