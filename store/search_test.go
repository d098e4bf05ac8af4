package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// find searches for words and returns what it finds, best first.
func (w *world) find(t testing.TB, q store.Search, words ...string) (ids []schema.ID) {
	t.Helper()
	q.Words = words
	if q.Limit == 0 {
		q.Limit = 100
	}
	w.view(t, func(tx *store.Tx) error {
		found, err := tx.SearchWords(q)
		for i, f := range found {
			ids = append(ids, f.ID)
			if f.Kind != f.ID.Kind() || i > 0 && f.Score > found[i-1].Score {
				t.Errorf("%q finds %+v in place %d", words, f, i)
			}
		}
		return err
	})
	return ids
}

// finds demands that exactly these are found, in any order.
func (w *world) finds(t testing.TB, q store.Search, word string, want ...schema.ID) {
	t.Helper()
	got := w.find(t, q, word)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%q in %+v finds %v, want %v", word, q, got, want)
	}
}

// hostileWords hold the syntax of FTS5, and whatever else might be one.
var hostileWords = []string{
	`"`, `""`, `"price`, `price"`, `'`, `price*`, `^price`, `-price`, `+price`, `pri:ce`, `body:price`, `scope:wsp10`, `{body}:price`, `{scope}: wsp10`, `(price)`, `(price`, `price)`,
	`AND`, `OR`, `NOT`, `NEAR`, `NEAR(price list)`, `price AND list`, `price OR`, `NOT price`, `price + list`, `price NEAR/2 list`, `a" OR "b`, `x" AND scope:"wsp20`,
	`\`, `\"`, `;`, `--`, `/*`, `%`, `_`, `?`, `:1`, `@x`, `$x`, `price; DROP TABLE doc`, "\x00", "price\x00list", "\xff\xfe", "pri\xffce", "\ufffd", "\u202eprice", "", " ", "\n", "*", "()", "^", ":", "{}", "price\nlist",
	strings.Repeat("price ", 5000), strings.Repeat(`"`, 999), "🐢", "🐢price", "ﬁ", "½", "\u0301", "e\u0301", "İ", "ǅ", "𝐩𝐫𝐢𝐜𝐞", "\U000e0041", "\U0001e4d0", "\U00031350",
}

func TestNoWordIsTakenForAnOperator(t *testing.T) {
	t.Parallel()
	w := newSmall(t)
	for _, word := range hostileWords {
		w.find(t, store.Search{}, word)
		w.find(t, store.Search{Kinds: []schema.Kind{schema.KindItem, schema.Kind(word)}, Within: schema.ID(word)}, word, "price")
	}
	w.find(t, store.Search{}, hostileWords...)
	w.finds(t, store.Search{}, `price*`, w.signal, w.item)
	w.finds(t, store.Search{}, `pric*`) // the word, not all that begin like it
	w.finds(t, store.Search{}, `NOT price`)
	w.finds(t, store.Search{}, `price list`, w.signal) // in this order
	w.finds(t, store.Search{}, `list price`)
	w.finds(t, store.Search{}, `PRICE`, w.signal, w.item)
}

func TestTheQuestionIsMadeOfQuotedWords(t *testing.T) {
	for _, tt := range []struct {
		q    store.Search
		want string
	}{
		{store.Search{}, ""},
		{store.Search{Words: []string{"", " ", `"`, "()", "\u0301", "\xff"}}, ""},
		{store.Search{Words: []string{"refund", "delay"}}, `scope:wsp10 AND ("refund" OR "delay")`},
		{store.Search{Words: []string{`a" OR "b`, "NOT", "c-d_e"}}, `scope:wsp10 AND ("a OR b" OR "NOT" OR "c d e")`},
		{store.Search{Words: []string{"x\x00y\xffz"}, Within: "stp_7"}, `scope:wsp10 AND scope:"stp70" AND ("x y z")`},
		{store.Search{Words: []string{"x"}, Within: `") OR (*`}, `scope:wsp10 AND scope:"OR 0" AND ("x")`},
		{store.Search{Words: []string{"x"}, Kinds: []schema.Kind{"item", "note"}}, `scope:wsp10 AND scope:("kinditem0" OR "kindnote0") AND ("x")`},
		{store.Search{Words: []string{strings.Repeat("a ", 99)}}, `scope:wsp10 AND ("` + strings.Repeat("a ", 15) + `a")`},
		{store.Search{Words: slices.Repeat([]string{"a"}, 99)}, `scope:wsp10 AND (` + strings.Repeat(`"a" OR `, 31) + `"a")`},
	} {
		if got := store.MatchQuery("wsp_1", tt.q); got != tt.want {
			t.Errorf("%+v asks %s, want %s", tt.q, got, tt.want)
		}
	}
	if got, want := store.MatchQuery("wsp_1", store.Search{Words: []string{"x", "stp70"}}), `scope:wsp10 AND ({body ctx far}:("x" OR "stp70"))`; got != want {
		t.Errorf("where a word may be one of a scope, it asks %s, want %s", got, want)
	}
	if got, want := store.MatchQuery("", store.Search{Words: []string{"x"}}), `("x")`; got != want {
		t.Errorf("alone in its file, a workspace asks %s, want %s", got, want)
	}
}

