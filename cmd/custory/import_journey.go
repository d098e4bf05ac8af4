package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"custory/internal/format"
	"custory/internal/transfer"
	"custory/schema"
	"custory/tools"
)

// importJourney are the flags of import journey.
type importJourney struct {
	name, format   string
	dryRun, asJSON bool
}

func importJourneyCommand() *cobra.Command {
	var i importJourney
	c := &cobra.Command{
		Use:   "journey FILE|-",
		Short: "Make a journey of a table, a Mermaid diagram or an outline",
		Long: `Make a journey of a file: a CSV table with columns for stage and step, a Mermaid
journey diagram, or an outline with the steps indented below their stages. The
first line of an outline may name the journey; else the file or --name does. "-"
reads standard input.

Actors become personas, and touchpoints, insights, opportunities, solutions and
metrics become items on the steps; what the workspace has already by that name is
used and stays as it is. A journey whose name is taken needs another: --name.

Prints what was made, its slug, and what was taken otherwise than it is written.`,
		Example: `  custory import journey onboarding.mmd
  custory import journey map.csv --name "Onboarding, 2027"
  pbpaste | custory import journey - --format outline --dry-run`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return i.run(cmd, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&i.name, "name", "", "call the journey by this `name` (default what the file calls it)")
	f.StringVar(&i.format, "format", "", "`format`: csv, mermaid or outline (default told by the name or the content)")
	f.BoolVar(&i.dryRun, "dry-run", false, "tell what would be made, and change nothing")
	f.BoolVar(&i.asJSON, "json", false, "print one JSON object")
	return c
}

func (i importJourney) run(cmd *cobra.Command, file string) (err error) {
	j, warnings, err := i.read(cmd, file)
	if err != nil {
		return err
	}
	open := makeWorkspace
	if i.dryRun {
		open = tryWorkspace
	}
	o, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	set, err := openTools(cmd, o, tools.Options{})
	if err != nil {
		return err
	}
	in := transfer.Journeys{Tools: set, Actor: o.actor}
	made := transfer.Made{Name: j.Name}
	if i.dryRun {
		err = in.Free(cmd.Context(), j.Name)
		made = transfer.Planned(j)
	} else {
		made, err = in.Import(cmd.Context(), j)
	}
	if err != nil {
		return err
	}
	made.Notes = append(warnings, made.Notes...)
	if i.asJSON {
		return printJSON(cmd.OutOrStdout(), struct {
			transfer.Made
			DryRun bool `json:"dry_run,omitempty"`
		}{made, i.dryRun})
	}
	return i.print(cmd, made)
}

// read reads the file as the journey it tells of.
func (i importJourney) read(cmd *cobra.Command, file string) (j format.Journey, warnings []string, err error) {
	in, err := openInput(cmd, file)
	if err != nil {
		return j, nil, err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 64<<10)
	kind := format.Kind(i.format)
	if kind == "" {
		head, err := r.Peek(64 << 10)
		if err != nil && err != io.EOF {
			return j, nil, err
		}
		kind = format.DetectJourney(file, head)
	}
	var said []format.Warning
	switch kind {
	case format.CSV:
		j, said, err = format.ReadJourneyCSV(r, titleOf(file))
	case format.Mermaid:
		j, said, err = format.ReadMermaid(r)
	case format.Outline:
		if j, said, err = format.ReadOutline(r, false); j.Name == "" {
			j.Name = titleOf(file)
		}
	default:
		return j, nil, usagef("--format is %q; it can be csv, mermaid or outline", i.format)
	}
	if err != nil {
		return j, nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, w := range said {
		warnings = append(warnings, w.String())
	}
	if i.name != "" {
		j.Name = i.name
	}
	switch {
	case strings.TrimSpace(j.Name) == "":
		return j, nil, &schema.Error{Code: schema.Invalid, Message: file + " does not say what the journey is called", Hint: "name it with --name"}
	case len(j.Stages) == 0:
		return j, nil, &schema.Error{Code: schema.Invalid, Message: "no stage was found in " + file, Hint: fmt.Sprintf("it was read as %s; --format says otherwise", kind)}
	}
	return j, warnings, nil
}

// titleOf is what a file is called, as a name: "trial_to_customer.csv" is
// "Trial to customer".
func titleOf(file string) string {
	if file == "-" {
		return ""
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name = strings.TrimSpace(strings.NewReplacer("_", " ", "-", " ").Replace(name))
	first, n := utf8.DecodeRuneInString(name)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + name[n:]
}

func (i importJourney) print(cmd *cobra.Command, m transfer.Made) error {
	for _, n := range m.Notes {
		fmt.Fprintln(cmd.ErrOrStderr(), plain(n))
	}
	w := cmd.OutOrStdout()
	if i.dryRun {
		fmt.Fprintf(w, "dry run: %q would be made\n", plain(m.Name))
	} else {
		fmt.Fprintf(w, "made %q: custory://journey/%s\n", plain(m.Name), m.Slug)
	}
	rows := [][]string{{"  stages", number(m.Stages)}, {"  steps", number(m.Steps)}}
	if !i.dryRun {
		rows = append(rows, []string{"  new items", number(m.Items)}, []string{"  placed on steps", number(m.Placed)}, []string{"  new personas", number(m.Personas)})
	}
	return printTable(w, rows...)
}
