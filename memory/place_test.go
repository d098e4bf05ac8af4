package memory

import (
	"errors"
	"math"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// placed is the best guess for the text, and what it is like.
func (w *world) placed(journey schema.ID, text string) Guess {
	w.t.Helper()
	all, err := w.mem.Place(w.t.Context(), w.actor.Workspace, journey, []string{text})
	if err != nil {
		w.t.Fatalf("Place(%q): %v", text, err)
	}
	if len(all) != 1 || len(all[0].Guesses) == 0 {
		return Guess{}
	}
	return all[0].Guesses[0]
}

func TestPlacementGoesByTheNamesOfTheSteps(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Banking", "I order a card", "I reset my password", "I exchange currency", "I travel", "I save", "I borrow", "I leave")
	all, err := w.mem.Place(t.Context(), w.actor.Workspace, journey, []string{"the password does not work", "where is my card", ""})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []schema.ID{steps[1], steps[0]} {
		if g := all[i].Guesses; len(g) == 0 || g[0].Step != want || len(g) != maxGuesses || g[0].Probability <= 1./3 || g[0].Probability > 1 || len(g[0].Like) != 0 {
			t.Errorf("text %d: %+v, want %s first", i, g, want)
		}
	}
	if len(all) != 3 {
		t.Errorf("%d placings for 3 texts", len(all))
	}
}

func TestPlacementLearnsFromOneExampleAndUnlearnsIt(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Banking", "I order a card", "I reset my password")
	other := w.another()
	text := "the plastic thing in the envelope has not come"
	before := w.placed(journey, text)

	sig := w.signal("the plastic thing has still not come in its envelope")
	w.place(sig, steps[0], schema.PlacementProposed)
	if got := w.placed(journey, text); got.Probability != before.Probability {
		t.Errorf("a proposal taught something: %+v, before %+v", got, before)
	}
	confirmed := w.update(func(tx *store.Tx) error {
		all, err := tx.PlacementsOf(sig)
		if err != nil {
			return err
		}
		all[0].State = schema.PlacementConfirmed
		return tx.Placements.Put(all[0])
	})
	for _, p := range []*world{w, other} {
		got := p.placed(journey, text)
		if got.Step != steps[0] || got.Probability <= before.Probability && before.Step == steps[0] || len(got.Like) != 1 || got.Like[0] != sig {
			t.Errorf("one example taught nothing: %+v, before %+v", got, before)
		}
	}
	undone := w.undo(confirmed)
	for _, p := range []*world{w, other} {
		if got := p.placed(journey, text); got.Step != before.Step || math.Abs(got.Probability-before.Probability) > 1e-4 || len(got.Like) != 0 {
			t.Errorf("what was undone is still known: %+v, before %+v", got, before)
		}
	}
	w.undo(undone)
	if got := other.placed(journey, text); got.Step != steps[0] || len(got.Like) != 1 {
		t.Errorf("what was done again is not known: %+v", got)
	}

	// Somebody corrects it.
	w.update(func(tx *store.Tx) error {
		all, err := tx.PlacementsOf(sig)
		if err != nil {
			return err
		}
		all[0].Step = steps[1]
		return tx.Placements.Put(all[0])
	})
	if got := other.placed(journey, text); got.Step != steps[1] || len(got.Like) != 1 {
		t.Errorf("the correction is not known: %+v, want %s", got, steps[1])
	}
	w.update(func(tx *store.Tx) error { return tx.Signals.Remove(sig) })
	if got := other.placed(journey, text); math.Abs(got.Probability-before.Probability) > 1e-4 {
		t.Errorf("the signal is gone, its lesson not: %+v, before %+v", got, before)
	}
}

func TestDismissedSignalsTeachThatATextIsAboutNone(t *testing.T) {
	w := newWorld(t)
	w.mem = New(w.st, Default(), nil)
	journey, _, steps := w.journey("Banking", "I order a card", "I reset my password")
	text := "buy cheap watches with your card"
	before := w.placed(journey, text)
	sig := w.signal("cheap watches, buy cheap watches")
	dismissed := w.place(sig, "", schema.PlacementDismissed)
	all, err := w.mem.Place(t.Context(), w.actor.Workspace, journey, []string{text})
	if err != nil {
		t.Fatal(err)
	}
	if got := all[0].Guesses; len(got) != 2 || got[0].Step != steps[0] || got[0].Probability >= before.Probability/2 {
		t.Errorf("after one like it was dismissed: %+v, before %+v", got, before)
	}
	w.undo(dismissed)
	if got := w.placed(journey, text); math.Abs(got.Probability-before.Probability) > 1e-4 {
		t.Errorf("after that was undone: %+v, before %+v", got, before)
	}
}

func TestPlacementFollowsTheStructure(t *testing.T) {
	w := newWorld(t)
	from, fromStage, a := w.journey("Banking", "I order a card", "I reset my password")
	to, toStage, b := w.journey("Shopping", "I fill my basket")
	other := w.another()
	w.confirm(w.signal("where does the plastic thing stay"), a[0])
	text := "where does it stay, the plastic thing"
	if got := other.placed(from, text); got.Step != a[0] {
		t.Fatalf("placed on %+v, want %s", got, a[0])
	}
	if got := other.placed("", text); got.Step != a[0] {
		t.Errorf("in the whole workspace: %+v, want %s", got, a[0])
	}
	if got := other.placed(to, text); got.Step != b[0] && got.Step != "" {
		t.Errorf("in the other journey: %+v", got)
	}

	change := func(step schema.ID, fn func(*schema.Step)) {
		w.update(func(tx *store.Tx) error {
			s, err := tx.Steps.Get(step)
			if err != nil {
				return err
			}
			fn(s)
			return tx.Steps.Put(s)
		})
	}
	change(a[1], func(s *schema.Step) { s.Name, s.Description = "I fly to the moon", "in a rocket" })
	for _, text := range []string{"fly moon", "rocket"} {
		if got := other.placed(from, text); got.Step != a[1] {
			t.Errorf("%q after a rename: %+v, want %s", text, got, a[1])
		}
	}
	change(a[0], func(s *schema.Step) { s.Stage = toStage })
	if got := other.placed(to, text); got.Step != a[0] || len(got.Like) != 1 {
		t.Errorf("the step has moved, its lessons not: %+v", got)
	}
	if got := other.placed(from, text); got.Step == a[0] {
		t.Errorf("the step is still in its old journey: %+v", got)
	}
	w.update(func(tx *store.Tx) error {
		g, err := tx.Stages.Get(toStage)
		if err != nil {
			return err
		}
		g.Journey = from
		return tx.Stages.Put(g)
	})
	if got := other.placed(from, text); got.Step != a[0] || len(got.Like) != 1 {
		t.Errorf("the stage has moved, its steps not: %+v", got)
	}
	removed := w.update(func(tx *store.Tx) error { return tx.Stages.Remove(toStage) })
	if got := other.placed(from, text); got.Step == a[0] {
		t.Errorf("the step is gone and still guessed: %+v", got)
	}
	w.undo(removed)
	if got := other.placed(from, text); got.Step != a[0] || len(got.Like) != 1 {
		t.Errorf("the step is back, its lessons not: %+v", got)
	}
	w.update(func(tx *store.Tx) error { return errors.Join(tx.Stages.Remove(toStage), tx.Stages.Remove(fromStage)) })
	if got := other.placed(from, text); got.Step != "" {
		t.Errorf("a journey without steps guesses %+v", got)
	}
}

func TestPlacementInAJourneyThatIsNotThere(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Banking", "I order a card")
	place := func(w *world, journey schema.ID) error {
		_, err := w.mem.Place(t.Context(), w.actor.Workspace, journey, []string{"card"})
		return err
	}
	if err := place(w, "jny_99"); !errors.Is(err, schema.NotFound) {
		t.Errorf("in an unknown journey: %v", err)
	}
	if err := place(w, steps[0]); !errors.Is(err, schema.Invalid) || !strings.Contains(err.Error(), "is a step") {
		t.Errorf("in a step: %v", err)
	}
	stranger := *w
	stranger.actor = storetest.Workspace(t, w.st)
	if err := place(&stranger, journey); !errors.Is(err, schema.NotFound) {
		t.Errorf("in a journey of another workspace: %v", err)
	}
	if err := place(w, journey); err != nil {
		t.Error(err)
	}
	w.update(func(tx *store.Tx) error { return tx.Journeys.Remove(journey) })
	if err := place(w, journey); !errors.Is(err, schema.NotFound) {
		t.Errorf("in a journey that is gone: %v", err)
	}
}
