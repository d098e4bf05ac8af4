package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

func day(n int) time.Time { return time.Date(2029, 1, n, 0, 0, 0, 0, time.UTC) }

func TestSignalsAreFiltered(t *testing.T) {
	w := newWorld(t)
	journeys, stages, steps := chainOf(t, w, 2)
	persona := w.put(t, &schema.Persona{Name: "Petra"})
	signals := []*schema.Signal{
		{Text: "A refund of 100%", Source: "chat", SourceName: "desk", Author: "ann", Thread: "t", SaidAt: day(1), Persona: persona, Sentiment: ptr(-1.)},
		{Text: "a REFUND_please", Source: "support", Author: "bob", SaidAt: day(3)},
		{Text: "nothing", Source: "chat", Author: "ann", SaidAt: day(2), Sentiment: ptr(0.5)},
		{Text: "never said when", Source: "chat"},
		{Text: "spam", Source: "chat", SaidAt: day(4)},
	}
	for _, s := range signals {
		w.put(t, s)
	}
	place := func(n int, step schema.ID, state schema.PlacementState) {
		w.put(t, &schema.Placement{Step: step, Signal: signals[n].ID, State: state})
	}
	place(0, steps[0], "placed")
	place(0, steps[1], "proposed")
	place(1, steps[0], "proposed")
	place(2, steps[1], "confirmed")
	place(4, "", "dismissed")
	for _, tt := range []struct {
		name string
		f    store.SignalFilter
		want string // numbers of signals, newest first
	}{
		{"all", store.SignalFilter{}, "4 5 2 3 1"},
		{"inbox", store.SignalFilter{States: []schema.SignalState{"inbox"}}, "4"},
		{"proposed", store.SignalFilter{States: []schema.SignalState{"proposed"}}, "2"},
		{"placed", store.SignalFilter{States: []schema.SignalState{"placed"}}, "3 1"},
		{"dismissed or proposed", store.SignalFilter{States: []schema.SignalState{"dismissed", "proposed"}}, "5 2"},
		{"no such state", store.SignalFilter{States: []schema.SignalState{"?"}}, ""},
		{"on a step", store.SignalFilter{Within: steps[0]}, "2 1"},
		{"on a stage", store.SignalFilter{Within: stages[1]}, "3 1"},
		{"on a journey", store.SignalFilter{Within: journeys[1]}, "3 1"},
		{"glad", store.SignalFilter{LeastSentiment: ptr(0.5)}, "3"},
		{"sad", store.SignalFilter{MostSentiment: ptr(-0.5)}, "1"},
		{"placed on a step", store.SignalFilter{Within: steps[0], States: []schema.SignalState{"placed"}}, "1"},
		{"of a source", store.SignalFilter{Source: "support"}, "2"},
		{"of a desk", store.SignalFilter{SourceName: "desk"}, "1"},
		{"of an author", store.SignalFilter{Author: "ann"}, "3 1"},
		{"of a thread", store.SignalFilter{Thread: "t"}, "1"},
		{"of a persona", store.SignalFilter{Persona: persona}, "1"},
		{"since", store.SignalFilter{Since: day(3)}, "4 5 2"},
		{"until", store.SignalFilter{Until: day(3)}, "3 1"},
		{"of words, in any case", store.SignalFilter{Words: "refund"}, "2 1"},
		{"of a percent sign", store.SignalFilter{Words: "100%"}, "1"},
		{"of an underscore", store.SignalFilter{Words: "d_p"}, "2"},
		{"of no pattern", store.SignalFilter{Words: "a%f"}, ""},
		{"of a quote", store.SignalFilter{Words: `'; --`}, ""},
	} {
		w.view(t, func(tx *store.Tx) error {
			found, total, err := tx.SignalsWhere(tt.f, 0, -1)
			var got []string
			for _, s := range found {
				got = append(got, strings.TrimPrefix(string(s.ID), "sig_"))
			}
			if s := strings.Join(got, " "); s != tt.want || total != len(got) {
				t.Errorf("%s: %q of %d, want %q", tt.name, s, total, tt.want)
			}
			page, all, err2 := tx.SignalsWhere(tt.f, 1, 1)
			if len(found) > 1 && (page[0].ID != found[1].ID || all != total) {
				t.Errorf("%s: the second page has %v of %d", tt.name, page, all)
			}
			return errors.Join(err, err2)
		})
	}
	w.view(t, func(tx *store.Tx) error {
		if _, _, err := tx.SignalsWhere(store.SignalFilter{Within: "sig_1"}, 0, -1); !errors.Is(err, schema.Invalid) {
			t.Errorf("signals within a signal: %v", err)
		}
		counts, err := tx.SignalCounts()
		if want := "map[dismissed:1 inbox:1 placed:2 proposed:1]"; fmt.Sprint(counts) != want {
			t.Errorf("SignalCounts = %v, want %s", counts, want)
		}
		for i, want := range []schema.SignalState{"placed", "proposed", "placed", "inbox", "dismissed"} {
			if got, err := tx.SignalState(signals[i].ID); err != nil || got != want {
				t.Errorf("SignalState(%s) = %s, %v; want %s", signals[i].ID, got, err, want)
			}
		}
		twin, err2 := tx.Twin(&schema.Signal{Text: "nothing", Source: "chat", Author: "ann"})
		if twin == nil || twin.ID != signals[2].ID {
			t.Errorf("Twin = %v", twin)
		}
		none, err3 := tx.Twin(&schema.Signal{Text: "nothing else", Source: "chat"})
		if none != nil {
			t.Errorf("Twin = %v, want none", none)
		}
		return errors.Join(err, err2, err3)
	})
}

