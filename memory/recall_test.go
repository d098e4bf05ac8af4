package memory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
)

func TestBlendByHand(t *testing.T) {
	hits := []Hit{
		{ID: "sig_1", Words: 8},  // the best words
		{ID: "sig_2", Words: 4},  // half as good
		{ID: "sig_3"},            // found by meaning alone
		{ID: "sig_4", Words: 2},  // without a vector
		{ID: "sig_5", Words: 0.}, // the least near
	}
	cosine := map[schema.ID]float64{"sig_1": 0.2, "sig_2": 0.6, "sig_3": 0.7, "sig_5": 0.1}
	cosines(hits, func(id schema.ID) (float64, bool) { c, ok := cosine[id]; return c, ok })
	blend(hits, 0.25)
	for i, want := range []Hit{
		{Words: 1, Meaning: 1. / 6, Score: 0.25/6 + 0.75},
		{Words: 0.5, Meaning: 5. / 6, Score: 0.25*5/6 + 0.375},
		{Words: 0, Meaning: 1, Score: 0.25},
		{Words: 0.25, Meaning: 0, Score: 0.1875},
		{Words: 0, Meaning: 0, Score: 0},
	} {
		if got := hits[i]; !near(got.Words, want.Words) || !near(got.Meaning, want.Meaning) || !near(got.Score, want.Score) {
			t.Errorf("%s: got words %v, meaning %v, score %v; want %v, %v, %v", got.ID, got.Words, got.Meaning, got.Score, want.Words, want.Meaning, want.Score)
		}
	}
}

func TestBlendOfOneOrOfEqualsDividesByNothing(t *testing.T) {
	for _, tt := range []struct {
		hits   []Hit
		cosine float64
		want   float64 // the score of each
	}{
		{[]Hit{{ID: "a", Words: 3}}, 0.5, 1},
		{[]Hit{{ID: "a"}, {ID: "b"}}, 0.5, 0.5},
		{[]Hit{{ID: "a", Words: 3}, {ID: "b", Words: 3}}, 0, 0.5},
		{nil, 0, 0},
	} {
		cosines(tt.hits, func(schema.ID) (float64, bool) { return tt.cosine, true })
		blend(tt.hits, 0.5)
		for _, h := range tt.hits {
			if !near(h.Score, tt.want) {
				t.Errorf("%+v, want the score %v", h, tt.want)
			}
		}
	}
}

