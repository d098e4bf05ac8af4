package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"golang.org/x/term"

	"custory/schema"
)

// A usage error is a command line that cannot be understood.
type usage struct{ error }

func usagef(format string, args ...any) error { return usage{fmt.Errorf(format, args...)} }

func isUsage(err error) bool {
	var u usage
	return errors.As(err, &u)
}

// report tells a person what went wrong: a line for each fault, and what to do
// about it on the line below.
func report(w io.Writer, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "custory: stopped")
		return
	}
	text, hint := told(err)
	fmt.Fprintf(w, "custory: %s\n", strings.ReplaceAll(plain(text), "\n", "\n  "))
	if hint != "" {
		fmt.Fprintf(w, "  %s\n", plain(hint))
	}
}

// told is what an error says, and apart from it what to do, if it knows and a
// command line can do it.
func told(err error) (text, hint string) {
	text = err.Error()
	if faults := schema.FaultsOf(err); len(faults) == 1 && faults[0].Hint != "" {
		if rest, ok := strings.CutSuffix(text, "; "+faults[0].Hint); ok {
			if faults[0].Hint == schema.HintSearch {
				return rest, ""
			}
			return rest, faults[0].Hint
		}
	}
	return text, ""
}

// plain takes out of a text what could move the cursor or hide something on a
// terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsGraphic(r) {
			return r
		}
		return -1
	}, s)
}

// printJSON writes one object, or list, on a line.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// printTable writes rows of cells in columns.
func printTable(w io.Writer, rows ...[]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintln(t, strings.TrimRight(strings.Join(r, "\t"), "\t"))
	}
	return t.Flush()
}

// isTerminal reports whether a person is at the other end of a stream.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// number writes 12840 as 12,840.
func number[N int | int64](n N) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes bytes as people read it.
func size(n int64) string {
	v, unit := float64(n), "B"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if v < 1000 {
			break
		}
		v, unit = v/1000, u
	}
	if unit == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, unit)
}

// count is a number with its noun: "1 step", "3 steps".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}
