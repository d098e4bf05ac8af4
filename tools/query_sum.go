package tools

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// groupsShown bounds the groups of one answer.
const groupsShown = 100

// A member is one thing that is grouped: under which keys it falls, who stands
// behind it, and its value if one is measured.
type member struct {
	keys   []key
	people []string
	value  *float64
}

type key struct{ name, id string }

// A measure is a function over one numeric field.
type measure struct{ of, field string }

var measureForm = regexp.MustCompile(`^(avg|sum|min|max)\((\w+)\)$`)

func readMeasure(text string, fields []string) (m measure, err error) {
	if text == "" {
		return m, nil
	}
	part := measureForm.FindStringSubmatch(strings.ToLower(strings.ReplaceAll(text, " ", "")))
	if part == nil || !slices.Contains(fields, part[2]) {
		return m, &schema.Error{Code: schema.Invalid, Field: "measure", Message: fmt.Sprintf("cannot measure %q", text), Valid: fields, Hint: "write avg, sum, min or max of one of these: avg(" + fields[0] + ")"}
	}
	return measure{part[1], part[2]}, nil
}

// apply computes the measure; nil if nothing had a value.
func (m measure) apply(all []member) (*float64, int) {
	var vs []float64
	for _, x := range all {
		if x.value != nil {
			vs = append(vs, *x.value)
		}
	}
	if m.of == "" || len(vs) == 0 {
		return nil, len(vs)
	}
	v := 0.0
	switch m.of {
	case "min":
		v = slices.Min(vs)
	case "max":
		v = slices.Max(vs)
	default:
		for _, x := range vs {
			v += x
		}
		if m.of == "avg" {
			v /= float64(len(vs))
		}
	}
	v = round2(v)
	return &v, len(vs)
}

// groupMembers fills in the measure and the groups of an answer.
func groupMembers(m measure, grouped bool, all []member, out *queryItemsOut) {
	out.Value, out.Counted = m.apply(all)
	if m.of == "" {
		out.Counted = 0
	}
	if !grouped {
		return
	}
	groups := map[key][]member{}
	for _, x := range all {
		for _, k := range x.keys {
			groups[k] = append(groups[k], x)
		}
	}
	for k, xs := range groups {
		row := groupRow{Key: k.name, ID: k.id, Count: len(xs), Share: round2(float64(len(xs)) / float64(len(all)))}
		row.Value, _ = m.apply(xs)
		people := map[string]bool{}
		for _, x := range xs {
			for _, p := range x.people {
				people[p] = true
				row.named = row.named || !schema.Anonymous(p)
			}
		}
		row.People = len(people)
		out.Groups = append(out.Groups, row)
	}
	slices.SortFunc(out.Groups, func(a, b groupRow) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
	})
}

// pageGroups keeps n groups from the offset on.
func (out *queryItemsOut) pageGroups(offset, n int) {
	total := len(out.Groups)
	out.NextCursor = nextCursor(offset, n, total)
	out.Groups = out.Groups[min(offset, total):min(offset+n, total)]
	out.LeftOut = max(0, total-offset-n)
}

// itemNumbers are the numeric fields of items.
var itemNumbers = []string{"severity", "impact", "effort", "baseline", "current", "target"}

func sumItems(tx *store.Tx, in queryItemsIn, items []*schema.Item, out *queryItemsOut) error {
	m, err := readMeasure(in.Measure, itemNumbers)
	if err != nil {
		return err
	}
	g, err := groupItems(tx, in.GroupBy, len(items))
	if err != nil {
		return err
	}
	all := make([]member, 0, len(items))
	for _, i := range items {
		fields, err := fieldsOf(i)
		if err != nil {
			return err
		}
		x := member{}
		if v, ok := fields[m.field].(float64); ok {
			x.value = &v
		}
		if x.keys, err = g.itemKeys(i, fields); err != nil {
			return err
		}
		if in.GroupBy != "" {
			if x.people, err = tx.PeopleBehind(i.ID); err != nil {
				return err
			}
		}
		all = append(all, x)
	}
	groupMembers(m, in.GroupBy != "", all, out)
	return nil
}

