package eval

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"custory/memory"
	"custory/schema"
)

// Replaying says whose decisions to measure on.
type Replaying struct {
	Memory    *memory.Memory
	Workspace schema.ID
	Name      string    // of the workspace, for the report
	Journey   schema.ID // "" is all
	PlaceAt   float64   // the probability from which the workspace places without asking; 0 is memory.PlaceAt
	Progress  Progress
}

// A ReplayReport is how placement would have done on what people decided, each
// decision asked about by what had been learned until then. Shares are from 0
// to 1.
type ReplayReport struct {
	Workspace   string       `json:"workspace"`
	N           int          `json:"n"`         // decisions
	Dismissed   int          `json:"dismissed"` // of them, that a signal is about nothing here
	Steps       int          `json:"steps"`
	Top1        float64      `json:"top1"` // the best guess is right, whether it was placed or only proposed; of what was dismissed, nothing was proposed
	Top3        float64      `json:"top3"` // one of the best three is; likewise
	Abstained   float64      `json:"abstained"`
	Proposed    float64      `json:"proposed"`
	Placed      float64      `json:"placed"`
	Top1Covered float64      `json:"top1_covered"` // right, among those placed
	Placeable   float64      `json:"placeable"`    // could be placed without asking, most certain first, with 95 in 100 of them right
	PlaceAt     float64      `json:"place_at"`     // the probability from which it was placed
	ECE         float64      `json:"ece"`          // expected calibration error of the best guess, over 15 bins
	Curve       []Window     `json:"curve"`
	Reliability []memory.Bin `json:"reliability"`
}

// A Window is how placement did on some decisions that follow each other.
type Window struct {
	From      int      `json:"from"` // the first decision, from 1
	To        int      `json:"to"`   // the last
	Top1      float64  `json:"top1"`
	Top3      float64  `json:"top3"`
	Placed    float64  `json:"placed"`
	Precision *float64 `json:"precision,omitempty"` // right, among those placed; none if nothing was
}

const (
	// windows is how many a learning curve has, if there are enough decisions
	// for each to hold narrowest of them.
	windows   = 10
	narrowest = 20

	// reliabilityBins is how many bins are shown: fewer than are measured by, so
	// that each says something.
	reliabilityBins = 10
)

// Replay asks about the decisions of a workspace again, in the order in which
// they were made. It writes nothing but vectors.
func Replay(ctx context.Context, p Replaying) (ReplayReport, error) {
	most := 0
	if err := p.Memory.Warm(ctx, p.Workspace, func(waiting int) {
		most = max(most, waiting)
		p.Progress.tell("reading what was said", most-waiting, most)
	}); err != nil {
		return ReplayReport{}, err
	}
	r, err := p.Memory.Replay(ctx, p.Workspace, p.Journey)
	if err != nil {
		return ReplayReport{}, err
	}
	if len(r.Decisions) == 0 {
		return ReplayReport{}, &schema.Error{Code: schema.NotFound, Message: "nothing has been confirmed yet",
			Hint: "place_signals confirms, corrects or dismisses what was captured; each such decision is one to measure on"}
	}
	at := cmp.Or(p.PlaceAt, memory.PlaceAt)
	verdicts := make([]verdict, 0, len(r.Decisions))
	err = r.Run(ctx, func(d memory.Decision, placing memory.Placing) error {
		verdicts = append(verdicts, judge(d, placing.Guesses, at))
		p.Progress.tell("replaying decisions", len(verdicts), len(r.Decisions))
		return nil
	})
	if err != nil {
		return ReplayReport{}, err
	}
	report := reportOf(verdicts)
	report.Workspace, report.Steps, report.PlaceAt = p.Name, r.Steps, at
	return report, nil
}

// A verdict is how placement did on one decision.
type verdict struct {
	dismissed, top1, top3 bool
	state                 schema.SignalState // what would have become of the signal
	sure                  float64            // of the best guess
	hit                   bool               // the best guess is the right step
}

