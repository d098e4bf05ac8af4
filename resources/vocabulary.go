package resources

import (
	"fmt"
	"strings"
	"time"

	"custory/schema"
)

// A VocabularyView is the model: what there is, which values its fields take
// and how evidence is judged. It comes from schema, and so is never out of
// date.
type VocabularyView struct {
	URI          string        `json:"uri"`
	Model        string        `json:"model"`
	Kinds        []KindLine    `json:"kinds"`
	Types        []TypeLine    `json:"item_types"`
	Pairs        []string      `json:"links"` // what may be linked, in this direction
	Enumerations []Enumeration `json:"enumerations"`
	Evidence     []Rule        `json:"evidence"`
	Coverage     []Rule        `json:"coverage"`
	Quadrants    []Quadrant    `json:"quadrants"`
}

// A KindLine is a kind of record and how its ids begin.
type KindLine struct {
	Kind   schema.Kind `json:"kind"`
	Prefix string      `json:"prefix"`
}

// A TypeLine is a type of item.
type TypeLine struct {
	Type     schema.ItemType `json:"type"`
	Group    string          `json:"group"`
	Statuses []string        `json:"statuses"` // a new item has the first
	Fields   []string        `json:"fields"`   // beside title, description and status
}

// An Enumeration is a closed list of values.
type Enumeration struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

// A Rule says when a label is given.
type Rule struct {
	Label string `json:"label"`
	When  string `json:"when"`
}

const model = "Workspace → Journey → Stage → Step → Item. A placement puts an item on a step; a link joins it to the next item of the chain from evidence to measurement. " +
	"A signal is raw evidence, kept as it was said; a citation quotes it for an item. A draft is an item that waits for review and counts nowhere. " +
	"Emotion, severity, impact and effort are whole numbers from 1 to 5."

// Vocabulary pictures the model.
func Vocabulary() *VocabularyView {
	v := &VocabularyView{URI: "custory://vocabulary", Model: model, Evidence: evidenceRules(), Coverage: coverageRules(), Quadrants: quadrants()}
	for _, k := range schema.Kinds() {
		v.Kinds = append(v.Kinds, KindLine{k, k.Prefix()})
	}
	for _, t := range schema.ItemType("").Values() {
		v.Types = append(v.Types, TypeLine{t, t.Group(), t.Statuses(), t.Fields()})
	}
	for _, p := range schema.Pairs() {
		v.Pairs = append(v.Pairs, fmt.Sprintf("%s -> %s", p.From, p.To))
	}
	for _, e := range schema.Enumerations() {
		v.Enumerations = append(v.Enumerations, Enumeration{e.Name, e.Values})
	}
	return v
}

// evidenceRules tells when evidence is how strong. The thresholds are asked of
// schema.Weigh itself.
func evidenceRules() (rules []Rule) {
	enough := least(func(n int) bool { return weigh(n, 1, 0, 0) == schema.Moderate })
	sources := least(func(n int) bool { return weigh(100, n, 0, 0) == schema.Strong })
	many := least(func(n int) bool { return weigh(n, sources, 0, 0) == schema.Strong })
	days := least(func(n int) bool { return weigh(many, sources, 0, n) != schema.Strong }) - 1
	share := least(func(n int) bool { return weigh(100-n, 1, n, 0) == schema.Contested })
	when := map[schema.Strength]string{
		schema.NoEvidence: "no quote supports it",
		schema.Weak:       "any other support",
		schema.Moderate:   fmt.Sprintf("at least %d people, the newest within %d days; or what would be strong, but is older", enough, days),
		schema.Strong:     fmt.Sprintf("at least %d people from at least %d kinds of source, the newest within %d days", many, sources, days),
		schema.Contested:  fmt.Sprintf("people on both sides, and at least %d %% of them disagree", share),
	}
	for _, s := range schema.Strength("").Values() {
		rules = append(rules, Rule{string(s), when[s]})
	}
	return rules
}

func coverageRules() (rules []Rule) {
	when := map[schema.Coverage]string{
		schema.Assumed:         "no accepted insight of the step is supported by a quote",
		schema.PartlyEvidenced: "some are",
		schema.Evidenced:       "all are, and one of them at least moderately",
	}
	for _, c := range schema.Coverage("").Values() {
		rules = append(rules, Rule{string(c), when[c]})
	}
	return rules
}

// weigh is the strength of so many people's support from so many kinds of
// source, against so many others, the newest so many days old.
func weigh(people, sources, against, age int) schema.Strength {
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []schema.Said
	for i := range people + against {
		s := schema.Said{Author: fmt.Sprint(i), Source: schema.SourceKind(fmt.Sprint(i % sources)), At: now.AddDate(0, 0, -age), Stance: schema.Supports}
		if i >= people {
			s.Stance = schema.Contradicts
		}
		all = append(all, s)
	}
	return schema.Weigh(all, now).Strength
}

// least is the smallest number that does, from 1 to 1000.
func least(does func(int) bool) int {
	for n := 1; n < 1000; n++ {
		if does(n) {
			return n
		}
	}
	return 1000
}

// Markdown tells the model as a document.
func (v *VocabularyView) Markdown() string {
	var p page
	p.head(1, "Vocabulary")
	p.para(v.Model)
	p.head(2, "Item types")
	p.WriteString("| Type | Group | Statuses (a new item has the first) | Fields beside title, description and status |\n| --- | --- | --- | --- |\n")
	for _, t := range v.Types {
		fmt.Fprintf(&p, "| %s | %s | %s | %s |\n", t.Type, t.Group, strings.Join(t.Statuses, ", "), strings.Join(t.Fields, ", "))
	}
	p.head(2, "What may be linked")
	for _, pair := range v.Pairs {
		p.item(0, pair)
	}
	p.head(2, "Values")
	for _, e := range v.Enumerations {
		p.fact(label(e.Name), strings.Join(e.Values, ", "))
	}
	writeRules(&p, "Strength of evidence", v.Evidence)
	writeRules(&p, "Coverage of a step", v.Coverage)
	p.head(2, "Impact and effort")
	for _, q := range v.Quadrants {
		p.fact(q.Name, dot(q.Scores, q.Reading))
	}
	p.head(2, "Ids")
	var ids []string
	for _, k := range v.Kinds {
		ids = append(ids, fmt.Sprintf("%s_… %s", k.Prefix, k.Kind))
	}
	p.para(strings.Join(ids, ", ") + ". Wherever an id is wanted, a slug or an exact name does too.")
	return p.text()
}

func writeRules(p *page, title string, rules []Rule) {
	p.head(2, title)
	for _, r := range rules {
		p.fact(r.Label, r.When)
	}
}
