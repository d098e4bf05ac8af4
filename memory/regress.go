package memory

import (
	"cmp"
	"math"
	"slices"

	"custory/internal/vec"
)

// How the logistic regressions learn; see above for how it was chosen.
const (
	// wordsReach and meaningReach are C: the greatest pull that an example
	// comes to have on its grams, and on the direction of its vector.
	wordsReach   = 15
	meaningReach = 60

	// ownPull is that of a step's own words on grams, times the fourth root of
	// their length: a description says more than a name, if not by as much as it
	// is longer. It is there from the beginning, and is not learned.
	ownPull = 9

	// ownShare is how many examples the meaning of a step's own words is worth.
	ownShare = 2

	// visits is how often an example is visited when it is new, and by each
	// settling.
	visits = 3

	// unsettled is the share of lessons that may have changed before all are
	// visited again. Where there are few examples, any change is enough: so that
	// every process knows the same.
	unsettled = 0.05
)

// visit brings one example into balance with what is known without it. This is
// coordinate ascent on the dual of multinomial logistic regression: an example
// pulls its features towards its step with what is missing there to certainty,
// and away from the others with what these have too much, both times reach.
// Since the weights are the sum of these pulls, an example is unlearned by
// taking back its own, and in the end it does not matter what came first.
func (c *classifier) visit(e *example) {
	if !e.own {
		e.pull = widen(e.pull, len(c.steps))
		apply(c.balance(e, e.pull, c.logits(e.grams), wordsReach), e.grams, 1)
	}
	if e.brief.known() {
		e.draw = widen(e.draw, len(c.steps))
		var room [2048]float32
		v := e.brief.expand(room[:])
		c.lean(c.balance(e, e.draw, c.meaning(v), meaningReach), v, 1)
	}
}

// balance moves the pulls of an example a step towards balance, no further than
// is sure not to overshoot, and returns by how much.
func (c *classifier) balance(e *example, pull []float32, logits []float64, reach float64) (move []float32) {
	reach *= float64(e.share)
	for i, s := range c.steps {
		if s == nil {
			logits[i] = math.Inf(-1)
			continue
		}
		// That a step has more examples than another is half a reason to
		// expect it more often. What this explains is not learned.
		logits[i] += math.Log(float64(1+len(s.taught))) / 2
	}
	softmax(logits)
	stepSize := 1 / (1 + reach/4)
	move = make([]float32, len(logits))
	for i, p := range logits {
		balance := -reach * p
		if i == e.step {
			balance += reach
		}
		move[i] = float32(stepSize * (balance - float64(pull[i])))
		pull[i] += move[i]
	}
	return move
}

// settle visits all examples if too many have changed since it last did, and
// studies anew what it heard if that has changed much.
func (c *classifier) settle() {
	if c.changed == 0 && c.rumours == 0 {
		return
	}
	taught := c.changed > 0 && (len(c.examples) <= few || float64(c.changed) > unsettled*float64(len(c.lessons)))
	heard := float64(c.rumours) > rumoured*float64(len(c.heard))
	if taught || heard {
		c.changed, c.rumours = 0, 0
		c.study()
		c.sure = c.tried()
	}
}

// rounds visits every example so many times. It strides through them by the
// golden ratio, so that those of a step, which often are added together, do not
// follow each other.
func (c *classifier) rounds(times int) {
	n, at := len(c.examples), 0
	if n == 0 {
		return
	}
	stride := max(1, int(float64(n)/math.Phi))
	for gcd(stride, n) != 1 {
		stride++
	}
	for range times * n {
		c.visit(c.examples[at])
		at = (at + stride) % n
	}
}

// logits returns what the regression over words makes of the grams, by step.
func (c *classifier) logits(grams []feature) []float64 {
	sum := make([]float32, len(c.steps))
	for _, g := range grams {
		vec.AddScaled(sum[:len(g.pull)], g.weight, g.pull)
	}
	logits := make([]float64, len(sum))
	for i, s := range sum {
		logits[i] = float64(s)
	}
	return logits
}

// meaning returns what the regression over vectors makes of one, by step.
func (c *classifier) meaning(v []float32) []float64 {
	logits := make([]float64, len(c.steps))
	for i, s := range c.steps {
		if s != nil && len(s.weights) == len(v) {
			logits[i] = float64(vec.Dot(s.weights, v))
		}
	}
	return logits
}

// lean adds what a text draws, times sign, to the steps' weights.
func (c *classifier) lean(draw, v []float32, sign float32) {
	for i, d := range draw {
		if s := c.steps[i]; s != nil && d != 0 {
			s.weights = widen(s.weights, len(v))
			vec.AddScaled(s.weights, sign*d, v)
		}
	}
}

// apply adds the pull of a text, times sign, to its grams.
func apply(pull []float32, grams []feature, sign float32) {
	for _, g := range grams {
		g.pull = widen(g.pull, len(pull))
		vec.AddScaled(g.pull[:len(pull)], sign*g.weight, pull)
	}
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

// exampleOf returns an example that does not teach yet, and the length that its
// grams had.
func (c *classifier) exampleOf(id, text string, v []float32) (*example, float64) {
	grams, length := c.read(text, true)
	for _, g := range grams {
		g.refs++
	}
	return &example{id: id, step: -1, at: -1, grams: grams, brief: briefOf(v)}, length
}

// release lets go of an example's grams.
func (c *classifier) release(e *example) {
	for _, g := range e.grams {
		if g.refs--; g.refs == 0 {
			delete(c.grams, g.hash)
		}
	}
}

// enter files the example under all that it says.
func (c *classifier) enter(e *example) {
	e.at = len(c.examples)
	c.examples = append(c.examples, e)
	c.weigh(e, e.share, 1)
}

// withdraw takes the example and its pulls out of everything.
func (c *classifier) withdraw(e *example) {
	last := c.examples[len(c.examples)-1]
	c.examples[e.at], last.at = last, e.at
	c.examples = c.examples[:len(c.examples)-1]
	c.weigh(e, -e.share, -1)
	apply(e.pull, e.grams, -1)
	if len(e.draw) > 0 {
		c.lean(e.draw, e.brief.expand(nil), -1)
	}
	e.at, e.pull, e.draw = -1, nil, nil
}

// weigh adds what the example says, times a factor, to what is said on its
// step. A step's own words count there as one example.
func (c *classifier) weigh(e *example, factor float32, examples int) {
	if e.own {
		factor = float32(examples)
	}
	for _, g := range e.grams {
		i := slices.IndexFunc(g.said, func(s saying) bool { return s.step == e.step })
		if i < 0 {
			i = len(g.said)
			g.said = append(g.said, saying{step: e.step})
		}
		mass := float64(factor * g.weight)
		g.said[i].mass += mass
		if g.said[i].examples += examples; g.said[i].examples == 0 {
			g.said = slices.Delete(g.said, i, i+1)
		}
		c.steps[e.step].mass += mass
		c.mass += mass
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
