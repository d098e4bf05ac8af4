package eval

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"custory/memory"
	"custory/schema"
)

// Placing says what to measure.
type Placing struct {
	Train, Test, OOS string // files with the columns text and step; OOS holds messages about nothing here, and may be ""
	Shots            int    // examples of each step that are confirmed first; 0 is the names alone, below 0 is all
	Seed             uint64
	NoInbox          bool // leave the other training messages out, instead of letting them wait in the inbox without their steps
	Embedder         memory.Embedder
	Progress         Progress
}

// A PlacementReport is what came of it. Shares are from 0 to 1.
type PlacementReport struct {
	N           int      `json:"n"`
	Steps       int      `json:"steps"`
	Inbox       int      `json:"inbox"`        // messages that waited without a step, and taught what they could
	Top1        float64  `json:"top1"`         // the best guess is right, whether it was placed or only proposed
	Top3        float64  `json:"top3"`         // one of the best three is
	Abstained   float64  `json:"abstained"`    // left in the inbox
	Placed      float64  `json:"placed"`       // placed without asking
	Top1Covered float64  `json:"top1_covered"` // right, among those placed
	Placeable   float64  `json:"placeable"`    // could be placed without asking, most certain first, with 95 in 100 of them right
	ECE         float64  `json:"ece"`          // expected calibration error over 15 bins
	P50         float64  `json:"p50_ms"`       // of a call that captures and places one signal
	OOSN        *int     `json:"oos_n,omitempty"`
	OOSAbstain  *float64 `json:"oos_abstained,omitempty"`
}

// captureAnswer is the part of capture_signals' answer that is measured.
type captureAnswer struct {
	Signals []struct {
		ID           schema.ID
		State        schema.SignalState
		Path         string
		Confidence   float64
		Alternatives []struct {
			Path       string
			Confidence float64
		}
	}
}

// Placement builds a journey of one stage from the steps of the training file,
// confirms the examples, and lets the tools place the test messages one by one.
func Placement(ctx context.Context, p Placing) (r PlacementReport, err error) {
	train, err := readExamples(p.Train)
	if err != nil {
		return r, err
	}
	test, err := readExamples(p.Test)
	if err != nil {
		return r, err
	}
	b, err := newBench(ctx, p.Embedder)
	if err != nil {
		return r, err
	}
	defer b.close()
	steps := stepsOf(train)
	if err := b.buildJourney(ctx, steps); err != nil {
		return r, err
	}
	told, rest := draw(train, p.Shots, p.Seed)
	if err := b.confirm(ctx, p, told); err != nil {
		return r, err
	}
	if !p.NoInbox {
		if err := b.leave(ctx, p, rest); err != nil {
			return r, err
		}
		r.Inbox = len(rest)
	}
	t := newTally()
	if err := b.placeEach(ctx, p, "placing", test, t); err != nil {
		return r, err
	}
	inbox := r.Inbox
	r = t.report(len(steps))
	r.Inbox = inbox
	if p.OOS == "" {
		return r, nil
	}
	strange, err := readExamples(p.OOS)
	if err != nil {
		return r, err
	}
	o := newTally()
	if err := b.placeEach(ctx, p, "placing what is about nothing here", strange, o); err != nil {
		return r, err
	}
	n, left := len(strange), o.report(len(steps)).Abstained
	r.OOSN, r.OOSAbstain = &n, &left
	return r, nil
}

// stepsOf are the distinct steps, in the order they occur.
func stepsOf(all []example) (steps []string) {
	for _, x := range all {
		if x.step != "" && !slices.Contains(steps, x.step) {
			steps = append(steps, x.step)
		}
	}
	return steps
}