func FuzzAnyWordsAreAQuestion(f *testing.F) {
	storetest.Long(f)
	st, err := store.Open(f.Context(), filepath.Join(f.TempDir(), "fuzz.db"), storetest.Options())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { st.Close() })
	w := &world{st, storetest.Workspace(f, st)}
	s, other := newSmallIn(f, w), w.other(f)
	for _, word := range hostileWords[:60] {
		f.Add(word, "price", string(s.journey))
		f.Add("price", word, word)
	}
	f.Fuzz(func(t *testing.T, a, b, within string) {
		for _, q := range []store.Search{{}, {Within: schema.ID(within)}, {Kinds: []schema.Kind{schema.KindSignal}}} {
			for _, id := range w.find(t, q, a, b) {
				if len(q.Kinds) > 0 && id != s.signal {
					t.Errorf("%q %q finds %s among the signals", a, b, id)
				}
			}
			if got := other.find(t, q, a, b); got != nil {
				t.Errorf("%q %q within %q finds %v of the neighbours", a, b, within, got)
			}
		}
	})
}

func TestScopeWordsStayWhole(t *testing.T) {
	t.Parallel()
	endings := []string{"1", "ing", "running", "ed", "baked", "es", "sses", "ies", "s", "ss", "ly", "ational", "ement", "ness", "y", "e", "ll", "zz", "0", "00", "9ing", "2ed", "q7s", "4k7q2m9xtc", "eeeeeeeeee", strings.Repeat("z", 32)}
	opt := storetest.Options()
	at := map[schema.Kind]int{}
	opt.NewID = func(k schema.Kind) schema.ID {
		at[k]++
		return schema.ID(k.Prefix() + "_" + endings[(at[k]-1)%len(endings)] + map[bool]string{true: fmt.Sprint(at[k])}[at[k] > len(endings)])
	}
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	w := &world{st, storetest.Workspace(t, st)}
	want := map[string]bool{}
	for range endings {
		j := w.put(t, &schema.Journey{Name: "common"})
		g := w.put(t, &schema.Stage{Journey: j, Name: "common"})
		s := w.put(t, &schema.Step{Stage: g, Name: "common"})
		i := w.put(t, &schema.Item{Type: schema.Insight, Title: "common", Status: "New"})
		w.put(t, &schema.Placement{Step: s, Item: i})
		for _, id := range []schema.ID{j, g, s} {
			want[store.ScopeWord(id)] = true
		}
		w.finds(t, store.Search{Within: j}, "common", j, g, s, i)
		w.finds(t, store.Search{Within: g}, "common", g, s, i)
		w.finds(t, store.Search{Within: s}, "common", s, i)
		w.finds(t, store.Search{Within: s, Kinds: []schema.Kind{schema.KindItem}}, "common", i)
	}
	words, err := st.FullText()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range words {
		if f := strings.Fields(line); f[2] == "scope" {
			delete(want, f[4])
		}
	}
	for word := range want {
		t.Errorf("the scope word %s is not kept as it is", word)
	}
	for _, k := range append(schema.Kinds(), schema.KindCall) {
		for _, e := range endings {
			word := store.ScopeWord(schema.ID(k.Prefix() + "_" + e))
			if word != strings.ToLower(word) || !strings.HasSuffix(word, "0") || strings.ContainsFunc(word, func(r rune) bool { return r > 'z' || r == '_' }) {
				t.Errorf("the scope word of %s_%s is %q", k.Prefix(), e, word)
			}
		}
	}
}

