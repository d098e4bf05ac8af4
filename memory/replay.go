package memory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"custory/schema"
	"custory/store"
)

// A Decision is what somebody said about one signal, as it stands today: that
// it belongs on these steps, or on none here. Whatever was undone, or said
// otherwise since, is none.
type Decision struct {
	Signal schema.ID
	Steps  []schema.ID // none if it was dismissed
	Seq    int64       // the place in the log since which it stands
}

// A Replay is the decisions of a workspace, to be asked about once more: each as
// if it had not been made yet.
type Replay struct {
	Decisions []Decision // as they were made
	Steps     int        // how many there are to choose from

	s       *space
	end     *syllabus                 // what there is to learn today
	lessons map[schema.ID][]schema.ID // by the signals they are about
	waiting []waiting                 // as they were captured
}

// A waiting signal waits from when it was captured until it is decided on.
type waiting struct {
	signal schema.ID
	seq    int64 // when it was captured
	until  int   // the decision on it, of all; math.MaxInt if there is none
}

// Replay returns what people decided about the signals of the journey, or of
// the workspace if journey is "", in the order in which they did.
func (m *Memory) Replay(ctx context.Context, workspace, journey schema.ID) (*Replay, error) {
	s, err := m.caughtUp(ctx, workspace)
	if err != nil {
		return nil, err
	}
	if err := s.wantJourney(journey); err != nil {
		return nil, err
	}
	s.mu.RLock()
	r := &Replay{s: s, end: s.teach(journey), lessons: map[schema.ID][]schema.ID{}}
	s.mu.RUnlock()
	r.Steps = len(r.end.steps)
	since, captured, err := r.readLog(ctx)
	if err != nil {
		return nil, fmt.Errorf("read what was decided: %w", err)
	}
	r.decide(since)
	r.wait(captured)
	return r, nil
}

// readLog tells since when each lesson stands, and when each signal was
// captured, by their places in the log.
func (r *Replay) readLog(ctx context.Context) (since, captured map[schema.ID]int64, err error) {
	since, captured = map[schema.ID]int64{}, map[schema.ID]int64{}
	err = r.s.m.st.View(ctx, schema.Actor{Workspace: r.s.workspace}, func(tx *store.Tx) error {
		return tx.EachChange(func(c schema.Change) error {
			today, stands := r.end.lessons[c.Ref.ID]
			switch {
			case c.Ref.Kind == schema.KindSignal && c.Version == 1:
				captured[c.Ref.ID] = c.Seq
				return nil
			case !stands:
				return nil
			}
			said, err := lessonOf(c.After)
			if err != nil {
				return fmt.Errorf("change %d: %w", c.Seq, err)
			}
			if said != today {
				delete(since, c.Ref.ID)
			} else if since[c.Ref.ID] == 0 {
				since[c.Ref.ID] = c.Seq
			}
			return nil
		})
	})
	return since, captured, err
}

// lessonOf is what a placement teaches: nothing if it is gone, or if nobody has
// said that it is right.
func lessonOf(body json.RawMessage) (l lesson, err error) {
	if body == nil {
		return l, nil
	}
	var p schema.Placement
	if err := json.Unmarshal(body, &p); err != nil {
		return l, err
	}
	if p.State == schema.PlacementConfirmed || p.State == schema.PlacementDismissed {
		l = lesson{p.Signal, p.Step}
	}
	return l, nil
}

// decide makes of the lessons one decision for each signal: what was said of it
// last, and all of it, so that nothing is known of the signal before.
func (r *Replay) decide(since map[schema.ID]int64) {
	by := map[schema.ID]*Decision{}
	for _, id := range slices.SortedFunc(maps.Keys(since), func(a, b schema.ID) int { return cmp.Compare(since[a], since[b]) }) {
		l := r.end.lessons[id]
		d := by[l.signal]
		if d == nil {
			d = &Decision{Signal: l.signal}
			by[l.signal] = d
		}
		d.Seq = since[id]
		if !l.dismissed() {
			d.Steps = append(d.Steps, l.step)
		}
		r.lessons[l.signal] = append(r.lessons[l.signal], id)
	}
	for _, d := range by {
		r.Decisions = append(r.Decisions, *d)
	}
	slices.SortFunc(r.Decisions, func(a, b Decision) int { return cmp.Compare(a.Seq, b.Seq) })
}

// wait finds out which signals waited, and how long.
func (r *Replay) wait(captured map[schema.ID]int64) {
	for id := range r.end.heard {
		r.waiting = append(r.waiting, waiting{id, captured[id], math.MaxInt})
	}
	for i, d := range r.Decisions {
		r.waiting = append(r.waiting, waiting{d.Signal, captured[d.Signal], i})
	}
	slices.SortFunc(r.waiting, func(a, b waiting) int { return cmp.Compare(a.seq, b.seq) })
}

// Of decisions that follow each other some are asked about together: one for
// each hundred that were learned, or for each five hundred of all. The classifier
// itself settles less often.
const (
	learnedTogether = 100
	allTogether     = 500
)

// Run calls each with every decision, and with where the memory would have
// placed the signal by what it had learned until then, and from what waited
// then. The steps are those of today, in today's words. No decision is known
// when it is asked about; of a large number, the few just before it are not
// either.
func (r *Replay) Run(ctx context.Context, each func(Decision, Placing) error) error {
	g := newGuide()
	told, waits, came := map[schema.ID]lesson{}, map[schema.ID]bool{}, 0
	for from := 0; from < len(r.Decisions); {
		some := first(r.Decisions[from:], max(1, from/learnedTogether, len(r.Decisions)/allTogether))
		for ; came < len(r.waiting) && r.waiting[came].seq < some[0].Seq; came++ {
			if r.waiting[came].until >= from {
				waits[r.waiting[came].signal] = true
			}
		}
		placings, err := r.ask(ctx, g, some, told, waits)
		if err != nil {
			return err
		}
		for i, d := range some {
			if err := each(d, placings[i]); err != nil {
				return err
			}
			for _, id := range r.lessons[d.Signal] {
				told[id] = r.end.lessons[id]
			}
			delete(waits, d.Signal)
		}
		from += len(some)
	}
	return nil
}

// ask teaches the guide what was told and what waits, and asks it about the
// signals of the decisions.
func (r *Replay) ask(ctx context.Context, g *guide, some []Decision, told map[schema.ID]lesson, waits map[schema.ID]bool) ([]Placing, error) {
	now := &syllabus{steps: r.end.steps, lessons: told, heard: waits, digests: r.end.digests, texts: map[schema.ID]string{}, vecs: map[string][]float32{}}
	if err := g.take(ctx, r.s, now); err != nil {
		return nil, err
	}
	texts := make([]string, len(some))
	err := r.s.m.st.View(ctx, schema.Actor{Workspace: r.s.workspace}, func(tx *store.Tx) error {
		for i, d := range some {
			sig, err := tx.Signals.Get(d.Signal)
			if errors.Is(err, schema.NotFound) {
				continue // gone since
			}
			if err != nil {
				return err
			}
			texts[i] = sig.Text
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	vecs, err := r.s.m.vectorsOf(ctx, texts)
	if err != nil {
		return nil, err
	}
	return g.place(ctx, texts, vecs)
}
