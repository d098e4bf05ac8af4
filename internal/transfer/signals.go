package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"custory/internal/format"
	"custory/schema"
	"custory/tools"
)

// maxSignals is how many signals one call files: few enough for progress to be
// seen, and for a stop to lose little.
const maxSignals = 200

// Signals is an import of signals through capture_signals, the tool that an
// assistant would use.
type Signals struct {
	Tools *tools.Set
	Actor schema.Actor

	Source     string // the kind of source of rows that name none
	SourceName string
	Journey    string // place within this one
	Place      string // auto, propose or none
	DryRun     bool

	Progress func(Tally)               // is told after each call; may be nil
	Reject   func(format.Reject) error // is told of each row that is left out
}

// A Tally is what has become of the rows so far.
type Tally struct {
	New      int `json:"new"`
	Known    int `json:"known"`    // were there already
	Settled  int `json:"settled"`  // of those, placed on the step that their row names now
	Placed   int `json:"placed"`   // of the new ones
	Proposed int `json:"proposed"` // of the new ones
	Inbox    int `json:"inbox"`    // of the new ones
	Rejected int `json:"rejected"`

	Calls []schema.ID `json:"calls,omitempty"` // each can be undone
	Notes []Note      `json:"notes,omitempty"`
}

// Rows is how many rows have been dealt with.
func (t Tally) Rows() int { return t.New + t.Known + t.Rejected }

// A Note tells of rows that were taken in a little otherwise than they are
// written.
type Note struct {
	Says    string `json:"says"`
	Rows    int    `json:"rows"`
	Example string `json:"example"` // from the file
}

// Import files the rows, in calls of 200. If it fails half way, the tally tells
// what is in; a second import of the same file goes on from there, since what
// is in is known.
func (s *Signals) Import(ctx context.Context, rows iter.Seq2[format.Signal, *format.Reject]) (Tally, error) {
	r := &filing{Signals: s, seen: map[string]bool{}}
	if _, ok := sourceKind(s.Source); !ok {
		return r.tally, noKind(s.Source)
	}
	if err := r.names.open(ctx, s); err != nil {
		return r.tally, err
	}
	for sig, reject := range rows {
		if err := ctx.Err(); err != nil {
			return r.tally, err
		}
		if reject == nil {
			var err error
			if reject, err = r.take(ctx, sig); err != nil {
				return r.tally, err
			}
		}
		if reject != nil {
			if err := r.reject(*reject); err != nil {
				return r.tally, err
			}
		}
		if len(r.batch) == maxSignals {
			if err := r.file(ctx); err != nil {
				return r.tally, err
			}
		}
	}
	err := r.file(ctx)
	return r.tally, err
}

// A filing is one import under way.
type filing struct {
	*Signals
	tally Tally
	names names
	batch []row
	seen  map[string]bool // in a dry run, which leaves no trace: the signals so far
}

// A row is one signal, in the words of the tool.
type row struct {
	line int
	captured
}

type captured struct {
	Text       string    `json:"text"`
	Source     string    `json:"source,omitempty"`
	SourceName string    `json:"source_name,omitempty"`
	Author     string    `json:"author,omitempty"`
	SaidAt     string    `json:"said_at,omitempty"`
	URL        string    `json:"url,omitempty"`
	ExternalID string    `json:"external_id,omitempty"`
	Thread     string    `json:"thread,omitempty"`
	Language   string    `json:"language,omitempty"`
	Sentiment  *float64  `json:"sentiment,omitempty"`
	Persona    schema.ID `json:"persona,omitempty"`
	Step       schema.ID `json:"step,omitempty"`
}

// take puts a signal into the batch, or says why not.
func (f *filing) take(ctx context.Context, sig format.Signal) (*format.Reject, error) {
	r, reason := f.row(sig)
	if reason != "" {
		return &format.Reject{Line: sig.Line, Reason: reason}, nil
	}
	var err error
	if r.Step, err = f.resolve(ctx, schema.KindStep, sig.Step, "the step it names is none of the workspace, and was not used"); err != nil {
		return nil, err
	}
	if r.Persona, err = f.resolve(ctx, schema.KindPersona, sig.Persona, "the persona it names is none of the workspace, and was left out"); err != nil {
		return nil, err
	}
	if f.DryRun && f.twice(r.captured) {
		f.tally.Known++
		return nil, nil
	}
	f.batch = append(f.batch, r)
	return nil, nil
}

