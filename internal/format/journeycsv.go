package format

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// exported is the header that WriteJourneyCSV writes.
var exported = []string{"stage", "step", "description", "emotion", "actors", "group", "title", "item_description", "status", "owner"}

// journeyFields are the columns of a journey.
var journeyFields = []field{
	{"stage", "phase"},
	{"step", "customer_step", "name", "task"},
	{"description"},
	{"emotion", "score", "experience"},
	{"actors", "actor", "personas", "persona"},
	{"group"}, {"title"}, {"item_description"}, {"status"}, {"owner"},
	{"touchpoint", "touchpoints"},
	{"insight", "insights"}, {"friction", "frictions"}, {"pain", "pains"},
	{"opportunity", "opportunities"},
	{"solution", "solutions"},
	{"metric", "metrics"},
	{"evidence"},
}

// ReadJourneyCSV reads a table with a row for each step, or several: rows with the
// same stage and step are one step. It has a column for the stage and one for the
// step, and may have columns for the description, emotion and actors of a step and
// for items of each group. An empty stage, or an empty stage and step, is that of
// the row above. A row that cannot be read is left out, with a warning.
//
// A file with the header of WriteJourneyCSV is taken to the letter, so that
// nothing is lost on the way there and back.
func ReadJourneyCSV(r io.Reader, name string) (Journey, []Warning, error) {
	text, err := readText(r)
	if err != nil {
		return Journey{}, nil, err
	}
	records, header, err := openRecords(strings.NewReader(text))
	if err != nil {
		return Journey{}, nil, err
	}
	t := tableReader{
		j:       Journey{Name: name},
		columns: match(header, journeyFields, nil),
		exact:   slices.Equal(header, exported),
		stages:  map[string]int{},
		steps:   map[stepKey]int{},
		told:    map[fact]bool{},
		said:    map[string]bool{},
	}
	for _, need := range journeyFields[:2] {
		if !t.columns.has(need[0]) {
			return Journey{}, nil, fmt.Errorf("no column for the %s among %s; call it %s", need[0], quoted(header), strings.Join(need, " or "))
		}
	}
	used := slices.Collect(maps.Values(t.columns))
	for i, column := range header {
		if !slices.Contains(used, i) {
			t.warn.add(1, "the column %.80q is not one of a journey and was left out", strings.TrimSpace(column))
		}
	}
	for {
		rec, err := records.next()
		if err == io.EOF {
			return t.j, t.warn, nil
		}
		if err != nil {
			return Journey{}, nil, err
		}
		if rec.fault != "" {
			t.warn.add(rec.line, "%s; the row was left out", rec.fault)
			continue
		}
		t.row(rec)
	}
}

// WriteJourneyCSV writes j as a table that ReadJourneyCSV reads back with nothing
// lost but the name of the journey. Each step has a row, and below it each of its
// items. A stage has a row of its own if it has no steps or shares its name with
// one above. The description of the journey is a row without stage and step.
//
// Cells that a spreadsheet would take for a formula begin with an apostrophe.
func WriteJourneyCSV(w io.Writer, j Journey) error {
	cw := csv.NewWriter(w)
	write := func(cells ...string) { // what goes wrong is told by cw.Error
		row := make([]string, len(exported))
		for i, cell := range cells {
			row[i] = guard(strings.ToValidUTF8(cell, "\uFFFD"))
		}
		cw.Write(row)
	}
	cw.Write(exported)
	if j.Description != "" {
		write("", "", j.Description)
	}
	seen := map[string]bool{}
	for _, stage := range j.Stages {
		name := orUntitled(stage.Name)
		if seen[name] || len(stage.Steps) == 0 {
			write(name)
		}
		seen[name] = true
		for _, step := range stage.Steps {
			score := ""
			if step.Emotion != 0 {
				score = strconv.Itoa(step.Emotion)
			}
			write(name, orUntitled(step.Name), step.Description, score, joinActors(step.Actors))
			for _, item := range step.Items {
				write(name, orUntitled(step.Name), "", "", "", item.Group, item.Title, item.Description, item.Status, item.Owner)
			}
		}
	}
	cw.Flush()
	return cw.Error()
}

// joinActors writes names as a row of CSV with semicolons.
func joinActors(names []string) string {
	var b strings.Builder
	cw := csv.NewWriter(&b)
	cw.Comma = ';'
	cw.Write(names) // to a Builder, cannot fail
	cw.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// splitActors undoes joinActors. A list that a person has broken is split plainly.
func splitActors(list string) []string {
	p := rowParser{comma: ';'}
	if p.parse(line{text: list}) != rowDone {
		return actors(list, ";")
	}
	var names []string
	for _, name := range p.cells {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// guard keeps a spreadsheet from taking a cell for a formula. Apostrophes are
// counted in, so that unguard can undo it.
func guard(cell string) string {
	if formula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

func unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

func formula(cell string) bool { return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) }
