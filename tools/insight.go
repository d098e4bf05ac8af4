package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"custory/internal/quote"
	"custory/memory"
	"custory/resources"
	"custory/schema"
	"custory/store"
)

// insights are the tools that turn evidence into insight.
func insights() []Tool {
	return []Tool{
		{
			Name:  "draft_insight",
			Title: "Gather evidence for an insight",
			Doc:   "Gathers what was said on a step or about a topic, groups what says the same, and returns it ready to write from, with quotes to cite and insights that exist. Then call submit_insight.",
			Role:  schema.Viewer,
			Run:   consult(draftInsight),
		},
		{
			Name:  "submit_insight",
			Title: "File an insight with its quotes",
			Doc:   "Files an insight with its quotes. Each must stand word for word in its signal, or nothing is filed. If an insight like it exists, it says so: add the quotes there with add_to.",
			Role:  schema.Editor,
			Run:   compose(submitInsight),

			Proposes: true, // a draft
			asks:     true,
		},
	}
}

type draftInsightIn struct {
	Within  string   `json:"within,omitempty" jsonschema:"journey, stage or step"`
	About   string   `json:"about,omitempty" jsonschema:"a topic in plain words"`
	Signals []string `json:"signals,omitempty" jsonschema:"ids"`
	Limit   int      `json:"limit,omitempty" jsonschema:"groups, to 20"`
}

type draftInsightOut struct {
	Signals  int             `json:"signals"` // looked at
	Total    int             `json:"total"`   // there are
	People   int             `json:"people"`
	Sources  int             `json:"sources"`
	From     string          `json:"from,omitempty"`
	To       string          `json:"to,omitempty"`
	Groups   []evidenceGroup `json:"groups,omitempty"`
	LeftOut  int             `json:"left_out,omitempty"` // groups not shown
	Existing []insightLine   `json:"existing,omitempty"` // insights that may say it already
	Next     string          `json:"next"`
	Trust    string          `json:"trust"` // of the quotes

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why
}

// An evidenceGroup is signals that say the same.
type evidenceGroup struct {
	Says    string      `json:"says"` // the quote nearest to what all of them say
	Signals int         `json:"signals"`
	People  int         `json:"people"`
	Sources int         `json:"sources"`
	From    string      `json:"from,omitempty"`
	To      string      `json:"to,omitempty"`
	Steps   []string    `json:"steps,omitempty"`
	Quotes  []quoteLine `json:"quotes"`
}

// A quoteLine is a passage that can be cited as it stands.
type quoteLine struct {
	Signal    schema.ID `json:"signal"`
	Quote     string    `json:"quote"`
	Author    string    `json:"author,omitempty"`
	Source    string    `json:"source,omitempty"`
	Said      string    `json:"said,omitempty"`
	Sentiment *float64  `json:"sentiment,omitempty"`
}

// An insightLine is an insight that may say the same.
type insightLine struct {
	ID    schema.ID `json:"id"`
	Title string    `json:"title"`
	Path  string    `json:"path,omitempty"`
	Alike float64   `json:"alike"` // 0 to 1, by meaning
}

// maxEvidence bounds the signals one draft looks at: the newest.
const maxEvidence = 400

