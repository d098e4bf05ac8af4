package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

func TestASignalIsNeverEdited(t *testing.T) {
	w := newSmall(t)
	w.refuse(t, "edit", schema.Conflict, []string{"sig_1 cannot be edited", "kept as it was said"}, func(tx *store.Tx) error {
		s, err := tx.Signals.Get(w.signal)
		if err != nil {
			return err
		}
		s.Text = "Never mind."
		return tx.Signals.Put(s)
	})
}

func TestAQuoteIsTheVeryBytesOfTheSignal(t *testing.T) {
	w := newSmall(t)
	signal := w.put(t, &schema.Signal{Text: "Große Preise\r\nfür kleine Leute", Source: "support"})
	for _, tt := range []struct {
		start, end int
		quote      string
		code       schema.Code // "" if it is right
	}{
		{0, 6, "Große", ""},
		{7, 13, "Preise", ""},
		{15, 19, "für", ""},
		{0, 32, "Große Preise\r\nfür kleine Leute", ""},
		{0, 5, "Große", schema.Invalid},                  // counted in letters
		{0, 5, "Groß", ""},                               // ß is two bytes
		{7, 13, "preise", schema.Invalid},                // another case
		{7, 13, "Preisf", schema.Invalid},                // other words
		{6, 12, "Preise", schema.Invalid},                // a byte off
		{27, 33, "Leute!", schema.Invalid},               // beyond the end
		{7, 18, "Preise\nfür", schema.Invalid},           // folded white space
		{3, 4, "\xc3", schema.Invalid},                   // half a letter
		{-1, 4, "Große", schema.Invalid},                 // before the beginning
		{0, 0, "", schema.Invalid},                       // nothing
		{1 << 40, 1<<40 + 5, "Leute", schema.Invalid},    // far beyond
		{7, 14, "Preise\r", ""},                          // as it was said
		{0, 7, "Gro\u0073\u0073e ", schema.Invalid},      // spelled otherwise
		{15, 20, "fu\u0308r ", schema.Invalid},           // composed otherwise
		{0, 6, "Große\u200b", schema.Invalid},            // with something hidden
		{7, 13, "Preise", schema.Conflict},               // once more
		{0, 33, strings.Repeat("x", 33), schema.Invalid}, // invented
	} {
		c := &schema.Citation{Item: w.item, Signal: signal, Start: tt.start, End: tt.end, Quote: tt.quote, Stance: schema.Supports}
		what := fmt.Sprintf("%q from %d to %d", tt.quote, tt.start, tt.end)
		if tt.code == "" {
			w.update(t, what, func(tx *store.Tx) error { return tx.Citations.Put(c) })
			continue
		}
		w.refuse(t, what, tt.code, nil, func(tx *store.Tx) error { return tx.Citations.Put(c) })
	}
	w.refuse(t, "cite", schema.Invalid, []string{"the quote is not what sig_1 says from byte 0 to 5", "word for word"}, func(tx *store.Tx) error {
		return tx.Citations.Put(&schema.Citation{Item: w.item, Signal: w.signal, Start: 0, End: 5, Quote: "Wheel", Stance: schema.Supports})
	})
}

func TestOnlyFivePairsAreLinked(t *testing.T) {
	w := newWorld(t)
	types := schema.ItemType("").Values()
	items := map[schema.ItemType]schema.ID{}
	for _, typ := range types {
		items[typ] = w.put(t, &schema.Item{Type: typ, Title: "x", Status: typ.Statuses()[0]})
	}
	twin := map[schema.ItemType]schema.ID{}
	for _, typ := range types {
		twin[typ] = w.put(t, &schema.Item{Type: typ, Title: "y", Status: typ.Statuses()[0]})
	}
	for _, from := range types {
		for _, to := range types {
			l := &schema.Link{From: items[from], To: twin[to]}
			if slices.Contains(schema.Pairs(), schema.Pair{From: from, To: to}) {
				w.update(t, "link", func(tx *store.Tx) error { return tx.Links.Put(l) })
				continue
			}
			w.refuse(t, "link", schema.Invalid, []string{fmt.Sprintf("%s cannot be linked to %s", schema.An(from), schema.An(to)), "Touchpoint -> Insight, Insight -> Opportunity"},
				func(tx *store.Tx) error { return tx.Links.Put(l) })
		}
	}
}

