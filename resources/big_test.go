package resources_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// bigMap is a journey of 7 stages, 77 steps and 2,000 items, as the store
// would give it.
func bigMap(name func(int) string) *store.Map {
	head := func(k schema.Kind, i int) schema.Head {
		return schema.Head{ID: schema.ID(fmt.Sprintf("%s_%010d", k.Prefix(), i)), Version: 1}
	}
	m := &store.Map{Seq: 9000, Journey: &schema.Journey{Head: head(schema.KindJourney, 1), Slugs: schema.Slugs{Slug: "everything"}, Name: "Everything", Description: strings.Repeat(name(0)+" ", 20)}}
	var steps []*store.MapStep
	for i := range 77 {
		if i%11 == 0 {
			m.Stages = append(m.Stages, &store.MapStage{Stage: &schema.Stage{Head: head(schema.KindStage, i), Name: "Stage " + name(i)}})
		}
		sp := &store.MapStep{Step: &schema.Step{Head: head(schema.KindStep, i), Name: "I do " + name(i), Description: strings.Repeat(name(i)+" ", 10)}, Evidence: map[schema.ID]schema.Evidence{}}
		last := m.Stages[len(m.Stages)-1]
		last.Steps, steps = append(last.Steps, sp), append(steps, sp)
	}
	types := schema.ItemType("").Values()
	for i := range 2000 {
		item := &schema.Item{Head: head(schema.KindItem, i), Type: types[i%5], Title: fmt.Sprintf("%s %d", name(i), i), Status: types[i%5].Statuses()[0]}
		if item.Type == schema.Opportunity || item.Type == schema.Solution {
			item.Impact, item.Effort = ptr(1+i%4), ptr(1+i%5)
		}
		sp := steps[i%len(steps)]
		sp.Items = append(sp.Items, item)
		if i > 0 {
			m.Links = append(m.Links, &schema.Link{From: sp.Items[0].ID, To: item.ID})
		}
	}
	return m
}

func TestABigJourneyStaysWithinItsLimit(t *testing.T) {
	storetest.Long(t)
	w := newWorld(t)
	for _, tt := range []struct {
		kind string
		name func(int) string
		has  string // in what shows items
	}{
		{"usual", func(i int) string { return fmt.Sprintf("something about invoice %d", i) }, "itm_"},
		{"long", func(i int) string { return strings.Repeat("Ünïcödé ", 20) + fmt.Sprint(i) }, ""},
	} {
		var v *resources.JourneyView
		w.view(t, func(tx *store.Tx) (err error) {
			v, err = resources.Journey(tx, bigMap(tt.name))
			return err
		})
		if v.Counts.Items != 2000 || v.Steps != 77 {
			t.Fatalf("the journey has %d items on %d steps", v.Counts.Items, v.Steps)
		}
		table, err := v.Table("-impact")
		if err != nil {
			t.Fatal(err)
		}
		for rendering, text := range map[string]string{"document": v.Markdown(), "grid": v.Grid(), "table": table, "matrix": v.Matrix()} {
			within(t, tt.kind+" "+rendering, text)
			if !strings.Contains(text, "query_items") && !strings.Contains(text, "custory://") || !strings.Contains(text, tt.has) {
				t.Errorf("the %s %s shows no items, or does not say how to get what it leaves out", tt.kind, rendering)
			}
		}
		within(t, tt.kind+" data", asJSON(t, v.Short()))
		countsWhatIsLeftOut(t, v.Short())
		within(t, tt.kind+" outline", v.Outline())
		within(t, tt.kind+" mermaid", v.Mermaid())
		if got := strings.Count(v.Outline(), "stp_"); got != 77 {
			t.Errorf("the %s outline has %d of 77 steps", tt.kind, got)
		}
		if got := strings.Count(v.Mermaid(), ": 3"); tt.kind == "usual" && got != 77 {
			t.Errorf("the %s diagram has %d of 77 steps", tt.kind, got)
		}
	}
}

