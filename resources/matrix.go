package resources

import (
	"cmp"
	"slices"

	"custory/schema"
)

// The cut-offs of the matrix. Impact from HighImpact on is high, and below it
// low; effort up to LowEffort is low, and above it high. So every pair of
// scores falls into one quadrant.
const (
	HighImpact = 4
	LowEffort  = 2
)

// A Quadrant is one field of the matrix of impact and effort.
type Quadrant struct {
	Name    string     `json:"name"`
	Scores  string     `json:"scores"`
	Reading string     `json:"reading"`
	Items   []ItemLine `json:"items,omitempty"`
}

func quadrants() []Quadrant {
	return []Quadrant{
		{Name: "Quick wins", Scores: "impact 4–5, effort 1–2", Reading: "early candidates"},
		{Name: "Expensive bets", Scores: "impact 4–5, effort 3–5", Reading: "need commitment"},
		{Name: "Fill-ins", Scores: "impact 1–3, effort 1–2", Reading: "only in support of a larger goal"},
		{Name: "Defer", Scores: "impact 1–3, effort 3–5", Reading: "not now"},
		{Name: "Not scored", Scores: "impact or effort is missing", Reading: "score them to compare them"},
	}
}

// quadrantOf is the place among quadrants of a pair of scores, 0 for a score
// that is missing.
func quadrantOf(impact, effort int) int {
	switch {
	case impact == 0 || effort == 0:
		return 4
	case impact >= HighImpact && effort <= LowEffort:
		return 0
	case impact >= HighImpact:
		return 1
	case effort <= LowEffort:
		return 2
	}
	return 3
}

// QuadrantOf names the quadrant of a pair of scores from 1 to 5, 0 for one
// that is missing.
func QuadrantOf(impact, effort int) string { return quadrants()[quadrantOf(impact, effort)].Name }

// Quadrants sorts the opportunities and solutions of the journey by impact and
// effort; within each the highest impact at the least effort comes first, and
// drafts last.
func (v *JourneyView) Quadrants() []Quadrant {
	all := quadrants()
	for _, r := range v.rows() {
		if t := r.item.Type; t == schema.Opportunity || t == schema.Solution {
			q, line := quadrantOf(r.Impact, r.Effort), *r.ItemLine
			line.Type = t
			all[q].Items = append(all[q].Items, line)
		}
	}
	for _, q := range all {
		slices.SortStableFunc(q.Items, func(a, b ItemLine) int {
			return cmp.Or(cmp.Compare(truth(a.Draft), truth(b.Draft)), cmp.Compare(b.Impact, a.Impact), cmp.Compare(a.Effort, b.Effort))
		})
	}
	return all
}

// Matrix tells the opportunities and solutions of the journey by impact and
// effort.
func (v *JourneyView) Matrix() string {
	all := v.Quadrants()
	return fit(func(c cut) string {
		var p page
		p.head(1, inline(v.Name)+": impact and effort")
		for _, q := range all {
			drafts := 0
			for _, l := range q.Items {
				drafts += truth(l.Draft)
			}
			n := comma(count(len(q.Items)-drafts, "accepted", "accepted"), count(drafts, "draft", "drafts"))
			p.head(2, dot(q.Name+" — "+q.Reading, q.Scores, cmp.Or(n, "none")))
			shown := q.Items[:min(len(q.Items), 4*c.items+4)]
			for _, l := range shown {
				l.Title = clip(l.Title, c.name)
				p.item(0, dot(l.name(), string(l.Type), l.facts()))
			}
			if n := len(q.Items) - len(shown); n > 0 {
				p.item(0, more(n, "items", "query_items filters by impact and effort"))
			}
		}
		return p.text()
	})
}
