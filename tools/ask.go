package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

type askIn struct {
	Question string `json:"question"`
	Within   string `json:"within,omitempty" jsonschema:"journey, stage or step"`
	Limit    int    `json:"limit,omitempty" jsonschema:"passages, to 30"`
}

type askOut struct {
	Held     bool      `json:"held"`              // the workspace holds something on it
	Answer   string    `json:"answer"`            // the facts in words, to be told with the passages; or the claims
	Claims   []told    `json:"claims,omitempty"`  // of a written answer, each with what it cites
	Removed  int       `json:"removed,omitempty"` // claims that what they cite does not bear out
	By       string    `json:"written_by,omitempty"`
	About    string    `json:"about,omitempty"`    // the part of the journey it was taken to be about
	Facts    []fact    `json:"facts,omitempty"`    // computed, each with its query
	Passages []cited   `json:"passages,omitempty"` // what was said
	Insights []hitLine `json:"insights,omitempty"` // what was learned already
	Nearest  []hitLine `json:"nearest,omitempty"`  // if it holds nothing: what comes near
	Trust    string    `json:"trust,omitempty"`    // of the passages

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why
}

// A fact is computed, and can be computed again: the query is query_items'.
type fact struct {
	Says  string `json:"says"`
	Of    string `json:"of"`
	Query any    `json:"query"`
}

// A cited passage is what somebody said, word for word.
type cited struct {
	quoteLine
	Path string `json:"path,omitempty"`
}

// askHits is how far the search for an answer looks.
const askHits = 60

func ask(ctx context.Context, e *Errand, in askIn) (out askOut, err error) {
	if strings.TrimSpace(in.Question) == "" {
		return out, &schema.Error{Code: schema.Invalid, Field: "question", Message: "question is empty"}
	}
	if _, in.Limit, err = page("", in.Limit, 8, 30); err != nil {
		return out, err
	}
	p, err := planFor(ctx, e, in)
	if err != nil {
		return out, err
	}
	found, err := e.Memory.Recollect(ctx, memory.Query{Workspace: e.Call.Actor.Workspace, Text: p.topic(in.Question), Within: p.within, Limit: askHits,
		Kinds: []schema.Kind{schema.KindSignal, schema.KindItem, schema.KindNote}})
	if err != nil {
		return out, err
	}
	p.hits = found.Hits
	err = e.View(ctx, func(tx *store.Tx) error {
		out, err = answer(ctx, tx, p, in)
		return err
	})
	out.ByWordsOnly = found.ByWordsOnly
	if err == nil && out.Held && e.Writer != nil {
		err = writeAnswer(ctx, e, in.Question, &out)
	}
	return out, err
}

// answer gathers facts and passages in one picture of the workspace.
func answer(ctx context.Context, tx *store.Tx, p *plan, in askIn) (out askOut, err error) {
	paths := &pathBook{tx: tx}
	if len(p.words) == 0 {
		if err := p.lookAround(tx); err != nil {
			return out, err
		}
	}
	if p.nobody != "" {
		return unanswered(tx, p, paths)
	}
	if err := p.judge(tx); err != nil {
		return out, err
	}
	if p.bare {
		if err := p.nameParts(paths); err != nil {
			return out, err
		}
		f, err := stepsWithout(tx, p)
		out.Held = true
		out.addFact(f)
		out.Answer = inWords(out)
		return out, err
	}
	if p.reads || p.mayRead {
		if out.Facts, err = metricFacts(ctx, tx, p); err != nil {
			return out, err
		}
		if p.reads && len(out.Facts) == 0 {
			return unanswered(tx, p, paths)
		}
	}
	if p.against && len(p.words) > 0 {
		if out, err = contradicted(tx, p, in.Limit, paths); err != nil || out.Held {
			return out, err
		}
	}
	bearing, err := passages(tx, p, in.Limit, paths, &out)
	if err != nil {
		return out, err
	}
	if p.within != "" {
		if out.About, err = paths.of(p.within); err != nil {
			return out, err
		}
	}
	if err := p.nameParts(paths); err != nil {
		return out, err
	}
	if len(p.words) > 0 && !p.named {
		f, err := topicFact(tx, p, bearing, paths)
		if err != nil {
			return out, err
		}
		out.addFact(f)
	}
	p.elsewhere = p.elsewhere && len(out.Passages) == 0
	if len(p.words) == 0 || p.named || p.elsewhere || len(out.Passages)+len(out.Insights) > 0 {
		if err := computeAll(ctx, tx, p, &out); err != nil {
			return out, err
		}
	}
	if out.Held = len(out.Facts)+len(out.Passages)+len(out.Insights) > 0; !out.Held {
		return unanswered(tx, p, paths)
	}
	if len(out.Passages) > 0 {
		out.Trust = "external"
	}
	out.Answer = inWords(out)
	if p.ranks && !out.canRank() {
		out.Answer += "\nNothing here ranks them: there is no opportunity, no insight and no complaint."
	}
	return out, nil
}

