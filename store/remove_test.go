package store_test

import (
	"errors"
	"testing"

	"custory/schema"
	"custory/store"
)

func TestWhatIsReferredToStays(t *testing.T) {
	w := newSmall(t)
	bob := w.put(t, &schema.Member{Name: "Bob", Role: schema.Editor})
	on := schema.Ref{Kind: schema.KindItem, ID: w.item}
	persona := func() schema.ID { return w.put(t, &schema.Persona{Name: "Petra"}) }
	a, b, c, d, e, f := persona(), persona(), persona(), persona(), persona(), persona()
	for _, tt := range []struct {
		id    schema.ID
		by    schema.Record
		names bool // the record that refers to it, or what that stands in
	}{
		{a, &schema.Journey{Name: "x", Personas: []schema.ID{a}}, true},
		{b, &schema.Step{Stage: w.stage, Name: "x", Personas: []schema.ID{b}}, true},
		{c, &schema.Item{Type: schema.Touchpoint, Title: "x", Status: "Exists", Actor: []schema.ID{a, c}}, true},
		{d, &schema.Item{Type: schema.Insight, Title: "x", Status: "New", AffectedSegment: []schema.ID{d}}, true},
		{e, &schema.Signal{Text: "x", Source: "chat", Persona: e}, true},
		{bob, &schema.Item{Type: schema.Metric, Title: "x", Status: "Draft", Owner: bob}, true},
		{bob, &schema.Comment{On: on, Text: "x", Author: bob}, true},
		{bob, &schema.Comment{On: on, Text: "x", Author: w.actor.ID, Mentions: []schema.ID{bob}}, true},
	} {
		by := w.put(t, tt.by)
		w.refuse(t, "remove "+string(tt.id), schema.Conflict, []string{string(tt.id) + " is still referred to by", string(by), "take it out"}, func(tx *store.Tx) error { return tx.Remove(tt.id) })
		w.remove(t, by)
		w.undo(t, w.remove(t, tt.id))
	}
	w.refuse(t, "remove a cited signal", schema.Conflict, []string{"sig_1 is still referred to by [itm_1]"}, func(tx *store.Tx) error { return tx.Signals.Remove(w.signal) })
	w.remove(t, f) // nobody's
	w.remove(t, w.citation)
	w.remove(t, w.signal)
}

func TestWhatStandsInARecordGoesWithIt(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(*small) schema.ID{
		"the journey": func(s *small) schema.ID { return s.journey }, "the stage": func(s *small) schema.ID { return s.stage },
		"the step": func(s *small) schema.ID { return s.step }, "the item": func(s *small) schema.ID { return s.item },
	} {
		w := newSmall(t)
		on := func(id schema.ID) schema.Ref { return schema.Ref{Kind: id.Kind(), ID: id} }
		child := w.put(t, &schema.Journey{Name: "Child"})
		next := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
		w.put(t, &schema.Link{From: w.item, To: next})
		w.put(t, &schema.Nesting{Step: w.step, Journey: child})
		w.put(t, &schema.Note{Text: "x", Journey: w.journey, State: "Ready"})
		w.put(t, &schema.Weblink{Item: w.item, URL: "http://x.example"})
		w.put(t, &schema.Placement{Step: w.step, Signal: w.signal, State: "placed"})
		for _, id := range []schema.ID{w.journey, w.stage, w.step, w.item} {
			first := w.put(t, &schema.Comment{On: on(id), Text: "x", Author: w.actor.ID})
			w.put(t, &schema.Comment{On: on(id), Text: "y", Author: w.actor.ID, ReplyTo: first})
		}
		removed := of(w)
		call := w.remove(t, removed)
		w.view(t, func(tx *store.Tx) error {
			gone := map[schema.ID]bool{}
			changes, err := tx.ChangesOf(call)
			for _, c := range changes {
				if c.After != nil || gone[c.Ref.ID] {
					t.Errorf("removing %s changes %s", name, c.Ref.ID)
				}
				gone[c.Ref.ID] = true
				if _, err := tx.Get(c.Ref.ID); !errors.Is(err, schema.NotFound) {
					t.Errorf("%s was removed with %s, and is there: %v", c.Ref.ID, name, err)
				}
			}
			if last := changes[len(changes)-1].Ref.ID; last != removed {
				t.Errorf("%s goes before %s", name, last)
			}
			for _, id := range []schema.ID{child, next, w.signal} {
				if _, err := tx.Get(id); err != nil {
					t.Errorf("with %s went %s: %v", name, id, err)
				}
			}
			if comments, err := tx.CommentsOn(removed); err != nil || comments != nil {
				t.Errorf("what was said on %s is still there: %v, %v", name, comments, err)
			}
			return err
		})
		w.sound(t)
	}
}

func TestRemovingWhatIsNotThere(t *testing.T) {
	w := newSmall(t)
	w.remove(t, w.placement)
	w.refuse(t, "remove again", schema.NotFound, []string{"there is no placement plc_1"}, func(tx *store.Tx) error { return tx.Remove(w.placement) })
	w.refuse(t, "remove again", schema.NotFound, []string{"there is no placement plc_1"}, func(tx *store.Tx) error { return tx.Placements.Remove(w.placement) })
	w.refuse(t, "remove of another kind", schema.Invalid, []string{"itm_1 is an item; a placement is wanted"}, func(tx *store.Tx) error { return tx.Placements.Remove(w.item) })
	w.refuse(t, "remove garbage", schema.Invalid, []string{`"x" is not the id of a record`}, func(tx *store.Tx) error { return tx.Remove("x") })
	w.refuse(t, "remove a call", schema.Invalid, []string{"is not the id of a record"}, func(tx *store.Tx) error { return tx.Remove("call_1") })
}
