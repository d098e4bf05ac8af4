package resources

import (
	"strings"

	"custory/schema"
	"custory/store"
)

// A StepView is one step, with what stands on it and what was said about it.
type StepView struct {
	URI     string `json:"uri"`
	Path    string `json:"path"` // Journey › Stage › Step
	Journey Named  `json:"journey"`
	Stage   Named  `json:"stage"`
	StepLine
	Said     []SignalLine  `json:"said,omitempty"` // the signals placed here, the newest
	Comments []CommentLine `json:"comments,omitempty"`
	LeftOut  []string      `json:"left_out,omitempty"`
}

// maxSaid is how many signals of a step are shown: the newest.
const maxSaid = 10

// Step pictures one step.
func Step(tx *store.Tx, id schema.ID) (*StepView, error) {
	s, err := tx.Steps.Get(id)
	if err != nil {
		return nil, err
	}
	sp, err := mapStep(tx, s)
	if err != nil {
		return nil, err
	}
	journey, err := tx.JourneyOf(id)
	if err != nil {
		return nil, err
	}
	n := namesIn(tx)
	v := &StepView{URI: "custory://step/" + string(id), Path: n.of(id), Journey: n.named(journey), Stage: n.named(s.Stage), StepLine: n.stepLine(sp), Comments: n.comments(id)}
	v.Said, err = n.saidOn(sp)
	n.keep(err)
	if left := len(sp.Signals) - len(v.Said); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "older signal", "older signals")+": search with this step as its scope finds them")
	}
	return scrubbed(v), n.err
}

// saidOn are the newest signals of a step, each with how sure its place is.
func (n *names) saidOn(sp *store.MapStep) (all []SignalLine, err error) {
	signals, _, err := n.tx.SignalsWhere(store.SignalFilter{Within: sp.ID}, 0, maxSaid)
	for _, s := range signals {
		line := signalLine(s)
		for _, p := range sp.Signals {
			if p.Signal == s.ID {
				line.Standing = append(line.Standing, Standing{Placement: p.ID, State: p.State, Confidence: p.Confidence, Reason: p.Reason})
			}
		}
		all = append(all, line)
	}
	return all, err
}

// Markdown tells the step as a document.
func (v *StepView) Markdown() string {
	return fit(func(c cut) string { return v.cut(c).document() })
}

// cut shows more of each lane than a whole journey has room for.
func (v *StepView) cut(c cut) *StepView {
	w := *v
	c.items *= 4
	t := trimmer{cut: c, shown: map[schema.ID]bool{}}
	w.StepLine = t.step(v.StepLine)
	w.LeftOut = append(t.leftOut("query_items lists them, filtered by this step"), v.LeftOut...)
	return &w
}

func (v *StepView) document() string {
	var p page
	p.head(1, v.head())
	p.fact("Step", v.URI)
	p.fact("Journey", v.Journey.String())
	p.fact("Stage", v.Stage.String())
	p.fact("Holds", v.holds())
	p.fact("Left out", strings.Join(v.LeftOut, "; "))
	p.gap()
	v.body(&p)
	if len(v.Said) > 0 {
		p.head(2, "Signals")
		p.para(external)
	}
	for _, s := range v.Said {
		s.write(&p, s.standing())
	}
	writeComments(&p, v.Comments)
	return p.text()
}