func TestASearchIsNarrowed(t *testing.T) {
	w := newWorld(t)
	journeys, stages, steps := chainOf(t, w, 2)
	item := w.put(t, &schema.Item{Type: schema.Insight, Title: "refund", Status: "New"})
	both := w.put(t, &schema.Item{Type: schema.Metric, Title: "refund", Status: "Draft"})
	signal := w.put(t, &schema.Signal{Text: "refund", Source: "chat"})
	loose := w.put(t, &schema.Signal{Text: "refund!", Source: "chat"})
	note := w.put(t, &schema.Note{Text: "refund", Journey: journeys[0], State: "Ready"})
	persona := w.put(t, &schema.Persona{Name: "Petra", Frustrations: []string{"refund"}})
	w.put(t, &schema.Placement{Step: steps[0], Item: item})
	w.put(t, &schema.Placement{Step: steps[0], Item: both})
	w.put(t, &schema.Placement{Step: steps[1], Item: both})
	w.put(t, &schema.Placement{Step: steps[0], Signal: signal, State: "placed"})
	kinds := func(k ...schema.Kind) []schema.Kind { return k }
	for _, tt := range []struct {
		q    store.Search
		want []schema.ID
	}{
		{store.Search{}, []schema.ID{item, both, signal, loose, note, persona}},
		{store.Search{Within: journeys[0]}, []schema.ID{item, both, signal, note}},
		{store.Search{Within: stages[0]}, []schema.ID{item, both, signal}},
		{store.Search{Within: steps[0]}, []schema.ID{item, both, signal}},
		{store.Search{Within: steps[1]}, []schema.ID{both}},
		{store.Search{Within: "jny_99"}, nil},
		{store.Search{Within: `") OR ("`}, nil},
		{store.Search{Kinds: kinds(schema.KindSignal)}, []schema.ID{signal, loose}},
		{store.Search{Kinds: kinds(schema.KindSignal, schema.KindPersona)}, []schema.ID{signal, loose, persona}},
		{store.Search{Kinds: kinds(schema.KindSignal), Within: journeys[0]}, []schema.ID{signal}},
		{store.Search{Kinds: kinds(schema.KindLink)}, nil},
		{store.Search{Allow: func(id schema.ID) bool { return id == both || id == loose }}, []schema.ID{both, loose}},
		{store.Search{Allow: func(schema.ID) bool { return false }}, nil},
	} {
		w.finds(t, tt.q, "refund", tt.want...)
	}
	all := w.find(t, store.Search{}, "refund")
	for n := range len(all) + 2 {
		if got := w.find(t, store.Search{Limit: n + 1}, "refund"); !slices.Equal(got, all[:min(n+1, len(all))]) {
			t.Errorf("the first %d are %v, of %v", n+1, got, all)
		}
		last := all[len(all)-1] // allowed before the limit cuts
		if got := w.find(t, store.Search{Limit: n + 1, Allow: func(id schema.ID) bool { return id == last }}, "refund"); !slices.Equal(got, []schema.ID{last}) {
			t.Errorf("of the first %d, only %s is allowed; found %v", n+1, last, got)
		}
	}
	for _, limit := range []int{-1, 0} {
		w.view(t, func(tx *store.Tx) error {
			found, err := tx.SearchWords(store.Search{Words: []string{"refund"}, Limit: limit})
			if len(found) > 0 {
				t.Errorf("a limit of %d finds %v", limit, found)
			}
			return err
		})
	}
}

