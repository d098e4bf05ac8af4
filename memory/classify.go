package memory

import (
	"cmp"
	"math"
	"slices"
)

// How placement weighs its evidence. All of it was chosen on splits of
// Banking77's training half: journeys of 4 to 77 of its steps, with 0 to 80
// examples a step, as many for each or not, by the likelihood of the right
// step. None of it is delicate: half or twice a figure costs about a point.
// What comes of it, on the same half:
//
//	BANKING77=train.csv go test ./memory -run '^$' -bench Placement
const (
	// A step's score is the sum of three, and as it stands a logit: the same
	// figures suit few steps and many, few examples and many. Each learns by
	// itself: of one regression over words and meaning together, the words of
	// the examples would leave little for their meaning to explain.
	wordsWeight   = 0.7
	meaningWeight = 1.0
	bayesWeight   = 0.25

	// smoothing is how much of what is said on a step is expected to be what
	// is said on all, counted in words or so.
	smoothing = 5

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
// steps' own words alone, and learns each example at once. It adds up three
// kinds of evidence: naive Bayes, which counts what is said where, and two
// logistic regressions, which learn what sets the steps apart: one in the words
// of the examples, one in their vectors, which tell what they mean. From texts
// whose step nobody told it learns by listening; see study. The same calls in
// the same order have the same answers. It is for one goroutine at a time.
type classifier struct {
	steps    []*step // nil where one was removed
	place    map[string]int
	examples []*example // all that teach
	lessons  map[lessonKey]*example
	heard    map[string]*example   // texts whose step nobody told
	saying   map[string][]*example // them, by what they say
	grams    map[uint64]*gram
	mass     float64 // of all steps
	changed  int     // lessons since the last settling
	rumours  int     // texts heard, or no longer heard, since the last study
	sure     certainty
}

// A step is what is known of one; its place is a column everywhere.
type step struct {
	id      string
	own     *example   // its own words
	taught  []*example // what somebody said is about it
	mass    float64    // of all that is said on it
	weights []float32  // the regression over vectors: what all examples pull
}

type lessonKey struct{ id, step string }

// An example is a text that teaches, as grams and as a vector, both of length 1.
type example struct {
	id    string
	own   bool    // it is a step's own words, which nobody added
	step  int     // -1: nobody told, and it is not clear
	share float32 // how much it teaches: 1 if somebody told its step
	at    int     // in examples; -1 if it does not teach
	text  string  // of one that was heard
	grams []feature
	brief brief
	pull  []float32 // by step: what it adds to the weights of its grams
	draw  []float32 // by step: how much of its vector it adds to the step's weights
}

// A feature is a gram of a text, and its weight there.
type feature struct {
	*gram
	weight float32
}

// A gram is something texts say, as long as one that is known says it.
type gram struct {
	hash uint64
	refs int
	said []saying
	pull []float32 // the logistic weights by step: what all its examples pull
}

// A saying is how much of a gram is said on one step.
type saying struct {
	step, examples int
	mass           float64
}

// A guess is how far a text speaks about one step.
type guess struct {
	step        string
	score       float64
	probability float64  // of all guesses, they add up to 1 less that of none of these
	like        []string // the nearest examples on that step
}

func newClassifier() *classifier {
	return &classifier{place: map[string]int{}, lessons: map[lessonKey]*example{}, heard: map[string]*example{}, saying: map[string][]*example{}, grams: map[uint64]*gram{}, sure: usualTemper}
}

// SetStep makes the text, such as a name and a description, the step's own
// words, in place of those it had. v is its vector, or nil.
func (c *classifier) SetStep(id, text string, v []float32) {
	at := c.stepAt(id)
	s := c.steps[at]
	if s.own != nil {
		c.withdraw(s.own)
		c.release(s.own)
	}
	e, length := c.exampleOf(id, text, v)
	e.own, e.step, e.share = true, at, ownShare
	s.own = e
	c.enter(e)
	e.pull = make([]float32, at+1)
	e.pull[at] = float32(ownPull * math.Sqrt(math.Sqrt(length)))
	apply(e.pull, e.grams, 1)
	for range visits {
		c.visit(e)
	}
	c.changed += len(c.lessons) + 1
}

// RemoveStep forgets the step and its examples.
func (c *classifier) RemoveStep(id string) {
	at, known := c.place[id]
	if !known {
		return
	}
	for _, e := range slices.Clone(c.examples) {
		switch {
		case e.step != at:
			for _, p := range [][]float32{e.pull, e.draw} {
				if at < len(p) {
					p[at] = 0
				}
			}
		case c.heard[e.id] == e:
			c.withdraw(e)
		default:
			c.withdraw(e)
			c.release(e)
			delete(c.lessons, lessonKey{e.id, id})
		}
	}
	for _, g := range c.grams {
		if at < len(g.pull) {
			g.pull[at] = 0
		}
	}
	delete(c.place, id)
	c.steps[at] = nil
	c.changed += len(c.lessons) + 1
}

// Add learns that the text, whose vector is v or nil, is about the step. A text
// may be about several.
func (c *classifier) Add(id, step, text string, v []float32) {
	c.Remove(id, step)
	at := c.stepAt(step)
	e, _ := c.exampleOf(id, text, v)
	e.step, e.share = at, 1
	c.lessons[lessonKey{id, step}] = e
	c.steps[at].taught = append(c.steps[at].taught, e)
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
	s := c.steps[e.step]
	s.taught = slices.DeleteFunc(s.taught, func(o *example) bool { return o == e })
	c.withdraw(e)
	c.release(e)
	c.changed++
}

// Classify returns a guess for every step, the best first, equal ones by id. A
// text that has nothing in common with any of them is about none. If
// enough has changed, it takes the time to settle first.
func (c *classifier) Classify(text string, v []float32) []guess {
	c.settle()
	return c.classify(text, v)
}

// classify is Classify of what has settled. It only reads, and so several
// goroutines may use it at once.
func (c *classifier) classify(text string, v []float32) []guess {
	grams, _ := c.read(text, false)
	scores := c.scores(grams, v)
	for _, e := range c.saying[text] {
		c.disregard(e, scores)
	}
	guesses := make([]guess, 0, len(c.place))
	for i, s := range c.steps {
		if s != nil {
			guesses = append(guesses, guess{step: s.id, score: scores[i]})
		}
	}
	slices.SortFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.step, b.step))
	})
	if len(grams) > 0 || v != nil {
		c.sure.calibrate(guesses)
	}
	for i := range first(guesses, maxGuesses) {
		guesses[i].like = c.like(c.steps[c.place[guesses[i].step]], grams, v)
	}
	return guesses
}

