// Package format reads and writes journeys and signals as files.
//
// A journey travels as a Mermaid journey diagram, an indented outline or a CSV
// table; [DetectJourney] tells which one a file is. What a file says but a
// journey cannot hold comes back as a [Warning]; what a journey holds but a
// format cannot carry is said by the writer. Signals are read as a stream from
// CSV or JSON lines, see [ReadSignals].
//
// Files are taken as UTF-8, UTF-16 with a byte order mark, or Windows-1252.
package format

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Journey is a journey as a file tells it.
type Journey struct {
	Name, Description string
	Stages            []Stage
	Quotes            map[Item][]Quote // what the items rest on; only Markdown has them
}

// A Stage is a part of a journey, with its steps in order.
type Stage struct {
	Name  string
	Steps []Step
}

// A Step is one moment of the customer.
type Step struct {
	Name, Description string
	Emotion           int // 1 (bad) to 5 (good); 0 if not told
	Actors            []string
	Items             []Item
}

// An Item is what is known or planned about a step. Group is one of Touchpoint,
// Insight, Opportunity, Solution and Metric.
type Item struct {
	Group, Title, Description, Status, Owner string

	Key string // tells items of the same words apart, beside quotes; it is not written
}

// A Quote is what somebody said, word for word.
type Quote struct {
	Text    string
	By      string // who said it, where and when
	Against bool   // it speaks against the item
}

// A Warning tells of a line that could not be taken as it stands, and what was
// made of it.
type Warning struct {
	Line    int
	Message string
}

func (w Warning) String() string { return fmt.Sprintf("line %d: %s", w.Line, w.Message) }

// warnings collects what a reader has to say, up to a point.
type warnings []Warning

func (w *warnings) add(line int, format string, args ...any) {
	const most = 100
	switch {
	case len(*w) < most:
		*w = append(*w, Warning{line, fmt.Sprintf(format, args...)})
	case len(*w) == most:
		*w = append(*w, Warning{line, "there is more to say from here on; mend the lines above first"})
	}
}

const (
	// defaultStage takes the steps that stand before the first stage.
	defaultStage = "Journey"
	// untitled stands for a name that is empty.
	untitled = "Untitled"
)

func orUntitled(name string) string {
	if name == "" {
		return untitled
	}
	return name
}

// groupOf returns the group that a file calls name.
func groupOf(name string) (group string, ok bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "touchpoint", "touchpoints":
		return "Touchpoint", true
	case "insight", "insights", "friction", "frictions", "pain", "pains":
		return "Insight", true
	case "opportunity", "opportunities":
		return "Opportunity", true
	case "solution", "solutions":
		return "Solution", true
	case "metric", "metrics":
		return "Metric", true
	}
	return "", false
}

// owned tells whether items of the group have an owner.
func owned(group string) bool {
	return group == "Opportunity" || group == "Solution" || group == "Metric"
}

// emotion reads a score from 1 to 5. A note says what had to be changed; a score
// that is no number is 0.
func emotion(s string) (score int, note string) {
	told, ok := number(s)
	if !ok {
		return 0, fmt.Sprintf("the score %.80q is not a number from 1 to 5 and was left out", strings.TrimSpace(s))
	}
	score = int(math.Round(min(max(told, 1), 5)))
	if float64(score) != told {
		note = fmt.Sprintf("the score %.80s was taken as %d; scores are whole numbers from 1 to 5", strings.TrimSpace(s), score)
	}
	return score, note
}

func number(s string) (float64, bool) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return f, err == nil && !math.IsNaN(f)
}

// actors splits a list of names at every separator in seps and leaves out the
// empty ones.
func actors(list, seps string) []string {
	var names []string
	for _, name := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(seps, r) }) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// joinEscaped undoes actors: it lists names that are not empty, each as write
// writes it, with comma for the commas in them.
func joinEscaped(names []string, write func(string) string, comma string) string {
	var list []string
	for _, name := range names {
		if name != "" {
			list = append(list, strings.ReplaceAll(write(name), ",", comma))
		}
	}
	return strings.Join(list, ", ")
}
