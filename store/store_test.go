package store_test

import (
	"errors"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A journey with one step, an item on it and a signal that the item cites.
type small struct {
	st                          *store.Store
	actor                       schema.Actor
	journey, stage, step, item  schema.ID
	signal, placement, citation schema.ID
}

func newSmall(t *testing.T) *small {
	s := &small{st: storetest.Open(t)}
	s.actor = storetest.Workspace(t, s.st)
	s.update(t, "build", func(tx *store.Tx) error {
		j := &schema.Journey{Name: "Trial to customer"}
		if err := tx.Journeys.Put(j); err != nil {
			return err
		}
		g := &schema.Stage{Journey: j.ID, Name: "Deciding"}
		if err := tx.Stages.Put(g); err != nil {
			return err
		}
		p := &schema.Step{Stage: g.ID, Name: "I find out what it costs"}
		if err := tx.Steps.Put(p); err != nil {
			return err
		}
		i := &schema.Item{Type: schema.Insight, Title: "Prices are hard to find", Status: "New"}
		if err := tx.Items.Put(i); err != nil {
			return err
		}
		pl := &schema.Placement{Step: p.ID, Item: i.ID}
		if err := tx.Placements.Put(pl); err != nil {
			return err
		}
		sig := &schema.Signal{Text: "Where on earth is the price list?", Source: "support", Author: "u-1"}
		if err := tx.Signals.Put(sig); err != nil {
			return err
		}
		c := &schema.Citation{Item: i.ID, Signal: sig.ID, Start: 0, End: 14, Quote: "Where on earth", Stance: schema.Supports}
		if err := tx.Citations.Put(c); err != nil {
			return err
		}
		s.journey, s.stage, s.step, s.item, s.placement, s.signal, s.citation = j.ID, g.ID, p.ID, i.ID, pl.ID, sig.ID, c.ID
		return nil
	})
	return s
}

func (s *small) update(t *testing.T, tool string, fn func(*store.Tx) error) schema.ID {
	t.Helper()
	id := s.st.NewID(schema.KindCall)
	if err := s.st.Update(t.Context(), schema.Call{ID: id, Tool: tool, Actor: s.actor}, fn); err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return id
}

func (s *small) view(t *testing.T, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.st.View(t.Context(), s.actor, fn); err != nil {
		t.Fatal(err)
	}
}

func TestRemovingAStageTakesWhatStandsInItAndUndoBringsItBack(t *testing.T) {
	s := newSmall(t)
	call := s.update(t, "remove", func(tx *store.Tx) error { return tx.Stages.Remove(s.stage) })
	s.view(t, func(tx *store.Tx) error {
		if _, err := tx.Steps.Get(s.step); !errors.Is(err, schema.NotFound) {
			t.Errorf("the step is still there: %v", err)
		}
		_, err := tx.Items.Get(s.item)
		return err // the item stays
	})
	s.update(t, "undo", func(tx *store.Tx) error { return tx.Undo(call) })
	s.view(t, func(tx *store.Tx) error {
		m, err := tx.Map(s.journey)
		if err != nil {
			return err
		}
		if len(m.Stages) != 1 || len(m.Stages[0].Steps) != 1 || len(m.Stages[0].Steps[0].Items) != 1 {
			t.Errorf("the map has not come back: %+v", m)
		}
		return nil
	})
}

func TestSearchFindsByWordsAndContext(t *testing.T) {
	s := newSmall(t)
	for words, want := range map[string]schema.ID{"price list": s.signal, "costs": s.step, "hard": s.item} {
		s.view(t, func(tx *store.Tx) error {
			found, err := tx.SearchWords(store.Search{Words: []string{words}, Limit: 5})
			if err != nil {
				return err
			}
			if len(found) == 0 || found[0].ID != want {
				t.Errorf("%q found %v, want %s first", words, found, want)
			}
			return nil
		})
	}
}

func TestAViewCannotWrite(t *testing.T) {
	s := newSmall(t)
	err := s.st.View(t.Context(), s.actor, func(tx *store.Tx) error {
		return tx.Notes.Put(&schema.Note{Text: "x", State: schema.NoteReady})
	})
	if !errors.Is(err, schema.Forbidden) {
		t.Errorf("writing in a view: %v, want forbidden", err)
	}
}
