package store_test

import (
	"errors"
	"testing"

	"custory/schema"
	"custory/store"
)

// A small world has a journey with one step, an item on it and a signal that
// the item cites.
type small struct {
	*world
	journey, stage, step, item  schema.ID
	signal, placement, citation schema.ID
}

func newSmall(t testing.TB) *small { return newSmallIn(t, newWorld(t)) }

// newSmallIn is a small world in a workspace that there is.
func newSmallIn(t testing.TB, w *world) *small {
	s := &small{world: w}
	s.journey = s.put(t, &schema.Journey{Name: "Trial to customer"})
	s.stage = s.put(t, &schema.Stage{Journey: s.journey, Name: "Deciding"})
	s.step = s.put(t, &schema.Step{Stage: s.stage, Name: "I find out what it costs"})
	s.item = s.put(t, &schema.Item{Type: schema.Insight, Title: "Prices are hard to find", Status: "New"})
	s.placement = s.put(t, &schema.Placement{Step: s.step, Item: s.item})
	s.signal = s.put(t, &schema.Signal{Text: "Where on earth is the price list?", Source: "support", Author: "u-1"})
	s.citation = s.put(t, &schema.Citation{Item: s.item, Signal: s.signal, Start: 0, End: 14, Quote: "Where on earth", Stance: schema.Supports})
	return s
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
