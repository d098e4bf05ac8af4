package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/internal/format"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// Journeys imports journeys through the tools that an assistant would use.
type Journeys struct {
	Tools *tools.Set
	Actor schema.Actor
}

// A Made is what an import of a journey has come to.
type Made struct {
	ID       schema.ID   `json:"id,omitempty"`
	Slug     string      `json:"slug,omitempty"`
	Name     string      `json:"name"`
	Stages   int         `json:"stages"`
	Steps    int         `json:"steps"`
	Items    int         `json:"items"`           // new
	Placed   int         `json:"placed"`          // times an item was put on a step
	Personas int         `json:"personas"`        // new
	Calls    []schema.ID `json:"calls,omitempty"` // each can be undone, the last one first
	Notes    []string    `json:"notes,omitempty"` // what is otherwise than in the file
}

// Planned is what an import of the journey would come to, as far as the file
// alone tells.
func Planned(in format.Journey) Made {
	m := Made{Name: in.Name, Stages: len(in.Stages)}
	for _, st := range in.Stages {
		m.Steps += len(st.Steps)
	}
	return m
}

// Free refuses a name that a journey of the workspace has.
func (j *Journeys) Free(ctx context.Context, name string) error {
	return j.view(ctx, func(tx *store.Tx) error {
		all, err := tx.Journeys.All()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(o *schema.Journey) bool { return strings.EqualFold(o.Name, name) })
		if i < 0 {
			return nil
		}
		return &schema.Error{Code: schema.Conflict, Field: "name", Message: fmt.Sprintf("there is a journey %q already (%s)", all[i].Name, all[i].Slug), Hint: "give it another name with --name"}
	})
}

// Import makes the journey: its personas, then the map, then the items on it.
// If one of these fails, what was made is taken back.
func (j *Journeys) Import(ctx context.Context, in format.Journey) (Made, error) {
	if err := j.Free(ctx, in.Name); err != nil {
		return Made{}, err
	}
	b := &building{Journeys: j, in: in, made: Made{Name: in.Name}, personas: map[string]schema.ID{}}
	for _, do := range []func(context.Context) error{b.cast, b.draw, b.fill} {
		if err := do(ctx); err != nil {
			return Made{}, errors.Join(err, b.takeBack(ctx))
		}
	}
	return b.made, nil
}

func (j *Journeys) view(ctx context.Context, fn func(*store.Tx) error) error {
	return j.Tools.Store().View(ctx, j.Actor, fn)
}

// A building is one import under way.
type building struct {
	*Journeys
	in       format.Journey
	made     Made
	personas map[string]schema.ID // by the names of the file
	steps    []schema.ID          // in the order of the file
}

// use calls a tool and keeps its receipt.
func (b *building) use(ctx context.Context, tool string, args map[string]any, out any) error {
	var receipt tools.Receipt
	if err := call(ctx, b.Tools, b.Actor, tool, args, &receipt, out); err != nil {
		return err
	}
	if receipt.Call != "" {
		b.made.Calls = append(b.made.Calls, receipt.Call)
	}
	return nil
}

// takeBack undoes the calls that were made, the last one first.
func (b *building) takeBack(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	for _, id := range slices.Backward(b.made.Calls) {
		if err := call(ctx, b.Tools, b.Actor, "undo", map[string]any{"call": id}); err != nil {
			return fmt.Errorf("part of it is left; take back %v: %w", b.made.Calls, err)
		}
	}
	return nil
}

// note says what is otherwise than in the file.
func (b *building) note(format string, args ...any) {
	if says := fmt.Sprintf(format, args...); !slices.Contains(b.made.Notes, says) {
		b.made.Notes = append(b.made.Notes, says)
	}
}

// about says which of the entries of a list the faults of a call are about.
func about(err error, list string, label func(i int) string) error {
	for _, f := range schema.FaultsOf(err) {
		var i int
		if _, e := fmt.Sscanf(f.Field, list+"[%d]", &i); e != nil {
			continue
		}
		at := fmt.Sprintf("%s[%d]", list, i)
		f.Message = label(i) + ": " + strings.TrimPrefix(strings.TrimPrefix(f.Message, at+": "), at+".")
	}
	return err
}
