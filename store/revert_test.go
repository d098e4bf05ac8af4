package store_test

import (
	"errors"
	"testing"

	"custory/schema"
	"custory/store"
)

// rename renames an item in a call of its own.
func (w *world) rename(t testing.TB, item schema.ID, title string) schema.ID {
	t.Helper()
	return w.update(t, "rename", func(tx *store.Tx) error {
		i, err := tx.Items.Get(item)
		if err != nil {
			return err
		}
		i.Title = title
		return tx.Items.Put(i)
	})
}

func (w *world) undo(t testing.TB, call schema.ID) schema.ID {
	t.Helper()
	return w.update(t, "undo", func(tx *store.Tx) error { return tx.Undo(call) })
}

func (w *world) refuseUndo(t testing.TB, call schema.ID, code schema.Code, words ...string) {
	t.Helper()
	w.refuse(t, "undo "+string(call), code, words, func(tx *store.Tx) error { return tx.Undo(call) })
}

func (w *world) remove(t testing.TB, id schema.ID) schema.ID {
	t.Helper()
	return w.update(t, "remove", func(tx *store.Tx) error { return tx.Remove(id) })
}

// same demands that everything is as it was.
func (w *world) same(t testing.TB, what string, was []string) {
	t.Helper()
	if diff := difference(was, w.snapshot(t)); diff != "" {
		t.Errorf("%s, the tables differ (- is missing, + is too much):\n%s", what, diff)
	}
}

func TestUndoRefusesWhatHasChangedSince(t *testing.T) {
	w := newSmall(t)
	before := w.snapshot(t)
	first := w.rename(t, w.item, "Prices are hidden")
	between := w.snapshot(t)
	second := w.rename(t, w.item, "Prices are secret")
	w.refuseUndo(t, first, schema.Conflict, "itm_1 has changed since, by "+string(second), "undo the later call first")
	w.undo(t, second)
	w.same(t, "the second call undone", between)
	w.undo(t, first)
	w.same(t, "both calls undone", before)
}

func TestUndoGoesByWhatIsThereNotByHowItCame(t *testing.T) {
	w := newSmall(t)
	before := w.snapshot(t)
	feel := func(n int) schema.ID {
		return w.update(t, "feel", func(tx *store.Tx) error {
			s, err := tx.Steps.Get(w.step)
			if err != nil {
				return err
			}
			s.Emotion = &n
			return tx.Steps.Put(s)
		})
	}
	first := feel(2)
	feel(5)
	w.refuseUndo(t, first, schema.Conflict, "stp_1 has changed since")
	feel(2) // as the first call left it
	w.undo(t, first)
	w.same(t, "undone", before)
}

func TestACallThatChangedNothingCannotBeUndone(t *testing.T) {
	w := newSmall(t)
	w.refuseUndo(t, w.update(t, "nothing", func(*store.Tx) error { return nil }), schema.NotFound, "there is no call")
}

func TestAnUndoIsUndone(t *testing.T) {
	w := newSmall(t)
	before := w.snapshot(t)
	call := w.rename(t, w.item, "Prices are hidden")
	after := w.snapshot(t)
	state := func(want ...schema.ID) {
		t.Helper()
		w.view(t, func(tx *store.Tx) error {
			for i := 0; i < len(want); i += 2 {
				c, err := tx.LoggedCall(want[i])
				if err != nil {
					return err
				}
				if c.Undone != want[i+1] {
					t.Errorf("%s was undone by %q, want %q", c.ID, c.Undone, want[i+1])
				}
			}
			return nil
		})
	}
	state(call, "")
	undo := w.undo(t, call)
	w.same(t, "undone", before)
	state(call, undo, undo, "")
	w.refuseUndo(t, call, schema.Conflict, string(call)+" was undone already, by "+string(undo), "to do it again, undo "+string(undo))
	redo := w.undo(t, undo)
	w.same(t, "done again", after)
	state(call, "", undo, redo, redo, "")
	w.refuseUndo(t, undo, schema.Conflict, "was undone already, by "+string(redo))
	again := w.undo(t, call)
	w.same(t, "undone again", before)
	state(call, again, undo, redo, redo, "", again, "")
	third := w.undo(t, again)
	w.same(t, "done a third time", after)
	state(call, "", again, third)
	fourth := w.undo(t, third)
	w.same(t, "undone by undoing", before)
	state(call, again, again, "", third, fourth)
	w.view(t, func(tx *store.Tx) error {
		c, err := tx.LoggedCall(redo)
		if err == nil && c.Undoes != undo {
			t.Errorf("%s says that it undoes %q, want %q", redo, c.Undoes, undo)
		}
		return err
	})
}

