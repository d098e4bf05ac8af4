package resources

import (
	"fmt"
	"strings"

	"custory/schema"
)

// gridColumns is how many steps stand side by side at most.
const gridColumns = 5

// Grid tells the journey as tables: steps across, a table or more for each
// stage, and lanes down.
func (v *JourneyView) Grid() string { return v.fit((*JourneyView).grid) }

func (v *JourneyView) grid() string {
	var p page
	v.opening(&p)
	for _, st := range v.Stages {
		for from := 0; from < len(st.Steps); from += gridColumns {
			to := min(from+gridColumns, len(st.Steps))
			title := with(st.Name, st.ID)
			if len(st.Steps) > gridColumns {
				title += fmt.Sprintf(" — steps %d to %d of %d", from+1, to, len(st.Steps))
			}
			p.head(2, title)
			gridTable(&p, st.Steps[from:to])
		}
		if len(st.Steps) == 0 {
			p.head(2, with(st.Name, st.ID))
			st.missing(&p)
		}
	}
	return p.text()
}

func gridTable(p *page, steps []StepLine) {
	gridRow(p, "Step", steps, func(s *StepLine) string { return with(s.Name, s.ID) })
	p.WriteString(strings.Repeat("| --- ", len(steps)+1) + "|\n")
	gridRow(p, "Evidence", steps, func(s *StepLine) string { return string(s.Coverage) })
	gridRow(p, "Emotion", steps, func(s *StepLine) string {
		if s.Emotion == 0 {
			return ""
		}
		return fmt.Sprintf("%d of 5", s.Emotion)
	})
	gridRow(p, "Signals", steps, func(s *StepLine) string { return s.Signals.String() })
	for _, t := range schema.ItemType("").Values() {
		gridRow(p, t.Group(), steps, func(s *StepLine) string { return s.cell(t) })
	}
	gridRow(p, "Nested journeys", steps, func(s *StepLine) string {
		var cards []string
		for _, c := range s.Nested {
			cards = append(cards, dot(with(c.Name, c.ID), c.holds()))
		}
		return strings.Join(cards, "<br>")
	})
}

// gridRow writes a row unless all its cells are empty.
func gridRow(p *page, label string, steps []StepLine, cell func(*StepLine) string) {
	row, empty := "| "+label+" |", true
	for i := range steps {
		text := cell(&steps[i])
		empty = empty && text == ""
		row += " " + text + " |"
	}
	if !empty {
		p.WriteString(row + "\n")
	}
}

// cell is one lane of one step.
func (s *StepLine) cell(t schema.ItemType) string {
	var lines []string
	for _, l := range s.Lanes {
		if l.Type != t {
			continue
		}
		for i := range l.Items {
			lines = append(lines, dot(l.Items[i].name(), l.Items[i].values()))
		}
		if l.More > 0 {
			lines = append(lines, fmt.Sprintf("… and %s more", thousands(l.More)))
		}
	}
	return strings.Join(lines, "<br>")
}