func TestQueryWords(t *testing.T) {
	for text, want := range map[string]string{
		"When did Caroline's card arrive?":     "caroline card arrive",
		"the card, the CARD and the Card":      "card",
		"Who is it?":                           "who is it",
		"I don't know":                         "don know",
		`"NEAR" OR (scope:wsp_1) AND x*`:       "near scope wsp 1 x",
		"Où est ma carte n°42":                 "où est ma carte n 42",
		"":                                     "",
		" ?! ":                                 "",
		"बैंक कार्ड":                           "बैंक कार्ड",
		"what's the 3-D secure fee of plan B2": "3 secure fee plan b2",
	} {
		if got := strings.Join(queryWords(text), " "); got != want {
			t.Errorf("queryWords(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestRecallFusesBothLegs(t *testing.T) {
	w := newWorld(t)
	both := w.signal("The price of the card")
	meaning := w.signal("A fee for plastic") // shares no word with the question
	words := w.signal("The list")
	w.signal("My password does not work")
	hits := w.recall(Query{Text: "price list card"})
	if len(hits) != 3 || hits[0].ID != both {
		t.Fatalf("Recall = %+v, want %s first of three", hits, both)
	}
	for _, h := range hits {
		a := w.mem.tuning.meaning
		if !near(h.Score, a*h.Meaning+(1-a)*h.Words) || h.Kind != schema.KindSignal {
			t.Errorf("%+v does not follow from its parts", h)
		}
		if (h.ID == meaning) != (h.Words == 0) || (h.ID == words) != (h.Meaning == 0) {
			t.Errorf("%+v has the wrong parts", h)
		}
	}
	if n := w.fake.embedded("price list card"); n != 1 {
		t.Errorf("the question was embedded %d times, want once", n)
	}
}

func TestEqualScoresAreInTheOrderOfTheirIDs(t *testing.T) {
	w := newWorld(t)
	for range 9 {
		w.signal("The price")
	}
	hits := w.recall(Query{Text: "price", Limit: 9})
	if !slices.IsSortedFunc(hits, func(a, b Hit) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
		t.Errorf("Recall = %s", idsOf(hits))
	}
}

func TestRecallIsNarrowedBeforeItRanks(t *testing.T) {
	w := newWorld(t)
	buying, stage, steps := w.journey("Buying", "I compare", "I decide")
	_, _, others := w.journey("Leaving", "I ask for my money back")
	crowd := w.signals(2*legs, "The price, the price, the price %d")
	w.update(func(tx *store.Tx) error {
		for _, id := range crowd {
			if err := tx.Placements.Put(&schema.Placement{Signal: id, Step: others[0], State: schema.PlacementPlaced}); err != nil {
				return err
			}
		}
		return nil
	})
	words := w.signal("I do not see how this compares with what I had before, in any way that would let me say what the price is")
	meaning := w.signal("I do not see how this compares with what I had before, in any way that would let me say what the fee is")
	w.place(words, steps[0], schema.PlacementProposed)
	w.confirm(meaning, steps[1])
	var item, note schema.ID
	w.update(func(tx *store.Tx) error {
		i := &schema.Item{Type: schema.Insight, Title: "The price is hidden", Status: "New"}
		if err := tx.Items.Put(i); err != nil {
			return err
		}
		item = i.ID
		for _, step := range []schema.ID{steps[0], others[0]} {
			if err := tx.Placements.Put(&schema.Placement{Item: i.ID, Step: step}); err != nil {
				return err
			}
		}
		n := &schema.Note{Text: "Prices are in euros", Journey: buying, State: schema.NoteReady}
		err := tx.Notes.Put(n)
		note = n.ID
		return err
	})

	sorted := func(ids ...schema.ID) string {
		slices.Sort(ids)
		return strings.Trim(fmt.Sprint(ids), "[]")
	}
	signals := []schema.Kind{schema.KindSignal}
	for _, tt := range []struct {
		name string
		q    Query
		want string
	}{
		{"journey", Query{Within: buying}, sorted(words, meaning, item, note)},
		{"stage", Query{Within: stage}, sorted(words, meaning, item)},
		{"step", Query{Within: steps[0]}, sorted(words, item)},
		{"other step", Query{Within: steps[1]}, sorted(meaning)},
		{"kind", Query{Kinds: []schema.Kind{schema.KindItem, schema.KindNote}}, sorted(item, note)},
		{"kind in a journey", Query{Within: buying, Kinds: signals}, sorted(words, meaning)},
		{"allow", Query{Allow: func(id schema.ID) bool { return id == meaning || id == item }}, sorted(meaning, item)},
		{"nowhere", Query{Within: "stp_99"}, ""},
	} {
		tt.q.Text, tt.q.Limit = "the price", 500
		var got []schema.ID
		for _, h := range w.recall(tt.q) {
			if h.Score > 0 && (h.Words > 0 || h.Cosine > 0) {
				got = append(got, h.ID)
			}
		}
		if sorted(got...) != tt.want {
			t.Errorf("within %s: found %q, want %q", tt.name, sorted(got...), tt.want)
		}
	}

	// What moves, moves.
	narrow := Query{Text: "price", Within: buying, Kinds: []schema.Kind{schema.KindSignal, schema.KindItem}}
	w.update(func(tx *store.Tx) error { return tx.Steps.Remove(steps[0]) })
	if got := idsOf(w.recall(narrow)); got != string(meaning) {
		t.Errorf("after the step went: %q, want %s", got, meaning)
	}
	w.update(func(tx *store.Tx) error {
		all, err := tx.PlacementsOf(meaning)
		if err != nil {
			return err
		}
		all[0].Step = others[0]
		return tx.Placements.Put(all[0])
	})
	if got := idsOf(w.recall(narrow)); got != "" {
		t.Errorf("after the signal went: %q, want nothing", got)
	}
}

func TestTheJourneysRecordsComeFirstOnEqualFooting(t *testing.T) {
	w := newWorld(t)
	buying, _, _ := w.journey("Buying", "I compare")
	remember := func(text string, journey schema.ID) (id schema.ID) {
		w.update(func(tx *store.Tx) error {
			n := &schema.Note{Text: text, Journey: journey, State: schema.NoteReady}
			err := tx.Notes.Put(n)
			id = n.ID
			return err
		})
		return id
	}
	far := remember("Enterprises pay by invoice", "")
	here := remember("Enterprises pay by invoice", buying)
	best := remember("Enterprises pay the invoice late, by post", "")
	notes := []schema.Kind{schema.KindNote}
	if got, want := idsOf(w.recall(Query{Text: "enterprises pay invoice", Kinds: notes, Journey: buying, Limit: 2})), string(here+" "+far); got != want {
		t.Errorf("from the journey: %q, want %q", got, want)
	}
	if got := idsOf(w.recall(Query{Text: "pay late post", Kinds: notes, Journey: buying})); !strings.HasPrefix(got, string(best)) {
		t.Errorf("a better answer from elsewhere comes second: %q", got)
	}
	hits := w.recall(Query{Text: "enterprises pay invoice", Kinds: notes})
	with := w.recall(Query{Text: "enterprises pay invoice", Kinds: notes, Journey: buying})
	if got := with[0].Score - hits[1].Score; !near(got, JourneyBonus) {
		t.Errorf("the bonus is %v, want %v", got, JourneyBonus)
	}
}

func TestAnEmptyQuestionFindsNothing(t *testing.T) {
	w := newWorld(t)
	w.signal("The price")
	if got := w.finds("  "); got != "" {
		t.Errorf("found %q", got)
	}
}

// What a small part holds is asked for one by one, and what a large one holds
// is looked through: both find the same.
func TestASmallPartIsSearchedAsALargeOne(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Buying", "Look", "Pay", "Leave")
	var placed []schema.ID
	w.update(func(tx *store.Tx) error {
		for i := range 120 {
			sig := &schema.Signal{Text: fmt.Sprint("price ", i), Source: "chat", ExternalID: fmt.Sprint(i)}
			if err := tx.Signals.Put(sig); err != nil {
				return err
			}
			if i%12 > 0 {
				continue
			}
			for _, step := range steps[:1+i%24/12] {
				p := &schema.Placement{Signal: sig.ID, Step: step, State: schema.PlacementConfirmed}
				if err := tx.Placements.Put(p); err != nil {
					return err
				}
				placed = append(placed, p.ID)
			}
		}
		return nil
	})
	same := func() {
		t.Helper()
		s, err := w.mem.caughtUp(t.Context(), w.actor.Workspace)
		if err != nil {
			t.Fatal(err)
		}
		v, err := w.mem.embedOne(t.Context(), "price 7")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(steps, journey, "stp_99") {
			q := Query{Within: part, Kinds: []schema.Kind{schema.KindSignal, schema.KindStep}}
			s.mu.RLock()
			all, _ := s.places.standing(part, 1000)
			for id := range s.docs {
				if s.places.within(id, part) != all[id] {
					t.Errorf("%s stands in %s: %v, want %v", id, part, all[id], !all[id])
				}
			}
			got, want := s.nearest(q, v, 9), s.vecs.Search(v, 9, s.allow(q))
			s.mu.RUnlock()
			if !slices.Equal(got, want) {
				t.Errorf("in %s are %v, want %v", part, got, want)
			}
		}
	}
	same()
	w.update(func(tx *store.Tx) error { return tx.Placements.Remove(placed[0]) })
	same()
}
