package tools

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

// lackForm is how a question asks for what has none of something; lackable is
// what query_items calls it, by how the word begins.
var (
	lackForm = regexp.MustCompile(`(?i)\b(?:(?:that |which |who )?(?:still )?(?:have|has|got|had|with) (?:no|not any|zero)|(?:that |which )?(?:do not|don't|don’t|does not|doesn't|doesn’t) (?:yet )?have(?: any| an| a)?|without(?: any| an| a)?|(?:that |which )?lack(?:s|ing)?(?: any| an| a)?|not (?:yet )?(?:linked|connected|tied) (?:to|with)(?: any| an| a)?)(?: linked)? ` +
		`(evidence|quotes?|signals?|steps?|touchpoints?|insights?|opportunit(?:y|ies)|solutions?|metrics?|tasks?|tickets?|readings?|values?|targets?|baselines?|(?:due |target )?dates?|descriptions?|severity|priority|impact|effort)(?: (?:yet|linked|attached|at all))?\b`)
	lackable = [][2]string{{"ev", "quotes"}, {"q", "quotes"}, {"si", "signals"}, {"st", "steps"}, {"to", "touchpoints"}, {"in", "insights"}, {"op", "opportunities"}, {"so", "solutions"}, {"me", "metrics"}, {"tas", "tasks"}, {"ti", "tasks"},
		{"re", "readings"}, {"va", "current"}, {"target d", "target_date"}, {"du", "target_date"}, {"da", "target_date"}, {"tar", "target"}, {"ba", "baseline"}, {"de", "description"}, {"se", "severity"}, {"pr", "priority"}, {"im", "impact"}, {"ef", "effort"}}
	itemWord = regexp.MustCompile(`(?i)\b(?:items?|touchpoints?|insights?|opportunit(?:y|ies)|solutions?|metrics?)\b`)
	stepWord = regexp.MustCompile(`(?i)\bsteps?\b`)
)

// readLack finds what the items, or the steps, that are asked for have none of.
func (p *plan) readLack(question string) (rest string) {
	m := lackForm.FindStringSubmatchIndex(question)
	if m == nil {
		return question
	}
	what := strings.ToLower(question[m[2]:m[3]])
	i := slices.IndexFunc(lackable, func(l [2]string) bool { return strings.HasPrefix(what, l[0]) })
	rest = question[:m[0]] + " " + question[m[1]:]
	ofSteps := stepWord.MatchString(rest)
	if i < 0 || !ofSteps && !itemWord.MatchString(rest) {
		return question
	}
	p.lacks = lackable[i][1]
	switch {
	case ofSteps && slices.Contains([]string{"signals", "quotes", "touchpoints", "insights", "opportunities", "solutions", "metrics"}, p.lacks):
		p.bare, p.by = true, ""
	case p.lacks == "signals":
		p.lacks = "quotes"
	}
	return rest
}

// settleLack gives up on steps that have none of something where the question
// narrows them down by more than a part of the journey: that is not computed.
func (p *plan) settleLack() {
	if p.bare && (len(p.words) > 0 && !p.named || !p.time.open() || p.source != "" || p.author != "" || p.owner != "" || p.persona != "" || len(p.statuses) > 0 || p.priority != "") {
		p.bare, p.lacks, p.by = false, "", "step"
	}
}

// without tells whether a step has none of what is asked for.
func (p *plan) without(s *store.MapStep) bool {
	switch p.lacks {
	case "signals":
		return len(s.Signals) == 0
	case "quotes":
		return schema.CoverageOf(s.Items, s.Evidence) == schema.Assumed
	}
	return !slices.ContainsFunc(s.Items, func(i *schema.Item) bool { return !i.Draft() && strings.EqualFold(i.Type.Group(), p.lacks) })
}

// stepsWithout are the steps that have none of what is asked for, as get_journey
// shows them.
func stepsWithout(tx *store.Tx, p *plan) (f fact, err error) {
	journeys, err := tx.Journeys.All()
	if err != nil {
		return f, err
	}
	const most = 10
	var bare, slugs []string
	all := 0
	for _, j := range journeys {
		steps, err := stepsIn(tx, j.ID, p.within)
		if err != nil {
			return f, err
		}
		if all += len(steps); len(steps) > 0 {
			slugs = append(slugs, j.Slug)
		}
		for _, s := range steps {
			if p.without(s) {
				bare = append(bare, fmt.Sprintf("%s [%s]", s.Name, s.ID))
			}
		}
	}
	f = fact{Of: fmt.Sprintf("%d of %s", len(bare), plural(all, "step")), Query: map[string]any{"get_journey": slugs}}
	list := strings.Join(bare[:min(len(bare), most)], "; ")
	if more := len(bare) - most; more > 0 {
		list += fmt.Sprintf("; and %d more", more)
	}
	f.Says = "Steps without " + strings.ReplaceAll(p.lacks, "quotes", "evidence") + p.part + ": " + first(list, "none")
	return f, nil
}

// stepsIn are the steps of a journey; of the part of it that is asked for, if
// there is one.
func stepsIn(tx *store.Tx, journey, within schema.ID) (steps []*store.MapStep, err error) {
	m, err := tx.Map(journey)
	if err != nil {
		return nil, err
	}
	for _, st := range m.Stages {
		for _, s := range st.Steps {
			if within == "" || slices.Contains([]schema.ID{journey, st.ID, s.ID}, within) {
				steps = append(steps, s)
			}
		}
	}
	return steps, nil
}
