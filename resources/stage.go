package resources

import (
	"strings"

	"custory/schema"
	"custory/store"
)

// A StageView is one stage of a journey, with its steps and what stands on
// them.
type StageView struct {
	URI     string `json:"uri"`
	Journey Named  `json:"journey"`
	StageLine
	Comments []CommentLine `json:"comments,omitempty"`
	LeftOut  []string      `json:"left_out,omitempty"`
}

// Stage pictures one stage.
func Stage(tx *store.Tx, id schema.ID) (*StageView, error) {
	st, err := tx.Stages.Get(id)
	if err != nil {
		return nil, err
	}
	j, err := tx.Journeys.Get(st.Journey)
	if err != nil {
		return nil, err
	}
	steps, err := tx.StepsOf(id)
	if err != nil {
		return nil, err
	}
	whole := &store.MapStage{Stage: st}
	for _, s := range steps {
		sp, err := mapStep(tx, s)
		if err != nil {
			return nil, err
		}
		whole.Steps = append(whole.Steps, sp)
	}
	n := namesIn(tx)
	v := &StageView{URI: journeyURI(j.Slug) + "/stage/" + string(id), Journey: Named{j.ID, j.Name}, StageLine: n.stageLine(whole), Comments: n.comments(id)}
	return scrubbed(v), n.err
}

// Markdown tells the stage as a document, a heading for each step.
func (v *StageView) Markdown() string {
	return fit(func(c cut) string { return v.cut(c).document() })
}

func (v *StageView) cut(c cut) *StageView {
	w := *v
	t := trimmer{cut: c, shown: map[schema.ID]bool{}}
	w.Journey.Name = t.name(v.Journey.Name)
	w.StageLine = t.stages([]StageLine{v.StageLine})[0]
	w.LeftOut = t.leftOut("custory://step/{id} shows one step with its items, query_items lists any")
	return &w
}

func (v *StageView) document() string {
	var p page
	p.head(1, with(v.Name, v.ID))
	p.para(prose(v.Description))
	p.fact("Journey", v.Journey.String())
	p.fact("Stage", dot(v.URI, count(len(v.Steps)+v.MoreSteps, "step", "steps")))
	p.fact("Left out", strings.Join(v.LeftOut, "; "))
	for i := range v.Steps {
		p.head(2, v.Steps[i].head())
		v.Steps[i].body(&p)
	}
	v.missing(&p)
	writeComments(&p, v.Comments)
	return p.text()
}