func TestTheTypeOfAnItemStays(t *testing.T) {
	w := newSmall(t)
	w.refuse(t, "change", schema.Conflict, []string{"itm_1 is an Insight and cannot become an Opportunity"}, func(tx *store.Tx) error {
		i, err := tx.Items.Get(w.item)
		if err != nil {
			return err
		}
		i.Type = schema.Opportunity
		return tx.Items.Put(i)
	})
}

func TestOnlyAMetricHasReadings(t *testing.T) {
	w := newSmall(t)
	w.refuse(t, "read", schema.Invalid, []string{"itm_1 is an Insight; only a Metric has readings"}, func(tx *store.Tx) error {
		return tx.Readings.Put(&schema.Reading{Item: w.item, At: tx.Now, Value: 1})
	})
}

// chainOf makes journeys of one step each.
func chainOf(t *testing.T, w *world, n int) (journeys, stages, steps []schema.ID) {
	for i := range n {
		j := w.put(t, &schema.Journey{Name: fmt.Sprintf("Journey %d", i)})
		g := w.put(t, &schema.Stage{Journey: j, Name: "Stage"})
		journeys, stages = append(journeys, j), append(stages, g)
		steps = append(steps, w.put(t, &schema.Step{Stage: g, Name: "Step"}))
	}
	return journeys, stages, steps
}

func TestNoJourneyStandsBelowItself(t *testing.T) {
	w := newWorld(t)
	journeys, stages, steps := chainOf(t, w, 6)
	below := func(step, journey int) *schema.Nesting {
		return &schema.Nesting{Step: steps[step], Journey: journeys[journey]}
	}
	refused := func(what string, fn func(*store.Tx) error) {
		t.Helper()
		w.refuse(t, what, schema.Conflict, []string{"would stand below itself"}, fn)
	}
	refused("a journey below its own step", func(tx *store.Tx) error { return tx.Nestings.Put(below(0, 0)) })
	for i := range 4 { // 0 > 1 > 2 > 3 > 4
		w.put(t, below(i, i+1))
	}
	w.put(t, below(0, 3)) // a second way down is no circle
	for top := range 4 {
		refused(fmt.Sprintf("journey %d below the last", top), func(tx *store.Tx) error { return tx.Nestings.Put(below(4, top)) })
	}
	refused("through several, in one call", func(tx *store.Tx) error {
		if err := tx.Nestings.Put(below(4, 5)); err != nil {
			return err
		}
		return tx.Nestings.Put(below(5, 0))
	})
	refused("by moving a step down", func(tx *store.Tx) error {
		s, err := tx.Steps.Get(steps[0])
		if err != nil {
			return err
		}
		s.Stage = stages[4]
		return tx.Steps.Put(s)
	})
	refused("by moving a stage down", func(tx *store.Tx) error {
		g, err := tx.Stages.Get(stages[1])
		if err != nil {
			return err
		}
		g.Journey = journeys[2]
		return tx.Stages.Put(g)
	})
	refused("by moving a nesting down", func(tx *store.Tx) error {
		n, err := tx.NestingsOn(steps[1])
		if err != nil {
			return err
		}
		n[0].Step = steps[4]
		return tx.Nestings.Put(n[0])
	})
	w.update(t, "turn a nesting round", func(tx *store.Tx) error { // 3 > 4 becomes 4 > 3, but 0 > 3 and 2 > 3 stay
		n, err := tx.NestingsOn(steps[3])
		if err != nil {
			return err
		}
		n[0].Step, n[0].Journey = steps[4], journeys[3]
		return tx.Nestings.Put(n[0])
	})
	w.update(t, "move a step up", func(tx *store.Tx) error {
		s, err := tx.Steps.Get(steps[2])
		if err != nil {
			return err
		}
		s.Stage = stages[1]
		return tx.Steps.Put(s)
	})
}