// draw takes n random examples of each step, and tells which are left; all if n
// is below 0.
func draw(all []example, n int, seed uint64) (drawn, rest []example) {
	if n < 0 {
		return all, nil
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	byStep := map[string][]example{}
	for _, x := range all {
		byStep[x.step] = append(byStep[x.step], x)
	}
	for _, step := range stepsOf(all) {
		of := byStep[step]
		rng.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		drawn, rest = append(drawn, of[:min(n, len(of))]...), append(rest, of[min(n, len(of)):]...)
	}
	return drawn, rest
}

func (b *bench) buildJourney(ctx context.Context, steps []string) error {
	ops := []map[string]any{{"op": "create_journey", "name": "Measured"}, {"op": "add_stage", "name": "Steps"}}
	for _, s := range steps {
		ops = append(ops, map[string]any{"op": "add_step", "in": "Steps", "name": s})
	}
	const most = 100 // operations in one call
	for part := range slices.Chunk(ops, most) {
		var out struct{}
		if err := b.call(ctx, "edit_journey", map[string]any{"operations": part}, &out); err != nil {
			return err
		}
	}
	return nil
}

// batch is how many signals go into one call.
const batch = 250

func (b *bench) confirm(ctx context.Context, p Placing, examples []example) error {
	for i := 0; i < len(examples); i += batch {
		var signals []map[string]any
		for _, x := range examples[i:min(i+batch, len(examples))] {
			signals = append(signals, map[string]any{"text": x.text, "step": x.step})
		}
		var out captureAnswer
		if err := b.call(ctx, "capture_signals", map[string]any{"signals": signals, "source": "support", "source_name": "examples"}, &out); err != nil {
			return err
		}
		p.Progress.tell("confirming examples", min(i+batch, len(examples)), len(examples))
	}
	return nil
}

// leave lets the messages wait in the inbox, without a word about their steps.
func (b *bench) leave(ctx context.Context, p Placing, rest []example) error {
	for i := 0; i < len(rest); i += batch {
		var signals []map[string]any
		for _, x := range rest[i:min(i+batch, len(rest))] {
			signals = append(signals, map[string]any{"text": x.text})
		}
		var out captureAnswer
		in := map[string]any{"signals": signals, "source": "support", "source_name": "inbox", "place": "none"}
		if err := b.call(ctx, "capture_signals", in, &out); err != nil {
			return err
		}
		p.Progress.tell("filling the inbox", min(i+batch, len(rest)), len(rest))
	}
	return nil
}

// placeEach captures the messages one by one, each in a dry run, and counts what
// would become of it. So the messages that are measured teach nothing, not even
// by waiting.
func (b *bench) placeEach(ctx context.Context, p Placing, what string, all []example, t *tally) error {
	for i, x := range all {
		var out captureAnswer
		in := map[string]any{"signals": []map[string]any{{"text": x.text, "external_id": fmt.Sprint(what, i)}}, "source": "support", "source_name": "test", "detail": "full", "dry_run": true}
		start := time.Now()
		if err := b.call(ctx, "capture_signals", in, &out); err != nil {
			return err
		}
		took := time.Since(start)
		sig := out.Signals[0]
		var guesses []string
		sure := sig.Confidence
		if sig.Path != "" {
			guesses = append(guesses, nameOf(sig.Path))
		} else if len(sig.Alternatives) > 0 {
			sure = sig.Alternatives[0].Confidence
		}
		for _, a := range sig.Alternatives {
			guesses = append(guesses, nameOf(a.Path))
		}
		t.add(x.step, guesses, sure, sig.State, took)
		if i%50 == 0 || i+1 == len(all) {
			p.Progress.tell(what, i+1, len(all))
		}
	}
	return nil
}

func nameOf(path string) string { return path[strings.LastIndex(path, "› ")+len("› "):] }

// A tally counts what became of each message.
type tally struct {
	answers [][]string
	right   []string
	sure    []float64
	hit     []bool
	states  []schema.SignalState
	took    []time.Duration
}

func newTally() *tally { return &tally{} }

func (t *tally) add(right string, guesses []string, sure float64, state schema.SignalState, took time.Duration) {
	t.answers, t.right, t.sure, t.states, t.took = append(t.answers, guesses), append(t.right, right), append(t.sure, sure), append(t.states, state), append(t.took, took)
	t.hit = append(t.hit, len(guesses) > 0 && guesses[0] == right)
}

func (t *tally) report(steps int) PlacementReport {
	r := PlacementReport{N: len(t.right), Steps: steps, P50: median(t.took),
		Top1: memory.TopShare(t.answers, t.right, 1), Top3: memory.TopShare(t.answers, t.right, 3), ECE: memory.CalibrationError(t.sure, t.hit)}
	placed, good := 0, 0
	for i, s := range t.states {
		switch s {
		case schema.Inbox:
			r.Abstained++
		case schema.Placed:
			placed++
			if t.hit[i] {
				good++
			}
		}
	}
	r.Placeable = memory.Placeable(t.sure, t.hit)
	if r.N > 0 {
		r.Abstained /= float64(r.N)
		r.Placed = float64(placed) / float64(r.N)
	}
	if placed > 0 {
		r.Top1Covered = float64(good) / float64(placed)
	}
	return r
}

// Print writes the report for people.
func (r PlacementReport) Print(w io.Writer) error {
	rows := [][2]string{
		{"messages", fmt.Sprint(r.N)}, {"steps", fmt.Sprint(r.Steps)}, {"waiting in the inbox", fmt.Sprint(r.Inbox)},
		{"best guess right", percent(r.Top1)}, {"one of three right", percent(r.Top3)},
		{"placed without asking", percent(r.Placed)}, {"right among those", percent(r.Top1Covered)}, {"left in the inbox", percent(r.Abstained)},
		{"could be placed with 95 % right", percent(r.Placeable)},
		{"calibration error", fmt.Sprintf("%.3f", r.ECE)}, {"one message", fmt.Sprintf("%.1f ms", r.P50)},
	}
	if r.OOSN != nil {
		rows = append(rows, [2]string{"about nothing here", fmt.Sprint(*r.OOSN)}, [2]string{"of them left in the inbox", percent(*r.OOSAbstain)})
	}
	return table(w, rows)
}