// canRank reports whether a fact weighs one thing against another.
func (out *askOut) canRank() bool {
	return slices.ContainsFunc(out.Facts, func(f fact) bool {
		q, ok := f.Query.(queryItemsIn)
		return ok && (q.Most != nil && !strings.HasSuffix(f.Says, ": none") || strings.HasPrefix(q.Sort, "-"))
	})
}

func (out *askOut) addFact(f fact) {
	if f.Says != "" {
		out.Facts = append(out.Facts, f)
	}
}

// computeAll runs the queries of the plan.
func computeAll(ctx context.Context, tx *store.Tx, p *plan, out *askOut) error {
	queries, err := p.queries(tx)
	if err != nil {
		return err
	}
	mute := false // nothing there tells how it was felt
	for _, q := range queries {
		var f fact
		switch {
		case q.in.Most != nil:
			f, mute, err = computeComplaints(ctx, tx, q)
		case mute:
			f, err = compute(ctx, tx, q.asMentions())
		default:
			f, err = compute(ctx, tx, q)
		}
		if err != nil {
			return err
		}
		out.addFact(f)
	}
	return nil
}

// unanswered says that the workspace does not hold the answer, and what is
// nearest.
func unanswered(tx *store.Tx, p *plan, paths *pathBook) (out askOut, err error) {
	if p.nobody != "" {
		out.Answer = fmt.Sprintf("Nobody called %q is known in this workspace. ", cut(p.nobody, 80))
	}
	out.Answer += "This is not in this workspace, as far as searching tells. query_items counts and lists exactly, and get_changes tells what happened."
	for _, h := range p.hits[:min(3, len(p.hits))] {
		line, err := hitOf(tx, h.ID, paths)
		if err != nil {
			continue
		}
		line.Score = round2(h.Cosine)
		out.Nearest = append(out.Nearest, line)
	}
	if len(out.Nearest) > 0 {
		out.Answer += " What comes nearest is listed, and may be about something else."
	}
	return out, nil
}

// passages keeps what bears on the question: one voice each, most telling
// first. It returns all the signals found that do.
func passages(tx *store.Tx, p *plan, limit int, paths *pathBook, out *askOut) (bearing []*schema.Signal, err error) {
	voices := map[string]bool{}
	for _, h := range p.hits {
		r, err := tx.Get(h.ID)
		if err != nil || !p.bears(store.Text(r), h) {
			continue // gone since it was found, or about something else
		}
		switch r := r.(type) {
		case *schema.Signal:
			path, state, err := signalPlace(tx, r.ID, paths)
			if err != nil {
				return nil, err
			}
			if state == string(schema.Dismissed) { // somebody said it is about nothing here
				continue
			}
			if !p.inPlan(r) {
				p.elsewhere = true
				continue
			}
			bearing = append(bearing, r)
			if len(out.Passages) == limit || r.Author != "" && voices[r.Author] && p.author == "" {
				continue
			}
			voices[r.Author] = true
			out.Passages = append(out.Passages, cited{quoteOf(r), path})
		case *schema.Item:
			if len(out.Insights) == 5 || r.Draft() {
				continue
			}
			line, err := hitOf(tx, r.ID, paths)
			if err != nil {
				return nil, err
			}
			line.Score = round2(h.Score)
			out.Insights = append(out.Insights, line)
		case *schema.Note:
			if len(out.Insights) < 5 && r.State == schema.NoteReady {
				out.Insights = append(out.Insights, hitLine{ID: r.ID, Kind: schema.KindNote, Text: cut(quote.Clean(r.Text), 240), Score: round2(h.Score)})
			}
		}
	}
	return bearing, nil
}

