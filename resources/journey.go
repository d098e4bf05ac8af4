package resources

import (
	"time"

	"custory/schema"
	"custory/store"
)

// A JourneyView is a journey whole. Drafts are marked and counted apart;
// dismissed ones are left out.
type JourneyView struct {
	URI         string                  `json:"uri"`
	ID          schema.ID               `json:"id"`
	Slug        string                  `json:"slug"`
	Name        string                  `json:"name"`
	Description string                  `json:"description,omitempty"`
	Seq         int64                   `json:"seq"`              // the place in the log it is the picture of
	Changed     time.Time               `json:"changed,omitzero"` // when anything in it last did
	Personas    []Named                 `json:"personas,omitempty"`
	NestedBelow []Named                 `json:"nested_below,omitempty"` // steps of other journeys
	Steps       int                     `json:"steps,omitempty"`
	Counts      Counts                  `json:"counts,omitzero"` // each item once, however many steps it stands on
	Signals     SignalCount             `json:"signals,omitzero"`
	Coverage    map[schema.Coverage]int `json:"coverage,omitempty"` // how many steps
	Stages      []StageLine             `json:"stages,omitempty"`
	Links       []Joined                `json:"links,omitempty"` // between items shown here
	LeftOut     []string                `json:"left_out,omitempty"`
}

// A Joined is two items that are linked.
type Joined struct {
	From schema.ID `json:"from"`
	To   schema.ID `json:"to"`
}

// Journey pictures a journey. The map may be of any time; one of the past has
// no evidence, and so no coverage.
func Journey(tx *store.Tx, m *store.Map) (*JourneyView, error) {
	n := namesIn(tx)
	j := m.Journey
	v := &JourneyView{URI: journeyURI(j.Slug), ID: j.ID, Slug: j.Slug, Name: j.Name, Description: j.Description, Seq: m.Seq, NestedBelow: n.above(j.ID)}
	last, err := tx.History(j.ID, m.Seq+1, 1)
	if err != nil {
		return nil, err
	}
	for _, c := range last {
		v.Changed = c.At
	}
	for _, p := range m.Personas {
		v.Personas = append(v.Personas, Named{p.ID, p.Name})
	}
	items, placed, proposed := map[schema.ID]bool{}, map[schema.ID]bool{}, map[schema.ID]bool{}
	for _, st := range m.Stages {
		v.Stages = append(v.Stages, n.stageLine(st))
		for _, sp := range st.Steps {
			v.Steps++
			for _, i := range sp.Items {
				if !items[i.ID] {
					items[i.ID] = true
					v.Counts.add(i)
				}
			}
			for _, p := range sp.Signals {
				if p.State == schema.PlacementProposed {
					proposed[p.Signal] = true
				} else {
					placed[p.Signal] = true
				}
			}
		}
	}
	v.Signals = SignalCount{len(placed), len(proposed)}
	v.Coverage = covered(v.Stages)
	for _, l := range m.Links {
		v.Links = append(v.Links, Joined{l.From, l.To})
	}
	return scrubbed(v), n.err
}

// above are the steps of other journeys that this one hangs below.
func (n *names) above(journey schema.ID) (steps []Named) {
	nestings, err := n.tx.NestingsOf(journey)
	n.keep(err)
	for _, p := range nestings {
		steps = append(steps, n.named(p.Step))
	}
	return steps
}

func covered(stages []StageLine) map[schema.Coverage]int {
	counts := map[schema.Coverage]int{}
	for _, st := range stages {
		for _, sp := range st.Steps {
			if sp.Coverage != "" {
				counts[sp.Coverage]++
			}
		}
	}
	return counts
}

// coverage tells how many steps are how well evidenced.
func (v *JourneyView) coverage() string {
	var parts []string
	for _, c := range schema.Coverage("").Values() {
		parts = append(parts, count(v.Coverage[c], string(c), string(c)))
	}
	return comma(parts...)
}

// lines are the view's steps, in order.
func (v *JourneyView) lines() (all []*StepLine) {
	for s := range v.Stages {
		for i := range v.Stages[s].Steps {
			all = append(all, &v.Stages[s].Steps[i])
		}
	}
	return all
}
