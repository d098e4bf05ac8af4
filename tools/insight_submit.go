package tools

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

type submitInsightIn struct {
	Title           string             `json:"title,omitempty" jsonschema:"what was learned, in one line"`
	Description     string             `json:"description,omitempty"`
	Steps           []string           `json:"steps,omitempty" jsonschema:"else where most of the quoted signals stand"`
	InsightType     schema.InsightType `json:"insight_type,omitempty"`
	Severity        *int               `json:"severity,omitempty" jsonschema:"1 to 5"`
	Confidence      schema.Confidence  `json:"confidence,omitempty" jsonschema:"your own judgement"`
	AffectedSegment []string           `json:"affected_segment,omitempty" jsonschema:"personas"`
	Quotes          []quoteIn          `json:"quotes,omitempty" jsonschema:"1 to 50"`
	WriteFrom       map[string]any     `json:"write_from,omitempty" jsonschema:"{within}, {about} or {signals}, no quotes: the server drafts it"`
	AddTo           string             `json:"add_to,omitempty" jsonschema:"an insight that gets the quotes, instead of a new one"`
	Draft           bool               `json:"draft,omitempty" jsonschema:"for review first"`
	EvenIfAlike     bool               `json:"even_if_alike,omitempty" jsonschema:"though one like it exists"`
}

type quoteIn struct {
	Signal string        `json:"signal"`
	Quote  string        `json:"quote" jsonschema:"verbatim"`
	Stance schema.Stance `json:"stance,omitempty"`
}