// fieldsOf are the fields of an item by their names in JSON.
func fieldsOf(i *schema.Item) (fields map[string]any, err error) {
	b, err := json.Marshal(i)
	if err != nil {
		return nil, err
	}
	return fields, json.Unmarshal(b, &fields)
}

// A grouping tells under which keys records fall.
type grouping struct {
	tx      *store.Tx
	by      string
	paths   *pathBook
	places  map[schema.ID][]*schema.Placement // of all records; nil: each is asked for
	parents map[schema.ID]schema.ID           // of the steps and stages met so far
}

// groupItems groups n items by a field, or by where they stand.
func groupItems(tx *store.Tx, by string, n int) (*grouping, error) {
	valid := append([]string{"step", "stage", "journey", "month", "owner", "type", "status"}, schema.ItemFields()...)
	return newGrouping(tx, "items", by, valid, n, tx.Placements.All)
}

// groupSignals groups n signals.
func groupSignals(tx *store.Tx, by string, n int) (*grouping, error) {
	valid := []string{"step", "stage", "journey", "source", "source_name", "author", "persona", "language", "thread", "month", "state"}
	return newGrouping(tx, "signals", by, valid, n, tx.SignalPlacements)
}

func newGrouping(tx *store.Tx, of, by string, valid []string, n int, placements func() ([]*schema.Placement, error)) (*grouping, error) {
	if by != "" && !slices.Contains(valid, by) {
		return nil, &schema.Error{Code: schema.Invalid, Field: "group_by", Message: fmt.Sprintf("%s cannot be grouped by %q", of, by), Valid: valid}
	}
	g := &grouping{tx: tx, by: by, paths: &pathBook{tx: tx}, parents: map[schema.ID]schema.ID{}}
	const few = 100
	if n <= few || !slices.Contains([]string{"step", "stage", "journey", "state"}, by) {
		return g, nil
	}
	all, err := placements()
	g.places = map[schema.ID][]*schema.Placement{}
	for _, p := range all {
		what := first(p.Signal, p.Item)
		g.places[what] = append(g.places[what], p)
	}
	return g, err
}

func (g *grouping) placementsOf(id schema.ID) ([]*schema.Placement, error) {
	if g.places != nil {
		return g.places[id], nil
	}
	return g.tx.PlacementsOf(id)
}

// itemKeys are the groups an item falls in; one that stands on several steps
// falls in several.
func (g *grouping) itemKeys(i *schema.Item, fields map[string]any) ([]key, error) {
	switch g.by {
	case "":
		return nil, nil
	case "step", "stage", "journey":
		return g.placeKeys(i.ID)
	case "month":
		return []key{{name: i.Created.Format("2006-01")}}, nil
	case "owner":
		if i.Owner == "" {
			return []key{{name: "(nobody)"}}, nil
		}
		name, err := g.paths.of(i.Owner)
		return []key{{name, string(i.Owner)}}, err
	}
	switch v := fields[g.by].(type) {
	case nil:
		return []key{{name: "(not set)"}}, nil
	case []any:
		var keys []key
		for _, id := range v {
			name, err := g.paths.of(schema.ID(fmt.Sprint(id)))
			if err != nil {
				return nil, err
			}
			keys = append(keys, key{name, fmt.Sprint(id)})
		}
		return keys, nil
	default:
		return []key{{name: fmt.Sprint(v)}}, nil
	}
}

// dismissedKey is that of signals of which somebody said that they are about
// nothing here.
const dismissedKey = "(dismissed)"

// placeKeys are the steps, stages or journeys a record stands on.
func (g *grouping) placeKeys(record schema.ID) (keys []key, err error) {
	placements, err := g.placementsOf(record)
	if err != nil {
		return nil, err
	}
	nowhere := "(nowhere)"
	for _, p := range placements {
		if p.Step == "" {
			nowhere = dismissedKey
			continue
		}
		id, err := g.part(p.Step)
		if err != nil {
			return nil, err
		}
		name, err := g.paths.of(id)
		if err != nil {
			return nil, err
		}
		keys = appendNew(keys, key{name, string(id)})
	}
	if len(keys) == 0 {
		keys = []key{{name: nowhere}}
	}
	return keys, nil
}