// judge compares what the memory guessed with what somebody said, as
// capture_signals would have acted on it.
func judge(d memory.Decision, guesses []memory.Guess, placeAt float64) verdict {
	v := verdict{dismissed: len(d.Steps) == 0, state: schema.Inbox}
	for i, g := range guesses[:min(3, len(guesses))] {
		right := slices.Contains(d.Steps, g.Step)
		if i == 0 {
			v.sure, v.hit, v.top1 = g.Probability, right, right
		}
		v.top3 = v.top3 || right
	}
	switch {
	case v.sure >= placeAt:
		v.state = schema.Placed
	case v.sure >= memory.ProposeAt:
		v.state = schema.Proposed
	}
	if v.dismissed {
		v.top1 = v.state == schema.Inbox
		v.top3 = v.top1
	}
	return v
}

func reportOf(all []verdict) ReplayReport {
	r := ReplayReport{N: len(all)}
	whole := windowOf(all)
	r.Top1, r.Top3, r.Placed = whole.Top1, whole.Top3, whole.Placed
	if whole.Precision != nil {
		r.Top1Covered = *whole.Precision
	}
	sure, hit := make([]float64, len(all)), make([]bool, len(all))
	for i, v := range all {
		sure[i], hit[i] = v.sure, v.hit
		if v.dismissed {
			r.Dismissed++
		}
	}
	r.Abstained = share(all, func(v verdict) bool { return v.state == schema.Inbox })
	r.Proposed = share(all, func(v verdict) bool { return v.state == schema.Proposed })
	r.Placeable = memory.Placeable(sure, hit)
	r.ECE = memory.CalibrationError(sure, hit)
	r.Reliability = memory.Reliability(sure, hit, reliabilityBins)
	n := max(1, min(windows, len(all)/narrowest))
	for i := range n {
		from, to := i*len(all)/n, (i+1)*len(all)/n
		w := windowOf(all[from:to])
		w.From, w.To = from+1, to
		r.Curve = append(r.Curve, w)
	}
	return r
}

func windowOf(all []verdict) Window {
	w := Window{
		Top1:   share(all, func(v verdict) bool { return v.top1 }),
		Top3:   share(all, func(v verdict) bool { return v.top3 }),
		Placed: share(all, func(v verdict) bool { return v.state == schema.Placed }),
	}
	if w.Placed > 0 {
		right := share(all, func(v verdict) bool { return v.state == schema.Placed && v.hit }) / w.Placed
		w.Precision = &right
	}
	return w
}

func share(all []verdict, is func(verdict) bool) float64 {
	n := 0
	for _, v := range all {
		if is(v) {
			n++
		}
	}
	return float64(n) / float64(max(len(all), 1))
}

// Print writes the report for people.
func (r ReplayReport) Print(w io.Writer) error {
	rows := [][2]string{
		{"workspace", printable(r.Workspace)}, {"decisions", fmt.Sprint(r.N)}, {"of them dismissals", fmt.Sprint(r.Dismissed)}, {"steps", fmt.Sprint(r.Steps)},
		{"best guess right", percent(r.Top1)}, {"one of three right", percent(r.Top3)},
		{"placed without asking", percent(r.Placed)}, {"right among those", r.precision()}, {"proposed", percent(r.Proposed)}, {"left in the inbox", percent(r.Abstained)},
		{"could be placed with 95 % right", percent(r.Placeable)},
		{"calibration error", fmt.Sprintf("%.3f", r.ECE)},
	}
	if err := table(w, rows); err != nil {
		return err
	}
	curve := [][]string{{"decisions", "best guess", "one of three", "placed", "right among those"}}
	for _, c := range r.Curve {
		curve = append(curve, []string{c.span(), percent(c.Top1), percent(c.Top3), percent(c.Placed), c.precision()})
	}
	sure := [][]string{{"sure of it", "decisions", "on average", "right"}}
	for _, b := range r.Reliability {
		sure = append(sure, []string{fmt.Sprintf("%.0f–%.0f %%", 100*b.From, 100*b.To), fmt.Sprint(b.N), percent(b.Confidence), percent(b.Right)})
	}
	if err := grid(w, "\nHow it learned, decision by decision\n", curve); err != nil {
		return err
	}
	return grid(w, "\nHow sure it was of its best guess, and how often that was right\n", sure)
}

func (r ReplayReport) precision() string {
	if r.Placed == 0 {
		return "–"
	}
	return percent(r.Top1Covered)
}

func (w Window) span() string { return fmt.Sprintf("%d–%d", w.From, w.To) }

func (w Window) precision() string {
	if w.Precision == nil {
		return "–"
	}
	return percent(*w.Precision)
}
