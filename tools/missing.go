package tools

import (
	"context"
	"fmt"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

const (
	// enoughStrangers is how many signals have to say the same, and to suit no
	// step, for a step to be missing.
	enoughStrangers = 5

	// maxStrangers bounds how many of those in the inbox are looked at: the
	// newest.
	maxStrangers = 1000
)

// A missingStep is signals that say the same and suit no step of the journey:
// a new step is needed, or they are about nothing here.
type missingStep struct {
	Says    string      `json:"says"` // the quote nearest to what all of them say
	Count   int         `json:"count"`
	People  int         `json:"people"`
	Sources int         `json:"sources"`
	Signals []schema.ID `json:"signals"` // the nearest to that quote first
}

// missingSteps groups what waits in the inbox though the memory has looked at
// it, the largest group first.
func missingSteps(ctx context.Context, e *Errand, journey schema.ID) (missing []missingStep, err error) {
	all := map[schema.ID]*schema.Signal{}
	var ids []schema.ID
	var texts []string
	if err := e.View(ctx, func(tx *store.Tx) error {
		found, _, err := tx.SignalsWhere(store.SignalFilter{States: []schema.SignalState{schema.Inbox}}, 0, maxStrangers)
		for _, s := range found {
			all[s.ID] = s
			ids, texts = append(ids, s.ID), append(texts, s.Text)
		}
		return err
	}); err != nil || len(ids) < enoughStrangers {
		return nil, err
	}
	placings, err := e.Memory.Place(ctx, e.Call.Actor.Workspace, journey, texts)
	if err != nil {
		return nil, err
	}
	var strangers []schema.ID
	for i, p := range placings {
		if len(p.Guesses) == 0 || p.Guesses[0].Probability < memory.ProposeAt {
			strangers = append(strangers, ids[i])
		}
	}
	groups, err := e.Memory.Groups(ctx, e.Call.Actor.Workspace, strangers)
	for _, g := range groups {
		if len(g.Members) < enoughStrangers || len(missing) == 5 {
			break
		}
		sum := summarize(pick(all, g.Members))
		missing = append(missing, missingStep{passage(all[g.Medoid].Text), len(g.Members), sum.people, sum.sources, g.Members[:min(20, len(g.Members))]})
	}
	return missing, err
}

// missing notes which steps the journey seems to lack.
func (rv *review) missing(ctx context.Context, e *Errand) error {
	groups, err := missingSteps(ctx, e, rv.m.Journey.ID)
	for _, g := range groups {
		rv.add("missing step", 2, g.Signals[0], g.Says, "",
			fmt.Sprintf("%s by %s say about this, and no step suits them", plural(g.Count, "signal"), plural(g.People, "person")),
			"place_signals with new_step for these signals, or dismiss them")
		if n := len(rv.found); n > 0 && rv.found[n-1].ID == g.Signals[0] {
			rv.found[n-1].Signals = g.Signals
		}
	}
	return err
}