// topicFact counts the signals that bear on a topic, and where they stand.
func topicFact(tx *store.Tx, p *plan, bearing []*schema.Signal, paths *pathBook) (f fact, err error) {
	if len(bearing) == 0 {
		return f, nil
	}
	_, all, err := tx.SignalsWhere(store.SignalFilter{Within: p.within}, 0, 0)
	if err != nil {
		return f, err
	}
	var groups queryItemsOut
	if err := sumSignals(tx, queryItemsIn{GroupBy: "step"}, bearing, &groups); err != nil {
		return f, err
	}
	sum := summarize(bearing)
	atLeast := map[bool]string{true: "at least "}[2*len(bearing) >= askHits]
	f = fact{Of: denominator(len(bearing), all, "signal", store.Reach{People: sum.people, Named: sum.named, Sources: sum.sources}), Query: map[string]any{"search": strings.Join(p.words, " ")}}
	f.Says = fmt.Sprintf("Signals%s that bear on it: %s%d; by step: %s", p.filterWords("")+p.part, atLeast, len(bearing), topGroups(groups.Groups, ""))
	return f, nil
}

// compute runs a query as query_items would, and says what came of it; nothing
// if nothing did.
func compute(ctx context.Context, tx *store.Tx, q planned) (f fact, err error) {
	res, err := queryItems(ctx, tx, q.in)
	if err != nil || res.Total == 0 && !q.zero {
		return f, err
	}
	f = fact{Of: res.Of, Query: q.in}
	if res.Total == 0 {
		f.Says = q.says + ": none"
		return f, nil
	}
	if q.in.GroupBy == "month" { // in their order
		slices.SortFunc(res.Groups, func(a, b groupRow) int { return cmp.Compare(a.Key, b.Key) })
		res.Groups = res.Groups[max(0, len(res.Groups)-5):]
	}
	if len(res.Groups) > 0 {
		f.Says = fmt.Sprintf("%s by %s: %s", q.says, q.in.GroupBy, topGroups(res.Groups, q.in.Measure))
		return f, nil
	}
	var top []string
	for _, r := range res.Rows[:min(5, len(res.Rows))] {
		top = append(top, fmt.Sprintf("%s [%s]", r.Title, r.ID))
	}
	f.Says = fmt.Sprintf("%s: %s", q.says, strings.Join(top, "; "))
	return f, nil
}

// topGroups tells the largest groups in words; what stands nowhere, or was
// dismissed, comes last.
func topGroups(groups []groupRow, measured string) string {
	var top []string
	waiting, aside := 0, 0
	for _, g := range groups {
		if g.ID == "" && g.Key == dismissedKey {
			aside += g.Count
			continue
		}
		if g.ID == "" && g.Key == "(nowhere)" {
			waiting += g.Count
			continue
		}
		if len(top) < 5 {
			top = append(top, g.inWords(measured))
		}
	}
	if waiting > 0 {
		top = append(top, fmt.Sprintf("%d nowhere yet", waiting))
	}
	if aside > 0 {
		top = append(top, fmt.Sprintf("%d dismissed", aside))
	}
	return strings.Join(top, "; ")
}

// inWords is a group with its count, who stands behind it, and its value.
func (g groupRow) inWords(measured string) string {
	said := fmt.Sprintf("%s %d", shortPath(g.Key), g.Count)
	var more []string
	if g.People > 0 {
		more = append(more, whoStands(g.Count, g.People, g.named))
	}
	if g.Value != nil {
		more = append(more, fmt.Sprintf("%s %+.2f", measured, *g.Value))
	}
	if len(more) > 0 {
		said += " (" + strings.Join(more, ", ") + ")"
	}
	return said
}

// shortPath is the last part of a path.
func shortPath(path string) string {
	if i := strings.LastIndex(path, " › "); i >= 0 {
		return path[i+len(" › "):]
	}
	return path
}

// inWords tells the facts, a line each, and points to what was said.
func inWords(out askOut) string {
	var lines []string
	for _, f := range out.Facts {
		lines = append(lines, fmt.Sprintf("%s. (%s)", f.Says, f.Of))
	}
	if len(out.Insights) > 0 {
		lines = append(lines, fmt.Sprintf("Learned already: %s [%s].", first(out.Insights[0].Title, out.Insights[0].Text), out.Insights[0].ID))
	}
	if n := len(out.Passages); n > 0 {
		lines = append(lines, fmt.Sprintf("%s cited, one voice each.", plural(n, "passage")))
	}
	return strings.Join(lines, "\n")
}
