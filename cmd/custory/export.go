package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"custory/internal/format"
	"custory/internal/transfer"
)

// export are the flags of export.
type export struct {
	out, format, journey string
	noHistory            bool
}

func exportCommand() *cobra.Command {
	var e export
	c := &cobra.Command{
		Use:   "export",
		Short: "Take out the whole workspace, or one journey",
		Long: `Take out the whole workspace as JSON, with its history, for "custory import" to
take back: one record a line, always in the same order, so that two exports can
be compared. Or, with --journey, one journey as Markdown, Mermaid, CSV or outline
for other programs, as one HTML file to look at and search in any browser, or as
an SVG picture; what such a file cannot hold is listed on standard error.

Prints the export on standard output, or writes it to --out.`,
		Example: `  custory export --out workspace.json
  custory export --journey trial-to-customer --format mermaid
  custory export --journey trial-to-customer --out map.csv
  custory export --journey trial-to-customer --out map.html`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return e.run(cmd) },
	}
	f := c.Flags()
	f.StringVar(&e.out, "out", "", "the `file` to write (default standard output)")
	f.StringVar(&e.format, "format", "", "`format`: json, or with --journey markdown, mermaid, csv, outline, html or svg (default told by --out)")
	f.StringVar(&e.journey, "journey", "", "only this `journey`, by id, slug or name")
	f.BoolVar(&e.noHistory, "no-history", false, "leave out the log, and so undo and versions")
	return c
}

// journeyFormats are the formats of one journey, with what they write.
func journeyFormats() []string {
	return []string{"markdown", "mermaid", "csv", "outline", "html", "svg"}
}

func (e export) run(cmd *cobra.Command) (err error) {
	if err := e.settle(); err != nil {
		return err
	}
	o, err := openWorkspace(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	if e.out == "" {
		return e.write(cmd, o, cmd.OutOrStdout())
	}
	if err := notTheDatabase(cmd, e.out); err != nil {
		return err
	}
	return writeFile(e.out, 0o600, func(w io.Writer) error { return e.write(cmd, o, w) })
}

// settle decides on the format, and refuses flags that do not go together.
func (e *export) settle() error {
	if e.format == "" {
		switch ext := strings.ToLower(filepath.Ext(e.out)); {
		case e.journey == "" && slices.Contains([]string{".md", ".markdown", ".mmd", ".mermaid", ".csv", ".html", ".htm", ".svg"}, ext):
			return usagef("%s would hold the whole workspace as JSON; name a journey with --journey, or say --format json", e.out)
		case e.journey == "":
			e.format = "json"
		case ext == ".mmd" || ext == ".mermaid":
			e.format = "mermaid"
		case ext == ".csv":
			e.format = "csv"
		case ext == ".txt":
			e.format = "outline"
		case ext == ".html" || ext == ".htm":
			e.format = "html"
		case ext == ".svg":
			e.format = "svg"
		case ext == "" || ext == ".md" || ext == ".markdown":
			e.format = "markdown"
		default:
			return usagef("%s does not tell the format; say it with --format: %s", e.out, strings.Join(journeyFormats(), ", "))
		}
	}
	switch {
	case e.format == "json" && e.journey != "":
		return usagef("json holds the whole workspace; leave out --journey, or choose %s", strings.Join(journeyFormats(), ", "))
	case e.format == "json":
		return nil
	case !slices.Contains(journeyFormats(), e.format):
		return usagef("--format is %q; it can be json, or with --journey %s", e.format, strings.Join(journeyFormats(), ", "))
	case e.journey == "":
		return usagef("%s holds one journey; say which with --journey", e.format)
	case e.noHistory:
		return usagef("--no-history is for json; %s holds no history", e.format)
	}
	return nil
}

func (e export) write(cmd *cobra.Command, o *opened, w io.Writer) error {
	var left []string
	var err error
	switch e.format {
	case "json":
		var n transfer.Count
		n, err = transfer.Export(cmd.Context(), o.store, o.workspace.ID, w, !e.noHistory)
		left = n.Left
	case "html", "svg":
		left, err = e.writeMap(cmd, o, w)
	default:
		left, err = e.writeJourney(cmd, o, w)
	}
	if err == nil && len(left) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "left out:\n  %s\n", plain(strings.Join(left, "\n  ")))
	}
	return err
}

func (e export) writeJourney(cmd *cobra.Command, o *opened, w io.Writer) (left []string, err error) {
	j, left, err := transfer.Picture(cmd.Context(), o.store, o.actor, e.journey, e.format == "markdown")
	if err != nil {
		return nil, err
	}
	var more []string
	switch e.format {
	case "markdown":
		err = format.WriteMarkdown(w, j)
	case "mermaid":
		more, err = format.WriteMermaid(w, j)
	case "csv":
		more, err = []string{"the name of the journey"}, format.WriteJourneyCSV(w, j)
	case "outline":
		more, err = outlined(j), format.WriteOutline(w, j)
	}
	return append(left, more...), err
}

// outlined says what an outline leaves out of a journey.
func outlined(j format.Journey) []string {
	for _, st := range j.Stages {
		for _, sp := range st.Steps {
			for _, it := range sp.Items {
				if it.Status != "" || it.Owner != "" {
					return []string{"the status and owner of items"}
				}
			}
		}
	}
	return nil
}
