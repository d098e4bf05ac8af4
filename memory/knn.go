package memory

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// How placement weighs its evidence. All of it was chosen on splits of
// Banking77's training half: journeys of 4 to 77 of its steps, with 0 to 80
// examples a step, as many for each or not, by the likelihood of the right
// step. None of it is delicate: half or twice a figure costs about a point.
// What comes of it, on the same half:
//
//	BANKING77=train.csv go test ./memory -run '^$' -bench Placement
const (
	// A step's score is the sum of both, and as it stands a logit: the same
	// figures suit few steps and many, few examples and many.
	logisticWeight = 0.9
	bayesWeight    = 0.25

	// smoothing is how much of what is said on a step is expected to be what
	// is said on all, counted in words or so.
	smoothing = 5

	// A text is about any of the steps with the logit inScope + inScopeBest ×
	// the best score. This was fitted with some of the 77 steps left out and
	// their texts one in ten of all.
	inScope     = 0.33
	inScopeBest = 0.42

	// maxLike is how many examples a guess names.
	maxLike = 3
)

// placing is what placement reads of a text. That five letters tell a word
// makes one of refund, refunds and refunding, and not in English alone.
var placing = recipe{
	stem: 5,
	word: 1, stop: 1,
	pair: 0.7, stopPair: 0.7,
	runs: 1.2, shortest: 3, longest: 4,
}

// A classifier scores the steps of one journey for a text. It works from the
// steps' own words alone, and learns each example at once. It adds up two kinds
// of evidence: naive Bayes, which counts what is said where, and a logistic
// regression, which learns what sets the steps apart. The same calls in the
// same order have the same answers. It is for one goroutine at a time.
type classifier struct {
	steps    []*step // nil where one was removed
	place    map[string]int
	examples []*example
	lessons  map[lessonKey]*example // of examples, those that were added
	grams    map[uint64]*gram
	mass     float64 // of all steps
	changed  int     // lessons since the last settling
}

// A step is what is known of one; its place is a column everywhere.
type step struct {
	id      string
	own     *example // its own words
	lessons int
	mass    float64 // of all that is said on it
}

type lessonKey struct{ id, step string }

// An example is a text whose step is known, as a vector of length 1.
//
// The vector of an encoder would stand here beside the grams: the regression
// takes its places as so many more features, and nearness its cosine. Naive
// Bayes counts, and has no use for it.
type example struct {
	id    string
	own   bool // it is a step's own words, which nobody added
	step  int
	at    int // in examples
	grams []feature
	pull  []float32 // by step: what it adds to the logistic weights of its grams
}

// A feature is a gram of a text, and its weight there.
type feature struct {
	*gram
	weight float32
}

// A gram is something texts say, as long as one example says it.
type gram struct {
	hash uint64
	said []saying
	pull []float32 // the logistic weights by step: what all its examples pull
}

type saying struct {
	by     *example
	weight float32
}

// A guess is how far a text speaks about one step.
type guess struct {
	step        string
	score       float64
	probability float64  // of all guesses, they add up to 1 less that of none of these
	like        []string // the nearest examples on that step
}

func newClassifier() *classifier {
	return &classifier{place: map[string]int{}, lessons: map[lessonKey]*example{}, grams: map[uint64]*gram{}}
}

// SetStep makes the texts, such as a name and a description, the step's own
// words, in place of those it had.
func (c *classifier) SetStep(id string, texts ...string) {
	at := c.stepAt(id)
	s := c.steps[at]
	if s.own != nil {
		c.withdraw(s.own)
	}
	grams, length := c.read(strings.Join(texts, "\n"), true)
	s.own = &example{own: true, step: at, grams: grams, pull: make([]float32, at+1)}
	s.own.pull[at] = float32(ownPull * math.Sqrt(math.Sqrt(length)))
	c.enter(s.own)
	apply(s.own.pull, grams, 1)
	c.changed += len(c.lessons)
}

