package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// A Tool is one thing that can be done.
type Tool struct {
	Name    string      // verb_noun
	Title   string      // for people
	Doc     string      // for models: one to three sentences
	Toolset string      // the set it is offered in; "" is core
	Role    schema.Role // the least role that may use it
	Run     Action

	// Proposes is set if those who may only propose can use it, though it
	// writes: what it writes for them is a draft. Otherwise they are refused.
	Proposes bool

	Destructive bool // what it does cannot be taken back
	Idempotent  bool // the same call twice leaves what one left
	OpenWorld   bool // it leaves the workspace: asks a model, uses a connected service

	asks bool // it asks the chat model, where the server has one
}

// An Effect is what an action does to the workspace.
type Effect int

// The effects.
const (
	Reads  Effect = iota + 1 // looks at it
	Writes                   // changes it, in one transaction that can be undone
)

// An Action is a typed function with its types erased. Make one with read,
// write, consult or compose.
type Action struct {
	Effect Effect
	In     *jsonschema.Schema // of the arguments
	Out    *jsonschema.Schema // of the result, one level deep
	run    func(context.Context, *Set, schema.Call, json.RawMessage) (any, error)
}

// WithText is the schema of the arguments with one more, a text that whoever
// offers the tool takes out again before the call.
func (a Action) WithText(name, doc string) *jsonschema.Schema {
	s := *a.In
	s.Properties = maps.Clone(s.Properties)
	s.Properties[name] = &jsonschema.Schema{Type: "string", Description: doc}
	if s.PropertyOrder != nil {
		s.PropertyOrder = append(slices.Clone(s.PropertyOrder), name)
	}
	return &s
}

// An Errand is a call that holds no transaction while it thinks: it may recall
// and place and have the model write, and opens its own views and at most one
// update.
type Errand struct {
	Call   schema.Call
	Memory *memory.Memory
	Writer Writer // nil: there is none

	patience time.Duration // with the writer
	log      *slog.Logger
	store    *store.Store
	effect   Effect
	dry      bool
	receipt  Receipt
}

// View runs fn on one consistent picture of the workspace.
func (e *Errand) View(ctx context.Context, fn func(*store.Tx) error) error {
	return e.store.View(ctx, e.Call.Actor, fn)
}

// Update runs fn in a transaction, for a tool that writes. In a dry run it
// rolls back.
func (e *Errand) Update(ctx context.Context, fn func(*store.Tx) error) error {
	if e.effect == Reads {
		return schema.Errorf(schema.Forbidden, "%s only reads", e.Call.Tool)
	}
	return e.store.Update(ctx, e.Call, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if e.dry {
			e.receipt = Receipt{DryRun: true}
			return store.ErrDry
		}
		e.receipt = Receipt{Unchanged: true}
		if tx.Seq() > 0 {
			e.receipt = Receipt{Call: tx.Call.ID}
		}
		return nil
	})
}

// read makes an action of a function that looks at the workspace in one view.
func read[In, Out any](fn func(context.Context, *store.Tx, In) (Out, error)) Action {
	return consult(func(ctx context.Context, e *Errand, in In) (out Out, err error) {
		err = e.View(ctx, func(tx *store.Tx) error { out, err = fn(ctx, tx, in); return err })
		return out, err
	})
}

// write makes an action of a function that changes the workspace in one
// transaction.
func write[In, Out any](fn func(context.Context, *store.Tx, In) (Out, error)) Action {
	return compose(func(ctx context.Context, e *Errand, in In) (out Out, err error) {
		err = e.Update(ctx, func(tx *store.Tx) error { out, err = fn(ctx, tx, in); return err })
		return out, err
	})
}

// consult makes an action of an errand that only reads.
func consult[In, Out any](fn func(context.Context, *Errand, In) (Out, error)) Action {
	return action(Reads, fn)
}

// compose makes an action of an errand that writes.
func compose[In, Out any](fn func(context.Context, *Errand, In) (Out, error)) Action {
	return action(Writes, fn)
}

func action[In, Out any](effect Effect, fn func(context.Context, *Errand, In) (Out, error)) Action {
	in := shape[In]()
	if effect != Reads {
		in.Properties["dry_run"] = &jsonschema.Schema{Type: "boolean"}
		in.PropertyOrder = append(in.PropertyOrder, "dry_run")
	}
	return Action{
		Effect: effect,
		In:     in,
		Out:    outline[Out](),
		run: func(ctx context.Context, s *Set, c schema.Call, raw json.RawMessage) (any, error) {
			args, err := arguments(in, raw)
			if err != nil {
				return nil, err
			}
			dry, _ := args["dry_run"].(bool)
			delete(args, "dry_run")
			var v In
			b, err := json.Marshal(args)
			if err != nil {
				return nil, err
			}
			d := json.NewDecoder(bytes.NewReader(b))
			d.DisallowUnknownFields()
			if err := d.Decode(&v); err != nil {
				return nil, decodeFault(err)
			}
			e := &Errand{Call: c, Memory: s.memory, Writer: s.writer, patience: s.patience, log: s.log, store: s.store, effect: effect, dry: dry}
			out, err := fn(ctx, e, v)
			if err != nil {
				return nil, err
			}
			if r, ok := any(&out).(interface{ receipt() *Receipt }); ok {
				*r.receipt() = e.receipt
			}
			return out, nil
		},
	}
}

// decodeFault keeps the fault of a type that reads its own text, such as a
// date.
func decodeFault(err error) error {
	if schema.FaultsOf(err) != nil {
		return err
	}
	return schema.Errorf(schema.Invalid, "arguments: %v", err)
}

// A Receipt is part of what every writing tool answers: the call to name when
// it is to be taken back.
type Receipt struct {
	Call      schema.ID `json:"call,omitempty"`      // undo takes this id
	DryRun    bool      `json:"dry_run,omitempty"`   // nothing was changed
	Unchanged bool      `json:"unchanged,omitempty"` // there was nothing to change
}

func (r *Receipt) receipt() *Receipt { return r }
