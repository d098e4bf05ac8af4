package memory

import (
	"cmp"
	"math"
	"slices"
)

// How the logistic regression learns; see above for how it was chosen.
const (
	// reach is C: the greatest pull that an example comes to have.
	reach = 15

	// ownPull is that of a step's own words, times the fourth root of their
	// length: a description says more than a name, if not by as much as it is
	// longer. It is there from the beginning, and is not learned.
	ownPull = 9

	// stepSize is how far a visit goes to where the example would be in
	// balance. Further than this, visits can overshoot.
	stepSize = 1 / (1 + reach/4.)

	// visits is how often an example is visited when it is new, and by each
	// settling. Five times or thirty make no difference.
	visits = 3

	// unsettled is the share of lessons that may have changed before all are
	// visited again.
	unsettled = 0.1
)

// visit brings one example into balance with what is known without it. This is
// coordinate ascent on the dual of multinomial logistic regression: an example
// pulls its grams towards its step with what is missing there to certainty,
// and away from the others with what these have too much, both times reach.
// Since the weights are the sum of these pulls, an example is unlearned by
// taking back its own, and in the end it does not matter what came first.
func (c *classifier) visit(e *example) {
	e.pull = widen(e.pull, len(c.steps))
	scores := c.logits(e.grams)
	for i, s := range c.steps {
		if s == nil {
			scores[i] = math.Inf(-1)
			continue
		}
		// That a step has more examples than another is half a reason to
		// expect it more often. What this explains is not learned.
		scores[i] += math.Log(float64(1+s.lessons)) / 2
	}
	softmax(scores)
	move := make([]float32, len(scores))
	for i, p := range scores {
		balance := -reach * p
		if i == e.step {
			balance += reach
		}
		move[i] = stepSize * (float32(balance) - e.pull[i])
		e.pull[i] += move[i]
	}
	apply(move, e.grams, 1)
}

// settle visits all examples if too many have changed since it last did. It
// strides through them by the golden ratio, so that those of a step, which
// often are added together, do not follow each other.
func (c *classifier) settle() {
	if float64(c.changed) <= unsettled*float64(len(c.lessons)) {
		return
	}
	c.changed = 0
	n, at := len(c.examples), 0
	stride := max(1, int(float64(n)/math.Phi))
	for gcd(stride, n) != 1 {
		stride++
	}
	for range visits * n {
		if e := c.examples[at]; !e.own {
			c.visit(e)
		}
		at = (at + stride) % n
	}
}

// logits returns what the logistic regression makes of the grams, by step.
func (c *classifier) logits(grams []feature) []float64 {
	sum := make([]float32, len(c.steps))
	for _, g := range grams {
		for i, p := range g.pull {
			sum[i] += g.weight * p
		}
	}
	logits := make([]float64, len(sum))
	for i, s := range sum {
		logits[i] = float64(s)
	}
	return logits
}

// stepAt returns the place of a step, which it makes if there is none.
func (c *classifier) stepAt(id string) int {
	if at, known := c.place[id]; known {
		return at
	}
	at := slices.Index(c.steps, nil)
	if at < 0 {
		at = len(c.steps)
		c.steps = append(c.steps, nil)
	}
	c.steps[at] = &step{id: id}
	c.place[id] = at
	return at
}

// enter files the example under all that it says.
func (c *classifier) enter(e *example) {
	e.at = len(c.examples)
	c.examples = append(c.examples, e)
	for _, g := range e.grams {
		g.said = append(g.said, saying{e, g.weight})
		c.steps[e.step].mass += float64(g.weight)
		c.mass += float64(g.weight)
	}
}

// withdraw takes the example and its pull out of everything.
func (c *classifier) withdraw(e *example) {
	last := c.examples[len(c.examples)-1]
	c.examples[e.at], last.at = last, e.at
	c.examples = c.examples[:len(c.examples)-1]
	apply(e.pull, e.grams, -1)
	for _, g := range e.grams {
		c.steps[e.step].mass -= float64(g.weight)
		c.mass -= float64(g.weight)
		i := slices.IndexFunc(g.said, func(s saying) bool { return s.by == e })
		g.said = slices.Delete(g.said, i, i+1)
		if len(g.said) == 0 {
			delete(c.grams, g.hash)
		}
	}
}

// apply adds the pull of a text, times sign, to its grams.
func apply(pull []float32, grams []feature, sign float32) {
	for _, g := range grams {
		g.pull = widen(g.pull, len(pull))
		row := g.pull[:len(pull)]
		for i, p := range pull {
			row[i] += sign * g.weight * p
		}
	}
}

// read returns the grams of a text as a vector of length 1, and the length it
// had. If it is not to learn, it leaves out what no example says: what is
// unheard of counts for nothing, but takes from the weight of the rest.
func (c *classifier) read(text string, learn bool) (grams []feature, length float64) {
	type heard struct {
		hash   uint64
		weight float32
	}
	var all []heard
	for hash, weight := range placing.grams(text) {
		all = append(all, heard{hash, weight})
	}
	slices.SortFunc(all, func(a, b heard) int { return cmp.Compare(a.hash, b.hash) })
	distinct := all[:0]
	for _, h := range all {
		if n := len(distinct); n > 0 && distinct[n-1].hash == h.hash {
			distinct[n-1].weight += h.weight
			continue
		}
		distinct = append(distinct, h)
	}
	for _, h := range distinct {
		length += float64(h.weight) * float64(h.weight)
	}
	length = math.Sqrt(length)
	for _, h := range distinct {
		g := c.grams[h.hash]
		if g == nil && learn {
			g = &gram{hash: h.hash}
			c.grams[h.hash] = g
		}
		if g != nil {
			grams = append(grams, feature{g, h.weight / float32(length)})
		}
	}
	return grams, length
}

// softmax turns logits into probabilities.
func softmax(logits []float64) {
	best, sum := slices.Max(logits), 0.0
	for i, l := range logits {
		logits[i] = math.Exp(l - best)
		sum += logits[i]
	}
	for i := range logits {
		logits[i] /= sum
	}
}

// widen returns the row with zeros up to the width.
func widen(row []float32, width int) []float32 {
	if len(row) >= width {
		return row
	}
	return append(row, make([]float32, width-len(row))...)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
