// Package eval measures placement and recall on labelled data, by the very
// calls a client would make: what it reports is what a user gets.
package eval

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"custory/internal/format"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// A bench is an empty workspace in a file of its own, with tools to use on it.
type bench struct {
	st    *store.Store
	mem   *memory.Memory
	set   *tools.Set
	actor schema.Actor
	dir   string
}

func newBench(ctx context.Context, e memory.Embedder) (*bench, error) {
	dir, err := os.MkdirTemp("", "custory-eval-")
	if err != nil {
		return nil, err
	}
	st, err := store.Open(ctx, filepath.Join(dir, "eval.db"), store.Options{})
	if err != nil {
		return nil, err
	}
	b := &bench{st: st, mem: memory.New(st, e, nil), dir: dir}
	if b.set, err = tools.New(st, b.mem, tools.Options{}); err != nil {
		return nil, err
	}
	return b, b.workspace(ctx, "Eval")
}

// workspace makes another workspace, and uses it from now on.
func (b *bench) workspace(ctx context.Context, name string) (err error) {
	b.actor, err = b.st.NewWorkspace(ctx, name, "Owner")
	return err
}

func (b *bench) close() {
	_ = b.st.Close()
	_ = os.RemoveAll(b.dir)
}

// call uses a tool as a client would: JSON in, JSON out.
func (b *bench) call(ctx context.Context, tool string, in, out any) error {
	args, err := json.Marshal(in)
	if err != nil {
		return err
	}
	res, err := b.set.Call(ctx, schema.Call{Tool: tool, Actor: b.actor}, args)
	if err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	text, err := json.Marshal(res)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// An example is a text with the step it speaks about; "" is none.
type example struct{ text, step string }

// readExamples reads a CSV or JSONL file with the columns text and step.
func readExamples(path string) (all []example, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := format.ReadSignals(f, format.SignalOptions{Name: path})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for s, reject := range rows {
		if reject != nil {
			return nil, fmt.Errorf("%s: line %d: %s", path, reject.Line, reject.Reason)
		}
		all = append(all, example{s.Text, s.Step})
	}
	return all, nil
}

// median is in milliseconds.
func median(ds []time.Duration) float64 {
	if len(ds) == 0 {
		return 0
	}
	ds = slices.Sorted(slices.Values(ds))
	return float64(ds[len(ds)/2].Microseconds()) / 1000
}

// A Progress is told how far a long measurement has come; nil tells nobody.
type Progress func(what string, done, of int)

func (p Progress) tell(what string, done, of int) {
	if p != nil {
		p(what, done, of)
	}
}

// table prints rows of a name and a value.
func table(w io.Writer, rows [][2]string) error {
	wide := 0
	for _, r := range rows {
		wide = max(wide, len(r[0]))
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "  %-*s  %s\n", wide, r[0], r[1]); err != nil {
			return err
		}
	}
	return nil
}

// grid prints rows of cells under a heading, the numbers flush right.
func grid(w io.Writer, heading string, rows [][]string) error {
	wide := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			wide[i] = max(wide[i], utf8.RuneCountInString(cell))
		}
	}
	if _, err := io.WriteString(w, heading); err != nil {
		return err
	}
	for _, r := range rows {
		for i, cell := range r {
			pad := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				cell += pad
			} else {
				cell = pad + cell
			}
			if _, err := io.WriteString(w, "  "+cell); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "\n"); err != nil {
			return err
		}
	}
	return nil
}

// printable is a name on one line, without what could move the cursor.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, name)
}

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
