package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

type placeSignalsIn struct {
	Placements []placementIn `json:"placements,omitempty" jsonschema:"at most 500"`
	Retry      bool          `json:"retry,omitempty" jsonschema:"place anew what waits"`
	Journey    string        `json:"journey,omitempty" jsonschema:"retry within this one only"`
}

type placementIn struct {
	Signal  string   `json:"signal"`
	Steps   []string `json:"steps,omitempty" jsonschema:"where it belongs; none confirms what is proposed"`
	NewStep string   `json:"new_step,omitempty" jsonschema:"name of one to make"`
	Stage   string   `json:"stage,omitempty" jsonschema:"of the new step"`
	Dismiss bool     `json:"dismiss,omitempty" jsonschema:"about nothing here"`
	Inbox   bool     `json:"inbox,omitempty" jsonschema:"take it off all steps"`
	Reason  string   `json:"reason,omitempty"`
}

type placeSignalsOut struct {
	Receipt
	Confirmed int         `json:"confirmed,omitempty"`
	Moved     int         `json:"moved,omitempty"` // stood elsewhere, or nowhere, before
	Dismissed int         `json:"dismissed,omitempty"`
	Inbox     int         `json:"inbox,omitempty"`    // back in the inbox, or by the retry no longer proposed
	Placed    int         `json:"placed,omitempty"`   // by the retry
	Proposed  int         `json:"proposed,omitempty"` // by the retry, and not so before
	NewSteps  []stepCount `json:"new_steps,omitempty"`
	Waiting   int         `json:"waiting"` // in the inbox or only proposed, after this
	Next      string      `json:"next,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why

	Missing []missingStep `json:"missing_steps,omitempty"` // what waits, says the same and suits no step
}

func placeSignals(ctx context.Context, e *Errand, in placeSignalsIn) (out placeSignalsOut, err error) {
	switch {
	case len(in.Placements) == 0 && !in.Retry:
		return out, &schema.Error{Code: schema.Invalid, Field: "placements", Message: "say where signals belong, or ask for a retry",
			Hint: `query_items with of "signals" and state "proposed" or "inbox" lists what waits`}
	case in.Journey != "" && !in.Retry:
		return out, &schema.Error{Code: schema.Invalid, Field: "journey", Message: "journey is for a retry; steps say where a signal belongs"}
	case len(in.Placements) > maxSignals:
		return out, schema.Errorf(schema.Limited, "at most %d placements in one call", maxSignals)
	}
	var again []*capture
	if in.Retry && len(in.Placements) == 0 { // what is said in this very call is learned from first, by the next
		if again, err = waiting(ctx, e, in.Journey); err != nil {
			return out, err
		}
	}
	byWordsOnly := ""
	if in.Retry && len(in.Placements) == 0 {
		byWordsOnly = e.Memory.ByWordsOnly(e.Call.Actor.Workspace)
	}
	if byWordsOnly != "" { // what is proposed was guessed with more to go by
		again = slices.DeleteFunc(again, func(c *capture) bool { return c.proposed })
	}
	missing, err := missingOnRetry(ctx, e, in)
	if err != nil {
		return out, err
	}
	err = e.Update(ctx, func(tx *store.Tx) error {
		out = placeSignalsOut{ByWordsOnly: byWordsOnly}
		made, seen := map[string]schema.ID{}, map[string]bool{}
		for i, p := range in.Placements {
			err := placeOne(tx, p, made, &out)
			if err == nil && seen[p.Signal] {
				err = &schema.Error{Code: schema.Invalid, Field: "signal", Message: p.Signal + " is named twice in this call", Hint: "name each signal once, with all its steps"}
			}
			if seen[p.Signal] = true; err != nil {
				return atEntry(err, "placements", i)
			}
		}
		for i, c := range again {
			progress(ctx, len(again)+i, 2*len(again), "placing what waits")
			if err := placeAgain(tx, c, &out); err != nil {
				return err
			}
		}
		counts, err := tx.SignalCounts()
		out.Waiting = counts[schema.Inbox] + counts[schema.Proposed]
		if in.Retry && len(in.Placements) > 0 {
			out.Next = "the memory has learned from these; call place_signals with retry alone to place what waits"
		}
		if in.Retry && len(in.Placements) == 0 && len(missing) > 0 {
			out.Missing = missing
			out.Next = "missing_steps are groups that no step suits: place_signals makes one for them with new_step, or dismisses them"
		}
		tx.Summarize(fmt.Sprintf("%d confirmed, %d moved, %d dismissed, %d back to the inbox, %d placed anew", out.Confirmed, out.Moved, out.Dismissed, out.Inbox, out.Placed+out.Proposed))
		return err
	})
	return out, err
}

// missingOnRetry looks for missing steps where what waits is placed anew.
func missingOnRetry(ctx context.Context, e *Errand, in placeSignalsIn) (missing []missingStep, err error) {
	if !in.Retry || len(in.Placements) > 0 {
		return nil, nil
	}
	var journey schema.ID
	if err := e.View(ctx, func(tx *store.Tx) error {
		journey, err = resolveOptional(tx, schema.KindJourney, "journey", in.Journey)
		return err
	}); err != nil {
		return nil, err
	}
	return missingSteps(ctx, e, journey)
}

// placeOne does what was said of one signal.
func placeOne(tx *store.Tx, in placementIn, made map[string]schema.ID, out *placeSignalsOut) error {
	sig, err := tx.Signals.Get(schema.ID(in.Signal))
	if err != nil {
		return err
	}
	was, err := tx.PlacementsOf(sig.ID)
	if err != nil {
		return err
	}
	if n := given(len(in.Steps) > 0 || in.NewStep != "", in.Dismiss, in.Inbox); n > 1 {
		return schema.Errorf(schema.Invalid, "say one of: steps or new_step, dismiss, inbox")
	}
	if in.Stage != "" && in.NewStep == "" {
		return &schema.Error{Code: schema.Invalid, Field: "stage", Message: "stage is that of a new_step"}
	}
	switch {
	case in.Dismiss:
		out.Dismissed++
		return standOn(tx, sig.ID, was, nil, schema.Placement{State: schema.PlacementDismissed, Reason: in.Reason})
	case in.Inbox:
		out.Inbox++
		return standOn(tx, sig.ID, was, nil, schema.Placement{})
	}
	steps, err := stepsFor(tx, in, was, made, out)
	if err != nil {
		return err
	}
	if stoodOn(was, steps) {
		out.Confirmed++
	} else {
		out.Moved++
	}
	return standOn(tx, sig.ID, was, steps, schema.Placement{State: schema.PlacementConfirmed, Reason: in.Reason})
}

// stepsFor finds the steps a signal belongs on: those named, one made for it,
// or, if nothing is said, those where it stands already.
func stepsFor(tx *store.Tx, in placementIn, was []*schema.Placement, made map[string]schema.ID, out *placeSignalsOut) (steps []schema.ID, err error) {
	for _, s := range in.Steps {
		id, err := tx.Resolve(schema.KindStep, s)
		if err != nil {
			return nil, err
		}
		steps = appendNew(steps, id)
	}
	if in.NewStep != "" && in.Stage == "" {
		return nil, &schema.Error{Code: schema.Invalid, Field: "stage", Message: "stage is required: where the new step stands", Hint: "get_journey lists the stages"}
	}
	if in.NewStep != "" {
		stage, err := tx.Resolve(schema.KindStage, in.Stage)
		if err != nil {
			return nil, inField(err, "stage")
		}
		key := string(stage) + in.NewStep
		if made[key] == "" {
			if made[key], err = newStep(tx, stage, in.NewStep, out); err != nil {
				return nil, err
			}
		}
		steps = appendNew(steps, made[key])
	}
	if len(steps) > 0 {
		return steps, nil
	}
	for _, p := range was {
		if p.Step != "" {
			steps = appendNew(steps, p.Step)
		}
	}
	if len(steps) == 0 {
		return nil, &schema.Error{Code: schema.Invalid, Field: "steps", Message: in.Signal + " stands on no step that could be confirmed", Hint: "name the steps, or dismiss it"}
	}
	return steps, nil
}

// newStep makes a step at the end of the stage, unless an earlier call has made
// one by that name.
func newStep(tx *store.Tx, stage schema.ID, name string, out *placeSignalsOut) (schema.ID, error) {
	siblings, err := tx.StepsOf(stage)
	if err != nil {
		return "", err
	}
	for _, s := range siblings {
		if strings.EqualFold(s.Name, strings.TrimSpace(name)) {
			return s.ID, nil
		}
	}
	st := &schema.Step{Stage: stage, Name: name, Position: nextPosition(siblings, func(s *schema.Step) int { return s.Position })}
	if err := tx.Steps.Put(st); err != nil {
		return "", err
	}
	path, err := tx.Path(st.ID)
	out.NewSteps = append(out.NewSteps, stepCount{Step: st.ID, Path: path})
	return st.ID, err
}

// standOn makes the signal stand on just these steps, in the way given. No
// steps leave it dismissed, or in the inbox if the way has no state.
func standOn(tx *store.Tx, sig schema.ID, was []*schema.Placement, steps []schema.ID, as schema.Placement) error {
	left := append([]schema.ID{}, steps...)
	for _, p := range was {
		i := slices.Index(left, p.Step)
		if p.Step == "" || i < 0 {
			if p.Step == "" && as.State == schema.PlacementDismissed {
				p.Reason = as.Reason
				return tx.Placements.Put(p)
			}
			if err := tx.Placements.Remove(p.ID); err != nil {
				return err
			}
			continue
		}
		left = append(left[:i], left[i+1:]...)
		p.State, p.Reason, p.Confidence = as.State, as.Reason, as.Confidence
		if err := tx.Placements.Put(p); err != nil {
			return err
		}
	}
	if as.State == schema.PlacementDismissed {
		left = []schema.ID{""}
	}
	for _, step := range left {
		p := as
		p.Signal, p.Step = sig, step
		if err := tx.Placements.Put(&p); err != nil {
			return err
		}
	}
	return nil
}

func stoodOn(was []*schema.Placement, steps []schema.ID) bool {
	for _, s := range steps {
		found := false
		for _, p := range was {
			found = found || p.Step == s
		}
		if !found {
			return false
		}
	}
	return true
}

// waiting returns the signals in the inbox or only proposed, with where the
// memory would put them now. What is proposed for another journey than the one
// that is named stays out of it.
func waiting(ctx context.Context, e *Errand, within string) (all []*capture, err error) {
	var journey schema.ID
	if err := e.View(ctx, func(tx *store.Tx) error {
		if journey, err = resolveOptional(tx, schema.KindJourney, "journey", within); err != nil {
			return err
		}
		for _, f := range []store.SignalFilter{{States: []schema.SignalState{schema.Inbox}}, {States: []schema.SignalState{schema.Proposed}, Within: journey}} {
			found, _, err := tx.SignalsWhere(f, 0, -1)
			if err != nil {
				return err
			}
			for _, s := range found {
				all = append(all, &capture{signal: s, proposed: f.States[0] == schema.Proposed})
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	return all, placeCaptures(ctx, e, journey, all)
}

// placeAgain writes where the memory would put a waiting signal now, unless
// somebody has said something about it meanwhile.
func placeAgain(tx *store.Tx, c *capture, out *placeSignalsOut) error {
	if _, err := tx.Signals.Get(c.signal.ID); errors.Is(err, schema.NotFound) {
		return nil // gone meanwhile
	} else if err != nil {
		return err
	}
	was, err := tx.PlacementsOf(c.signal.ID)
	if err != nil {
		return err
	}
	for _, p := range was {
		if p.State != schema.PlacementProposed {
			return nil
		}
	}
	best, err := bestGuess(tx, &c.placed)
	if err != nil {
		return err
	}
	if best.Probability < memory.ProposeAt {
		if len(was) == 0 {
			return nil
		}
		out.Inbox++ // it was proposed, and what has been learned since speaks against it
		return standOn(tx, c.signal.ID, was, nil, schema.Placement{})
	}
	prob := round3(best.Probability)
	as := schema.Placement{State: schema.PlacementProposed, Confidence: &prob}
	switch {
	case best.Probability >= placeAt(tx):
		as.State = schema.PlacementPlaced
		out.Placed++
	case !stoodOn(was, []schema.ID{best.Step}):
		out.Proposed++
	}
	return standOn(tx, c.signal.ID, was, []schema.ID{best.Step}, as)
}
