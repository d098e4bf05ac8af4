package tools

import (
	"fmt"
	"slices"
	"strings"

	"custory/schema"
)

// A sibling is one of several records in order.
type sibling struct {
	id       schema.ID
	name     string
	position *int
	put      func() error
}

// gap is how far apart new positions are, so that most insertions change one
// record only.
const gap = 10

// room makes room for a record among its siblings, and returns its position.
// self, if it stands among them, does not count.
func (e *editor) room(all []sibling, self schema.ID, after string) (int, error) {
	all = slices.DeleteFunc(all, func(s sibling) bool { return s.id == self })
	i, err := e.index(all, after)
	if err != nil {
		return 0, err
	}
	switch {
	case len(all) == 0:
		return gap, nil
	case i == len(all):
		return *all[i-1].position + gap, nil
	case i == 0:
		return *all[0].position - gap, nil
	}
	before := *all[i-1].position
	if space := *all[i].position - before; space > 1 {
		return before + space/2, nil
	}
	last := before + 1
	for _, s := range all[i:] {
		if *s.position > last {
			break
		}
		last++
		*s.position = last
		if err := s.put(); err != nil {
			return 0, err
		}
	}
	return before + 1, nil
}

// atEnd reports whether after names an end, not a sibling.
func atEnd(after string) bool {
	switch strings.ToLower(after) {
	case "", "first", "last":
		return true
	}
	return false
}

// index is the place among siblings that after speaks of.
func (e *editor) index(all []sibling, after string) (int, error) {
	switch strings.ToLower(after) {
	case "", "last":
		return len(all), nil
	case "first":
		return 0, nil
	}
	id := schema.ID(after)
	if ref := e.refs[after]; ref != "" {
		id = ref
	}
	found, valid := -1, []string{"first", "last"}
	for i, s := range all {
		switch {
		case s.id == id:
			return i + 1, nil
		case !strings.EqualFold(s.name, after):
		case found >= 0:
			return 0, &schema.Error{Code: schema.Conflict, Field: "after", Message: fmt.Sprintf("several siblings are named %q", after), Hint: "name one by its id", Valid: []string{string(all[found-1].id), string(s.id)}}
		default:
			found = i + 1
		}
		if len(valid) < 30 {
			valid = append(valid, fmt.Sprintf("%s (%s)", s.id, s.name))
		}
	}
	if found < 0 {
		return 0, &schema.Error{Code: schema.NotFound, Field: "after", Message: fmt.Sprintf("%q does not stand there", after), Valid: valid}
	}
	return found, nil
}

func (e *editor) stages(journey schema.ID) (all []sibling, err error) {
	stages, err := e.tx.StagesOf(journey)
	for _, s := range stages {
		all = append(all, sibling{s.ID, s.Name, &s.Position, func() error { return e.tx.Stages.Put(s) }})
	}
	return all, err
}

func (e *editor) steps(stage schema.ID) (all []sibling, err error) {
	steps, err := e.tx.StepsOf(stage)
	for _, s := range steps {
		all = append(all, sibling{s.ID, s.Name, &s.Position, func() error { return e.tx.Steps.Put(s) }})
	}
	return all, err
}

// placed are the items on a step, named as items.
func (e *editor) placed(step schema.ID) (all []sibling, err error) {
	placements, err := e.tx.ItemPlacementsOn(step)
	if err != nil {
		return nil, err
	}
	for _, p := range placements {
		item, err := e.tx.Items.Get(p.Item)
		if err != nil {
			return nil, err
		}
		all = append(all, sibling{p.Item, item.Title, &p.Position, func() error { return e.tx.Placements.Put(p) }})
	}
	return all, nil
}

// nested are the journeys below a step, named as journeys.
func (e *editor) nested(step schema.ID) (all []sibling, err error) {
	nestings, err := e.tx.NestingsOn(step)
	if err != nil {
		return nil, err
	}
	for _, n := range nestings {
		child, err := e.tx.Journeys.Get(n.Journey)
		if err != nil {
			return nil, err
		}
		all = append(all, sibling{n.Journey, child.Name, &n.Position, func() error { return e.tx.Nestings.Put(n) }})
	}
	return all, nil
}
