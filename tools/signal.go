package tools

import (
	"context"
	"errors"
	"strings"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

// signals are the tools of the evidence as it comes in.
func signals() []Tool {
	return []Tool{
		{
			Name:  "capture_signals",
			Title: "Capture signals",
			Doc: "Files what customers said or did, word for word, and places each on the step it speaks about, proposes one, or leaves it in the inbox. " +
				"The same signal twice is one.",
			Role:       schema.Editor,
			Run:        compose(captureSignals),
			Idempotent: true,
			Proposes:   true,
		},
		{
			Name:  "place_signals",
			Title: "Place signals",
			Doc:   "Confirms or corrects where signals stand, dismisses them, or makes a new step for them; the memory learns from each. With retry, it places what waits by what it has learned.",
			Role:  schema.Editor,
			Run:   compose(placeSignals),
		},
	}
}

// maxSignals bounds one capture.
const maxSignals = 500

type captureSignalsIn struct {
	Signals    []signalIn        `json:"signals" jsonschema:"at most 500"`
	Source     schema.SourceKind `json:"source,omitempty" jsonschema:"of those that name none"`
	SourceName string            `json:"source_name,omitempty" jsonschema:"which desk, survey or channel"`
	Journey    string            `json:"journey,omitempty" jsonschema:"place within it only"`
	Place      string            `json:"place,omitempty" jsonschema:"auto, propose, none"`
	Detail     string            `json:"detail,omitempty" jsonschema:"concise, or full: a row for each"`
}

type signalIn struct {
	Text       string   `json:"text" jsonschema:"verbatim"`
	Source     string   `json:"source,omitempty"`
	SourceName string   `json:"source_name,omitempty"`
	Author     string   `json:"author,omitempty" jsonschema:"stable handle"`
	SaidAt     When     `json:"said_at,omitzero"`
	URL        string   `json:"url,omitempty"`
	ExternalID string   `json:"external_id,omitempty" jsonschema:"of its source"`
	Thread     string   `json:"thread,omitempty"`
	Language   string   `json:"language,omitempty"`
	Sentiment  *float64 `json:"sentiment,omitempty" jsonschema:"-1 to 1"`
	Persona    string   `json:"persona,omitempty"`
	Step       string   `json:"step,omitempty" jsonschema:"if known"`
}

type captureSignalsOut struct {
	Receipt
	Captured int          `json:"captured"`          // new
	Known    int          `json:"known"`             // had been captured before
	Settled  int          `json:"settled,omitempty"` // of the known, newly confirmed on the step that is named now
	Placed   int          `json:"placed"`
	Proposed int          `json:"proposed"`
	Inbox    int          `json:"inbox"`
	Steps    []stepCount  `json:"steps,omitempty"`
	Signals  []signalLine `json:"signals,omitempty"`
	LeftOut  int          `json:"left_out,omitempty"` // rows not shown
	Next     string       `json:"next,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why
}

// A stepCount tells how many signals went to a step.
type stepCount struct {
	Step     schema.ID `json:"step"`
	Path     string    `json:"path"`
	Placed   int       `json:"placed,omitempty"`
	Proposed int       `json:"proposed,omitempty"`
}

// A signalLine tells what became of one signal.
type signalLine struct {
	Index        int                `json:"index"` // in the list that was given
	ID           schema.ID          `json:"id"`
	State        schema.SignalState `json:"state"`
	Known        bool               `json:"known,omitempty"`
	settled      bool               // known, and only now on its step
	Step         schema.ID          `json:"step,omitempty"`
	Path         string             `json:"path,omitempty"`
	Confidence   float64            `json:"confidence,omitempty"`
	Like         []schema.ID        `json:"like,omitempty"` // signals on that step which it resembles
	Alternatives []guessLine        `json:"alternatives,omitempty"`
}

// A guessLine is one step a signal may belong on.
type guessLine struct {
	Step       schema.ID `json:"step"`
	Path       string    `json:"path"`
	Confidence float64   `json:"confidence"`
}

// A capture is one signal on its way in.
type capture struct {
	signal *schema.Signal
	step   schema.ID      // where the caller says it belongs
	placed memory.Placing // where the memory would put it

	proposed bool // it is, already
}

func captureSignals(ctx context.Context, e *Errand, in captureSignalsIn) (out captureSignalsOut, err error) {
	if n := len(in.Signals); n == 0 || n > maxSignals {
		return out, &schema.Error{Code: schema.Limited, Field: "signals", Message: "signals must hold 1 to 500", Hint: "send more in further calls"}
	}
	if err := errors.Join(among("place", in.Place, "", "auto", "propose", "none"), among("detail", in.Detail, "", "concise", "full")); err != nil {
		return out, err
	}
	var all []*capture
	var journey schema.ID
	if err := e.View(ctx, func(tx *store.Tx) error {
		if journey, err = resolveOptional(tx, schema.KindJourney, "journey", in.Journey); err != nil {
			return err
		}
		all, err = readCaptures(tx, in)
		return err
	}); err != nil {
		return out, err
	}
	if in.Place != "none" {
		if err := placeCaptures(ctx, e, journey, all); err != nil {
			return out, err
		}
	}
	err = e.Update(ctx, func(tx *store.Tx) error {
		out, err = writeCaptures(ctx, tx, in, all)
		return err
	})
	if in.Place != "none" {
		out.ByWordsOnly = e.Memory.ByWordsOnly(e.Call.Actor.Workspace)
	}
	return out, err
}

// readCaptures turns the arguments into signals, and reports everything that
// is wrong with any of them.
func readCaptures(tx *store.Tx, in captureSignalsIn) (all []*capture, err error) {
	var faults schema.Faults
	for i, s := range in.Signals {
		c := &capture{signal: &schema.Signal{
			Text: s.Text, Source: sourceKind(s.Source, in.Source), SourceName: first(s.SourceName, in.SourceName), Author: s.Author, SaidAt: s.SaidAt.Time,
			URL: s.URL, ExternalID: s.ExternalID, Thread: s.Thread, Language: s.Language, Sentiment: s.Sentiment,
		}}
		var e1, e2 error
		c.signal.Persona, e1 = resolveOptional(tx, schema.KindPersona, "persona", s.Persona)
		c.step, e2 = resolveOptional(tx, schema.KindStep, "step", s.Step)
		for _, err := range []error{e1, e2, c.signal.Validate()} {
			if err == nil {
				continue
			}
			f := schema.FaultsOf(err)
			if f == nil {
				return nil, err
			}
			faults = append(faults, at(f, "signals", i)...)
		}
		all = append(all, c)
	}
	if faults != nil {
		return nil, faults
	}
	return all, nil
}

// placeCaptures asks the memory where those belong for which nobody has said
// it.
func placeCaptures(ctx context.Context, e *Errand, journey schema.ID, all []*capture) error {
	var open []*capture
	var texts []string
	for _, c := range all {
		if c.step == "" {
			open, texts = append(open, c), append(texts, c.signal.Text)
		}
	}
	if len(open) == 0 {
		return nil
	}
	progress(ctx, 0, 2*len(all), "finding where "+plural(len(open), "signal")+" belong")
	placings, err := e.Memory.Place(ctx, e.Call.Actor.Workspace, journey, texts)
	for i, p := range placings {
		open[i].placed = p
	}
	return err
}

// writeCaptures files the signals and where they stand.
func writeCaptures(ctx context.Context, tx *store.Tx, in captureSignalsIn, all []*capture) (out captureSignalsOut, err error) {
	paths, counts := &pathBook{tx: tx}, map[schema.ID]*stepCount{}
	for i, c := range all {
		progress(ctx, len(all)+i, 2*len(all), "filing signals")
		line, err := writeCapture(tx, in, c, paths)
		if err != nil {
			return out, atEntry(err, "signals", i)
		}
		line.Index = i
		out.count(line)
		if line.Step != "" && !line.Known {
			if counts[line.Step] == nil {
				counts[line.Step] = &stepCount{Step: line.Step, Path: line.Path}
			}
			if line.State == schema.Placed {
				counts[line.Step].Placed++
			} else {
				counts[line.Step].Proposed++
			}
		}
		out.Signals = append(out.Signals, line)
	}
	out.Steps = sortedCounts(counts)
	out.Signals, out.LeftOut = trimLines(out.Signals, in.Detail)
	switch {
	case out.Inbox+out.Proposed == 0:
	case tx.Call.Actor.Proposes:
		out.Next = "an editor confirms or corrects what is proposed or waits in the inbox"
	default:
		out.Next = "place_signals confirms or corrects what is proposed or waits in the inbox; the memory learns from it"
	}
	summary := plural(out.Captured, "signal") + " captured, " + plural(out.Placed, "") + " placed"
	if out.Settled > 0 {
		summary += ", " + plural(out.Settled, "") + " known before placed"
	}
	tx.Summarize(summary)
	return out, nil
}

func (out *captureSignalsOut) count(l signalLine) {
	if l.settled {
		out.Settled++
	}
	if l.Known {
		out.Known++
		return
	}
	out.Captured++
	switch l.State {
	case schema.Placed:
		out.Placed++
	case schema.Proposed:
		out.Proposed++
	default:
		out.Inbox++
	}
}

func writeCapture(tx *store.Tx, in captureSignalsIn, c *capture, paths *pathBook) (line signalLine, err error) {
	twin, err := tx.Twin(c.signal)
	if err != nil {
		return line, err
	}
	if twin != nil {
		settled, err := settle(tx, twin.ID, c.step)
		if err != nil {
			return line, err
		}
		line, err = knownLine(tx, twin, paths)
		line.settled = settled
		return line, err
	}
	if err := tx.Signals.Put(c.signal); err != nil {
		return line, err
	}
	proposes := tx.Call.Actor.Proposes
	line = signalLine{ID: c.signal.ID, State: schema.Inbox}
	p := &schema.Placement{Signal: c.signal.ID}
	best, err := bestGuess(tx, &c.placed)
	if err != nil {
		return line, err
	}
	switch {
	case c.step != "" && proposes:
		p.Step, p.State, line.State = c.step, schema.PlacementProposed, schema.Proposed
	case c.step != "":
		p.Step, p.State, line.State = c.step, schema.PlacementConfirmed, schema.Placed
	case best.Probability >= paths.placeAt() && in.Place != "propose" && !proposes:
		p.Step, p.State, line.State = best.Step, schema.PlacementPlaced, schema.Placed
	case best.Probability >= memory.ProposeAt:
		p.Step, p.State, line.State = best.Step, schema.PlacementProposed, schema.Proposed
	}
	if line.Alternatives, err = paths.guesses(c.placed, p.Step); err != nil {
		return line, err
	}
	if p.Step == "" {
		return line, nil
	}
	line.Step = p.Step
	if c.step == "" {
		prob := round3(best.Probability)
		p.Confidence, line.Confidence, line.Like = &prob, prob, best.Like
	}
	if line.Path, err = paths.of(p.Step); err != nil {
		return line, err
	}
	return line, tx.Placements.Put(p)
}

// settle puts a signal that had been captured before on the step that is named
// now, unless a person has said already where it belongs.
func settle(tx *store.Tx, sig, step schema.ID) (bool, error) {
	if step == "" || tx.Call.Actor.Proposes {
		return false, nil
	}
	was, err := tx.PlacementsOf(sig)
	if err != nil {
		return false, err
	}
	for _, p := range was {
		if p.State == schema.PlacementConfirmed || p.State == schema.PlacementDismissed {
			return false, nil
		}
	}
	return true, standOn(tx, sig, was, []schema.ID{step}, schema.Placement{State: schema.PlacementConfirmed})
}

// knownLine tells where a signal stands that had been captured before.
func knownLine(tx *store.Tx, sig *schema.Signal, paths *pathBook) (line signalLine, err error) {
	line = signalLine{ID: sig.ID, Known: true}
	if line.State, err = tx.SignalState(sig.ID); err != nil {
		return line, err
	}
	placements, err := tx.PlacementsOf(sig.ID)
	for _, p := range placements {
		if p.Step != "" {
			line.Step = p.Step
			line.Path, err = paths.of(p.Step)
			break
		}
	}
	return line, err
}

// bestGuess is the first guess at a step that still exists: the memory was
// asked before the transaction began. It drops the others.
func bestGuess(tx *store.Tx, p *memory.Placing) (best memory.Guess, err error) {
	for len(p.Guesses) > 0 {
		best = p.Guesses[0]
		if _, err := tx.Steps.Get(best.Step); !errors.Is(err, schema.NotFound) {
			return best, err
		}
		p.Guesses = p.Guesses[1:]
	}
	return memory.Guess{}, nil
}

// trimLines keeps an answer short: all rows of a small capture, and of a large
// one those a person should look at.
func trimLines(lines []signalLine, detail string) (kept []signalLine, leftOut int) {
	const few, some = 25, 40
	if detail == "full" || len(lines) <= few {
		return lines, 0
	}
	for _, l := range lines {
		if l.State != schema.Placed && !l.Known && len(kept) < some {
			l.Like = nil
			kept = append(kept, l)
		}
	}
	return kept, len(lines) - len(kept)
}

// signalText is a signal's text as it is shown: data, without what cannot be
// seen.
func signalText(text string, limit int) string { return cut(quote.Clean(text), limit) }

// sourceKind is the source in the model's words: what the signal names, or the
// call, or manual.
func sourceKind(own string, all schema.SourceKind) schema.SourceKind {
	for _, k := range all.Values() {
		if strings.EqualFold(own, string(k)) {
			return k
		}
	}
	return first(schema.SourceKind(own), all, "manual")
}