func TestUndoTakesNothingThatCameLater(t *testing.T) {
	w := newWorld(t)
	journey := &schema.Journey{Name: "Trial"}
	made := w.update(t, "make", func(tx *store.Tx) error { return tx.Journeys.Put(journey) })
	stage := w.put(t, &schema.Stage{Journey: journey.ID, Name: "Deciding"})
	w.refuseUndo(t, made, schema.Conflict, "jny_1 has to stay: "+string(stage)+" came to it since")

	signal := &schema.Signal{Text: "Hm", Source: "chat"}
	captured := w.update(t, "capture", func(tx *store.Tx) error { return tx.Signals.Put(signal) })
	item := w.put(t, &schema.Item{Type: schema.Insight, Title: "x", Status: "New"})
	w.put(t, &schema.Citation{Item: item, Signal: signal.ID, End: 2, Quote: "Hm", Stance: schema.Supports})
	w.refuseUndo(t, captured, schema.Conflict, "sig_1 is still referred to by [itm_1]")

	persona := &schema.Persona{Name: "Petra"}
	met := w.update(t, "meet", func(tx *store.Tx) error { return tx.Personas.Put(persona) })
	w.put(t, &schema.Step{Stage: stage, Name: "x", Personas: []schema.ID{persona.ID}})
	w.refuseUndo(t, met, schema.Conflict, "per_1 is still referred to by [stp_1]")
}

func TestUndoOfAMoveIntoANewStageKeepsWhatStandsOnTheStep(t *testing.T) {
	w := newSmall(t)
	w.put(t, &schema.Comment{On: schema.Ref{Kind: schema.KindStep, ID: w.step}, Text: "Hm", Author: w.actor.ID})
	w.put(t, &schema.Placement{Step: w.step, Signal: w.signal, State: schema.PlacementConfirmed})
	before := w.snapshot(t)
	move := w.update(t, "move", func(tx *store.Tx) error {
		g := &schema.Stage{Journey: w.journey, Name: "Paying", Position: 1}
		if err := tx.Stages.Put(g); err != nil {
			return err
		}
		s, err := tx.Steps.Get(w.step)
		if err != nil {
			return err
		}
		s.Stage = g.ID
		if err := tx.Steps.Put(s); err != nil {
			return err
		}
		return tx.Stages.Remove(w.stage)
	})
	after := w.snapshot(t)
	undo := w.undo(t, move)
	w.same(t, "undone", before)
	w.undo(t, undo)
	w.same(t, "done again", after)
}

func TestUndoOfAnExchange(t *testing.T) {
	w := newSmall(t)
	second := w.put(t, &schema.Step{Stage: w.stage, Name: "I pay"})
	third := w.put(t, &schema.Step{Stage: w.stage, Name: "I wait"})
	w.put(t, &schema.Placement{Step: second, Item: w.item})
	a, b := w.put(t, &schema.Persona{Name: "Anna"}), w.put(t, &schema.Persona{Name: "Bert"})
	before := w.snapshot(t)
	call := w.update(t, "exchange", func(tx *store.Tx) error {
		here, err := tx.ItemPlacementsOn(w.step)
		if err != nil {
			return err
		}
		there, err := tx.ItemPlacementsOn(second)
		if err != nil {
			return err
		}
		p, q := here[0], there[0]
		for _, move := range []struct {
			p  *schema.Placement
			to schema.ID
		}{{p, third}, {q, w.step}, {p, second}} { // the two change places
			move.p.Step = move.to
			if err := tx.Placements.Put(move.p); err != nil {
				return err
			}
		}
		if err := tx.Personas.Remove(a); err != nil {
			return err
		}
		bert, err := tx.Personas.Get(b) // takes the name that has become free
		if err != nil {
			return err
		}
		bert.Name = "Anna"
		if err := tx.Personas.Put(bert); err != nil {
			return err
		}
		if err := tx.Citations.Remove(w.citation); err != nil {
			return err
		}
		if err := tx.Signals.Remove(w.signal); err != nil { // and comes again as another
			return err
		}
		return tx.Signals.Put(&schema.Signal{Text: "Where on earth is the price list?", Source: "support", Author: "u-1"})
	})
	after := w.snapshot(t)
	undo := w.undo(t, call)
	w.same(t, "undone", before)
	w.undo(t, undo)
	w.same(t, "done again", after)
}

