package store_test

import (
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
)

// touches are the records whose picture the call altered, in the order of their
// names.
func (w *world) touches(t testing.TB, call schema.ID) string {
	t.Helper()
	var ids []string
	w.view(t, func(tx *store.Tx) error {
		all, err := tx.ChangesOf(call)
		for _, c := range all {
			if c.Touches[0] != c.Ref {
				t.Errorf("the change of %s does not touch it first, but %v", c.Ref.ID, c.Touches[0])
			}
			for _, ref := range c.Touches {
				if ref.ID.Kind() != ref.Kind {
					t.Errorf("%s passes for a %s", ref.ID, ref.Kind)
				}
				ids = append(ids, string(ref.ID))
			}
		}
		return err
	})
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ")
}

func TestAChangeTouchesAllWhosePictureItAlters(t *testing.T) {
	w := newWorld(t)
	journeys, stages, steps := chainOf(t, w, 3) // jny_1 stg_1 stp_1 …
	persona := w.put(t, &schema.Persona{Name: "Petra"})
	item := w.put(t, &schema.Item{Type: schema.Insight, Title: "x", Status: "New"})
	metric := w.put(t, &schema.Item{Type: schema.Metric, Title: "x", Status: "Draft"})
	next := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
	signal := w.put(t, &schema.Signal{Text: "Hm", Source: "chat"})
	for _, step := range steps[:2] { // the item stands on two journeys
		w.put(t, &schema.Placement{Step: step, Item: item})
	}
	w.put(t, &schema.Placement{Step: steps[2], Item: next})
	w.put(t, &schema.Nesting{Step: steps[0], Journey: journeys[2]})
	everywhere := "itm_1 jny_1 jny_2 stg_1 stg_2 stp_1 stp_2"
	get := func(tx *store.Tx, id schema.ID) schema.Record {
		r, err := tx.Get(id)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var placed, cited, commented, noted, linked schema.ID
	create := func(r schema.Record, id *schema.ID) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			err := put(tx, r)
			if id != nil {
				*id = r.Self().ID
			}
			return err
		}
	}
	for _, tt := range []struct {
		name string
		do   func(*store.Tx) error
		want string
	}{
		{"renaming a journey", func(tx *store.Tx) error {
			j := get(tx, journeys[1]).(*schema.Journey)
			j.Name, j.Personas = "New", []schema.ID{persona}
			return put(tx, j)
		}, "jny_2"},
		{"renaming a nested journey", func(tx *store.Tx) error {
			j := get(tx, journeys[2]).(*schema.Journey)
			j.Name = "New"
			return put(tx, j)
		}, "jny_1 jny_3 stg_1 stp_1"},
		{"renaming a persona", func(tx *store.Tx) error {
			p := get(tx, persona).(*schema.Persona)
			p.Name = "Paula"
			return put(tx, p)
		}, "jny_2 per_1"},
		{"moving a step", func(tx *store.Tx) error {
			s := get(tx, steps[0]).(*schema.Step)
			s.Stage = stages[1]
			return put(tx, s)
		}, "jny_1 jny_2 stg_1 stg_2 stp_1"},
		{"moving it back", func(tx *store.Tx) error {
			s := get(tx, steps[0]).(*schema.Step)
			s.Stage = stages[0]
			return put(tx, s)
		}, "jny_1 jny_2 stg_1 stg_2 stp_1"},
		{"moving a stage there and back", func(tx *store.Tx) error {
			g := get(tx, stages[1]).(*schema.Stage)
			g.Journey = journeys[0]
			if err := put(tx, g); err != nil {
				return err
			}
			g.Journey = journeys[1]
			return put(tx, g)
		}, "jny_1 jny_2 stg_2"},
		{"editing an item", func(tx *store.Tx) error {
			i := get(tx, item).(*schema.Item)
			i.Title = "y"
			return put(tx, i)
		}, everywhere},
		{"commenting on an item", create(&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: item}, Text: "Hm", Author: w.actor.ID}, &commented), "cmt_1 " + everywhere},
		{"attaching to an item", create(&schema.Attachment{Item: item, Name: "x", Digest: "x"}, nil), "att_1 " + everywhere},
		{"linking an item to the web", create(&schema.Weblink{Item: item, URL: "http://x.example"}, nil), everywhere + " web_1"},
		{"a task for an item", create(&schema.Task{Item: item, Platform: "Jira", Key: "x", Title: "x", URL: "http://x.example"}, nil), everywhere + " tsk_1"},
		{"a value of a metric that stands nowhere", func(tx *store.Tx) error { return put(tx, &schema.Reading{Item: metric, At: tx.Now, Value: 1}) }, "itm_2 rdg_1"},
		{"citing a signal", create(&schema.Citation{Item: item, Signal: signal, End: 2, Quote: "Hm", Stance: "supports"}, &cited), "cit_1 " + everywhere + " sig_1"},
		{"linking two items", create(&schema.Link{From: item, To: next}, &linked), "itm_1 itm_3 jny_1 jny_2 jny_3 lnk_1 stg_1 stg_2 stg_3 stp_1 stp_2 stp_3"},
		{"placing a signal", create(&schema.Placement{Step: steps[1], Signal: signal, State: "proposed"}, &placed), "jny_2 plc_4 sig_1 stg_2 stp_2"},
		{"dismissing it", func(tx *store.Tx) error {
			p := get(tx, placed).(*schema.Placement)
			p.Step, p.State = "", "dismissed"
			return put(tx, p)
		}, "jny_2 plc_4 sig_1 stg_2 stp_2"},
		{"noting something about a journey", create(&schema.Note{Text: "x", Journey: journeys[0], State: "Ready"}, &noted), "jny_1 nte_1"},
		{"and about another instead", func(tx *store.Tx) error {
			n := get(tx, noted).(*schema.Note)
			n.Journey = journeys[1]
			return put(tx, n)
		}, "jny_1 jny_2 nte_1"},
		{"a bookmark", create(&schema.Bookmark{Journey: journeys[0], Seq: 1, Trigger: schema.ManualSave}, nil), "bmk_1 jny_1"},
		{"a comment on a step", create(&schema.Comment{On: schema.Ref{Kind: schema.KindStep, ID: steps[2]}, Text: "Hm", Author: w.actor.ID}, nil), "cmt_2 jny_3 stg_3 stp_3"},
		{"a signal", create(&schema.Signal{Text: "Ha", Source: "chat"}, nil), "sig_2"},
		{"removing a citation", func(tx *store.Tx) error { return tx.Remove(cited) }, "cit_1 " + everywhere + " sig_1"},
		{"removing a link", func(tx *store.Tx) error { return tx.Remove(linked) }, "itm_1 itm_3 jny_1 jny_2 jny_3 lnk_1 stg_1 stg_2 stg_3 stp_1 stp_2 stp_3"},
		{"removing an item", func(tx *store.Tx) error { return tx.Remove(item) }, "att_1 cmt_1 " + everywhere + " plc_1 plc_2 tsk_1 web_1"},
		{"removing a stage", func(tx *store.Tx) error { return tx.Remove(stages[2]) }, "cmt_2 itm_3 jny_3 plc_3 stg_3 stp_3"},
		{"removing a nested journey", func(tx *store.Tx) error { return tx.Remove(journeys[2]) }, "jny_1 jny_3 nst_1 stg_1 stp_1"},
	} {
		want := strings.Join(slices.Sorted(slices.Values(strings.Fields(tt.want))), " ")
		if got := w.touches(t, w.update(t, tt.name, tt.do)); got != want {
			t.Errorf("%s touches\n%s, want\n%s", tt.name, got, want)
		}
	}
}

