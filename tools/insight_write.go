package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

// A modelDraft is what the model is asked for: an insight with the quotes that
// bear it out.
type modelDraft struct {
	Title       string             `json:"title" jsonschema:"what was learned, in one line of at most 100 characters"`
	Description string             `json:"description" jsonschema:"two to five sentences, each borne out by the quotes"`
	InsightType schema.InsightType `json:"insight_type" jsonschema:"what hurts, what is needed, or what is gained"`
	Severity    int                `json:"severity" jsonschema:"from 1 (hardly matters) to 5 (they leave over it)"`
	Quotes      []modelQuote       `json:"quotes" jsonschema:"2 to 12, from as many people as possible"`
}

type modelQuote struct {
	Signal string        `json:"signal" jsonschema:"the id of the signal it is from"`
	Quote  string        `json:"quote" jsonschema:"copied word for word and in one piece from that signal"`
	Stance schema.Stance `json:"stance" jsonschema:"contradicts, if it speaks against the insight"`
}

const draftInstructions = `You write one insight about a customer journey: what customers experience, and what hurts, is needed or is gained. ` +
	dataOnly + `
Rules:
- Rest on the evidence alone. Say nothing that your quotes do not bear out, and use no number that they do not hold.
- Copy each quote word for word, in one piece, from the signal whose id you give. Do not shorten it with an ellipsis, join, translate or correct.
- Where people disagree, say so, and quote both sides: those who speak against the insight have the stance contradicts.
- Write plain sentences in the language of the evidence: no links, no markup, no advice, no names of people.
- Answer with the JSON object alone.`

// writingOf is what a draft that the server writes rests on.
type writingOf struct {
	Within  string   `json:"within,omitempty"`
	About   string   `json:"about,omitempty"`
	Signals []string `json:"signals,omitempty"`
}

// writeFrom turns the order to write into an insight with its quotes: by the
// model, or of the quotes alone. Either is a draft. by says which it is and
// what became of the model's.
func writeFrom(ctx context.Context, e *Errand, in *submitInsightIn) (by string, err error) {
	if in.AddTo != "" || len(in.Quotes) > 0 {
		return "", &schema.Error{Code: schema.Invalid, Field: "write_from", Message: "with write_from the server chooses the quotes of a new insight", Hint: "leave out quotes and add_to, or write_from"}
	}
	if said := in.aboutNew(); slices.Contains(said, "title") || slices.Contains(said, "description") || slices.Contains(said, "insight_type") || slices.Contains(said, "severity") {
		return "", &schema.Error{Code: schema.Invalid, Field: "write_from", Message: "with write_from the server writes the insight", Hint: "leave out title, description, insight_type and severity: review_drafts edits them when it accepts"}
	}
	of, err := unpack[writingOf]("write_from", in.WriteFrom)
	if err != nil {
		return "", err
	}
	found, err := draftInsight(ctx, e, draftInsightIn{Within: of.Within, About: of.About, Signals: of.Signals, Limit: 12})
	if err != nil {
		return "", within(err, "write_from")
	}
	if len(found.Groups) == 0 {
		return "", &schema.Error{Code: schema.NotFound, Field: "write_from", Message: "nothing was said there yet", Hint: "capture_signals files evidence"}
	}
	in.Draft = true
	if e.Writer == nil {
		extract(in, found, of.About)
		return "quotes alone: the server has no model", nil
	}
	name := plainly(e.Writer.Model(), 80)
	dropped, failed := writeDraft(ctx, e, in, of.About, found)
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if failed != nil {
		extract(in, found, of.About)
		return fmt.Sprintf("quotes alone: of the model %s, %v", name, failed), nil
	}
	in.Description = cut(in.Description, schema.MaxText-200) + fmt.Sprintf("\n(A draft written by the model %s; its quotes were verified, its words were not.)", name)
	by = "the model " + name
	if n := withheld(found); n > 0 {
		by += fmt.Sprintf("; %s not shown to it, for what reads like orders to a model", plural(n, "signal"))
	}
	if dropped > 0 {
		by += fmt.Sprintf("; %s of it left out, for want of support", plural(dropped, "part"))
	}
	return by, nil
}

