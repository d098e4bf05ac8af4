package resources

import (
	"reflect"
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

// A PersonaView is one persona without the fields that are hidden, and where
// it is named.
type PersonaView struct {
	URI string `json:"uri"`
	schema.Persona
	Journeys []Named       `json:"journeys,omitempty"`
	Steps    []Named       `json:"steps,omitempty"`
	Items    []ItemLine    `json:"items,omitempty"`   // that name it as actor or affected segment
	Signals  int           `json:"signals,omitempty"` // said by such people
	Comments []CommentLine `json:"comments,omitempty"`
	LeftOut  []string      `json:"left_out,omitempty"`
}

// maxNamers is how many steps and items a persona's picture lists.
const maxNamers = 40

// Persona pictures one persona.
func Persona(tx *store.Tx, id schema.ID) (*PersonaView, error) {
	p, err := tx.Personas.Get(id)
	if err != nil {
		return nil, err
	}
	hide(p)
	n := namesIn(tx)
	v := &PersonaView{URI: "custory://persona/" + string(id), Persona: *p, Comments: n.comments(id)}
	_, v.Signals, err = tx.SignalsWhere(store.SignalFilter{Persona: id}, 0, 0)
	n.keep(err)
	journeys, err := tx.Journeys.All()
	n.keep(err)
	for _, j := range journeys {
		if slices.Contains(j.Personas, id) {
			v.Journeys = append(v.Journeys, Named{j.ID, j.Name})
		}
	}
	n.namers(v)
	return scrubbed(v), n.err
}

// hide empties the fields that are not shown.
func hide(p *schema.Persona) {
	fields := reflect.ValueOf(p).Elem()
	for i := range fields.NumField() {
		name, _, _ := strings.Cut(fields.Type().Field(i).Tag.Get("json"), ",")
		if slices.Contains(p.Hidden, name) {
			fields.Field(i).SetZero()
		}
	}
}

// namers gathers the steps and items that name a persona.
func (n *names) namers(v *PersonaView) {
	left := 0
	steps, err := n.tx.Steps.All()
	n.keep(err)
	for _, s := range steps {
		switch {
		case !slices.Contains(s.Personas, v.ID):
		case len(v.Steps) == maxNamers:
			left++
		default:
			v.Steps = append(v.Steps, n.named(s.ID))
		}
	}
	items, total, err := n.tx.ItemsWhere(store.ItemFilter{Persona: v.ID, Drafts: true}, "", 0, maxNamers)
	n.keep(err)
	for _, i := range items {
		if i.Review != schema.DismissedReview {
			v.Items = append(v.Items, n.line(i, nil))
		}
	}
	left += total - len(items)
	if left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "step or item", "steps and items")+": query_items filters by persona")
	}
}

// Markdown tells the persona as a document.
func (v *PersonaView) Markdown() string {
	var p page
	p.head(1, with(v.Name, v.ID))
	p.para(prose(v.Bio))
	p.fact("Role", inline(v.Role))
	p.fact("Role in journey", string(v.RoleInJourney))
	p.fact("Job to be done", inline(v.JobToBeDone))
	p.fact("Buying influence", string(v.BuyingInfluence))
	p.fact("Budget", inline(v.Budget))
	p.fact("Location", inline(v.Location))
	p.fact("Tech savviness", string(v.TechSavviness))
	for _, l := range []struct {
		label  string
		values []string
	}{{"Goals", v.Goals}, {"Frustrations", v.Frustrations}, {"Motivations", v.Motivations}, {"Devices", v.Devices}, {"Tools", v.Tools}} {
		safe := make([]string, len(l.values))
		for i, s := range l.values {
			safe[i] = inline(s)
		}
		p.fact(l.label, strings.Join(safe, "; "))
	}
	p.fact("Hidden", strings.Join(v.Hidden, ", "))
	p.fact("Slug", dot(v.Slug, labelled("also", strings.Join(v.Aliases, ", "))))
	p.fact("Signals", count(v.Signals, "signal", "signals"))
	p.fact("Left out", join("; ", v.LeftOut...))
	if len(v.Journeys)+len(v.Steps)+len(v.Items) > 0 {
		p.head(2, "Named by")
	}
	for _, n := range append(slices.Clone(v.Journeys), v.Steps...) {
		p.item(0, n.String())
	}
	for i := range v.Items {
		p.item(0, dot(string(v.Items[i].Type), v.Items[i].name(), v.Items[i].facts()))
	}
	writeComments(&p, v.Comments)
	return p.text()
}