// part is the step itself, or the stage or journey it is of.
func (g *grouping) part(step schema.ID) (schema.ID, error) {
	if g.by == "step" {
		return step, nil
	}
	if id := g.parents[step]; id != "" {
		return id, nil
	}
	st, err := g.tx.Steps.Get(step)
	if err != nil {
		return "", err
	}
	id := st.Stage
	if g.by == "journey" {
		if id, err = g.tx.JourneyOf(step); err != nil {
			return "", err
		}
	}
	g.parents[step] = id
	return id, nil
}

func sumSignals(tx *store.Tx, in queryItemsIn, signals []*schema.Signal, out *queryItemsOut) error {
	m, err := readMeasure(in.Measure, []string{"sentiment"})
	if err != nil {
		return err
	}
	g, err := groupSignals(tx, in.GroupBy, len(signals))
	if err != nil {
		return err
	}
	all := make([]member, 0, len(signals))
	for _, s := range signals {
		x := member{people: []string{schema.Voice(s.Author, s.Source)}, value: s.Sentiment}
		if x.keys, err = g.signalKeys(s); err != nil {
			return err
		}
		all = append(all, x)
	}
	groupMembers(m, in.GroupBy != "", all, out)
	return nil
}

// signalKeys are the groups a signal falls in.
func (g *grouping) signalKeys(s *schema.Signal) ([]key, error) {
	named := func(v string) ([]key, error) { return []key{{name: first(quote.Clean(v), "(not set)")}}, nil }
	switch g.by {
	case "step", "stage", "journey":
		return g.placeKeys(s.ID)
	case "source":
		return named(string(s.Source))
	case "source_name":
		return named(s.SourceName)
	case "author":
		return named(s.Author)
	case "persona":
		if s.Persona == "" {
			return named("")
		}
		name, err := g.paths.of(s.Persona)
		return []key{{name, string(s.Persona)}}, err
	case "language":
		return named(s.Language)
	case "thread":
		return named(s.Thread)
	case "month":
		when := s.SaidAt
		if when.IsZero() {
			when = s.Created
		}
		return named(when.Format("2006-01"))
	case "state":
		placements, err := g.placementsOf(s.ID)
		return []key{{name: string(stateOf(placements))}}, err
	}
	return nil, nil
}

// denominator is a count that says of how many, and who stands behind it.
func denominator(n, all int, noun string, r store.Reach) string {
	text := fmt.Sprintf("%d of %s", n, plural(all, strings.ToLower(noun)))
	if r.People > 0 {
		text += fmt.Sprintf(", %s, %s of source", whoStands(n, r.People, r.Named > 0), plural(r.Sources, "kind"))
	}
	return text
}

// whoStands counts the people behind n things; if none has a handle, nobody can
// count them.
func whoStands(n, people int, named bool) string {
	switch {
	case named:
		return plural(people, "person")
	case n == 1:
		return "author unknown"
	}
	return "authors unknown"
}

// equals reads the values of enumerated fields in any case.
func equals(where map[string]string) (map[string]string, error) {
	valid := map[string][]string{"target_date": nil}
	for _, e := range schema.Enumerations() {
		valid[strings.ReplaceAll(e.Name, " ", "_")] = e.Values
	}
	read := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(where)) {
		v := where[field]
		vs, ok := valid[field]
		if !ok || !slices.Contains(append(schema.ItemFields(), "target_date"), field) {
			return nil, among("where", field, "channel", "insight_type", "confidence", "priority", "solution_type", "metric_type", "unit", "direction", "evaluation_period", "target_date")
		}
		i := slices.IndexFunc(vs, func(x string) bool { return strings.EqualFold(x, v) })
		if vs != nil && i < 0 {
			return nil, &schema.Error{Code: schema.Invalid, Field: "where." + field, Message: fmt.Sprintf("%s cannot be %q", field, v), Valid: vs}
		}
		if v == "" {
			return nil, &schema.Error{Code: schema.Invalid, Field: "where." + field, Message: "where." + field + " is empty", Hint: "missing lists what has none"}
		}
		read[field] = v
		if i >= 0 {
			read[field] = vs[i]
		}
	}
	return read, nil
}
