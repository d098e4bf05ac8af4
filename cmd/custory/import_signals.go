package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/spf13/cobra"

	"custory/internal/format"
	"custory/internal/transfer"
	"custory/tools"
)

// importSignals are the flags of import signals.
type importSignals struct {
	transfer.Signals
	columns map[string]string
	format  string
	rejects string // a file for them
	asJSON  bool
}

func importSignalsCommand() *cobra.Command {
	var i importSignals
	c := &cobra.Command{
		Use:   "signals FILE|-",
		Short: "File what customers said, from CSV or JSON lines",
		Long: `File what customers said, word for word, and place each on the step it speaks
about. The file is CSV with a header, or JSON lines; "-" reads standard input.

Columns are found by their names: text (or message, body, comment, …), author,
said_at, source, source_name, url, external_id, thread, language, sentiment,
persona and step. A signal whose step names one of the workspace is placed there
as confirmed, and the memory learns from it.

The same signal twice is one signal, so an import that was stopped is gone on
with by doing it again; what is there already is only put on the step its row
names, where nobody has decided yet. With another --source it is another
signal. Rows that cannot be filed are listed with their lines,
and the rest are filed.

Prints how many are new, were there already, were placed, are proposed, wait in
the inbox, and were rejected.`,
		Example: `  custory import signals tickets.csv --source support
  custory import signals survey.csv --column text="What could be better?" --source research
  custory import signals reviews.jsonl --dry-run --json`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd, args[0]) },
	}
	f := c.Flags()
	f.StringToStringVar(&i.columns, "column", nil, "which `column` of the file is which: text=Message (repeat for more)")
	f.Lookup("column").DefValue = "" // and not "[]" in the help
	f.StringVar(&i.Source, "source", "", "`kind` of source of rows that name none: support, research, sales, … (default manual)")
	f.StringVar(&i.SourceName, "source-name", "", "`name` of the desk, survey or channel, of rows that name none")
	f.StringVar(&i.Journey, "journey", "", "place within this `journey` only")
	f.StringVar(&i.Place, "place", "auto", "`how` to place: auto, propose, or none to leave all in the inbox")
	f.StringVar(&i.format, "format", "", "`format`: csv or jsonl (default told by the name or the content)")
	f.StringVar(&i.rejects, "rejects", "", "write all rejected rows to this CSV `file`: line, reason")
	f.BoolVar(&i.DryRun, "dry-run", false, "tell what would happen, and change nothing")
	f.BoolVar(&i.asJSON, "json", false, "print one JSON object")
	return c
}

// shownRejects is how many rejected rows are listed on the terminal.
const shownRejects = 20

func (i *importSignals) run(cmd *cobra.Command, name string) (err error) {
	in, err := openInput(cmd, name)
	if err != nil {
		return err
	}
	defer in.Close()
	rows, err := format.ReadSignals(in, format.SignalOptions{Columns: i.columns, Format: i.format, Name: name})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	open := makeWorkspace
	if i.DryRun {
		open = tryWorkspace
	}
	o, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if i.Tools, err = openTools(cmd, o, tools.Options{}); err != nil {
		return err
	}
	i.Actor = o.actor
	if i.rejects == "" {
		return i.file(cmd, rows, nil)
	}
	if err := notTheDatabase(cmd, i.rejects); err != nil {
		return err
	}
	var failure error // the rejects are written all the same
	err = writeFile(i.rejects, 0o600, func(w io.Writer) error {
		list := csv.NewWriter(w)
		if err := list.Write([]string{"line", "reason"}); err != nil {
			return err
		}
		failure = i.file(cmd, rows, list)
		list.Flush()
		return list.Error()
	})
	return cmp.Or(failure, err)
}

// file files the rows and prints what has become of them.
func (i *importSignals) file(cmd *cobra.Command, rows iter.Seq2[format.Signal, *format.Reject], list *csv.Writer) error {
	var shown []reject
	i.Reject = func(r format.Reject) error {
		if len(shown) < shownRejects {
			shown = append(shown, reject(r))
		}
		if list == nil {
			return nil
		}
		return list.Write([]string{strconv.Itoa(r.Line), r.Reason})
	}
	m := newMeter(cmd.ErrOrStderr())
	i.Progress = func(t transfer.Tally) { m.tell(t.Rows()) }
	tally, err := i.Import(cmd.Context(), rows)
	m.done()
	if err != nil {
		return i.halted(tally, err)
	}
	if i.asJSON {
		err = printJSON(cmd.OutOrStdout(), struct {
			transfer.Tally
			DryRun  bool     `json:"dry_run,omitempty"`
			Rejects []reject `json:"rejects,omitempty"`
		}{tally, i.DryRun, shown})
	} else {
		printRejects(cmd.ErrOrStderr(), shown, tally.Rejected, i.rejects)
		err = i.print(cmd.OutOrStdout(), tally)
	}
	if err == nil && tally.Rejected > 0 && tally.Rejected == tally.Rows() {
		err = errors.New("no row of the file could be filed")
	}
	return err
}

// halted tells how far an import has come that did not reach its end.
func (i *importSignals) halted(t transfer.Tally, err error) error {
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	if i.DryRun || t.New+t.Known == 0 {
		return err
	}
	return fmt.Errorf("%w\n%s are in; the same command goes on from there", err, count(t.New+t.Known, "signal"))
}

// A reject is a row that was left out, as it is printed.
type reject struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

func printRejects(w io.Writer, shown []reject, all int, file string) {
	for _, r := range shown {
		fmt.Fprintf(w, "line %d: %s\n", r.Line, plain(r.Reason))
	}
	switch more := all - len(shown); {
	case more > 0 && file == "":
		fmt.Fprintf(w, "… and %s more; --rejects FILE writes them all\n", number(more))
	case more > 0:
		fmt.Fprintf(w, "… and %s more, in %s\n", number(more), file)
	}
}

func (i *importSignals) print(w io.Writer, t transfer.Tally) error {
	if i.DryRun {
		fmt.Fprintln(w, "dry run: nothing was changed")
	}
	err := printTable(w,
		[]string{"new", number(t.New)},
		[]string{"  placed", number(t.Placed)},
		[]string{"  proposed", number(t.Proposed)},
		[]string{"  in the inbox", number(t.Inbox)},
		[]string{"already there", number(t.Known)},
		[]string{"  placed now", number(t.Settled)},
		[]string{"rejected", number(t.Rejected)},
	)
	for _, n := range t.Notes {
		fmt.Fprintf(w, "%s: %s (%q)\n", count(n.Rows, "row"), n.Says, plain(n.Example))
	}
	if t.Proposed+t.Inbox > 0 && !i.DryRun {
		fmt.Fprintln(w, `To place what is left, ask your assistant to triage the signals.`)
	}
	return err
}