func draftInsight(ctx context.Context, e *Errand, in draftInsightIn) (out draftInsightOut, err error) {
	if in.Within == "" && in.About == "" && len(in.Signals) == 0 {
		return out, &schema.Error{Code: schema.Invalid, Message: "say what to look at: within, about or signals", Hint: "get_journey shows the steps and how much was said on each"}
	}
	if len(in.Signals) > maxEvidence {
		return out, &schema.Error{Code: schema.Limited, Field: "signals", Message: fmt.Sprintf("at most %d signals in one draft", maxEvidence), Hint: "name the step they stand on with within, or a topic with about"}
	}
	if len(in.Signals) > 0 && in.Within != "" {
		return out, &schema.Error{Code: schema.Invalid, Field: "within", Message: "signals names what to look at; within chooses among all"}
	}
	ids, total, err := evidenceIDs(ctx, e, in)
	if err != nil {
		return out, err
	}
	groups, err := e.Memory.Groups(ctx, e.Call.Actor.Workspace, ids)
	if err != nil {
		return out, err
	}
	_, limit, err := page("", in.Limit, 6, 20)
	if err != nil {
		return out, err
	}
	err = e.View(ctx, func(tx *store.Tx) error {
		out = draftInsightOut{Signals: len(ids), Total: total, Trust: "external"}
		all, err := signalsByID(tx, ids)
		if err != nil {
			return err
		}
		sum := summarize(pick(all, ids))
		out.People, out.Sources, out.From, out.To = sum.people, sum.sources, day(sum.from), day(sum.to)
		size := 0
		for _, g := range groups[:min(limit, len(groups))] {
			line, err := groupLine(tx, g, all)
			if err != nil {
				return err
			}
			for _, q := range line.Quotes {
				size += len(q.Quote) + len(q.Author) + len(q.Source)
			}
			if size > maxAnswer && len(out.Groups) > 0 {
				break
			}
			out.Groups = append(out.Groups, line)
		}
		out.LeftOut = len(groups) - len(out.Groups)
		return nil
	})
	if err != nil {
		return out, err
	}
	about := in.About
	if about == "" && len(out.Groups) > 0 {
		about = out.Groups[0].Says
	}
	if out.Existing, err = likeInsights(ctx, e, about, memory.RelevantAt); err != nil {
		return out, err
	}
	out.ByWordsOnly = e.Memory.ByWordsOnly(e.Call.Actor.Workspace)
	out.Next = "write an insight that these quotes bear out and call submit_insight with them; cite both sides where they disagree"
	if len(out.Groups) == 0 {
		out.Next = "nothing was said here yet: capture_signals files evidence"
	}
	return out, nil
}

// evidenceIDs chooses the signals to look at.
func evidenceIDs(ctx context.Context, e *Errand, in draftInsightIn) (ids []schema.ID, total int, err error) {
	var within schema.ID
	err = e.View(ctx, func(tx *store.Tx) error {
		if within, err = resolvePlace(tx, "within", in.Within); err != nil {
			return err
		}
		for i, s := range in.Signals {
			if _, err := tx.Signals.Get(schema.ID(s)); err != nil {
				return atEntry(err, "signals", i)
			}
			ids = appendNew(ids, schema.ID(s))
		}
		if len(ids) > 0 || in.About != "" {
			total = len(ids)
			return nil
		}
		f := store.SignalFilter{Within: within, States: []schema.SignalState{schema.Placed, schema.Proposed}}
		found, n, err := tx.SignalsWhere(f, 0, maxEvidence)
		total = n
		for _, s := range found {
			ids = append(ids, s.ID)
		}
		return err
	})
	if err != nil || len(ids) > 0 || in.About == "" {
		return ids, total, err
	}
	hits, err := e.Memory.Recall(ctx, memory.Query{Workspace: e.Call.Actor.Workspace, Text: in.About, Within: within, Kinds: []schema.Kind{schema.KindSignal}, Limit: 60})
	for _, h := range hits {
		if h.Score >= memory.RelevantAt {
			ids = append(ids, h.ID)
		}
	}
	return ids, len(ids), err
}

func groupLine(tx *store.Tx, g memory.Group, all map[schema.ID]*schema.Signal) (line evidenceGroup, err error) {
	sum := summarize(pick(all, g.Members))
	line = evidenceGroup{Signals: len(g.Members), People: sum.people, Sources: sum.sources, From: day(sum.from), To: day(sum.to)}
	paths, said := &pathBook{tx: tx}, map[string]bool{}
	for _, id := range g.Members {
		sig := all[id]
		if sig == nil {
			continue
		}
		if line.Says == "" {
			line.Says = passage(sig.Text)
		}
		if len(line.Quotes) < 5 && !said[sig.Author] { // one voice each
			line.Quotes = append(line.Quotes, quoteOf(sig))
			said[sig.Author] = sig.Author != ""
		}
		if len(line.Steps) >= 4 {
			continue
		}
		placements, err := tx.PlacementsOf(id)
		if err != nil {
			return line, err
		}
		for _, p := range placements {
			if p.Step != "" {
				path, err := paths.of(p.Step)
				if err != nil {
					return line, err
				}
				line.Steps = appendNew(line.Steps, path)
			}
		}
	}
	return line, nil
}