func TestWhatIsFoundFollowsWhatIsThere(t *testing.T) {
	w := newSmall(t)
	w.finds(t, store.Search{}, "deciding", w.stage, w.step, w.item)
	renamed := w.update(t, "rename", func(tx *store.Tx) error {
		g, err := tx.Stages.Get(w.stage)
		if err != nil {
			return err
		}
		g.Name = "Weighing"
		return tx.Stages.Put(g)
	})
	w.finds(t, store.Search{}, "deciding")
	w.finds(t, store.Search{}, "weighing", w.stage, w.step, w.item)
	w.undo(t, renamed)
	w.finds(t, store.Search{}, "weighing")
	w.finds(t, store.Search{}, "deciding", w.stage, w.step, w.item)

	note := w.put(t, &schema.Note{Text: "Mind the gap", Journey: w.journey, State: "Ready"})
	w.update(t, "rename", func(tx *store.Tx) error {
		j, err := tx.Journeys.Get(w.journey)
		if err != nil {
			return err
		}
		j.Name = "Onboarding"
		return tx.Journeys.Put(j)
	})
	w.finds(t, store.Search{}, "trial")
	w.finds(t, store.Search{}, "onboarding", w.journey, w.stage, w.step, w.item, note)

	placed := w.put(t, &schema.Placement{Step: w.step, Signal: w.signal, State: "placed"})
	other := w.put(t, &schema.Journey{Name: "Elsewhere"})
	w.update(t, "move", func(tx *store.Tx) error {
		g, err := tx.Stages.Get(w.stage)
		if err != nil {
			return err
		}
		g.Journey = other
		return tx.Stages.Put(g)
	})
	w.finds(t, store.Search{Within: w.journey}, "price")
	w.finds(t, store.Search{Within: other}, "price", w.signal, w.item)
	w.finds(t, store.Search{}, "elsewhere", other, w.stage, w.step, w.item)
	w.remove(t, placed)
	w.finds(t, store.Search{Within: other}, "price", w.item)

	removed := w.remove(t, w.item)
	w.finds(t, store.Search{}, "hard")
	w.undo(t, removed)
	w.finds(t, store.Search{}, "hard", w.item)
	removed = w.remove(t, w.stage)
	w.finds(t, store.Search{}, "deciding")
	w.undo(t, removed)
	w.finds(t, store.Search{}, "deciding", w.stage, w.step, w.item)
}

func TestAPlacementThatHoldsAnotherItemLeavesTheFirst(t *testing.T) {
	w := newSmall(t)
	other := w.put(t, &schema.Item{Type: schema.Insight, Title: "hardly", Status: "New"})
	w.finds(t, store.Search{Within: w.step}, "hard", w.item)
	edit(t, w.world, w.placement, func(p *schema.Placement) { p.Item = other })
	w.finds(t, store.Search{Within: w.step}, "hard")
	w.finds(t, store.Search{Within: w.step}, "hardly", other)
}

func TestAnItemIsFoundByItsOwner(t *testing.T) {
	w := newWorld(t)
	bob := &schema.Member{Name: "Bob", Role: schema.Editor}
	w.put(t, bob)
	item := w.put(t, &schema.Item{Type: schema.Metric, Title: "x", Status: "Broken", Owner: bob.ID})
	w.finds(t, store.Search{}, "bob", item)
	w.finds(t, store.Search{}, "broken", item)
	bob.Name = "Robert"
	w.put(t, bob)
	w.finds(t, store.Search{}, "bob")
	w.finds(t, store.Search{}, "robert", item)
}

func TestASignalIsFoundByItsNeighboursInTheThread(t *testing.T) {
	w := newWorld(t)
	say := func(tx *store.Tx, author, text, thread string) schema.ID {
		s := &schema.Signal{Text: text, Source: "chat", Author: author, Thread: thread}
		if err := tx.Signals.Put(s); err != nil {
			t.Fatal(err)
		}
		return s.ID
	}
	var a, b, c, d, e, x, f schema.ID
	w.update(t, "capture", func(tx *store.Tx) error { // five in one call
		a, b, c, d, e = say(tx, "ann", "alpha", "t"), say(tx, "bob", "beta", "t"), say(tx, "ann", "gamma", "t"), say(tx, "bob", "delta", "t"), say(tx, "ann", "epsilon", "t")
		x = say(tx, "ann", "omega", "u")
		return nil
	})
	w.finds(t, store.Search{}, "alpha", a, b, c, d)
	w.finds(t, store.Search{}, "gamma", a, b, c, d, e)
	w.finds(t, store.Search{}, "epsilon", b, c, d, e)
	w.finds(t, store.Search{}, "omega", x)
	later := w.update(t, "capture", func(tx *store.Tx) error { f = say(tx, "bob", "zeta", "t"); return nil })
	w.finds(t, store.Search{}, "zeta", c, d, e, f)
	w.finds(t, store.Search{}, "gamma", a, b, c, d, e, f)
	removed := w.remove(t, b)
	w.finds(t, store.Search{}, "beta") // of what is removed, nothing is left
	w.finds(t, store.Search{}, "alpha", a, c, d, e)
	w.undo(t, removed) // and comes back to its place
	w.finds(t, store.Search{}, "beta", a, b, c, d, e)
	w.finds(t, store.Search{}, "alpha", a, b, c, d)
	w.undo(t, later)
	w.finds(t, store.Search{}, "zeta")
	w.finds(t, store.Search{}, "gamma", a, b, c, d, e)
}

