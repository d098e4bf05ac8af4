package memory

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"custory/schema"
	"custory/store"
)

// A memory that has followed along knows what one knows that reads it all at
// once, whatever has happened.
func TestFollowingAlongIsAsGoodAsReadingAnew(t *testing.T) {
	for seed := range uint64(2) {
		w := newWorld(t)
		w.journey("Banking", "I order a card", "I reset my password")
		w.journey("Shopping", "I fill my basket")
		w.signals(5, "Text number %d about a card")
		rng := rand.New(rand.NewPCG(seed, 1))
		var calls []schema.ID
		for n := range 60 {
			if call := w.anything(rng, calls); call != "" {
				calls = append(calls, call)
			}
			if n%10 == 9 {
				w.compare(fmt.Sprintf("seed %d, after %d calls", seed, n))
			}
			if t.Failed() {
				return
			}
		}
	}
}

// anything makes a call at random; "" if it was refused.
func (w *world) anything(rng *rand.Rand, calls []schema.ID) schema.ID {
	call := schema.Call{ID: w.st.NewID(schema.KindCall), Tool: "test", Actor: w.actor}
	err := w.st.Update(w.t.Context(), call, func(tx *store.Tx) error {
		text := fmt.Sprintf("text %d: %s", rng.IntN(50), meanings[rng.IntN(len(meanings))])
		stages, err := tx.Stages.All()
		if err != nil {
			return err
		}
		steps, err := tx.Steps.All()
		if err != nil {
			return err
		}
		signals, err := tx.Signals.All()
		if err != nil {
			return err
		}
		placements, err := tx.Placements.All()
		if err != nil {
			return err
		}
		if len(stages) == 0 || len(steps) == 0 || len(signals) == 0 {
			j := &schema.Journey{Name: text}
			if err := tx.Journeys.Put(j); err != nil {
				return err
			}
			g := &schema.Stage{Journey: j.ID, Name: text}
			if err := tx.Stages.Put(g); err != nil {
				return err
			}
			if err := tx.Signals.Put(&schema.Signal{Text: text, Source: "support", ExternalID: string(call.ID)}); err != nil {
				return err
			}
			return tx.Steps.Put(&schema.Step{Stage: g.ID, Name: text})
		}
		stage, step, signal := stages[rng.IntN(len(stages))], steps[rng.IntN(len(steps))], signals[rng.IntN(len(signals))]
		switch rng.IntN(13) {
		case 0:
			return tx.Signals.Put(&schema.Signal{Text: text, Source: "support", ExternalID: string(call.ID)})
		case 1:
			return tx.Steps.Put(&schema.Step{Stage: stage.ID, Name: text})
		case 2:
			step.Name = text
			return tx.Steps.Put(step)
		case 3:
			step.Stage = stage.ID
			return tx.Steps.Put(step)
		case 4:
			stage.Journey = stages[rng.IntN(len(stages))].Journey
			stage.Name = text
			return tx.Stages.Put(stage)
		case 5:
			return tx.Steps.Remove(step.ID)
		case 6:
			return tx.Signals.Remove(signal.ID)
		case 7:
			return tx.Notes.Put(&schema.Note{Text: text, Journey: stage.Journey, State: schema.NoteReady})
		case 8:
			i := &schema.Item{Type: schema.Insight, Title: text, Status: "New"}
			if err := tx.Items.Put(i); err != nil {
				return err
			}
			return tx.Placements.Put(&schema.Placement{Item: i.ID, Step: step.ID})
		case 9:
			return tx.Placements.Put(&schema.Placement{Signal: signal.ID, State: schema.PlacementDismissed})
		case 10:
			if len(placements) == 0 {
				return nil
			}
			p := placements[rng.IntN(len(placements))]
			if p.Signal != "" {
				p.State, p.Step = schema.PlacementConfirmed, step.ID
			}
			return tx.Placements.Put(p)
		case 11:
			return tx.Placements.Put(&schema.Placement{Signal: signal.ID, Step: step.ID, State: schema.PlacementConfirmed})
		}
		if len(calls) == 0 {
			return nil
		}
		return tx.Undo(calls[len(calls)-1-rng.IntN(min(5, len(calls)))])
	})
	if err != nil {
		if schema.FaultsOf(err) == nil {
			w.t.Fatal(err)
		}
		return ""
	}
	return call.ID
}

// compare compares what the memory knows with what a new one knows.
func (w *world) compare(when string) {
	anew := *w
	anew.remember()
	for _, journey := range []schema.ID{"", "jny_1", "jny_2"} {
		_, e1 := w.mem.Place(w.t.Context(), w.actor.Workspace, journey, []string{"card"})
		_, e2 := anew.mem.Place(w.t.Context(), w.actor.Workspace, journey, []string{"card"})
		if (e1 == nil) != (e2 == nil) {
			w.t.Errorf("%s: placing in %q: %v, anew %v", when, journey, e1, e2)
		}
	}
	if a, b := fmt.Sprint(w.recall(Query{Text: "text card", Limit: 1000})), fmt.Sprint(anew.recall(Query{Text: "text card", Limit: 1000})); a != b {
		w.t.Errorf("%s: recalled\n%s\nanew\n%s", when, a, b)
	}
	a, b := w.mem.spaces.vals[w.actor.Workspace], anew.mem.spaces.vals[w.actor.Workspace]
	for _, part := range slices.Concat(slices.Collect(maps.Keys(b.places.steps)), slices.Collect(maps.Keys(b.places.stages)), slices.Collect(maps.Keys(b.places.journeys))) {
		inPart := w.worded("text card", part)
		for id := range w.worded("text card", "") {
			if x, y := a.places.within(id, part), b.places.within(id, part); x != y || x != inPart[id] {
				w.t.Errorf("%s: %s stands in %s: %v, anew %v, by words %v", when, id, part, x, y, inPart[id])
			}
		}
	}
	if a, b := fmt.Sprint(a.docs, a.waiting, a.vecs.Len(), a.seq, a.places.placements), fmt.Sprint(b.docs, b.waiting, b.vecs.Len(), b.seq, b.places.placements); a != b {
		w.t.Errorf("%s: it knows\n%s\nanew\n%s", when, a, b)
	}
	for journey, g := range a.guides.vals {
		if h := b.guides.vals[journey]; h != nil && (!maps.Equal(g.lessons, h.lessons) || !maps.Equal(g.steps, h.steps)) {
			w.t.Errorf("%s: the guide of %q was taught %v %v, anew %v %v", when, journey, g.steps, g.lessons, h.steps, h.lessons)
		}
	}
}

// worded is what the store finds by words in a part of the workspace.
func (w *world) worded(text string, part schema.ID) map[schema.ID]bool {
	found, err := w.mem.byWords(w.t.Context(), Query{Workspace: w.actor.Workspace, Text: text, Within: part, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[schema.ID]bool{}
	for _, f := range found {
		all[f.ID] = true
	}
	return all
}