func TestAReferenceThatLeadsNowhereIsNamed(t *testing.T) {
	w := newSmall(t)
	item := schema.Ref{Kind: schema.KindItem, ID: w.item}
	for _, tt := range []struct {
		record schema.Record
		field  string
		id     string
	}{
		{&schema.Stage{Journey: "jny_9", Name: "x"}, "journey", "jny_9"},
		{&schema.Step{Stage: "stg_9", Name: "x"}, "stage", "stg_9"},
		{&schema.Step{Stage: w.stage, Name: "x", Personas: []schema.ID{"per_9"}}, "personas", "per_9"},
		{&schema.Journey{Name: "x", Personas: []schema.ID{"per_9"}}, "personas", "per_9"},
		{&schema.Nesting{Step: "stp_9", Journey: w.journey}, "step", "stp_9"},
		{&schema.Nesting{Step: w.step, Journey: "jny_9"}, "journey", "jny_9"},
		{&schema.Placement{Step: "stp_9", Item: w.item}, "step", "stp_9"},
		{&schema.Placement{Step: w.step, Item: "itm_9"}, "item", "itm_9"},
		{&schema.Placement{Step: w.step, Signal: "sig_9", State: "placed"}, "signal", "sig_9"},
		{&schema.Placement{Signal: "sig_9", State: "dismissed"}, "signal", "sig_9"},
		{&schema.Link{From: "itm_9", To: w.item}, "from", "itm_9"},
		{&schema.Link{From: w.item, To: "itm_9"}, "to", "itm_9"},
		{&schema.Item{Type: schema.Metric, Title: "x", Status: "Draft", Owner: "mem_9"}, "owner", "mem_9"},
		{&schema.Item{Type: schema.Touchpoint, Title: "x", Status: "Exists", Actor: []schema.ID{"per_9"}}, "actor", "per_9"},
		{&schema.Item{Type: schema.Insight, Title: "x", Status: "New", AffectedSegment: []schema.ID{"per_9"}}, "affected_segment", "per_9"},
		{&schema.Signal{Text: "x", Source: "chat", Persona: "per_9"}, "persona", "per_9"},
		{&schema.Citation{Item: "itm_9", Signal: w.signal, End: 5, Quote: "Where", Stance: "supports"}, "item", "itm_9"},
		{&schema.Citation{Item: w.item, Signal: "sig_9", End: 5, Quote: "Where", Stance: "supports"}, "signal", "sig_9"},
		{&schema.Note{Text: "x", Journey: "jny_9", State: "Ready"}, "journey", "jny_9"},
		{&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: "itm_9"}, Text: "x", Author: w.actor.ID}, "on", "itm_9"},
		{&schema.Comment{On: item, Text: "x", Author: "mem_9"}, "author", "mem_9"},
		{&schema.Comment{On: item, Text: "x", Author: w.actor.ID, Mentions: []schema.ID{"mem_9"}}, "mentions", "mem_9"},
		{&schema.Comment{On: item, Text: "x", Author: w.actor.ID, ReplyTo: "cmt_9"}, "reply_to", "cmt_9"},
		{&schema.Attachment{Item: "itm_9", Name: "x", Digest: "x"}, "item", "itm_9"},
		{&schema.Weblink{Item: "itm_9", URL: "http://x.example"}, "item", "itm_9"},
		{&schema.Task{Item: "itm_9", Platform: "Jira", Key: "x", Title: "x", URL: "http://x.example"}, "item", "itm_9"},
		{&schema.Reading{Item: "itm_9", At: time.UnixMilli(1), Value: 1}, "item", "itm_9"},
		{&schema.Bookmark{Journey: "jny_9", Seq: 1, Trigger: schema.ManualSave}, "journey", "jny_9"},
	} {
		_, err := w.try(t, "put", func(tx *store.Tx) error { return put(tx, tt.record) })
		f := schema.FaultsOf(err)
		if len(f) != 1 || f[0].Code != schema.NotFound || f[0].Field != tt.field || !strings.Contains(f[0].Message, tt.id) {
			t.Errorf("a %s whose %s is %s: %v %+v", tt.record.Kind(), tt.field, tt.id, err, f)
		}
	}
	_, err := w.try(t, "put", func(tx *store.Tx) error {
		return tx.Comments.Put(&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: "itm_9"}, Text: "x", Author: w.actor.ID, Mentions: []schema.ID{"mem_9"}})
	})
	if f := schema.FaultsOf(err); len(f) != 2 {
		t.Errorf("of two references that lead nowhere, these are told: %v", f)
	}
}

