package tools_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// said are texts in which there is something to alter: figures, denials, marks,
// accents, lines, other scripts.
var said = []string{
	"I could not find the price list anywhere, and I looked for 25 minutes on 3 pages.",
	"Where is the price list? It isn't on the first page. It isn't on the second page either.",
	"The export of 1,250 rows took 40 seconds, then it never finished. The export of 12 rows was fine.",
	"We don't need more features, we need the invoice to be right. The invoice was wrong on 2 May and on 2 June.",
	"“No seats left,” it said, but we have 14 seats and only 9 people.",
	"Das Angebot kam nie an: keine E-Mail, kein Brief, und die Hotline sagte “später”. Für 300 € im Jahr erwarte ich mehr.",
	"Le café était fermé, l’équipe n’a pas répondu, et la facture de 1 200 € n’était pas à notre nom.",
	"My card was refused twice, although there's money on it, and nobody told me why it was refused.",
	"Support answered within 5 minutes.\nThey did not know the answer.\nThey asked me to wait for 5 days.",
	"価格が見つかりません。三回探しました。請求書は二通届きました。",
	"The team page is great 👍🏽 but inviting more than 10 people isn't possible, so we stopped at 10.",
	"First I liked it; then the trial ended on day 7, not day 14, and all my drafts were gone.",
	"Nothing is worse than a form that forgets. I typed my address 4 times, 4 times it forgot.",
	"You can pay by card or by transfer, but not by both, and the transfer takes 6 days.",
	"The app crashed at step 2 of 5. I never saw step 3. My colleague never saw step 4.",
	"It would be perfect if the report had no colours: printed, they're all the same grey.",
}

// An alteration makes of a passage one that nobody said; other is a passage of
// another signal, and same another of the same.
type alteration func(r *rand.Rand, passage, other, same string) string

