package memory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"custory/schema"
	"custory/store"
)

// none is the step of what speaks about no step here. Dismissed signals are its
// examples: they do not change which step is the likeliest, but how likely it
// is that it is any. On Banking77's training set, with 20 steps, 10 examples
// each and texts about the other steps, 20 of which were dismissed before, the
// chance that a text about a step scores higher than one about none rose from
// 84 to 87 %, and with 100 dismissed to 89 %.
const none = ""

// attention is how many signals whose step nobody told a guide listens to: those
// with the lowest ids, which are drawn by lot.
const attention = 3000

// A guide knows what the steps of one journey are about: by their own words,
// by what was confirmed there, by what was dismissed, and a little by what
// waits.
type guide struct {
	mu       sync.Mutex
	seq      int64 // the place in the log it stands for
	vectors  int   // how many the space had
	c        *classifier
	steps    map[schema.ID]string // their words
	lessons  map[schema.ID]lesson // by the placements they were drawn from
	blind    map[schema.ID]bool   // steps and placements that were learned without a vector
	chosen   map[schema.ID]bool   // signals to listen to
	heard    map[schema.ID]bool   // of them, those that were heard
	listened int                  // how many signals waited when they were chosen
}

// A lesson is one placement by somebody, on a step or on none.
type lesson struct{ signal, step schema.ID }

func (l lesson) dismissed() bool { return l.step == none }

func newGuide() *guide {
	return &guide{c: newClassifier(), steps: map[schema.ID]string{}, lessons: map[schema.ID]lesson{}, blind: map[schema.ID]bool{}, heard: map[schema.ID]bool{}}
}

// sync compares what the guide was taught with what is so now, and teaches it
// the difference. So it does not matter what has happened between: steps made,
// moved or renamed, placements confirmed, corrected or undone.
func (g *guide) sync(ctx context.Context, s *space, journey schema.ID) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.mu.RLock()
	if s.seq == g.seq && s.vecs.Len() == g.vectors {
		s.mu.RUnlock()
		return nil
	}
	now := s.teach(journey)
	s.mu.RUnlock()
	return g.take(ctx, s, now)
}

// take teaches the guide what it does not know of the syllabus, and takes back
// what is not in it.
func (g *guide) take(ctx context.Context, s *space, now *syllabus) error {
	g.choose(now)
	if err := now.read(ctx, s, g); err != nil {
		return fmt.Errorf("read what was confirmed: %w", err)
	}
	g.unlearn(now)
	g.learn(now)
	g.seq, g.vectors = now.seq, now.vectors
	return nil
}

// unlearn takes back what is not so any more.
func (g *guide) unlearn(now *syllabus) {
	for _, id := range unlike(g.lessons, now.lessons) {
		g.c.Remove(string(g.lessons[id].signal), string(g.lessons[id].step))
		delete(g.lessons, id)
		delete(g.blind, id)
	}
	for _, id := range unlike(g.steps, now.steps) {
		if _, still := now.steps[id]; !still {
			g.c.RemoveStep(string(id))
			delete(g.blind, id)
		}
		delete(g.steps, id)
	}
	for _, id := range unlike(g.heard, now.heard) {
		g.c.Unhear(string(id))
		delete(g.heard, id)
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(now.lessons)), lesson.dismissed) {
		g.c.RemoveStep(none) // without examples, it would still take its share
	}
}

// learn learns what is new, and again what had no vector when it was learned.
func (g *guide) learn(now *syllabus) {
	for _, id := range slices.Sorted(maps.Keys(now.steps)) {
		v := now.vector(id)
		if words, known := g.steps[id]; !known || words != now.steps[id] || g.blind[id] && v != nil {
			g.c.SetStep(string(id), now.steps[id], v)
			g.steps[id] = now.steps[id]
			g.see(id, v)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now.lessons)) {
		l := now.lessons[id]
		text, said := now.texts[l.signal]
		v := now.vector(l.signal)
		if _, known := g.lessons[id]; said && (!known || g.blind[id] && v != nil) {
			g.c.Add(string(l.signal), string(l.step), text, v)
			g.lessons[id] = l
			g.see(id, v)
		}
	}
	before := len(g.heard)
	for _, id := range slices.Sorted(maps.Keys(now.heard)) {
		v := now.vector(id)
		if text, said := now.texts[id]; said && v != nil && !g.heard[id] { // one without a vector has its turn when it has one
			g.c.Hear(string(id), text, v)
			g.heard[id] = true
		}
	}
	if n := len(g.heard); n > before && n == len(now.heard) {
		g.c.HeardOut()
	}
}

