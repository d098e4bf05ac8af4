package resources_test

import (
	"slices"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

// touched are the addresses that the last call of the tool altered.
func (w *world) touched(t *testing.T, tool string) (uris []string) {
	t.Helper()
	w.view(t, func(tx *store.Tx) error {
		changes, err := tx.ChangesOf(w.calls[tool])
		for _, c := range changes {
			for _, uri := range resources.Touched(c) {
				if !slices.Contains(uris, uri) {
					uris = append(uris, uri)
				}
			}
		}
		return err
	})
	slices.Sort(uris)
	return uris
}

func TestTouchedTellsWhatAChangeAlters(t *testing.T) {
	w := newWorld(t)
	journey := []string{"custory://journey/jny_1", "custory://journey/jny_1/changes", "custory://journey/jny_1/map", "custory://journeys"}
	child := []string{"custory://journey/jny_2", "custory://journey/jny_2/changes", "custory://journey/jny_2/map"}
	cost := []string{"custory://step/" + string(w.cost), "custory://journey/-/stage/" + string(w.finding)}
	pay := []string{"custory://step/" + string(w.pay), "custory://journey/-/stage/" + string(w.deciding)}
	item := func(id schema.ID) []string { return []string{"custory://item/" + string(id)} }
	signal := []string{"custory://inbox", "custory://signal/" + string(w.waiting)}
	persona := []string{"custory://persona/" + string(w.admin)}

	for _, tt := range []struct {
		what string
		do   func(*store.Tx) error
		want [][]string
	}{
		{"a persona is edited", edit(w.admin, func(p *schema.Persona) { p.Bio = "new" }), [][]string{persona, journey}},
		{"a journey is renamed", edit(w.journey, func(j *schema.Journey) { j.Name = "Trial" }), [][]string{journey}},
		{"a nested journey is renamed", edit(w.child, func(j *schema.Journey) { j.Name = "Refunds" }), [][]string{child, pay, journey}},
		{"a stage is renamed", edit(w.finding, func(s *schema.Stage) { s.Name = "Looking" }), [][]string{journey, cost[1:]}},
		{"a step is renamed", edit(w.cost, func(s *schema.Step) { s.Name = "I look for the price" }), [][]string{journey, cost}},
		{"an item on two steps is edited", edit(w.insight, func(i *schema.Item) { i.Severity = ptr(5) }), [][]string{journey, cost, pay, item(w.insight)}},
		{"an item is placed", func(tx *store.Tx) error {
			return tx.Placements.Put(&schema.Placement{Item: w.bet, Step: w.cost})
		}, [][]string{journey, cost, item(w.bet)}},
		{"items are linked", func(tx *store.Tx) error {
			return tx.Links.Put(&schema.Link{From: w.opportunity, To: w.metric})
		}, [][]string{journey, cost, pay, item(w.opportunity), item(w.metric)}},
		{"a signal is placed", func(tx *store.Tx) error {
			return tx.Placements.Put(&schema.Placement{Signal: w.waiting, Step: w.pay, State: schema.PlacementConfirmed})
		}, [][]string{journey, pay, signal}},
		{"a signal is quoted", func(tx *store.Tx) error {
			return tx.Citations.Put(&schema.Citation{Item: w.untested, Signal: w.waiting, Start: 0, End: 8, Quote: "Is there", Stance: schema.Contradicts})
		}, [][]string{journey, pay, item(w.untested), signal}},
		{"an item is talked about", func(tx *store.Tx) error {
			return tx.Comments.Put(&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: w.solution}, Author: w.actor.ID, Text: "good"})
		}, [][]string{journey, cost, item(w.solution)}},
		{"a metric is read", func(tx *store.Tx) error {
			return tx.Readings.Put(&schema.Reading{Item: w.metric, At: tx.Now, Value: 15})
		}, [][]string{journey, pay, item(w.metric)}},
		{"a member joins", func(tx *store.Tx) error {
			return tx.Members.Put(&schema.Member{Name: "Ben", Role: schema.Viewer})
		}, nil},
		{"an item is removed", func(tx *store.Tx) error { return tx.Items.Remove(w.bet) }, [][]string{journey, cost, pay, item(w.bet)}},
		{"a journey is removed", func(tx *store.Tx) error { return tx.Journeys.Remove(w.child) }, [][]string{child, {"custory://journeys"}, pay, journey}},
	} {
		w.update(t, "change", "", tt.do)
		got := w.touched(t, "change")
		want := append(slices.Concat(tt.want...), "custory://workspace")
		slices.Sort(want)
		for _, uri := range slices.Compact(want) {
			if !slices.Contains(got, uri) {
				t.Errorf("%s: %s is not told of; got %v", tt.what, uri, got)
			}
		}
		for _, uri := range got {
			if strings.HasPrefix(uri, "custory://journey/-/stage/stg_4") || strings.HasPrefix(uri, "custory://step/stp_4") {
				continue // what went with a removed journey
			}
			if !slices.Contains(want, uri) {
				t.Errorf("%s: %s is told of for nothing", tt.what, uri)
			}
		}
	}
}

// edit changes one record.
func edit[T any, R interface {
	*T
	schema.Record
}](id schema.ID, change func(R)) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		r, err := tx.Get(id)
		if err != nil {
			return err
		}
		change(r.(R))
		switch r := r.(type) {
		case *schema.Persona:
			return tx.Personas.Put(r)
		case *schema.Journey:
			return tx.Journeys.Put(r)
		case *schema.Stage:
			return tx.Stages.Put(r)
		case *schema.Step:
			return tx.Steps.Put(r)
		case *schema.Item:
			return tx.Items.Put(r)
		}
		return nil
	}
}

// What Touched tells of, Canonical makes of every other address, and Read
// reads.
func TestTouchedTellsOfAddressesThatCanBeRead(t *testing.T) {
	w := newWorld(t)
	told := map[string]bool{}
	for tool := range w.calls {
		for _, uri := range w.touched(t, tool) {
			told[uri] = true
		}
	}
	w.view(t, func(tx *store.Tx) error {
		for uri := range told {
			if _, _, err := resources.Read(t.Context(), tx, uri); err != nil {
				t.Errorf("Read(%s): %v", uri, err)
			}
			if got, err := resources.Canonical(tx, uri); err != nil || got != uri {
				t.Errorf("Canonical(%s) is %s, %v", uri, got, err)
			}
		}
		for name, uri := range w.addresses() {
			canonical, err := resources.Canonical(tx, uri)
			if err != nil {
				return err
			}
			if !told[canonical] && name != "vocabulary" {
				t.Errorf("making the world did not touch %s", canonical)
			}
		}
		return nil
	})
}