var alterations = map[string]alteration{
	"words swapped": func(r *rand.Rand, p, _, _ string) string {
		w := strings.Fields(p)
		if len(w) > 1 {
			i := r.IntN(len(w) - 1)
			w[i], w[i+1] = w[i+1], w[i]
		}
		return strings.Join(w, " ")
	},
	"a word changed": func(r *rand.Rand, p, o, _ string) string {
		return onWord(r, p, func(string) string { return strings.Fields(o)[0] })
	},
	"a word left out": func(r *rand.Rand, p, _, _ string) string { return onWord(r, p, func(string) string { return "" }) },
	"a word twice": func(r *rand.Rand, p, _, _ string) string {
		return onWord(r, p, func(w string) string { return w + " " + w })
	},
	"a word cut": func(r *rand.Rand, p, _, _ string) string {
		return onInner(r, p, func(w []rune) []rune { return w[:len(w)-1] })
	},
	"a letter doubled": func(r *rand.Rand, p, _, _ string) string {
		return onInner(r, p, func(w []rune) []rune { return append([]rune{w[0]}, w...) })
	},
	"digits changed": func(_ *rand.Rand, p, _, _ string) string {
		return strings.Map(func(c rune) rune {
			if c >= '0' && c <= '9' {
				return '0' + (c-'0'+1)%10
			}
			return c
		}, p)
	},
	"a case changed": func(r *rand.Rand, p, _, _ string) string {
		return onRune(r, p, unicode.IsLetter, func(c rune) rune {
			if unicode.IsUpper(c) {
				return unicode.ToLower(c)
			}
			return unicode.ToUpper(c)
		})
	},
	"a denial dropped": func(_ *rand.Rand, p, _, _ string) string {
		return strings.NewReplacer(" not ", " ", "n't ", " ", " never ", " ", "No ", " ", "Nothing", "Something", "kein ", "ein ", " nie ", " ", " pas ", " ", "ません", "ます").Replace(p)
	},
	"a denial added": func(r *rand.Rand, p, _, _ string) string {
		return onWord(r, p, func(w string) string { return "not " + w })
	},
	"two signals joined":   func(_ *rand.Rand, p, o, _ string) string { return p + " " + o },
	"two places joined":    func(_ *rand.Rand, p, _, s string) string { return p + " " + s },
	"joined by ellipsis":   func(_ *rand.Rand, p, _, s string) string { return p + " … " + s },
	"joined by three dots": func(_ *rand.Rand, p, o, _ string) string { return p + "... " + o },
	"the middle left out": func(_ *rand.Rand, p, _, _ string) string {
		if w := strings.Fields(p); len(w) > 4 {
			return strings.Join(append(w[:2:2], append([]string{"[…]"}, w[len(w)-2:]...)...), " ")
		}
		return p + "[…]"
	},
	"letters that look alike": func(r *rand.Rand, p, _, _ string) string {
		return onRune(r, p, func(c rune) bool { return strings.ContainsRune("aeopcxyi", c) }, func(c rune) rune {
			return []rune("аеорсхуі")[strings.IndexRune("aeopcxyi", c)]
		})
	},
	"other marks": func(_ *rand.Rand, p, _, _ string) string {
		return strings.NewReplacer(".", "。", ",", "，", "?", "？", ":", "：", "。", ".", "、", ",").Replace(p)
	},
	"other dashes and blanks": func(_ *rand.Rand, p, _, _ string) string { return strings.Replace(p, " ", "-", 1) },
	"accents dropped": func(_ *rand.Rand, p, _, _ string) string {
		return strings.Map(func(c rune) rune {
			if unicode.IsMark(c) {
				return -1
			}
			return c
		}, norm.NFD.String(p))
	},
	"wide letters": func(r *rand.Rand, p, _, _ string) string {
		return onRune(r, p, func(c rune) bool { return c > ' ' && c < 0x7f }, func(c rune) rune { return c + 0xfee0 })
	},
	"blanks within words": func(r *rand.Rand, p, _, _ string) string {
		return onInner(r, p, func(w []rune) []rune { return append([]rune{w[0], ' '}, w[1:]...) })
	},
	"blanks left out": func(_ *rand.Rand, p, _, _ string) string { return strings.ReplaceAll(p, " ", "") },
	"backwards": func(_ *rand.Rand, p, _, _ string) string {
		w := strings.Fields(p)
		for i := range len(w) / 2 {
			w[i], w[len(w)-1-i] = w[len(w)-1-i], w[i]
		}
		return strings.Join(w, " ")
	},
}

func onWord(r *rand.Rand, p string, do func(string) string) string {
	w := strings.Fields(p)
	i := r.IntN(len(w))
	w[i] = do(w[i])
	return strings.Join(w, " ")
}

// onInner alters a word that is neither the first nor the last.
func onInner(r *rand.Rand, p string, do func([]rune) []rune) string {
	w := strings.Fields(p)
	if len(w) < 3 {
		return p
	}
	i := 1 + r.IntN(len(w)-2)
	w[i] = string(do([]rune(w[i])))
	return strings.Join(w, " ")
}

func onRune(r *rand.Rand, p string, is func(rune) bool, do func(rune) rune) string {
	rs, at := []rune(p), []int(nil)
	for i, c := range rs {
		if is(c) {
			at = append(at, i)
		}
	}
	if len(at) > 0 {
		i := at[r.IntN(len(at))]
		rs[i] = do(rs[i])
	}
	return string(rs)
}

// passageOf is a random run of a text's words, or of its letters where words
// are not parted.
func passageOf(r *rand.Rand, text string) string {
	w, blank := strings.Fields(text), " "
	if len(w) < 4 {
		w, blank = strings.Split(text, ""), ""
	}
	n := min(len(w), 3+r.IntN(9))
	i := r.IntN(len(w) - n + 1)
	return strings.Join(w[i:i+n], blank)
}