func TestItemsAreFilteredAndOrdered(t *testing.T) {
	w := newWorld(t)
	journeys, stages, steps := chainOf(t, w, 2)
	persona := w.put(t, &schema.Persona{Name: "Petra"})
	items := []*schema.Item{
		{Type: schema.Opportunity, Title: "cheaper", Status: "New", Owner: w.actor.ID, Impact: ptr(5), Effort: ptr(1), Priority: "Low"},
		{Type: schema.Opportunity, Title: "Faster", Status: "Framed", Impact: ptr(3), Priority: "High"},
		{Type: schema.Insight, Title: "slow", Description: "100% too_slow", Status: "New", Severity: ptr(4), AffectedSegment: []schema.ID{persona}},
		{Type: schema.Touchpoint, Title: "App", Status: "Exists", Channel: "App", Actor: []schema.ID{persona}},
		{Type: schema.Metric, Title: "speed", Status: "Draft", Current: ptr(2.5), Unit: "Time"},
		{Type: schema.Insight, Title: "draft", Status: "New", Review: schema.Pending},
		{Type: schema.Insight, Title: "refused", Status: "New", Review: schema.DismissedReview},
	}
	for _, i := range items {
		w.put(t, i)
	}
	w.put(t, &schema.Placement{Step: steps[0], Item: items[2].ID})
	w.put(t, &schema.Placement{Step: steps[1], Item: items[2].ID})
	w.put(t, &schema.Placement{Step: steps[1], Item: items[3].ID})
	w.put(t, &schema.Link{From: items[2].ID, To: items[0].ID})
	w.put(t, &schema.Link{From: items[5].ID, To: items[1].ID})
	w.put(t, &schema.Link{From: items[3].ID, To: items[5].ID})
	type f = store.ItemFilter
	for _, tt := range []struct {
		name  string
		f     f
		order string
		want  string
	}{
		{"all but drafts, newest first", f{}, "", "5 4 3 2 1"},
		{"drafts too", f{Drafts: true}, "", "7 6 5 4 3 2 1"},
		{"drafts that wait", f{Review: schema.Pending}, "", "6"},
		{"of types", f{Types: []schema.ItemType{schema.Insight, schema.Metric}}, "", "5 3"},
		{"of statuses", f{Statuses: []string{"New", "Draft"}}, "", "5 3 1"},
		{"of an owner", f{Owner: w.actor.ID}, "", "1"},
		{"of none", f{Unowned: true, Types: []schema.ItemType{schema.Opportunity}}, "", "2"},
		{"on a step", f{Within: steps[0]}, "", "3"},
		{"on a stage", f{Within: stages[1]}, "", "4 3"},
		{"on a journey", f{Within: journeys[1]}, "", "4 3"},
		{"on nothing", f{Missing: []string{"steps"}}, "", "5 2 1"},
		{"of a persona", f{Persona: persona}, "", "4 3"},
		{"of values", f{Equal: map[string]string{"priority": "High", "channel": ""}}, "", "2"},
		{"at least", f{Least: map[string]float64{"impact": 4}}, "", "1"},
		{"at most", f{Most: map[string]float64{"impact": 4, "current": 9}}, "", ""},
		{"at most, one", f{Most: map[string]float64{"current": 2.5}}, "", "5"},
		{"lacking", f{Missing: []string{"effort", "owner"}, Types: []schema.ItemType{schema.Opportunity}}, "", "2"},
		{"linked from no insight that counts", f{Missing: []string{"insights"}, Types: []schema.ItemType{schema.Opportunity}}, "", "2"},
		{"leading to no insight that counts", f{Missing: []string{"insights"}, Types: []schema.ItemType{schema.Touchpoint}}, "", "4"},
		{"leading to no opportunity", f{Missing: []string{"opportunities"}, Types: []schema.ItemType{schema.Insight}}, "", ""},
		{"without quotes, tasks and readings", f{Missing: []string{"quotes", "tasks", "readings"}, Types: []schema.ItemType{schema.Insight}}, "", "3"},
		{"of words", f{Words: "SLOW"}, "", "3"},
		{"of words with signs", f{Words: "100% too_"}, "", "3"},
		{"by title", f{}, "title", "4 2 1 3 5"},
		{"by title, backwards", f{}, "-title", "5 3 1 2 4"},
		{"by impact; without one, last", f{}, "impact", "2 1 3 4 5"},
		{"by impact, backwards", f{}, "-impact", "1 2 3 4 5"},
		{"by priority, the least first", f{}, "priority", "1 2 3 4 5"},
		{"by priority, the greatest first", f{}, "-priority", "2 1 3 4 5"},
		{"by when they were made", f{}, "created", "1 2 3 4 5"},
	} {
		w.view(t, func(tx *store.Tx) error {
			found, total, err := tx.ItemsWhere(tt.f, tt.order, 0, -1)
			var got []string
			for _, i := range found {
				got = append(got, strings.TrimPrefix(string(i.ID), "itm_"))
			}
			if s := strings.Join(got, " "); s != tt.want || total != len(got) {
				t.Errorf("%s: %q of %d, want %q", tt.name, s, total, tt.want)
			}
			return err
		})
	}
	for _, order := range store.ItemOrders() {
		w.view(t, func(tx *store.Tx) error {
			found, total, err := tx.ItemsWhere(f{Drafts: true}, "-"+order, 2, 3)
			if len(found) != 3 || total != 7 {
				t.Errorf("by %s, the page has %d of %d", order, len(found), total)
			}
			return err
		})
	}
	for field, wrong := range map[string]struct {
		f     f
		order string
	}{
		"sort": {f{}, "wings"}, "equal": {f{Equal: map[string]string{"wings": "2"}}, ""}, "least": {f{Least: map[string]float64{"title": 1}}, ""},
		"most": {f{Most: map[string]float64{"1=1; --": 1}}, ""}, "missing": {f{Missing: []string{"id) OR (1=1"}}, ""}, "within": {f{Within: "itm_1"}, ""},
	} {
		w.view(t, func(tx *store.Tx) error {
			_, _, err := tx.ItemsWhere(wrong.f, wrong.order, 0, -1)
			if g := schema.FaultsOf(err); len(g) != 1 || g[0].Code != schema.Invalid || g[0].Field != field || field != "within" && g[0].Valid == nil {
				t.Errorf("a wrong %s: %v %+v", field, err, g)
			}
			return nil
		})
	}
}