type submitInsightOut struct {
	Receipt
	ID       schema.ID       `json:"id"`
	Slug     string          `json:"slug"`
	Title    string          `json:"title"`
	Status   string          `json:"status"`
	Review   schema.Review   `json:"review,omitempty"`
	Steps    []string        `json:"steps,omitempty"`
	Quotes   int             `json:"quotes"` // filed now
	Evidence schema.Evidence `json:"evidence"`
	Disagree []string        `json:"disagree,omitempty"` // where the quotes do, in figures
	Alike    []insightLine   `json:"alike,omitempty"`
	By       string          `json:"written_by,omitempty"` // of a draft that the server wrote
	Unused   []string        `json:"unused,omitempty"`     // arguments that add_to leaves aside
	Next     string          `json:"next,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why: insights alike are found by it, or by the same title
}

func submitInsight(ctx context.Context, e *Errand, in submitInsightIn) (out submitInsightOut, err error) {
	in.Draft = in.Draft || e.Call.Actor.Proposes
	var by string
	if in.WriteFrom != nil {
		if by, err = writeFrom(ctx, e, &in); err != nil {
			return out, err
		}
	}
	if n := len(in.Quotes); n == 0 || n > 50 {
		return out, &schema.Error{Code: schema.Invalid, Field: "quotes", Message: "an insight rests on 1 to 50 quotes", Hint: "draft_insight finds them; for a thought without evidence use save_items"}
	}
	var alike []insightLine
	var byWordsOnly string
	if in.AddTo == "" {
		if alike, byWordsOnly, err = alikeNow(ctx, e, in.Title, in.Description); err != nil {
			return out, err
		}
		if in.WriteFrom != nil && len(alike) == 0 {
			if alike, err = restsOnSame(ctx, e, in.Quotes); err != nil {
				return out, err
			}
		}
		if len(alike) > 0 && !in.EvenIfAlike {
			return out, alikeFault(alike)
		}
	}
	err = e.Update(ctx, func(tx *store.Tx) error {
		cites, err := verify(tx, in.Quotes)
		if err != nil {
			return err
		}
		item, err := insightFor(tx, in)
		if err != nil {
			return err
		}
		filed, err := cite(tx, item.ID, cites)
		if err != nil {
			return err
		}
		if err := placeInsight(tx, item.ID, in, cites); err != nil {
			return err
		}
		out = submitInsightOut{ID: item.ID, Slug: item.Slug, Title: item.Title, Status: item.Status, Review: item.Review, Quotes: filed, Alike: alike, By: by, ByWordsOnly: byWordsOnly}
		tx.Summarize(fmt.Sprintf("an insight with %s", plural(filed, "quote")))
		if err := describeFiled(tx, &out); err != nil || in.AddTo == "" {
			return err
		}
		if out.Unused = in.aboutNew(); len(out.Unused) > 0 {
			out.Next = fmt.Sprintf("the quotes were added and nothing else was changed: save_items changes %s", item.ID)
		}
		return nil
	})
	return out, err
}

// alikeNow finds insights that say about the same as a new one: by meaning, and
// while that has no part in everything by the same title too.
func alikeNow(ctx context.Context, e *Errand, title, description string) (alike []insightLine, byWordsOnly string, err error) {
	if alike, err = likeInsights(ctx, e, store.Text(&schema.Item{Title: title, Description: description}), memory.AlikeAt); err != nil {
		return nil, "", err
	}
	if byWordsOnly = e.Memory.ByWordsOnly(e.Call.Actor.Workspace); byWordsOnly == "" || len(alike) > 0 {
		return alike, byWordsOnly, nil
	}
	err = e.View(ctx, func(tx *store.Tx) error {
		found, err := tx.SearchWords(store.Search{Words: memory.Words(title), Kinds: []schema.Kind{schema.KindItem}, Limit: 20})
		if err != nil {
			return err
		}
		for _, h := range found {
			item, err := tx.Items.Get(h.ID)
			if err != nil || item.Type != schema.Insight || item.Review == schema.DismissedReview || !strings.EqualFold(squeeze(item.Title), squeeze(title)) {
				continue
			}
			path, err := placesOf(tx, item.ID)
			if err != nil {
				return err
			}
			alike = append(alike, insightLine{ID: item.ID, Title: item.Title, Path: path, Alike: 1})
		}
		return nil
	})
	return alike, byWordsOnly, err
}

// aboutNew are the arguments given that only a new insight takes.
func (in submitInsightIn) aboutNew() (names []string) {
	for _, x := range []struct {
		name string
		said bool
	}{
		{"title", in.Title != ""}, {"description", in.Description != ""}, {"insight_type", in.InsightType != ""}, {"severity", in.Severity != nil},
		{"confidence", in.Confidence != ""}, {"affected_segment", len(in.AffectedSegment) > 0}, {"draft", in.Draft},
	} {
		if x.said {
			names = append(names, x.name)
		}
	}
	return names
}

func alikeFault(alike []insightLine) error {
	e := &schema.Error{Code: schema.Conflict, Field: "title", Message: "an insight like this exists already",
		Hint: fmt.Sprintf("add the quotes to it with add_to %q, or file this one too with even_if_alike", alike[0].ID)}
	for _, a := range alike {
		e.Valid = append(e.Valid, fmt.Sprintf("%s %q (alike %.2f)", a.ID, a.Title, a.Alike))
	}
	return e
}

// verify finds each quote in its signal, and reports all that are not there
// with the nearest that is.
func verify(tx *store.Tx, quotes []quoteIn) (cites []*schema.Citation, err error) {
	var faults schema.Faults
	for i, q := range quotes {
		sig, err := tx.Signals.Get(schema.ID(q.Signal))
		if err != nil {
			f := schema.FaultsOf(err)
			if f == nil {
				return nil, err
			}
			faults = append(faults, at(f, "quotes", i)...)
			continue
		}
		start, end, ok := quote.FindWhole(sig.Text, q.Quote)
		if !ok { // what is shown lacks what cannot be seen
			start, end, ok = quote.FindShown(sig.Text, q.Quote)
		}
		if !ok {
			f := &schema.Error{Code: schema.Invalid, Field: fmt.Sprintf("quotes[%d].quote", i), Message: fmt.Sprintf("quotes[%d] does not stand in %s; quotes are verbatim, in one piece and of whole words", i, sig.ID),
				Hint: "fetch the signal and quote it as it stands"}
			if near := sharedWords(quote.Nearest(sig.Text, q.Quote), q.Quote); near != "" {
				f.Valid = []string{cut(near, 300)}
			}
			faults = append(faults, f)
			continue
		}
		cites = append(cites, &schema.Citation{Signal: sig.ID, Start: start, End: end, Quote: sig.Text[start:end], Stance: first(q.Stance, schema.Supports)})
	}
	if faults != nil {
		return nil, faults
	}
	return cites, nil
}

// sharedWords are the words of a passage that the caller wrote too, with the
// gaps between them marked: what was imported does not speak in a fault.
func sharedWords(passage, own string) string {
	bare := func(w string) string { return strings.ToLower(strings.TrimFunc(w, unicode.IsPunct)) }
	wrote := map[string]bool{}
	for _, w := range strings.Fields(own) {
		wrote[bare(w)] = true
	}
	var kept []string
	for _, w := range strings.Fields(quote.Clean(passage)) {
		if !wrote[bare(w)] {
			w = "…"
		}
		if n := len(kept); w != "…" || n > 0 && kept[n-1] != "…" {
			kept = append(kept, w)
		}
	}
	return strings.TrimSuffix(strings.Join(kept, " "), " …")
}

// insightFor makes the insight, or finds the one the quotes are added to.
func insightFor(tx *store.Tx, in submitInsightIn) (*schema.Item, error) {
	if in.AddTo != "" {
		id, err := tx.Resolve(schema.KindItem, in.AddTo)
		if err != nil {
			return nil, inField(err, "add_to")
		}
		item, err := tx.Items.Get(id)
		if err == nil && item.Type != schema.Insight {
			err = &schema.Error{Code: schema.Invalid, Field: "add_to", Message: fmt.Sprintf("%s is a %s; quotes are added to an insight", id, item.Type)}
		}
		if err == nil && tx.Call.Actor.Proposes && item.Review != schema.Pending {
			err = inField(proposesOnly(fmt.Sprintf("%s is no draft that waits; those who may only propose add quotes to drafts", id)), "add_to")
		}
		return item, err
	}
	segment, err := resolveAll(tx, schema.KindPersona, "affected_segment", in.AffectedSegment)
	if err != nil {
		return nil, err
	}
	item := &schema.Item{Type: schema.Insight, Title: in.Title, Description: in.Description, Status: "Observed", InsightType: in.InsightType, Severity: in.Severity, Confidence: in.Confidence, AffectedSegment: segment}
	if in.Draft {
		item.Status, item.Review = "New", schema.Pending
	}
	return item, tx.Items.Put(item)
}

// cite files the citations that are not there yet.
func cite(tx *store.Tx, item schema.ID, cites []*schema.Citation) (filed int, err error) {
	have, err := tx.CitationsOf(item)
	if err != nil {
		return 0, err
	}
	for _, c := range cites {
		twin := false
		for _, h := range have {
			twin = twin || h.Signal == c.Signal && h.Start == c.Start && h.End == c.End
		}
		if twin {
			continue
		}
		c.Item = item
		if err := tx.Citations.Put(c); err != nil {
			return filed, err
		}
		have = append(have, c)
		filed++
	}
	return filed, nil
}

// placeInsight puts the insight on the steps named, or where most of the
// quoted signals stand.
func placeInsight(tx *store.Tx, item schema.ID, in submitInsightIn, cites []*schema.Citation) error {
	steps, err := resolveAll(tx, schema.KindStep, "steps", in.Steps)
	if err != nil {
		return err
	}
	have, err := tx.PlacementsOf(item)
	if err != nil {
		return err
	}
	if len(steps) == 0 && len(have) == 0 {
		if steps, err = mostQuoted(tx, cites); err != nil {
			return err
		}
	}
	for _, step := range steps {
		if err := placeItem(tx, item, step, have); err != nil {
			return err
		}
	}
	return nil
}

// placeItem puts an item on a step, behind those that stand there, unless it
// stands there already.
func placeItem(tx *store.Tx, item, step schema.ID, have []*schema.Placement) error {
	for _, p := range have {
		if p.Step == step {
			return nil
		}
	}
	siblings, err := tx.ItemPlacementsOn(step)
	if err != nil {
		return err
	}
	return tx.Placements.Put(&schema.Placement{Step: step, Item: item, Position: nextPosition(siblings, func(p *schema.Placement) int { return p.Position })})
}

// mostQuoted is the step where most of the cited signals stand; none if they
// stand nowhere.
func mostQuoted(tx *store.Tx, cites []*schema.Citation) ([]schema.ID, error) {
	counts, best := map[schema.ID]int{}, schema.ID("")
	for _, c := range cites {
		placements, err := tx.PlacementsOf(c.Signal)
		if err != nil {
			return nil, err
		}
		for _, p := range placements {
			if p.Step == "" {
				continue
			}
			counts[p.Step]++
			if n := counts[p.Step] - counts[best]; best == "" || n > 0 || n == 0 && p.Step < best {
				best = p.Step
			}
		}
	}
	if best == "" {
		return nil, nil
	}
	return []schema.ID{best}, nil
}

// describeFiled tells where the insight now stands and what it rests on.
func describeFiled(tx *store.Tx, out *submitInsightOut) (err error) {
	if out.Evidence, err = tx.EvidenceOf(out.ID); err != nil {
		return err
	}
	if out.Disagree, err = disagreements(tx, out.ID, out.Evidence); err != nil {
		return err
	}
	placements, err := tx.PlacementsOf(out.ID)
	if err != nil {
		return err
	}
	for _, p := range placements {
		path, err := tx.Path(p.Step)
		if err != nil {
			return err
		}
		out.Steps = append(out.Steps, path)
	}
	switch {
	case len(out.Steps) == 0:
		out.Next = "it stands on no step yet: save_items with place_on puts it on one"
	case out.Review == schema.Pending:
		out.Next = "review_drafts accepts or dismisses it"
	case out.Evidence.Strength == schema.Contested:
		out.Next = "the quotes disagree: say so in the description, or split it by who says what"
	default:
		out.Next = "save_items with link_to joins an opportunity to it"
	}
	return nil
}
