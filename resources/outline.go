package resources

// Outline tells the journey in as few words as can be: a line for each stage
// and step, with counts in place of items.
func (v *JourneyView) Outline() string { return v.fit((*JourneyView).outline) }

func (v *JourneyView) outline() string {
	var p page
	p.para("**" + inline(v.Name) + "** " + dot("("+string(v.ID)+")", comma(count(v.Steps, "step", "steps"), v.Counts.String()), v.URI))
	for _, st := range v.Stages {
		p.item(0, "**"+inline(st.Name)+"** ("+string(st.ID)+")")
		for _, sp := range st.Steps {
			line := dot(sp.head(), sp.holds(), labelled("signals:", sp.Signals.String()))
			if len(sp.Nested) > 0 {
				line = dot(line, count(len(sp.Nested), "nested journey", "nested journeys"))
			}
			p.item(1, line)
		}
		if st.MoreSteps > 0 {
			p.item(1, "… "+count(st.MoreSteps, "step", "steps")+" not shown")
		}
	}
	if len(v.Stages) == 0 {
		p.para("No stages yet; edit_journey adds them.")
	}
	return p.text()
}