// passage is the beginning of a text that can be cited as it stands: whole
// sentences up to a few hundred bytes, or else as many words.
func passage(text string) string {
	head := quote.Head(text, 320)
	if len(head) < len(text) {
		if end := sentenceEnd(head); end >= 40 {
			head = head[:end]
		}
	}
	return quote.Clean(head)
}

// sentenceEnd is where the last whole sentence of a text ends; 0 if none does.
func sentenceEnd(text string) int {
	for end := len(text) - 1; end > 0; end-- {
		if text[end-1] == '\n' || strings.IndexByte(".!?", text[end-1]) >= 0 && (text[end] == ' ' || text[end] == '\n') {
			return end
		}
	}
	return 0
}

func quoteOf(s *schema.Signal) quoteLine {
	return quoteLine{Signal: s.ID, Quote: passage(s.Text), Author: quote.Clean(s.Author), Source: resources.SourceOf(s), Said: day(s.SaidAt), Sentiment: s.Sentiment}
}

// likeInsights finds insights that say about the same.
func likeInsights(ctx context.Context, e *Errand, text string, least float64) (lines []insightLine, err error) {
	if text == "" {
		return nil, nil
	}
	near, err := e.Memory.Near(ctx, e.Call.Actor.Workspace, text, []schema.Kind{schema.KindItem}, 12)
	if err != nil {
		return nil, err
	}
	err = e.View(ctx, func(tx *store.Tx) error {
		for _, h := range near {
			if h.Score < least || len(lines) == 3 {
				break
			}
			item, err := tx.Items.Get(h.ID)
			if err != nil || item.Type != schema.Insight || item.Review == schema.DismissedReview {
				continue
			}
			path, err := placesOf(tx, item.ID)
			if err != nil {
				return err
			}
			lines = append(lines, insightLine{ID: item.ID, Title: item.Title, Path: path, Alike: round2(h.Score)})
		}
		return nil
	})
	return lines, err
}

// placesOf says where an item stands, in words.
func placesOf(tx *store.Tx, item schema.ID) (string, error) {
	placements, err := tx.PlacementsOf(item)
	if err != nil || len(placements) == 0 {
		return "", err
	}
	path, err := tx.Path(placements[0].Step)
	if n := len(placements) - 1; n > 0 {
		path += fmt.Sprintf(" and %s more", plural(n, "step"))
	}
	return path, err
}

func signalsByID(tx *store.Tx, ids []schema.ID) (map[schema.ID]*schema.Signal, error) {
	all := make(map[schema.ID]*schema.Signal, len(ids))
	for _, id := range ids {
		s, err := tx.Signals.Get(id)
		if errors.Is(err, schema.NotFound) {
			continue // gone since it was found
		}
		if err != nil {
			return nil, err
		}
		all[id] = s
	}
	return all, nil
}

func pick(all map[schema.ID]*schema.Signal, ids []schema.ID) (list []*schema.Signal) {
	for _, id := range ids {
		if s := all[id]; s != nil {
			list = append(list, s)
		}
	}
	return list
}

// A reach is who said something, where and when.
type reach struct {
	people, sources int
	named           int // of the people, those with a handle
	from, to        time.Time
}

func summarize(all []*schema.Signal) (r reach) {
	people, sources := map[string]bool{}, map[schema.SourceKind]bool{}
	for _, s := range all {
		people[schema.Voice(s.Author, s.Source)], sources[s.Source] = true, true
		when := s.SaidAt
		if when.IsZero() {
			continue
		}
		if r.from.IsZero() || when.Before(r.from) {
			r.from = when
		}
		if when.After(r.to) {
			r.to = when
		}
	}
	r.people, r.sources = len(people), len(sources)
	for p := range people {
		if !schema.Anonymous(p) {
			r.named++
		}
	}
	return r
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