// see remembers whether something was learned without a vector.
func (g *guide) see(id schema.ID, v []float32) {
	if v == nil {
		g.blind[id] = true
	} else {
		delete(g.blind, id)
	}
}

// choose decides to whom to listen: to those it listens to, as long as they
// wait and about as many wait as when they were chosen.
func (g *guide) choose(now *syllabus) {
	waiting := now.heard
	steps := len(now.steps)
	if len(waiting) < enough*steps || len(now.lessons) > plenty*steps {
		now.heard, g.chosen, g.listened = map[schema.ID]bool{}, nil, 0
		return
	}
	if math.Abs(float64(len(waiting)-g.listened)) <= rumoured*float64(g.listened) {
		now.heard = map[schema.ID]bool{}
		for id := range g.chosen {
			if waiting[id] {
				now.heard[id] = true
			}
		}
		g.chosen = now.heard
		return
	}
	g.listened = len(waiting)
	now.heard = map[schema.ID]bool{}
	for _, id := range first(slices.Sorted(maps.Keys(waiting)), attention) {
		now.heard[id] = true
	}
	g.chosen = now.heard
}

// unlike returns the keys under which b does not have what a has, in order.
func unlike[V comparable](a, b map[schema.ID]V) (ids []schema.ID) {
	for id, v := range a {
		if w, ok := b[id]; !ok || v != w {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// A syllabus is what there is to learn about a journey's steps at one place in
// the log.
type syllabus struct {
	seq     int64
	vectors int
	steps   map[schema.ID]string // their words
	lessons map[schema.ID]lesson
	heard   map[schema.ID]bool // signals about whose step nobody has said anything
	digests map[schema.ID]string
	texts   map[schema.ID]string // of signals, as far as they were asked for
	vecs    map[string][]float32 // by digest, likewise
}

// teach returns what there is to learn, without texts and vectors. s.mu must be
// held.
func (s *space) teach(journey schema.ID) *syllabus {
	p := &s.places
	now := &syllabus{seq: s.seq, vectors: s.vecs.Len(), steps: map[schema.ID]string{}, lessons: map[schema.ID]lesson{}, heard: map[schema.ID]bool{},
		digests: map[schema.ID]string{}, texts: map[schema.ID]string{}, vecs: map[string][]float32{}}
	for id, st := range p.steps {
		if journey == "" || p.journeyOf(st) == journey {
			now.steps[id] = store.Text(st)
			now.digests[id] = s.docs[id]
		}
	}
	elsewhere := map[schema.ID]bool{} // said to be so, or guessed to be in another journey
	for id, pl := range p.placements {
		_, here := now.steps[pl.step]
		switch {
		case here && pl.state == schema.PlacementConfirmed:
			now.lessons[id] = lesson{pl.what, pl.step}
		case pl.state == schema.PlacementDismissed:
			now.lessons[id] = lesson{pl.what, none}
		case here:
			continue
		}
		elsewhere[pl.what] = true
	}
	for id, digest := range s.docs {
		if id.Kind() == schema.KindSignal {
			now.digests[id] = digest
			if !elsewhere[id] {
				now.heard[id] = true
			}
		}
	}
	return now
}

// vector returns the vector of a step or signal, or nil.
func (now *syllabus) vector(id schema.ID) []float32 { return now.vecs[now.digests[id]] }

// read reads the texts and vectors of what g has not learned yet: of signals,
// what was said, without the author.
func (now *syllabus) read(ctx context.Context, s *space, g *guide) error {
	var digests []string
	want := func(id schema.ID) {
		if d := now.digests[id]; d != "" {
			digests = append(digests, d)
		}
	}
	for id, words := range now.steps {
		if g.steps[id] != words || g.blind[id] {
			want(id)
		}
	}
	signals := map[schema.ID]bool{}
	for id, l := range now.lessons {
		if g.lessons[id] != l || g.blind[id] {
			signals[l.signal] = true
		}
	}
	for id := range now.heard {
		if !g.heard[id] {
			signals[id] = true
		}
	}
	for id := range signals {
		want(id)
	}
	vecs, err := s.m.st.Vectors(ctx, s.m.embedder.Model(), digests)
	if err != nil {
		return err
	}
	for d, v := range vecs {
		if s.m.fits(v) == nil && !blank(v) {
			normalise(v)
			now.vecs[d] = v
		}
	}
	return s.m.st.View(ctx, schema.Actor{Workspace: s.workspace}, func(tx *store.Tx) error {
		for id := range signals {
			sig, err := tx.Signals.Get(id)
			if errors.Is(err, schema.NotFound) {
				continue // gone since
			}
			if err != nil {
				return err
			}
			now.texts[id] = sig.Text
		}
		return nil
	})
}
