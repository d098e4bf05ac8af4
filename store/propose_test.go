package store_test

import (
	"testing"

	"custory/schema"
	"custory/store"
)

func TestWhoMayOnlyProposeWritesNothingThatCounts(t *testing.T) {
	s := newSmall(t)
	draft := s.put(t, &schema.Item{Type: schema.Opportunity, Title: "Show prices", Status: "New", Review: schema.Pending})
	metric := s.put(t, &schema.Item{Type: schema.Metric, Title: "Finds", Status: "Active"})
	other := s.put(t, &schema.Signal{Text: "Too dear", Source: "chat"})
	s.actor.Key, s.actor.Proposes = "key_9", true
	cite := func(item schema.ID) schema.Record {
		return &schema.Citation{Item: item, Signal: other, Start: 0, End: 3, Quote: "Too", Stance: schema.Supports}
	}
	for _, r := range []schema.Record{
		&schema.Signal{Text: "Where is it?", Source: "chat"},
		&schema.Item{Type: schema.Solution, Title: "A list", Status: "Idea", Review: schema.Pending},
		&schema.Placement{Step: s.step, Item: draft},
		&schema.Placement{Step: s.step, Signal: other, State: schema.PlacementProposed},
		&schema.Link{From: s.item, To: draft},
		cite(draft),
		&schema.Weblink{Item: draft, URL: "https://example.com"},
	} {
		call := s.update(t, "propose", func(tx *store.Tx) error { return put(tx, r) })
		again := s.undo(t, s.undo(t, call))
		s.undo(t, again)
	}
	words := []string{"may only propose"}
	for _, r := range []schema.Record{
		&schema.Journey{Name: "x"},
		&schema.Step{Stage: s.stage, Name: "x"},
		&schema.Item{Type: schema.Solution, Title: "A list", Status: "Idea"},
		&schema.Placement{Step: s.step, Item: metric},
		&schema.Placement{Step: s.step, Signal: other, State: schema.PlacementConfirmed},
		&schema.Placement{Step: s.step, Signal: other, State: schema.PlacementPlaced},
		&schema.Placement{Signal: other, State: schema.PlacementDismissed},
		cite(s.item),
		&schema.Weblink{Item: s.item, URL: "https://example.com"},
		&schema.Reading{Item: metric, At: s.st.Now(), Value: 1},
		&schema.Note{Text: "x", State: schema.NoteReady},
		&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: draft}, Text: "x", Author: s.actor.ID},
		&schema.Member{Name: "x", Role: schema.Owner},
		&schema.Key{Member: s.actor.ID, Name: "x", Role: schema.Owner},
	} {
		s.refuse(t, string(r.Kind()), schema.Forbidden, words, func(tx *store.Tx) error { return put(tx, r) })
	}
	s.refuse(t, "accept", schema.Forbidden, words, func(tx *store.Tx) error {
		i, err := tx.Items.Get(draft)
		must(t, err)
		i.Review = ""
		return tx.Items.Put(i)
	})
	s.refuse(t, "change a signal", schema.Forbidden, words, func(tx *store.Tx) error {
		g, err := tx.Signals.Get(other)
		must(t, err)
		g.Text = "Not too dear"
		return tx.Signals.Put(g)
	})
	s.refuse(t, "remove a signal", schema.Forbidden, words, func(tx *store.Tx) error { return tx.Remove(other) })
	s.refuse(t, "demote", schema.Forbidden, words, func(tx *store.Tx) error {
		i, err := tx.Items.Get(s.item)
		must(t, err)
		i.Review = schema.Pending
		return tx.Items.Put(i)
	})
	s.refuse(t, "revoke", schema.Forbidden, words, func(tx *store.Tx) error {
		m, err := tx.Members.Get(s.actor.ID)
		must(t, err)
		_, err = tx.Dismiss(m)
		return err
	})
	for _, id := range []schema.ID{s.item, s.placement, s.citation, s.step, s.journey} {
		s.refuse(t, "remove "+string(id), schema.Forbidden, words, func(tx *store.Tx) error { return tx.Remove(id) })
	}
}
