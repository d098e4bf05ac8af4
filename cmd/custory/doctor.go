package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/internal/openai"
	"custory/memory"
	"custory/store"
)

func doctorCommand() *cobra.Command {
	var fix, drop, asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check the database and what it stands on",
		Long: `Check the database file, its folder and the disk, the tables and what is in them,
and the index that search goes by.

Prints a line for each check: ok, warn or fail, and what to do. With --fix the
search index is made anew from the records. The exit code is 1 if a check fails.

The models that are checked are those that would be used with the same flags.
` + modelHelp + `
Vectors of other models are never used; --drop-vectors removes them, and the room
they took is used again.`,
		Example: `  custory doctor
  custory doctor --fix --db ~/shop.db`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, fix, drop, asJSON) },
	}
	c.Flags().BoolVar(&fix, "fix", false, "make the search index anew")
	c.Flags().BoolVar(&drop, "drop-vectors", false, "remove the vectors of other models")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// A finding is what one check has come to.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // ok, warn or fail
	Says  string `json:"says"`
	Do    string `json:"do,omitempty"`
}

// An examination goes through the checks.
type examination struct {
	ctx      context.Context
	path     string
	fix      bool
	drop     bool // the vectors of other models
	embedder memory.Embedder
	writer   *openai.Writer // nil: the assistant writes
	patience time.Duration  // with the writer; 0: the usual
	store    *store.Store
	findings []finding
}

func (e *examination) ok(check, format string, args ...any) {
	e.findings = append(e.findings, finding{check, "ok", fmt.Sprintf(format, args...), ""})
}

func (e *examination) warn(check, do, format string, args ...any) {
	e.findings = append(e.findings, finding{check, "warn", fmt.Sprintf(format, args...), do})
}

func (e *examination) fail(check, do, format string, args ...any) {
	e.findings = append(e.findings, finding{check, "fail", fmt.Sprintf(format, args...), do})
}

// failWith fails for an error. What to do is what the error says, unless that
// is to ask the doctor, or else what is given.
func (e *examination) failWith(err error, check, says, do string) {
	text, hint := told(err)
	if hint != "" && !strings.Contains(hint, "custory doctor") {
		do = hint
	}
	e.fail(check, do, "%s: %s", says, text)
}

func (e *examination) failed() (n int) {
	for _, f := range e.findings {
		if f.State == "fail" {
			n++
		}
	}
	return n
}

func runDoctor(cmd *cobra.Command, fix, drop, asJSON bool) error {
	path, err := pathOf(cmd)
	if err != nil {
		return err
	}
	e := &examination{ctx: cmd.Context(), path: path, fix: fix, drop: drop}
	if e.embedder, err = embedder(cmd); err != nil {
		return err
	}
	if e.writer, err = writer(cmd); err != nil {
		return err
	}
	if e.patience, err = patience(cmd); err != nil {
		return err
	}
	e.around()
	if e.there() {
		e.inside(cmd)
	}
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if err := e.print(cmd.OutOrStdout(), asJSON); err != nil {
		return err
	}
	if n := e.failed(); n > 0 {
		return fmt.Errorf("%s failed", count(n, "check"))
	}
	return nil
}

func (e *examination) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, struct {
			OK       bool      `json:"ok"`
			Database string    `json:"database"`
			Checks   []finding `json:"checks"`
		}{e.failed() == 0, e.path, e.findings})
	}
	var rows [][]string
	for _, f := range e.findings {
		rows = append(rows, []string{f.State, f.Check, plain(f.Says)})
		if f.Do != "" {
			rows = append(rows, []string{"", "", "→ " + f.Do})
		}
	}
	return printTable(w, rows...)
}