// extract makes a draft of the largest group without writing anything. Its
// title has no more of what was imported than single words: titles stand where
// nobody looks for quotes.
func extract(in *submitInsightIn, found draftInsightOut, about string) {
	g := found.Groups[0]
	where := plainly(about, 60)
	if len(g.Steps) > 0 {
		where = shortPath(g.Steps[0])
	}
	in.Title = strings.Join(commonWords(g.Quotes), ", ") + ": what " + signalsSay(g.Signals)
	if where != "" {
		in.Title += " on " + cut(where, 80)
	}
	in.Description = fmt.Sprintf("%s from %s of source", plural(g.People, "person"), plural(g.Sources, "kind"))
	if g.From != "" {
		in.Description += fmt.Sprintf(", %s to %s", g.From, g.To)
	}
	in.Description += "."
	if rest := len(found.Groups) + found.LeftOut - 1; rest > 0 {
		in.Description += fmt.Sprintf(" %s of other signals not used.", plural(rest, "group"))
	}
	in.Description += "\n(An extractive draft: made of quotes alone, nothing in it is interpreted.)"
	mood := moodOf(g.Quotes)
	in.Quotes = nil
	for _, q := range g.Quotes {
		stance := schema.Supports
		if q.Sentiment != nil && opposite(mood, *q.Sentiment) {
			stance = schema.Contradicts
		}
		in.Quotes = append(in.Quotes, quoteIn{Signal: string(q.Signal), Quote: q.Quote, Stance: stance})
	}
}

func signalsSay(signals int) string {
	if signals == 1 {
		return "1 signal says"
	}
	return plural(signals, "signal") + " say"
}

