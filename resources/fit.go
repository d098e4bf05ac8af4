package resources

import (
	"fmt"
	"strings"

	"custory/schema"
)

// MaxBytes bounds every rendering of a journey, so that it can be answered
// whole: a little under 40,000, for what a reply adds around it.
const MaxBytes = 38_000

// A cut is how much of a journey is shown.
type cut struct {
	items int  // of each lane
	name  int  // characters of a name
	text  int  // characters of a description
	steps bool // the steps at all
}

// cuts run from what a reader wants to what a very large journey leaves room
// for.
var cuts = []cut{
	{12, schema.MaxName, 600, true}, {8, 120, 300, true}, {5, 100, 160, true}, {3, 80, 80, true}, {2, 80, 0, true},
	{1, 60, 0, true}, {1, 30, 0, true}, {0, 60, 0, true}, {0, 30, 0, true}, {0, 60, 0, false}, {0, 20, 0, false},
}

// fit returns the richest rendering that stays within MaxBytes.
func fit(render func(cut) string) (text string) {
	for _, c := range cuts {
		if text = render(c); len(text) <= MaxBytes {
			return text
		}
	}
	end := strings.LastIndexByte(text[:MaxBytes-200], '\n')
	return text[:end+1] + "\n… the rest is left out; query_items and search find single records\n"
}

// fit renders as much of the journey as stays within MaxBytes.
func (v *JourneyView) fit(render func(*JourneyView) string) string {
	return fit(func(c cut) string { return render(v.cut(c)) })
}

// cut returns a copy of the journey that shows less, and says so.
func (v *JourneyView) cut(c cut) *JourneyView {
	w := *v
	t := trimmer{cut: c, shown: map[schema.ID]bool{}}
	w.Name, w.Description = t.name(v.Name), t.text(v.Description)
	w.Personas, w.NestedBelow = t.named(v.Personas), t.named(v.NestedBelow)
	w.Stages, w.Links = t.stages(v.Stages), nil
	for _, l := range v.Links {
		if t.shown[l.From] && t.shown[l.To] {
			w.Links = append(w.Links, l)
		}
	}
	w.LeftOut = t.leftOut("custory://step/{id} shows one step with its items, query_items lists any")
	return &w
}

// A trimmer shortens copies of lines, and counts what it leaves out.
type trimmer struct {
	cut
	shown   map[schema.ID]bool // items
	more    int                // items left out
	steps   int                // steps left out
	clipped bool
}

func (t *trimmer) clip(s string, n int) string {
	short := clip(s, n)
	t.clipped = t.clipped || short != s
	if n == 0 {
		return ""
	}
	return short
}

func (t *trimmer) name(s string) string { return t.clip(s, t.cut.name) }
func (t *trimmer) text(s string) string { return t.clip(s, t.cut.text) }

func (t *trimmer) named(all []Named) []Named {
	var short []Named
	for _, n := range all[:min(len(all), 20)] {
		short = append(short, Named{n.ID, t.clip(n.Name, 2*t.cut.name)})
	}
	return short
}

func (t *trimmer) stages(all []StageLine) (short []StageLine) {
	for _, st := range all {
		s := StageLine{ID: st.ID, Name: t.name(st.Name), Description: t.text(st.Description)}
		if !t.cut.steps {
			s.MoreSteps = len(st.Steps)
			t.steps += len(st.Steps)
			short = append(short, s)
			continue
		}
		for _, sp := range st.Steps {
			s.Steps = append(s.Steps, t.step(sp))
		}
		short = append(short, s)
	}
	return short
}

// maxNested is how many nested journeys a step shows at most.
const maxNested = 8

func (t *trimmer) step(s StepLine) StepLine {
	s.Name, s.Description, s.Personas = t.name(s.Name), t.text(s.Description), t.named(s.Personas)
	lanes := s.Lanes
	s.Lanes = nil
	for _, l := range lanes {
		s.Lanes = append(s.Lanes, t.lane(l))
	}
	cards := s.Nested
	s.Nested = nil
	for _, c := range cards[:min(len(cards), maxNested, t.items+1)] {
		c.Name = t.name(c.Name)
		s.Nested = append(s.Nested, c)
	}
	return s
}

func (t *trimmer) lane(l Lane) Lane {
	items := l.Items[:min(len(l.Items), t.items)]
	l.More = len(l.Items) - len(items)
	t.more += l.More
	l.Items = nil
	for _, i := range items {
		t.shown[i.ID] = true
		i.Title = t.name(i.Title)
		l.Items = append(l.Items, i)
	}
	return l
}

// leftOut says what is not shown, and how to get it.
func (t *trimmer) leftOut(where string) (said []string) {
	if t.steps > 0 {
		said = append(said, fmt.Sprintf("%s steps: custory://journey/{slug}/stage/{id} shows one stage", thousands(t.steps)))
	}
	if t.more > 0 {
		said = append(said, fmt.Sprintf("%s (counted on each step): %s", count(t.more, "item", "items"), where))
	}
	if t.clipped {
		said = append(said, "the ends of long texts: fetch shows a record in full")
	}
	return said
}
