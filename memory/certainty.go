package memory

import (
	"cmp"
	"math"
	"slices"
)

// A text is about any of the steps with the logit inScope + inScopeBest × the
// best score, once that is tempered. This was fitted with 20 of the 77 steps
// left out and their texts one in twenty of all.
const (
	inScope     = -0.3
	inScopeBest = 0.5
)

// How sure scores are before anybody has said whether they are right; chosen as
// the rest. Guesses that come from guesses are worth about half.
const (
	usualTemper   = 0.85
	hearsayTemper = 0.38 // and hearsayGain more for each lesson a step
	hearsayGain   = 0.03

	// trials is on how many lessons the temper is tried, at most one in
	// withheld, and firmness how much better than the usual one another has to
	// be.
	// overheard is for what a lesson on trial has taught before, by way of
	// guesses at what was heard.
	trials    = 200
	overheard = 0.9
	withheld  = 5
	firmness  = 15
)

// A certainty is what scores are multiplied with, so that of what is placed
// with a probability of 0.8, eight in ten stand right.
type certainty float64

// calibrate fills in the probabilities of all guesses, best first.
func (t certainty) calibrate(guesses []guess) {
	if len(guesses) == 0 {
		return
	}
	best, sum := guesses[0].score, 0.0
	for _, g := range guesses {
		sum += math.Exp(float64(t) * (g.score - best))
	}
	oneOfThese := t.oneOfThese(best)
	for i := range guesses {
		guesses[i].probability = oneOfThese * math.Exp(float64(t)*(guesses[i].score-best)) / sum
	}
}

// oneOfThese is the probability that a text is about any of the steps.
func (t certainty) oneOfThese(best float64) float64 {
	return 1 / (1 + math.Exp(-inScope-inScopeBest*float64(t)*best))
}

// tried is the certainty that suits what people decided: what makes the steps
// they told likeliest, of lessons that are put to the trial, unless there are
// too few to tell.
func (c *classifier) tried() certainty {
	usual := usualTemper
	if c.echoes() {
		usual = hearsayTemper + hearsayGain*min(10, float64(len(c.lessons))/float64(len(c.place)))
	}
	rows, right := c.trial()
	best, least := usual, math.Inf(1)
	for t := 0.25; t < 2; t *= 1.1 {
		loss := firmness * math.Pow(math.Log(t/usual), 2)
		for i, row := range rows {
			loss -= logLikelihood(row, right[i], t)
		}
		if loss < least {
			best, least = t, loss
		}
	}
	if len(rows) > 0 && c.echoes() {
		best *= overheard
	}
	return certainty(best)
}

// echoes reports whether most of what is known was only heard.
func (c *classifier) echoes() bool {
	n := 0
	for _, e := range c.heard {
		if e.at >= 0 {
			n++
		}
	}
	return n > len(c.lessons)
}

// logLikelihood is that of the right step by scores times t.
func logLikelihood(scores []float64, right int, t float64) float64 {
	best, sum := slices.Max(scores), 0.0
	for _, s := range scores {
		sum += math.Exp(t * (s - best))
	}
	return math.Log(certainty(t).oneOfThese(best)) + t*(scores[right]-best) - math.Log(sum)
}

// trial scores some of the lessons as if they had not been learned: for as long
// as it takes, they are withdrawn and the others brought into balance without
// them. It returns the scores of the steps, and which of them is right.
func (c *classifier) trial() (rows [][]float64, right []int) {
	var all, asked []*example
	for _, e := range c.lessons {
		if c.steps[e.step].id != none {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *example) int { return cmp.Or(cmp.Compare(a.id, b.id), a.step-b.step) })
	if len(all) == 0 || len(all) < withheld*len(c.place) {
		return nil, nil // a step would be left without any
	}
	n := min(trials, len(all)/withheld)
	for i := range n {
		asked = append(asked, all[i*len(all)/n])
	}
	for _, e := range asked {
		c.withdraw(e)
	}
	if n > 0 {
		c.rounds(visits)
	}
	for _, e := range asked {
		row, at := c.score(e)
		rows, right = append(rows, row), append(right, at)
	}
	for _, e := range asked {
		c.enter(e)
		for range visits {
			c.visit(e)
		}
	}
	if n > 0 {
		c.rounds(1)
	}
	return rows, right
}

// score is what the steps score for an example's text, and which of them is
// its own.
func (c *classifier) score(e *example) (row []float64, right int) {
	var v []float32
	if e.brief.known() {
		v = e.brief.expand(nil)
	}
	scores := c.scores(e.grams, v)
	for i, s := range c.steps {
		if s == nil || s.id == none {
			continue
		}
		if i == e.step {
			right = len(row)
		}
		row = append(row, scores[i])
	}
	return row, right
}