func TestEvidenceIsCounted(t *testing.T) {
	w := newSmall(t)
	for i, s := range []*schema.Signal{{Text: "Too slow", Source: "chat", Author: "u-2", SaidAt: day(1)}, {Text: "Too slow!", Source: "chat", SaidAt: day(11)}} {
		stance := schema.Stance("").Values()[i%2]
		w.put(t, &schema.Citation{Item: w.item, Signal: w.put(t, s), End: 3, Quote: "Too", Stance: stance})
	}
	m := w.mapOf(t, w.journey)
	e := m.Stages[0].Steps[0].Evidence[w.item]
	if e.Quotes != 3 || e.Signals != 3 || e.People != 2 || e.Sources != 2 || e.Disagree < 0.33 || e.Strength != schema.Contested || e.AgeDays != 0 || e.Days != 365 {
		t.Errorf("the evidence is %+v", e)
	}
}

func TestDocsTellWhatToEmbed(t *testing.T) {
	w := newSmall(t)
	docs := func(after int64) (byID map[schema.ID]store.Doc, seq int64) {
		all, seq, err := w.st.Docs(t.Context(), w.actor.Workspace, "model", after)
		if err != nil {
			t.Fatal(err)
		}
		byID = map[schema.ID]store.Doc{}
		for _, d := range all {
			byID[d.ID] = d
		}
		return byID, seq
	}
	all, seq := docs(0)
	if len(all) != 5 || seq != 10 {
		t.Fatalf("there are %d docs at %d: %v", len(all), seq, all)
	}
	digest := store.Digest("Where on earth is the price list?")
	if d := all[w.signal]; d.Digest != digest || d.Kind != schema.KindSignal || d.Vec != nil || d.Gone {
		t.Errorf("the signal is %+v", d)
	}
	vec := []float32{1, -0.5, 3e-38}
	for range 2 { // the second is let be
		if err := w.st.SaveVectors(t.Context(), "model", map[string][]float32{digest: vec}); err != nil {
			t.Fatal(err)
		}
		vec = []float32{9}
	}
	if all, _ = docs(0); fmt.Sprint(all[w.signal].Vec) != "[1 -0.5 3e-38]" {
		t.Errorf("its vector is %v", all[w.signal].Vec)
	}
	if got, err := w.st.Vectors(t.Context(), "model", []string{digest, "x"}); err != nil || len(got) != 1 || len(got[digest]) != 3 {
		t.Errorf("Vectors = %v, %v", got, err)
	}
	if got, err := w.st.Vectors(t.Context(), "another model", []string{digest}); err != nil || len(got) != 0 {
		t.Errorf("of another model, Vectors = %v, %v", got, err)
	}
	if more, at := docs(seq); len(more) != 0 || at != seq {
		t.Errorf("nothing happened, and there are %v at %d", more, at)
	}
	w.rename(t, w.item, "Prices are secret")
	w.rename(t, w.item, "Prices are hidden")
	w.remove(t, w.citation)
	w.remove(t, w.signal)
	since, _, err := w.st.Docs(t.Context(), w.actor.Workspace, "model", seq)
	if err != nil || len(since) != 3 {
		t.Errorf("three records have changed since, and %d docs tell of it, %v", len(since), err)
	}
	more, _ := docs(seq)
	if more[w.item].Digest != store.Digest("Prices are hidden") || !more[w.signal].Gone || more[w.signal].Vec != nil {
		t.Errorf("since then, the docs are %+v", more)
	}
	texts, err := w.st.Texts(t.Context(), w.actor.Workspace, []schema.ID{w.item, w.signal, "call_1", "x"})
	if err != nil || len(texts) != 1 || texts[w.item] != "Prices are hidden" {
		t.Errorf("Texts = %q, %v", texts, err)
	}
}