// RemoveStep forgets the step and its examples.
func (c *classifier) RemoveStep(id string) {
	at, known := c.place[id]
	if !known {
		return
	}
	for _, e := range slices.Clone(c.examples) {
		if e.step == at {
			c.withdraw(e)
			delete(c.lessons, lessonKey{e.id, id})
		} else if at < len(e.pull) {
			e.pull[at] = 0
		}
	}
	for _, g := range c.grams {
		if at < len(g.pull) {
			g.pull[at] = 0
		}
	}
	delete(c.place, id)
	c.steps[at] = nil
	c.changed += len(c.lessons)
}

// Add learns that the text is about the step. A text may be about several.
func (c *classifier) Add(id, step, text string) {
	c.Remove(id, step)
	at := c.stepAt(step)
	grams, _ := c.read(text, true)
	e := &example{id: id, step: at, grams: grams}
	c.lessons[lessonKey{id, step}] = e
	c.steps[at].lessons++
	c.enter(e)
	for range visits {
		c.visit(e)
	}
	c.changed++
}

// Remove unlearns what Add has taught.
func (c *classifier) Remove(id, step string) {
	key := lessonKey{id, step}
	e := c.lessons[key]
	if e == nil {
		return
	}
	delete(c.lessons, key)
	c.steps[e.step].lessons--
	c.withdraw(e)
	c.changed++
}

// Classify returns a guess for every step, the best first, equal ones by id. A
// text that has nothing in common with any of them is about none. If a tenth
// of the lessons have changed, it takes the time to settle first.
func (c *classifier) Classify(text string) []guess {
	c.settle()
	grams, _ := c.read(text, false)
	scores := c.logits(grams)
	for i := range scores {
		scores[i] *= logisticWeight
	}
	nearness := c.compare(grams, scores)

	guesses := make([]guess, 0, len(c.place))
	like := c.nearest(nearness)
	for i, s := range c.steps {
		if s != nil {
			guesses = append(guesses, guess{step: s.id, score: scores[i], like: like[i]})
		}
	}
	slices.SortFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.step, b.step))
	})
	if len(grams) > 0 {
		calibrate(guesses)
	}
	return guesses
}

// compare adds to the scores what naive Bayes makes of the grams, and returns
// the cosine of the text to each example. Both come from who says what.
func (c *classifier) compare(grams []feature, scores []float64) []float32 {
	nearness := make([]float32, len(c.examples))
	said := make([]float64, len(c.steps))
	var known float64
	for _, g := range grams {
		var all float64
		clear(said)
		for _, s := range g.said {
			nearness[s.by.at] += g.weight * s.weight
			said[s.by.step] += float64(s.weight)
			all += float64(s.weight)
		}
		for i, v := range said {
			if v > 0 {
				scores[i] += bayesWeight * float64(g.weight) * math.Log1p(v/all*c.mass/smoothing)
			}
		}
		known += float64(g.weight)
	}
	for i, s := range c.steps {
		if s != nil {
			scores[i] -= bayesWeight * known * math.Log1p(s.mass/smoothing)
		}
	}
	return nearness
}

// nearest returns by step the ids of the added examples that are nearest.
func (c *classifier) nearest(nearness []float32) [][]string {
	best := make([][]*example, len(c.steps))
	for i, e := range c.examples {
		if e.own || nearness[i] <= 0 {
			continue
		}
		like := best[e.step]
		if len(like) == maxLike && nearness[i] < nearness[like[maxLike-1].at] {
			continue
		}
		at, _ := slices.BinarySearchFunc(like, e, func(a, b *example) int {
			return cmp.Or(cmp.Compare(nearness[b.at], nearness[a.at]), cmp.Compare(a.id, b.id))
		})
		if at < maxLike {
			like = slices.Insert(like, at, e)
			best[e.step] = like[:min(maxLike, len(like))]
		}
	}
	ids := make([][]string, len(best))
	for i, like := range best {
		for _, e := range like {
			ids[i] = append(ids[i], e.id)
		}
	}
	return ids
}

// calibrate fills in the probabilities of all guesses, best first.
func calibrate(guesses []guess) {
	if len(guesses) == 0 {
		return
	}
	best, sum := guesses[0].score, 0.0
	for _, g := range guesses {
		sum += math.Exp(g.score - best)
	}
	oneOfThese := 1 / (1 + math.Exp(-inScope-inScopeBest*best))
	for i := range guesses {
		guesses[i].probability = oneOfThese * math.Exp(guesses[i].score-best) / sum
	}
}
