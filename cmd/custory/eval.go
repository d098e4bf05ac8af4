package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"custory/internal/eval"
)

func evalCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "eval",
		Short: "Measure placement and recall on labelled data, or on your decisions",
		Long: `Measure how well messages are placed on steps, and how well search finds what
answers a question: on data of your own that says what is right, or placement on
what people confirmed, corrected and dismissed in a workspace.

All of it happens in a database that is thrown away: yours is only read.`,
		Example: `  custory eval placement --workspace
  custory eval placement --train train.csv --test test.csv --shots 10`,
	}
	c.AddCommand(evalPlacementCommand(), evalRecallCommand())
	return c
}

func evalPlacementCommand() *cobra.Command {
	var p eval.Placing
	var own ownDecisions
	var inJSON bool
	c := &cobra.Command{
		Use:   "placement {--workspace[=NAME] | --train FILE --test FILE}",
		Short: "Measure which step messages are placed on",
		Long: `Measure which step messages are placed on: on the decisions in your own
workspace, or on files.

With --workspace it goes once more through what people confirmed, corrected and
dismissed, in the order in which they did, and asks before each decision where
the signal would have been placed by what had been learned until then. Steps are
taken as they are today. What counts are the decisions that stand: of each signal
what was said of it last, and nothing that was undone. Of a dismissed signal it is
right that nothing is proposed. A bare --workspace is the only one there is;
--workspace=NAME names one, by its id, slug or name. --journey keeps to one
journey, and to everything that was dismissed. --svg draws the learning curve, and
how often it was right where it was so sure.

Without it, the files are CSV or JSON lines with the columns text and step. The
steps are the distinct values of the training file; --shots examples of each are
placed first as if somebody had confirmed them. With --shots 0 only the names of
the steps are known; without --shots every training message is an example. The
other training messages wait in the inbox, where nobody has said what they are
about; --no-inbox leaves them out. The test messages are placed in dry runs: none
of them teaches anything.

Prints a table, or with --json one object with n, steps, top1, top3, abstained,
placed, top1_covered, placeable and ece. With --workspace it also has workspace,
dismissed, proposed, place_at, curve and reliability; with files inbox and p50_ms,
and with --oos oos_n and oos_abstained. Shares are from 0 to 1.`,
		Example: `  custory eval placement --workspace
  custory eval placement --workspace=acme --journey onboarding --svg placement.svg
  custory eval placement --train train.csv --test test.csv
  custory eval placement --train train.csv --test test.csv --shots 10 --seed 1 --json`,
		Args: func(cmd *cobra.Command, args []string) error { return own.read(cmd, args) },
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if own.asked {
				return own.measure(cmd, inJSON)
			}
			if p.Embedder, err = embedder(cmd); err != nil {
				return err
			}
			p.Progress = progressOn(cmd.ErrOrStderr())
			r, err := eval.Placement(cmd.Context(), p)
			if err != nil {
				return err
			}
			return printReport(cmd.OutOrStdout(), r, inJSON)
		},
	}
	f := c.Flags()
	own.flags(c)
	f.StringVar(&p.Train, "train", "", "file of messages whose step is known, to learn from")
	f.StringVar(&p.Test, "test", "", "file of messages whose step is known, to be placed")
	f.StringVar(&p.OOS, "oos", "", "file of messages about nothing here, which should stay in the inbox")
	f.BoolVar(&p.NoInbox, "no-inbox", false, "leave out the training messages that are no examples")
	f.IntVar(&p.Shots, "shots", -1, "random examples of each step; 0 for the names alone (default all)")
	f.Uint64Var(&p.Seed, "seed", 1, "which random examples")
	f.BoolVar(&inJSON, "json", false, "print one JSON object")
	return c
}

func evalRecallCommand() *cobra.Command {
	var p eval.Recalling
	var inJSON bool
	c := &cobra.Command{
		Use:   "recall --dir DIR",
		Short: "Measure how well search finds what answers a question",
		Long: `Measure how well search finds what answers a question.

DIR holds a folder for each collection, with docs.jsonl (id, text, and if known
author, said_at, title; in order) and queries.jsonl (id, text, relevant, and if
known category). Each collection is filed in a workspace of its own.

Prints a table, or with --json one object with queries, recall_at_5,
recall_at_10, ndcg_at_10, by_category and p50_ms.`,
		Example: "  custory eval recall --dir conversations --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if p.Embedder, err = embedder(cmd); err != nil {
				return err
			}
			p.Progress = progressOn(cmd.ErrOrStderr())
			r, err := eval.Recall(cmd.Context(), p)
			if err != nil {
				return err
			}
			return printReport(cmd.OutOrStdout(), r, inJSON)
		},
	}
	c.Flags().StringVar(&p.Dir, "dir", "", "folder of collections")
	c.Flags().BoolVar(&inJSON, "json", false, "print one JSON object")
	_ = c.MarkFlagRequired("dir") // the flag is defined above
	return c
}

// printReport writes a report for people, or for programs.
func printReport(w io.Writer, r interface{ Print(io.Writer) error }, inJSON bool) error {
	if inJSON {
		return json.NewEncoder(w).Encode(r)
	}
	return r.Print(w)
}

// progressOn tells how far a measurement has come: on one line of a terminal,
// and else in a line every few seconds.
func progressOn(w io.Writer) eval.Progress {
	f, ok := w.(*os.File)
	live := ok && term.IsTerminal(int(f.Fd()))
	last := time.Now()
	return func(what string, done, of int) {
		switch {
		case live && done < of:
			fmt.Fprintf(w, "\r\x1b[K%s: %d of %d", what, done, of)
		case live:
			fmt.Fprint(w, "\r\x1b[K")
		case time.Since(last) > 5*time.Second:
			last = time.Now()
			fmt.Fprintf(w, "%s: %d of %d\n", what, done, of)
		}
	}
}
