package resources

import (
	"slices"
	"strings"
)

// Markdown tells the journey as a document: stages and steps as headings, and
// below each step what stands on it.
func (v *JourneyView) Markdown() string { return v.fit((*JourneyView).document) }

func (v *JourneyView) document() string {
	var p page
	v.opening(&p)
	for _, st := range v.Stages {
		p.head(2, with(st.Name, st.ID))
		p.para(prose(st.Description))
		for i := range st.Steps {
			p.head(3, st.Steps[i].head())
			st.Steps[i].body(&p)
		}
		st.missing(&p)
	}
	return p.text()
}

// opening writes what a rendering says before the journey itself.
func (v *JourneyView) opening(p *page) {
	p.head(1, inline(v.Name))
	p.para(prose(v.Description))
	p.fact("Journey", dot(string(v.ID), v.URI, "as of change "+thousands(int(v.Seq)), labelled("changed", day(v.Changed))))
	p.fact("Personas", listed(v.Personas))
	p.fact("Nested below", listed(v.NestedBelow))
	p.fact("Holds", comma(count(len(v.Stages), "stage", "stages"), count(v.Steps, "step", "steps"), v.Counts.String()))
	p.fact("Signals", v.Signals.String())
	p.fact("Evidence of steps", v.coverage())
	p.fact("Left out", strings.Join(v.LeftOut, "; "))
	if len(v.Stages) == 0 {
		p.para("This journey has no stages yet; edit_journey adds them.")
	}
}

// body writes what a step says below its name.
func (s *StepLine) body(p *page) {
	p.para(prose(s.Description))
	p.para(s.facts())
	if !slices.ContainsFunc(s.Lanes, func(l Lane) bool { return len(l.Items) > 0 }) {
		p.para(s.holds())
	} else {
		for i := range s.Lanes {
			s.Lanes[i].write(p, "custory://step/"+string(s.ID))
		}
	}
	if len(s.Nested) > 0 {
		p.item(0, "**Nested journeys**")
		for i := range s.Nested {
			p.item(1, s.Nested[i].String())
		}
	}
}

// write lists the items of a lane, on one line if most are left out.
func (l *Lane) write(p *page, where string) {
	if l.More > 0 && len(l.Items) <= 2 {
		var names []string
		for i := range l.Items {
			names = append(names, l.Items[i].name())
		}
		p.item(0, l.Type.Group()+" ("+l.count()+"): "+comma(append(names, "… "+thousands(l.More)+" more")...))
		return
	}
	p.item(0, "**"+l.Type.Group()+"** ("+l.count()+")")
	for i := range l.Items {
		p.item(1, dot(l.Items[i].name(), l.Items[i].facts()))
	}
	if l.More > 0 {
		p.item(1, more(l.More, strings.ToLower(l.Type.Group()), where))
	}
}

// missing says that a stage has no steps, or that they are not shown.
func (s *StageLine) missing(p *page) {
	switch {
	case s.MoreSteps > 0:
		p.para("… " + count(s.MoreSteps, "step", "steps") + " not shown")
	case len(s.Steps) == 0:
		p.para("No steps yet.")
	}
}