func TestTheNearerTurnCountsMore(t *testing.T) {
	w := newWorld(t)
	var ids []schema.ID
	for _, text := range []string{"a price", "was named", "and then", "refused by", "them all"} {
		ids = append(ids, w.put(t, &schema.Signal{Text: text, Source: "chat", Thread: "t"}))
	}
	for i := range 20 { // so that price is rare enough to count
		w.put(t, &schema.Signal{Text: fmt.Sprint("of no matter ", i), Source: "chat"})
	}
	w.view(t, func(tx *store.Tx) error {
		found, err := tx.SearchWords(store.Search{Words: []string{"price"}, Limit: 10})
		var got []schema.ID
		for _, f := range found {
			got = append(got, f.ID)
		}
		if want := ids[:4]; !slices.Equal(got[:2], want[:2]) || !slices.Equal(slices.Sorted(slices.Values(got)), want) {
			t.Errorf("price finds %v, want %v, the first two first", got, want)
		}
		return err
	})
}

func TestASignalIsFoundByItsPersona(t *testing.T) {
	w := newWorld(t)
	p := &schema.Persona{Name: "Busy buyer"}
	w.put(t, p)
	sig := w.put(t, &schema.Signal{Text: "too slow", Source: "chat", Persona: p.ID})
	w.finds(t, store.Search{Kinds: []schema.Kind{schema.KindSignal}}, "buyer", sig)
	p.Name = "Hasty shopper"
	w.put(t, p)
	w.finds(t, store.Search{Kinds: []schema.Kind{schema.KindSignal}}, "buyer")
	w.finds(t, store.Search{Kinds: []schema.Kind{schema.KindSignal}}, "shopper", sig)
}

func TestTheBestOfMuchAreTheBestOfAll(t *testing.T) {
	storetest.Long(t)
	t.Parallel()
	w := newWorld(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	frequent := rand.NewZipf(rnd, 1.1, 8, 2000)
	word := func() string { return fmt.Sprintf("w%dx", 1+frequent.Uint64()) }
	say := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = word()
		}
		return strings.Join(words, " ")
	}
	w.update(t, "capture", func(tx *store.Tx) error {
		for i := range 3000 {
			text := fmt.Sprint(say(3+rnd.IntN(20)), " of no matter", strings.Repeat(" at all", rnd.IntN(6)))
			if err := tx.Signals.Put(&schema.Signal{Text: text, Source: "chat", ExternalID: fmt.Sprint(i), Thread: fmt.Sprint(i / 30)}); err != nil {
				return err
			}
		}
		return nil
	})
	same, all := 0, 0
	w.view(t, func(tx *store.Tx) error {
		for n := range 40 {
			q := store.Search{Words: strings.Fields(say(1 + n%9)), Limit: 50, Kinds: []schema.Kind{schema.KindSignal}}
			if n%2 == 0 {
				q.Kinds = nil
			}
			if n%5 == 0 {
				q.Allow = func(id schema.ID) bool { return strings.HasSuffix(string(id), "7") }
			}
			much, err1 := tx.FindsMuch(q)
			got, err2 := tx.SearchWords(q)
			want, err3 := tx.SearchAll(q)
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			if len(got) != len(want) {
				t.Errorf("%q finds %d, want %d", q.Words, len(got), len(want))
			}
			if !much && !slices.Equal(got, want) {
				t.Errorf("%q finds %v, want %v", q.Words, got, want)
			}
			for _, f := range want[:min(10, len(want))] {
				all++
				if slices.Contains(got, f) { // with the same score
					same++
				}
			}
		}
		return nil
	})
	if share := float64(same) / float64(all); share < 0.98 {
		t.Errorf("of the ten best, %.3f are found", share)
	}
}

func TestManyFiltersDoNotExhaustASession(t *testing.T) {
	t.Parallel()
	w := newSmall(t)
	w.view(t, func(tx *store.Tx) error {
		for n := range store.Statements/2 + 25 { // two statements each
			kinds := slices.Repeat([]schema.ItemType{schema.Insight}, n+1)
			found, total, err := tx.ItemsWhere(store.ItemFilter{Types: kinds}, "", 0, -1)
			if err != nil || total != 1 || len(found) != 1 {
				return errors.Join(err, fmt.Errorf("filter %d finds %d of %d", n, len(found), total))
			}
		}
		return nil
	})
}
