package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

type reviewJourneyIn struct {
	Journey string   `json:"journey,omitempty" jsonschema:"needed if there are several"`
	Only    []string `json:"only,omitempty" jsonschema:"kinds of finding, as returned"`
	Limit   int      `json:"limit,omitempty" jsonschema:"to 100"`
	Cursor  string   `json:"cursor,omitempty"`
}

type reviewJourneyOut struct {
	Journey    string         `json:"journey"`
	ID         schema.ID      `json:"id"`
	Coverage   map[string]int `json:"coverage"` // steps by how well they are evidenced
	Counts     map[string]int `json:"counts"`   // findings by kind
	Findings   []concern      `json:"findings"`
	Total      int            `json:"total"`
	NextCursor string         `json:"next_cursor,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why: duplicates are found by it alone
}

// A concern is one thing that needs work.
type concern struct {
	Kind   string    `json:"kind"`
	Weight int       `json:"weight"` // 3 act now, 2 soon, 1 when there is time
	ID     schema.ID `json:"id"`
	Title  string    `json:"title"`
	Path   string    `json:"path,omitempty"`
	Says   string    `json:"says"`
	Next   string    `json:"next"` // the call that helps

	Signals []schema.ID `json:"signals,omitempty"` // of a missing step
}

// concerns are the kinds of finding.
var concerns = []string{"empty stage", "assumed step", "waiting signals", "draft", "assumption", "contested", "stale", "insight without opportunity", "opportunity without solution",
	"shipped without metric", "unowned", "not weighed", "broken metric", "metric without value", "metric without target", "likely duplicate", "missing step"}

// staleAfter is the age from which an insight's newest support, or a metric's
// newest reading, is worth a second look.
const staleAfter = 180 * 24 * time.Hour

func reviewJourney(ctx context.Context, e *Errand, in reviewJourneyIn) (out reviewJourneyOut, err error) {
	offset, n, err := page(in.Cursor, in.Limit, 30, 100)
	if err != nil {
		return out, err
	}
	for _, kind := range in.Only {
		if err := among("only", kind, concerns...); err != nil {
			return out, err
		}
	}
	rv := &review{seen: map[string]bool{}}
	err = e.View(ctx, func(tx *store.Tx) error {
		id, err := theJourney(tx, in.Journey)
		if err != nil {
			return err
		}
		m, err := tx.Map(id)
		if err != nil {
			return err
		}
		rv.tx, rv.m, rv.paths = tx, m, &pathBook{tx: tx}
		return rv.look()
	})
	if err != nil {
		return out, err
	}
	progress(ctx, 1, 3, "looking for items that say the same")
	twice := rv.duplicates(ctx, e)
	progress(ctx, 2, 3, "looking for steps that are missing")
	if err := errors.Join(twice, rv.missing(ctx, e)); err != nil {
		return out, err
	}
	out = reviewJourneyOut{Journey: rv.m.Journey.Name, ID: rv.m.Journey.ID, Coverage: rv.coverage, Counts: map[string]int{}, Findings: []concern{}, ByWordsOnly: e.Memory.ByWordsOnly(e.Call.Actor.Workspace)}
	for _, f := range rv.found {
		out.Counts[f.Kind]++
	}
	found := rv.found
	if len(in.Only) > 0 {
		found = slices.DeleteFunc(found, func(f concern) bool { return !slices.Contains(in.Only, f.Kind) })
	}
	slices.SortStableFunc(found, func(a, b concern) int { return cmp.Compare(b.Weight, a.Weight) })
	out.Total, out.NextCursor = len(found), nextCursor(offset, n, len(found))
	out.Findings = append(out.Findings, found[min(offset, len(found)):min(offset+n, len(found))]...)
	return out, nil
}

// A review walks over one journey and notes what needs work.
type review struct {
	tx       *store.Tx
	m        *store.Map
	paths    *pathBook
	seen     map[string]bool
	coverage map[string]int
	found    []concern
}

func (rv *review) add(kind string, weight int, id schema.ID, title, path, says, next string) {
	if key := kind + string(id); !rv.seen[key] {
		rv.seen[key] = true
		rv.found = append(rv.found, concern{Kind: kind, Weight: weight, ID: id, Title: title, Path: path, Says: says, Next: next})
	}
}

func (rv *review) look() error {
	rv.coverage = map[string]int{}
	for _, st := range rv.m.Stages {
		if len(st.Steps) == 0 {
			rv.add("empty stage", 1, st.ID, st.Name, "", "it has no steps", "edit_journey adds or removes")
		}
		for _, sp := range st.Steps {
			if err := rv.step(sp); err != nil {
				return err
			}
		}
	}
	counts, err := rv.tx.SignalCounts()
	if n := counts[schema.Inbox] + counts[schema.Proposed]; n > 0 {
		rv.add("waiting signals", 2, rv.m.Journey.ID, rv.m.Journey.Name, "", fmt.Sprintf("%s of the workspace wait in the inbox or for a confirmation", plural(n, "signal")), "place_signals")
	}
	return err
}

func (rv *review) step(sp *store.MapStep) error {
	path, err := rv.paths.of(sp.ID)
	if err != nil {
		return err
	}
	c := schema.CoverageOf(sp.Items, sp.Evidence)
	rv.coverage[string(c)]++
	if c == schema.Assumed {
		weight, says := 1, "nothing was said about it"
		if n := len(sp.Signals); n > 0 {
			weight, says = 3, "on it "+plural(n, "signal")+", and no insight cites any"
		}
		rv.add("assumed step", weight, sp.ID, sp.Name, path, says, fmt.Sprintf("draft_insight within %s", sp.ID))
	}
	for _, i := range sp.Items {
		if i.Review == schema.DismissedReview {
			continue
		}
		if i.Draft() {
			rv.add("draft", 2, i.ID, i.Title, path, "it waits for a review", "review_drafts")
			continue
		}
		if err := rv.item(i, sp, path); err != nil {
			return err
		}
	}
	return nil
}

func (rv *review) item(i *schema.Item, sp *store.MapStep, path string) error {
	add := func(kind string, weight int, says, next string) {
		rv.add(kind, weight, i.ID, i.Title, path, says, next)
	}
	switch i.Type {
	case schema.Insight:
		rv.insight(i, sp.Evidence[i.ID], add)
		return rv.leadsOn(i, schema.Opportunity, "insight without opportunity", add)
	case schema.Opportunity:
		if i.Owner == "" && i.Status != "Closed" && i.Status != "Parked" {
			add("unowned", 2, "nobody owns it", "save_items with owner")
		}
		if i.Impact == nil || i.Effort == nil {
			add("not weighed", 1, "impact or effort is missing, so it is not on the matrix", "save_items with impact and effort")
		}
		return rv.leadsOn(i, schema.Solution, "opportunity without solution", add)
	case schema.Solution:
		if i.Owner == "" && (i.Status == "Planned" || i.Status == "In progress") {
			add("unowned", 3, "it is under way and nobody owns it", "save_items with owner")
		}
		if i.Status == "Shipped" {
			return rv.leadsOn(i, schema.Metric, "shipped without metric", add)
		}
	case schema.Metric:
		return rv.metric(i, add)
	}
	return nil
}

func (rv *review) insight(i *schema.Item, e schema.Evidence, add func(string, int, string, string)) {
	if i.Status == "Archived" {
		return
	}
	switch {
	case e.People == 0:
		add("assumption", 2, "no quote supports it", "draft_insight, then submit_insight with add_to")
	case e.Strength == schema.Contested:
		add("contested", 3, fmt.Sprintf("%.0f%% of the people it cites disagree", 100*e.Disagree), "fetch it and say so, or split it")
	case time.Duration(e.AgeDays)*24*time.Hour > staleAfter:
		add("stale", 2, fmt.Sprintf("the newest quote is %d days old", e.AgeDays), "draft_insight on its step for newer evidence")
	}
}

// leadsOn notes an item from which no link goes to the given type.
func (rv *review) leadsOn(i *schema.Item, to schema.ItemType, kind string, add func(string, int, string, string)) error {
	if slices.Contains([]string{"Archived", "Closed", "Parked", "Rejected"}, i.Status) {
		return nil
	}
	links, err := rv.tx.LinksFrom(i.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		if other, err := rv.tx.Items.Get(l.To); err != nil || other.Type == to {
			return err
		}
	}
	add(kind, 1, fmt.Sprintf("no %s is linked", to), "save_items with link_to")
	return nil
}

func (rv *review) metric(i *schema.Item, add func(string, int, string, string)) error {
	switch {
	case i.Status == "Deprecated":
		return nil
	case i.Status == "Broken":
		add("broken metric", 3, "its status is Broken", "save_items with a reading, or another status")
	case i.Current == nil:
		add("metric without value", 2, "it has no current value", "save_items with a reading")
	case i.Target == nil || i.Direction == "":
		add("metric without target", 1, "without target and direction no change is good or bad", "save_items with target and direction")
	}
	readings, err := rv.tx.ReadingsOf(i.ID)
	if n := len(readings); n > 0 && rv.tx.Now.Sub(readings[n-1].At) > staleAfter {
		add("stale", 2, "the newest value is of "+day(readings[n-1].At), "save_items with a reading")
	}
	return err
}

// maxCompared bounds how many insights are compared with the others.
const maxCompared = 200

// duplicates notes insights that say about the same as another of the journey.
func (rv *review) duplicates(ctx context.Context, e *Errand) error {
	var all []*schema.Item
	on, compared := map[schema.ID]string{}, map[schema.ID]bool{}
	for _, st := range rv.m.Stages {
		for _, sp := range st.Steps {
			for _, i := range sp.Items {
				if i.Type == schema.Insight && i.Review != schema.DismissedReview && on[i.ID] == "" {
					all, on[i.ID] = append(all, i), sp.Name
				}
			}
		}
	}
	for _, i := range all[:min(len(all), maxCompared)] {
		compared[i.ID] = true
		near, err := e.Memory.Near(ctx, e.Call.Actor.Workspace, store.Text(i), []schema.Kind{schema.KindItem}, 12)
		if err != nil {
			return err
		}
		for _, h := range near {
			if h.Score >= memory.AlikeAt && on[h.ID] != "" && !compared[h.ID] {
				rv.add("likely duplicate", 2, i.ID, i.Title, on[i.ID], fmt.Sprintf("%s says about the same (alike %.2f)", h.ID, h.Score), "fetch both; move the quotes with submit_insight add_to")
			}
		}
	}
	return nil
}

// theJourney finds the journey that is meant: the one named, or the only one.
func theJourney(tx *store.Tx, text string) (schema.ID, error) {
	if text != "" {
		return resolveOptional(tx, schema.KindJourney, "journey", text)
	}
	all, err := tx.Journeys.All()
	if err != nil {
		return "", err
	}
	if len(all) == 1 {
		return all[0].ID, nil
	}
	e := &schema.Error{Code: schema.Invalid, Field: "journey", Message: fmt.Sprintf("the workspace has %s; name one", plural(len(all), "journey"))}
	if len(all) == 0 {
		e.Code, e.Message, e.Hint = schema.NotFound, "the workspace has no journey yet", "edit_journey with create_journey makes one"
	}
	for _, j := range all[:min(20, len(all))] {
		e.Valid = append(e.Valid, fmt.Sprintf("%s (%s)", j.Slug, j.Name))
	}
	return "", e
}