// folded is a text as quotes are compared: that is all that is looked past.
func folded(text string) string {
	text = norm.NFC.String(quote.Clean(text))
	text = strings.NewReplacer("’", "'", "‘", "'", "`", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(text)
	return strings.Join(strings.Fields(text), " ")
}

// newSaid is a stage on which all of it was said.
func newSaid(t *testing.T) *stage {
	s := newBuying(t)
	var signals []any
	for i, text := range said {
		signals = append(signals, map[string]any{"text": text, "author": fmt.Sprint("u-", i), "step": "stp_1"})
	}
	s.do(t, "capture_signals", in(t, map[string]any{"signals": signals}), nil)
	return s
}

type citing struct {
	Signal string `json:"signal"`
	Quote  string `json:"quote"`
}

// TestNoAlteredQuoteIsAccepted files 10,000 quotes that nobody said in these
// words, altered in every way of the list, fifty at a time. Each is refused.
func TestNoAlteredQuoteIsAccepted(t *testing.T) {
	storetest.Long(t)
	s, r := newSaid(t), rand.New(rand.NewPCG(7, 11))
	before, ways := s.picture(t), map[string]int{}
	var batch []citing
	for total := 0; total < 10_000; {
		for _, way := range slices.Sorted(maps.Keys(alterations)) {
			i, j := r.IntN(len(said)), r.IntN(len(said))
			q := alterations[way](r, passageOf(r, said[i]), passageOf(r, said[j]), passageOf(r, said[i]))
			if folded(q) == "" || strings.Contains(folded(said[i]), folded(q)) {
				continue // it was said
			}
			batch = append(batch, citing{fmt.Sprint("sig_", i+1), q})
			ways[way]++
		}
		for ; len(batch) >= 50; batch = batch[50:] {
			total += 50
			reply := s.refused(t, "submit_insight", in(t, map[string]any{"title": "Made up", "quotes": batch[:50]}))
			for i, c := range batch[:50] {
				if !strings.Contains(reply, fmt.Sprintf(`"quotes[%d] does not stand in %s;`, i, c.Signal)) {
					t.Errorf("%q of %s is accepted", c.Quote, c.Signal)
				}
			}
		}
	}
	for way := range alterations {
		if ways[way] < 20 {
			t.Errorf("%s: %d of them", way, ways[way])
		}
	}
	if s.picture(t) != before {
		t.Error("what was refused changed the workspace")
	}
}

// TestWhatWasSaidIsKeptAsItStands files quotes that differ from what was said
// only in what is looked past. What is kept is what stands there.
func TestWhatWasSaidIsKeptAsItStands(t *testing.T) {
	s, r := newSaid(t), rand.New(rand.NewPCG(13, 17))
	dressed := []func(string) string{
		func(q string) string { return q },
		norm.NFD.String,
		func(q string) string { return "\n\t " + strings.ReplaceAll(q, " ", " \u00a0\r\n ") + "  " },
		func(q string) string {
			return strings.NewReplacer("'", "’", "’", "'", `"`, "„", "“", `"`, "”", "»").Replace(q)
		},
	}
	for range 20 {
		var batch []citing
		for range 50 {
			i := r.IntN(len(said))
			batch = append(batch, citing{fmt.Sprint("sig_", i+1), dressed[r.IntN(len(dressed))](passageOf(r, said[i]))})
		}
		s.do(t, "submit_insight", in(t, map[string]any{"title": "What they say", "even_if_alike": true, "quotes": batch}), nil)
	}
	err := s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) error {
		cites, err := tx.Citations.All()
		if len(cites) < 500 {
			t.Errorf("%d quotes are kept", len(cites))
		}
		for _, c := range cites {
			sig, err := tx.Signals.Get(schema.ID(c.Signal))
			if err != nil || sig.Text[c.Start:c.End] != c.Quote {
				t.Errorf("%s: %q is not what %s says (%v)", c.ID, c.Quote, c.Signal, err)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