// commonWords are the three telling words that most of the quotes have.
func commonWords(quotes []quoteLine) []string {
	counts, order := map[string]int{}, []string{}
	for _, q := range quotes {
		for _, w := range memory.Words(q.Quote) {
			if len(w) < 3 || len(w) > 24 || slices.Contains(asking["plain"], w) {
				continue
			}
			if counts[w]++; counts[w] == 1 {
				order = append(order, w)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return counts[b] - counts[a] })
	if len(order) == 0 {
		return []string{"in their words"}
	}
	return order[:min(3, len(order))]
}

// withheld counts the signals that are not shown to the model.
func withheld(found draftInsightOut) (n int) {
	for _, g := range found.Groups {
		for _, q := range g.Quotes {
			if !q.orderly() {
				n++
			}
		}
	}
	return n
}

// orderly reports whether a quote may be shown to the model.
func (q quoteLine) orderly() bool { return orderly(q.Quote + " " + q.Author + " " + q.Source) }

// moodOf is the sentiment of the quote that stands first and has one.
func moodOf(quotes []quoteLine) float64 {
	for _, q := range quotes {
		if q.Sentiment != nil {
			return *q.Sentiment
		}
	}
	return 0
}

// writeDraft has the model write the insight, and keeps what holds. dropped
// counts the quotes and sentences that did not.
func writeDraft(ctx context.Context, e *Errand, in *submitInsightIn, about string, found draftInsightOut) (dropped int, err error) {
	given := map[string]quoteLine{} // by signal
	var evidence []quoteLine
	for _, g := range found.Groups {
		for _, q := range g.Quotes {
			if _, known := given[string(q.Signal)]; !known && q.orderly() {
				evidence = append(evidence, q)
				given[string(q.Signal)] = q
			}
		}
	}
	if len(evidence) == 0 {
		return 0, errors.New("it was not asked, since all that was said holds orders for models")
	}
	data, err := asData(evidence)
	if err != nil {
		return 0, err
	}
	task := "Write an insight on what most of this evidence says."
	if about != "" {
		task = fmt.Sprintf("Write an insight on what this evidence says about %q.", plainly(about, 200))
	}
	d, _, err := written(ctx, e, draftInstructions, task+"\n"+data, func(d modelDraft) []string { return e.faultsOf(ctx, d, given) })
	if err != nil {
		return 0, err
	}
	return e.keep(ctx, in, d, given)
}

// faultsOf lists what is wrong with a draft, for the model to mend.
func (e *Errand) faultsOf(ctx context.Context, d modelDraft, given map[string]quoteLine) (wrong []string) {
	if strings.TrimSpace(d.Title) == "" {
		wrong = append(wrong, "title is empty")
	}
	if d.Severity < 1 || d.Severity > 5 {
		wrong = append(wrong, "severity must be from 1 to 5")
	}
	quotes, faults := e.verified(ctx, d.Quotes, given)
	wrong = append(wrong, faults...)
	if len(quotes) == 0 {
		return append(wrong, "no quote stands as it was said")
	}
	for _, s := range prosy(d) {
		if f := borneOut(s, quotes, given).fault(); f != "" {
			wrong = append(wrong, fmt.Sprintf("%q: %s", cut(s, 80), f))
		}
	}
	return wrong
}

// verified are the quotes that stand in a signal that was given, each once; and
// what is wrong with the others.
func (e *Errand) verified(ctx context.Context, quotes []modelQuote, given map[string]quoteLine) (good []quoteIn, wrong []string) {
	err := e.View(ctx, func(tx *store.Tx) error {
		for i, q := range quotes[:min(len(quotes), 50)] {
			in := quoteIn(q)
			if _, ok := given[q.Signal]; !ok {
				wrong = append(wrong, fmt.Sprintf("quotes[%d]: the evidence has no signal of that id", i))
				continue
			}
			if strings.TrimSpace(quote.Clean(q.Quote)) == "" || len(squeeze(q.Quote)) < leastQuoted {
				wrong = append(wrong, fmt.Sprintf("quotes[%d] is too short to say anything", i))
				continue
			}
			if _, err := verify(tx, []quoteIn{in}); err != nil {
				f := schema.FaultsOf(err)
				if f == nil {
					return err
				}
				wrong = append(wrong, fmt.Sprintf("quotes[%d] does not stand in %s word for word and in one piece", i, q.Signal))
				if len(f[0].Valid) > 0 {
					wrong[len(wrong)-1] += "; nearest, of your own words: " + f[0].Valid[0]
				}
				continue
			}
			good = appendNew(good, in)
		}
		return nil
	})
	if err != nil {
		wrong = append(wrong, "the quotes could not be verified")
	}
	return good, wrong
}

// leastQuoted is how many bytes a quote that a model chose must have.
const leastQuoted = 12

// prosy are the sentences of a draft, its title first, as they may be kept.
func prosy(d modelDraft) (all []string) {
	if t := plainly(d.Title, 120); t != "" {
		all = append(all, t)
	}
	for line := range strings.SplitSeq(prose(d.Description, 2000), "\n") {
		for _, s := range splitSentences(line) {
			if s = strings.TrimSpace(s); s != "" && !strings.HasSuffix(s, "…") {
				all = append(all, s)
			}
		}
	}
	return all
}

// borneOut is a sentence of a draft as a claim that cites all its quotes.
func borneOut(sentence string, quotes []quoteIn, given map[string]quoteLine) claim {
	c, voices := claim{text: sentence, loose: true}, map[string]bool{}
	for _, q := range quotes {
		c.cited = append(c.cited, q.Quote)
		g := given[q.Signal]
		voices[schema.Voice(g.Author, schema.SourceKind(g.Source))] = true
	}
	c.counts = []int{len(quotes), len(voices)}
	return c
}

// keep fills in what holds of a draft. It fails if no quote does, or if the
// title does not.
func (e *Errand) keep(ctx context.Context, in *submitInsightIn, d modelDraft, given map[string]quoteLine) (dropped int, err error) {
	quotes, faults := e.verified(ctx, d.Quotes, given)
	if len(quotes) == 0 {
		return 0, errors.New("no quote stands as it was said")
	}
	if plainly(d.Title, 120) == "" {
		return 0, errors.New("the title is empty")
	}
	dropped = len(faults) + max(0, len(d.Quotes)-50)
	var kept []string
	for i, s := range prosy(d) {
		if borneOut(s, quotes, given).fault() == "" {
			kept = append(kept, s)
			continue
		}
		if i == 0 {
			return 0, errors.New("the title is not borne out by the quotes")
		}
		dropped++
	}
	in.Title, in.Description, in.InsightType, in.Quotes = kept[0], strings.Join(kept[1:], " "), d.InsightType, quotes
	if d.Severity >= 1 && d.Severity <= 5 {
		in.Severity = &d.Severity
	}
	return dropped, nil
}
