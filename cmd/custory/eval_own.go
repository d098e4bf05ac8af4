package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"custory/internal/eval"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

// theOnly is what a bare --workspace says.
const theOnly = "the only one"

// ownDecisions measures placement on the decisions of a workspace.
type ownDecisions struct {
	asked     bool // rather than on files
	workspace string
	journey   string
	svg       string
}

// flags adds the flags. --workspace stands in for the one that every command
// has, so that it can be given without a name.
func (o *ownDecisions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.workspace, "workspace", "", "measure on the decisions in this `workspace`")
	f.Lookup("workspace").NoOptDefVal = theOnly
	f.StringVar(&o.journey, "journey", "", "with --workspace: on those about this `journey`, by id, slug or name (default all)")
	f.StringVar(&o.svg, "svg", "", "with --workspace: draw a picture into this `file`")
}

// read finds out what is to be measured, and refuses what does not go together.
// A word behind a bare --workspace names it, as it does elsewhere.
func (o *ownDecisions) read(cmd *cobra.Command, args []string) error {
	f := cmd.Flags()
	o.asked = f.Changed("workspace")
	if o.asked && o.workspace == theOnly && len(args) == 1 {
		o.workspace, args = args[0], nil
	}
	if o.workspace == theOnly {
		o.workspace = ""
	}
	if err := noArgs(cmd, args); err != nil {
		return err
	}
	files, ours := []string{"train", "test", "oos", "no-inbox", "shots", "seed"}, []string{"journey", "svg"}
	if o.asked {
		for _, name := range files {
			if f.Changed(name) {
				return usagef("--%s is for measuring on files, and --workspace is on your decisions; use one of them", name)
			}
		}
		return nil
	}
	for _, name := range ours {
		if f.Changed(name) {
			return usagef("--%s goes with --workspace", name)
		}
	}
	if !f.Changed("train") || !f.Changed("test") {
		return usagef("say on what to measure: --workspace, or both --train and --test")
	}
	return nil
}

// measure replays the decisions in a copy of the database.
func (o *ownDecisions) measure(cmd *cobra.Command, inJSON bool) (err error) {
	ctx := cmd.Context()
	if o.svg != "" {
		if err := notTheDatabase(cmd, o.svg); err != nil {
			return err
		}
	}
	e, err := embedder(cmd)
	if err != nil {
		return err
	}
	w, err := copyWorkspace(cmd, o.workspace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	p := eval.Replaying{Memory: memory.New(w.store, e, nil), Workspace: w.workspace.ID, Name: w.workspace.Name, PlaceAt: w.workspace.PlaceAt, Progress: progressOn(cmd.ErrOrStderr())}
	if o.journey != "" {
		err := w.store.View(ctx, schema.Actor{Workspace: w.workspace.ID}, func(tx *store.Tx) (err error) {
			p.Journey, err = tx.Resolve(schema.KindJourney, o.journey)
			return err
		})
		if err != nil {
			return err
		}
	}
	r, err := eval.Replay(ctx, p)
	if err != nil {
		return err
	}
	if o.svg != "" {
		if err := writeFile(o.svg, 0o644, func(f io.Writer) error { return r.Draw(f) }); err != nil {
			return err
		}
	}
	if err := printReport(cmd.OutOrStdout(), r, inJSON); err != nil || o.svg == "" || inJSON {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "\nThe picture is in %s\n", o.svg)
	return err
}
