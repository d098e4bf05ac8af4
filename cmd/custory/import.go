package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"custory/internal/transfer"
	"custory/schema"
	"custory/store"
)

func importCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "import FILE.json",
		Short: "Bring in signals, a journey or a whole workspace",
		Long: `Bring in what other programs know.

"import signals" files what customers said, "import journey" makes a journey of a
table, diagram or outline. With a file alone, or "import workspace", a workspace
that "custory export" wrote comes back as it was: the same ids and dates, and
its history if that was exported.

Prints what has come in.`,
		Example: `  custory import signals tickets.csv --source support
  custory import journey onboarding.mmd
  custory import backup.json --db new.db`,
		Args: importArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return importWorkspace(cmd, args[0], asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	c.AddCommand(importSignalsCommand(), importJourneyCommand(), importWorkspaceCommand())
	return c
}

// importArgs tells a file from a command that does not exist.
func importArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || len(args) == 1 && (args[0] == "-" || filepath.Ext(args[0]) == ".json") {
		return nil
	}
	if ext := filepath.Ext(args[0]); ext != "" {
		return usagef("%s may hold signals or a journey; say which: custory import signals %[1]s, or custory import journey %[1]s", args[0])
	}
	return noSuchCommand(cmd, args)
}

func importWorkspaceCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "workspace FILE|-",
		Short: "Take back an exported workspace",
		Long: `Take back a workspace that "custory export" wrote: the same ids and dates, and
its history, so that undo goes on where it was. It comes in whole or not at all.

Prints how many records of each kind have come in.`,
		Example: "  custory import workspace backup.json --db new.db",
		Args:    oneFile,
		RunE:    func(cmd *cobra.Command, args []string) error { return importWorkspace(cmd, args[0], asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func importWorkspace(cmd *cobra.Command, name string, asJSON bool) (err error) {
	in, err := openInput(cmd, name)
	if err != nil {
		return err
	}
	defer in.Close()
	st, err := openStore(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	n, err := transfer.Import(cmd.Context(), st, in)
	if err != nil {
		return err
	}
	if err := warnOfSeveral(cmd, st); err != nil {
		return err
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), n)
	}
	return printCount(cmd.OutOrStdout(), n)
}

// warnOfSeveral says what a file with several workspaces means for those who
// had no need to name theirs.
func warnOfSeveral(cmd *cobra.Command, st *store.Store) error {
	all, err := st.Workspaces(cmd.Context())
	if err == nil && len(all) > 1 {
		fmt.Fprintf(cmd.ErrOrStderr(), "The file now holds %d workspaces: commands, and the clients that start \"custory serve\" on it, have to name theirs with --workspace.\n", len(all))
	}
	return err
}

// printCount tells what a workspace consists of.
func printCount(w io.Writer, n transfer.Count) error {
	fmt.Fprintf(w, "workspace %s (%s)\n", plain(n.Workspace.Name), n.Workspace.Slug)
	order := schema.Kinds()
	kinds := slices.SortedFunc(maps.Keys(n.Records), func(a, b schema.Kind) int { return slices.Index(order, a) - slices.Index(order, b) })
	var rows [][]string
	for _, k := range kinds {
		rows = append(rows, []string{"  " + kindLabel(k), number(n.Records[k])})
	}
	if n.Calls > 0 {
		rows = append(rows, []string{"  history", fmt.Sprintf("%s in %s", count(n.Changes, "change"), count(n.Calls, "call"))})
	}
	return printTable(w, rows...)
}

// kindLabel is a kind in the plural, as a person reads it.
func kindLabel(k schema.Kind) string {
	switch k {
	case schema.KindKey, schema.KindJourney: // a vowel stands before the y
		return string(k) + "s"
	case schema.KindWeblink:
		return "web links"
	case schema.KindBookmark:
		return "versions"
	}
	if s, ok := strings.CutSuffix(string(k), "y"); ok {
		return s + "ies"
	}
	return strings.ReplaceAll(string(k), "_", " ") + "s"
}