// resolve finds what a row names; it notes that a row names nothing there is.
func (f *filing) resolve(ctx context.Context, k schema.Kind, name, says string) (schema.ID, error) {
	id, err := f.names.find(ctx, k, name)
	if err == nil && id == "" && name != "" {
		f.note(says, name)
	}
	return id, err
}

// note counts a row of which there is something to say.
func (f *filing) note(says, example string) {
	i := slices.IndexFunc(f.tally.Notes, func(n Note) bool { return n.Says == says })
	if i < 0 {
		i = len(f.tally.Notes)
		f.tally.Notes = append(f.tally.Notes, Note{Says: says, Example: clip(example)})
	}
	f.tally.Notes[i].Rows++
}

// twice reports whether the dry run has seen the signal.
func (f *filing) twice(c captured) bool {
	s := schema.Signal{Text: c.Text, Source: schema.SourceKind(c.Source), SourceName: c.SourceName, Author: c.Author, Thread: c.Thread, ExternalID: c.ExternalID}
	id := s.Identity()
	known := f.seen[id]
	f.seen[id] = true
	return known
}

func (f *filing) reject(r format.Reject) error {
	f.tally.Rejected++
	return f.Reject(r)
}

// file files the batch. Rows that the tool refuses are left out, and the
// others filed without them.
func (f *filing) file(ctx context.Context) error {
	for len(f.batch) > 0 {
		err := f.capture(ctx)
		if err == nil {
			f.batch = f.batch[:0]
			break
		}
		refused := refusals(err)
		if len(refused) == 0 {
			return fmt.Errorf("file the signals of lines %d to %d: %w", f.batch[0].line, f.batch[len(f.batch)-1].line, err)
		}
		var rest []row
		for i, r := range f.batch {
			if refused[i] == "" {
				rest = append(rest, r)
			} else if err := f.reject(format.Reject{Line: r.line, Reason: refused[i]}); err != nil {
				return err
			}
		}
		f.batch = rest
	}
	if f.Progress != nil {
		f.Progress(f.tally)
	}
	return nil
}

// capture calls the tool with the batch.
func (f *filing) capture(ctx context.Context) error {
	signals := make([]captured, len(f.batch))
	for i, r := range f.batch {
		signals[i] = r.captured
	}
	args := map[string]any{"signals": signals, "source": f.Source, "source_name": f.SourceName, "journey": f.Journey, "place": f.Place, "dry_run": f.DryRun}
	var out struct {
		tools.Receipt
		Captured, Known, Settled, Placed, Proposed, Inbox int
	}
	if err := call(ctx, f.Tools, f.Actor, "capture_signals", args, &out); err != nil {
		return err
	}
	f.tally.New += out.Captured
	f.tally.Known += out.Known
	f.tally.Settled += out.Settled
	f.tally.Placed += out.Placed
	f.tally.Proposed += out.Proposed
	f.tally.Inbox += out.Inbox
	if out.Call != "" {
		f.tally.Calls = append(f.tally.Calls, out.Call)
	}
	return nil
}

// call uses a tool and reads its result into each of outs. Arguments that are
// empty texts or false are left out.
func call(ctx context.Context, set *tools.Set, actor schema.Actor, tool string, args map[string]any, outs ...any) error {
	for name, v := range args {
		if v == "" || v == false {
			delete(args, name)
		}
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	result, err := set.Call(ctx, schema.Call{Tool: tool, Actor: actor}, raw)
	if err != nil {
		return err
	}
	if raw, err = json.Marshal(result); err != nil {
		return err
	}
	for _, out := range outs {
		if err := json.Unmarshal(raw, out); err != nil {
			return fmt.Errorf("read the result of %s: %w", tool, err)
		}
	}
	return nil
}