func TestTheHistoryOfARecordIsWhatTouchedIt(t *testing.T) {
	w := newSmall(t)
	first := w.rename(t, w.item, "A")
	second := w.rename(t, w.item, "B")
	w.remove(t, w.placement)
	w.rename(t, w.item, "C") // stands nowhere now
	history := func(id schema.ID, seq int64, n int) (all []schema.Change) {
		w.view(t, func(tx *store.Tx) (err error) { all, err = tx.History(id, seq, n); return err })
		return all
	}
	of := func(all []schema.Change) (s string) {
		for _, c := range all {
			s += string(c.Ref.ID) + " "
		}
		return strings.TrimSpace(s)
	}
	if got, want := of(history(w.step, 0, 100)), "plc_1 itm_1 itm_1 cit_1 plc_1 stp_1"; got != want {
		t.Errorf("the history of the step is %s, want %s", got, want)
	}
	page := history(w.step, 0, 2)
	if rest := history(w.step, page[1].Seq, 2); of(page) != "plc_1 itm_1" || of(rest) != "itm_1 cit_1" {
		t.Errorf("in pages, it is %s, then %s", of(page), of(rest))
	}
	changes := history(w.step, 0, 3)
	if c := changes[1]; c.Call != second || !strings.Contains(string(c.Before), `"A"`) || !strings.Contains(string(c.After), `"B"`) {
		t.Errorf("the second change is %+v", c)
	}
	if c := changes[0]; c.After != nil || c.Before == nil || c.Version != 2 {
		t.Errorf("the removal is %+v", c)
	}
	if c := changes[2]; c.Call != first || c.Version != 2 {
		t.Errorf("the first change is %+v", c)
	}
	w.view(t, func(tx *store.Tx) error {
		for _, c := range changes {
			if seq, err := tx.SeqAt(c.At); err != nil || seq != c.Seq {
				t.Errorf("at %v, the log ended at %d, %v; want %d", c.At, seq, err, c.Seq)
			}
			if seq, err := tx.SeqAt(c.At.Add(-1)); err != nil || seq != c.Seq-1 {
				t.Errorf("just before %v, the log ended at %d, %v; want %d", c.At, seq, err, c.Seq-1)
			}
		}
		seq, err := tx.SeqAt(changes[0].At.AddDate(-1, 0, 0))
		if seq != 0 {
			t.Errorf("before the beginning, the log ended at %d", seq)
		}
		return err
	})
	if got := history("stp_99", 0, 10); got != nil {
		t.Errorf("what never was has the history %v", got)
	}
}