func TestOfSomeThingsThereIsOnlyOne(t *testing.T) {
	w := newSmall(t)
	child := w.put(t, &schema.Journey{Name: "Child"})
	other := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
	spam := w.put(t, &schema.Signal{Text: "Buy now", Source: "chat", ExternalID: "7"})
	for _, tt := range []struct {
		name  string
		first schema.Record
		again schema.Record
		says  string
	}{
		{"an item on a step", nil, &schema.Placement{Step: w.step, Item: w.item, Position: 5}, "itm_1 stands on stp_1 already, by plc_1"},
		{"a signal on a step", &schema.Placement{Step: w.step, Signal: w.signal, State: "placed"}, &schema.Placement{Step: w.step, Signal: w.signal, State: "proposed"}, "sig_1 stands on stp_1 already, by plc_"},
		{"a dismissed signal", &schema.Placement{Signal: spam, State: "dismissed"}, &schema.Placement{Signal: spam, State: "dismissed", Reason: "spam"}, "sig_2 is dismissed already, by plc_"},
		{"a signal", nil, &schema.Signal{Text: "Where on earth is the price list?", Source: "support", Author: "u-1", Language: "en"}, "the same signal is here already, as sig_1"},
		{"a signal of an external id", nil, &schema.Signal{Text: "Buy later", Source: "chat", ExternalID: "7"}, "the same signal is here already, as sig_2"},
		{"a link", &schema.Link{From: w.item, To: other}, &schema.Link{From: w.item, To: other}, "itm_1 is linked to itm_2 already, by lnk_1"},
		{"a nesting", &schema.Nesting{Step: w.step, Journey: child}, &schema.Nesting{Step: w.step, Journey: child, Position: 4}, "jny_2 hangs below stp_1 already, by nst_1"},
		{"a citation", nil, &schema.Citation{Item: w.item, Signal: w.signal, End: 14, Quote: "Where on earth", Stance: "contradicts"}, "itm_1 cites these words of sig_1 already, by cit_1"},
	} {
		if tt.first != nil {
			w.put(t, tt.first)
		}
		w.refuse(t, tt.name, schema.Conflict, []string{tt.says}, func(tx *store.Tx) error { return put(tx, tt.again) })
	}
	second := w.put(t, &schema.Step{Stage: w.stage, Name: "Another"})
	moved := &schema.Placement{Step: second, Item: w.item}
	w.put(t, moved)
	moved.Step = w.step
	w.refuse(t, "an item moved to where it stands", schema.Conflict, []string{"itm_1 stands on stp_1 already, by plc_1"}, func(tx *store.Tx) error { return tx.Placements.Put(moved) })
}

func TestACommentStaysWhereItWasMade(t *testing.T) {
	w := newSmall(t)
	on := func(id schema.ID) schema.Ref { return schema.Ref{Kind: id.Kind(), ID: id} }
	first := &schema.Comment{On: on(w.item), Text: "Hm", Author: w.actor.ID}
	w.put(t, first)
	reply := &schema.Comment{On: on(w.item), Text: "Yes", Author: w.actor.ID, ReplyTo: first.ID}
	w.put(t, reply)
	w.refuse(t, "a reply elsewhere", schema.Invalid, []string{"cmt_1 is a comment on itm_1, not on stp_1"}, func(tx *store.Tx) error {
		return tx.Comments.Put(&schema.Comment{On: on(w.step), Text: "No", Author: w.actor.ID, ReplyTo: first.ID})
	})
	first.ReplyTo = reply.ID
	w.refuse(t, "a circle of replies", schema.Conflict, []string{"cmt_1 stays where it was made"}, func(tx *store.Tx) error { return tx.Comments.Put(first) })
	first.ReplyTo, first.On = "", on(w.step)
	w.refuse(t, "a move", schema.Conflict, []string{"cmt_1 stays where it was made, on itm_1"}, func(tx *store.Tx) error { return tx.Comments.Put(first) })
}