func within(t *testing.T, what, text string) {
	t.Helper()
	if len(text) > 40_000 {
		t.Errorf("%s has %d bytes", what, len(text))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// countsWhatIsLeftOut demands that each item is shown or counted.
func countsWhatIsLeftOut(t *testing.T, short *resources.JourneyView) {
	t.Helper()
	shown, left := 0, 0
	for _, st := range short.Stages {
		for _, sp := range st.Steps {
			for _, l := range sp.Lanes {
				shown += len(l.Items)
				left += l.More
			}
		}
	}
	if shown+left != 2000 || left == 0 {
		t.Errorf("%d items are shown and %d counted as left out, of 2000", shown, left)
	}
	if said := strings.Join(short.LeftOut, "; "); !strings.Contains(strings.ReplaceAll(said, ",", ""), fmt.Sprint(left)) {
		t.Errorf("it says %q, and leaves out %d", said, left)
	}
}

// crowded makes a step that many items and signals stand on, and an insight
// that quotes all of those.
func crowded(t *testing.T) (w *world, uris []string) {
	w = &world{st: storetest.Open(t), calls: map[string]schema.ID{}}
	w.actor = storetest.Workspace(t, w.st)
	w.update(t, "fill", "", func(tx *store.Tx) error {
		var m must
		w.journey = put(&m, tx.Journeys.Put, &schema.Journey{Name: "Crowded"})
		st := put(&m, tx.Stages.Put, &schema.Stage{Journey: w.journey, Name: "Only one"})
		w.cost = put(&m, tx.Steps.Put, &schema.Step{Stage: st, Name: "I wait"})
		types := schema.ItemType("").Values()
		for i := range 150 {
			w.insight = put(&m, tx.Items.Put, &schema.Item{Type: types[1+i%2], Title: fmt.Sprintf("%d %s", i, strings.Repeat("word ", 30)), Status: "New"})
			put(&m, tx.Placements.Put, &schema.Placement{Item: w.insight, Step: w.cost, Position: i})
		}
		text := strings.Repeat("We waited and waited. ", 60)
		for i := range 40 {
			s := put(&m, tx.Signals.Put, &schema.Signal{Text: text + fmt.Sprint(i), Source: "chat", Author: fmt.Sprint("u-", i)})
			put(&m, tx.Citations.Put, &schema.Citation{Item: w.insight, Signal: s, Start: 0, End: 600, Quote: text[:600], Stance: schema.Supports})
			put(&m, tx.Comments.Put, &schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: w.insight}, Author: w.actor.ID, Text: text[:200]})
			if i%2 == 0 {
				put(&m, tx.Placements.Put, &schema.Placement{Signal: s, Step: w.cost, State: schema.PlacementPlaced})
			}
		}
		uris = []string{"custory://workspace", "custory://journeys", "custory://journey/crowded", "custory://journey/-/stage/" + string(st), "custory://step/" + string(w.cost),
			"custory://item/" + string(w.insight), "custory://journey/crowded/changes", "custory://inbox"}
		return m.err
	})
	return w, uris
}

func TestCrowdedRecordsReadWithinTheLimit(t *testing.T) {
	w, uris := crowded(t)
	w.view(t, func(tx *store.Tx) error {
		for _, uri := range uris {
			for _, format := range []string{"", "?format=json"} {
				text, _, err := resources.Read(t.Context(), tx, uri+format)
				if err != nil {
					return err
				}
				within(t, uri+format, text)
			}
		}
		for _, id := range []schema.ID{w.journey, w.cost, w.insight} {
			brief, err := resources.Brief(tx, id)
			if err != nil {
				return err
			}
			if n := len(asJSON(t, brief)); n > 10_000 {
				t.Errorf("the brief picture of %s has %d bytes", id, n)
			}
		}
		text, _, err := resources.Read(t.Context(), tx, "custory://item/"+string(w.insight))
		if !strings.Contains(text, "10 quotes") || !strings.Contains(text, "40 people") {
			t.Error("the item does not say how many quotes it leaves out, or how many there are")
		}
		return err
	})
}