// scores adds up the evidence by step.
func (c *classifier) scores(grams []feature, v []float32) []float64 {
	scores := c.logits(grams)
	for i := range scores {
		scores[i] *= wordsWeight
	}
	if v != nil {
		for i, l := range c.meaning(v) {
			scores[i] += meaningWeight * l
		}
	}
	c.count(grams, scores)
	return scores
}

// count adds to the scores what naive Bayes makes of the grams.
func (c *classifier) count(grams []feature, scores []float64) {
	var known float64
	for _, g := range grams {
		var all float64
		for _, s := range g.said {
			all += s.mass
		}
		if all <= 0 {
			continue
		}
		for _, s := range g.said {
			scores[s.step] += bayesWeight * float64(g.weight) * math.Log1p(s.mass/all*c.mass/smoothing)
		}
		known += float64(g.weight)
	}
	for i, s := range c.steps {
		if s != nil {
			scores[i] -= bayesWeight * known * math.Log1p(s.mass/smoothing)
		}
	}
}

// like names the examples on the step that are nearest to a text: by what they
// mean, or by their grams where that is not known.
func (c *classifier) like(s *step, grams []feature, v []float32) []string {
	type near struct {
		id  string
		far float64
	}
	says := make(map[*gram]float32, len(grams))
	for _, g := range grams {
		says[g.gram] = g.weight
	}
	var best []near
	for _, e := range s.taught {
		n := near{id: e.id}
		if v != nil && e.brief.known() {
			n.far = -float64(e.brief.dot(v))
		} else {
			for _, g := range e.grams {
				n.far -= float64(g.weight * says[g.gram])
			}
		}
		if n.far >= 0 || len(best) == maxLike && n.far > best[maxLike-1].far {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, n, func(a, b near) int { return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.id, b.id)) })
		if best = slices.Insert(best, at, n); len(best) > maxLike {
			best = best[:maxLike]
		}
	}
	var ids []string
	for _, n := range best {
		ids = append(ids, n.id)
	}
	return ids
}