func TestUndoBringsBackAWholeJourneyWithItsConversation(t *testing.T) {
	w := newSmall(t)
	child := w.put(t, &schema.Journey{Name: "Child"})
	w.put(t, &schema.Nesting{Step: w.step, Journey: child})
	on := schema.Ref{Kind: schema.KindJourney, ID: w.journey}
	last := schema.ID("")
	w.update(t, "discuss", func(tx *store.Tx) error {
		for range 12 { // each answers the one before, in the same moment
			c := &schema.Comment{On: on, Text: "Hm", Author: w.actor.ID, ReplyTo: last}
			if err := tx.Comments.Put(c); err != nil {
				return err
			}
			last = c.ID
		}
		return nil
	})
	w.put(t, &schema.Note{Text: "x", Journey: w.journey, State: "Ready"})
	w.put(t, &schema.Bookmark{Journey: w.journey, Seq: 1, Trigger: schema.ManualSave})
	w.put(t, &schema.Placement{Step: w.step, Signal: w.signal, State: schema.PlacementConfirmed})
	before := w.snapshot(t)
	removal := w.remove(t, w.journey)
	w.undo(t, removal)
	w.same(t, "undone", before)
	for _, id := range []schema.ID{child, w.step, w.item, w.stage} {
		w.undo(t, w.remove(t, id))
		w.same(t, string(id)+" removed and undone", before)
	}
}

func TestWhatCannotComeBackIsSaid(t *testing.T) {
	w := newSmall(t)
	removal := w.remove(t, w.placement)
	w.remove(t, w.item)
	w.refuseUndo(t, removal, schema.Conflict, "plc_1 cannot come back: there is no item itm_1")

	w = newSmall(t)
	removal = w.remove(t, w.placement)
	w.put(t, &schema.Placement{Step: w.step, Item: w.item})
	w.refuseUndo(t, removal, schema.Conflict, "plc_1 cannot come back: itm_1 stands on stp_1 already, by plc_2")
}

func TestUndoAsksForACall(t *testing.T) {
	w := newSmall(t)
	w.refuseUndo(t, "call_99", schema.NotFound, "there is no call call_99 in this workspace")
	w.refuseUndo(t, "itm_1", schema.Invalid, "itm_1 is an item; a call is wanted")
	w.refuseUndo(t, "", schema.Invalid, `"" is not an id`)
}

func TestACallTakesBackOneOther(t *testing.T) {
	w := newSmall(t)
	note := w.update(t, "note", func(tx *store.Tx) error { return tx.Notes.Put(&schema.Note{Text: "x", State: "Ready"}) })
	renamed := w.rename(t, w.item, "Prices are hidden")
	w.refuse(t, "undo both", schema.Conflict, []string{"takes back " + string(renamed) + " already"}, func(tx *store.Tx) error {
		return errors.Join(tx.Undo(renamed), tx.Undo(note))
	})
	both := w.update(t, "write and undo", func(tx *store.Tx) error {
		if err := tx.Notes.Put(&schema.Note{Text: "y", State: "Ready"}); err != nil {
			return err
		}
		return tx.Undo(renamed)
	})
	w.view(t, func(tx *store.Tx) error {
		c, err := tx.LoggedCall(both)
		if err == nil && (c.Undoes != renamed || c.Changes != 2) {
			t.Errorf("the call that wrote and undid is logged as %+v", c)
		}
		return err
	})
}
