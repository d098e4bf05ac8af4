package memory

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"custory/schema"
)

// maxGuesses is how many steps a placing offers.
const maxGuesses = 5

// A Placing is where one text may belong.
type Placing struct {
	Guesses []Guess // best first; none if the journey has no steps or the text no words
}

// A Guess is one step a text may speak about. The probabilities of all steps
// and that of none of them add up to 1.
type Guess struct {
	Step        schema.ID
	Probability float64
	Like        []schema.ID // confirmed signals on that step which it resembles
}

// Place tells for each text which step of the journey it speaks about; of all
// steps of the workspace if journey is "". It goes by the steps' names and
// descriptions, by the signals that somebody confirmed there, and by those that
// somebody dismissed. It learns from each at once, and unlearns what is undone.
func (m *Memory) Place(ctx context.Context, workspace, journey schema.ID, texts []string) ([]Placing, error) {
	s, err := m.caughtUp(ctx, workspace)
	if err != nil {
		return nil, err
	}
	g, err := s.guide(ctx, journey)
	if err != nil {
		return nil, err
	}
	vecs, err := m.vectorsOf(ctx, texts)
	if err != nil {
		return nil, err
	}
	return g.place(ctx, texts, vecs)
}

// guide returns the guide of the journey, as of the last catching-up.
func (s *space) guide(ctx context.Context, journey schema.ID) (*guide, error) {
	if err := s.wantJourney(journey); err != nil {
		return nil, err
	}
	s.guiding.Lock()
	g := s.guides.get(journey, newGuide)
	s.guiding.Unlock()
	return g, g.sync(ctx, s, journey)
}

// wantJourney refuses a journey that is not in the workspace; "" is all of them.
func (s *space) wantJourney(journey schema.ID) error {
	s.mu.RLock()
	known := journey == "" || s.places.journeys[journey]
	s.mu.RUnlock()
	if known {
		return nil
	}
	if err := journey.Want(schema.KindJourney); err != nil {
		return err
	}
	return schema.Errorf(schema.NotFound, "there is no journey %s in this workspace", journey)
}

// place asks about each text, on all processors: once the classifier has
// settled, classifying only reads.
func (g *guide) place(ctx context.Context, texts []string, vecs [][]float32) ([]Placing, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.c.settle()
	all := make([]Placing, len(texts))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(texts)) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(texts) {
					return
				}
				all[i] = placingOf(g.c.classify(texts[i], vecs[i]))
			}
		})
	}
	workers.Wait()
	return all, ctx.Err()
}

// placingOf leaves out none, and what is beyond maxGuesses.
func placingOf(guesses []guess) (p Placing) {
	steps := slices.DeleteFunc(guesses, func(f guess) bool { return f.step == none })
	for _, f := range first(steps, maxGuesses) {
		p.Guesses = append(p.Guesses, Guess{schema.ID(f.step), f.probability, asIDs(f.like)})
	}
	return p
}

func asIDs(texts []string) (ids []schema.ID) {
	for _, t := range texts {
		ids = append(ids, schema.ID(t))
	}
	return ids
}
