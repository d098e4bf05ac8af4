package tools

import (
	"fmt"

	"custory/schema"
)

// place puts an item on a step. One that stands there already is only moved
// among its siblings, and only if the operation says where.
func (e *editor) place(o operation) (line doneLine, err error) {
	item, step, err := e.itemAndStep(o)
	if err != nil {
		return line, err
	}
	line = doneLine{ID: item, Did: "placed"}
	if line.Path, err = e.tx.Path(step); err != nil {
		return line, err
	}
	p, err := e.standing(item, step)
	if err != nil {
		return line, err
	}
	if p != nil && o.After == "" {
		line.Did = "stood there already"
		return line, nil
	}
	if p == nil {
		p = &schema.Placement{Item: item, Step: step}
	}
	return line, e.seat(p, o.After)
}

// seat writes a placement of an item at its place among the others.
func (e *editor) seat(p *schema.Placement, after string) error {
	all, err := e.placed(p.Step)
	if err != nil {
		return err
	}
	if p.Position, err = e.room(all, p.Item, after); err != nil {
		return err
	}
	return e.tx.Placements.Put(p)
}

func (e *editor) unplace(o operation) (line doneLine, err error) {
	item, step, err := e.itemAndStep(o)
	if err != nil {
		return line, err
	}
	p, err := e.standing(item, step)
	if err != nil {
		return line, err
	}
	if p == nil {
		return line, notStanding(e.tx, item, step)
	}
	line = doneLine{ID: item, Did: "taken away; the item remains"}
	if line.Path, err = e.tx.Path(step); err != nil {
		return line, err
	}
	return line, e.tx.Placements.Remove(p.ID)
}

func (e *editor) itemAndStep(o operation) (item, step schema.ID, err error) {
	if item, err = e.find("item", o.Item, schema.KindItem); err != nil {
		return "", "", err
	}
	step, err = e.find("in", o.In, schema.KindStep)
	return item, step, err
}

// standing is the placement of an item on a step, or nil.
func (e *editor) standing(item, step schema.ID) (*schema.Placement, error) {
	all, err := e.tx.PlacementsOf(item)
	for _, p := range all {
		if p.Step == step {
			return p, nil
		}
	}
	return nil, err
}

// move moves a stage, a step, an item or a nested journey.
func (e *editor) move(o operation) (line doneLine, err error) {
	if (o.Item != "") == (o.Target != "") {
		return line, &schema.Error{Code: schema.Invalid, Field: "target", Message: "say what to move: a target (a stage, step or nested journey) or an item"}
	}
	if o.Item != "" {
		return e.moveItem(o)
	}
	id, err := e.find("target", o.Target, schema.KindStage, schema.KindStep, schema.KindJourney)
	if err != nil {
		return line, err
	}
	line = doneLine{ID: id, Did: "moved"}
	switch id.Kind() {
	case schema.KindStage:
		return line, e.moveStage(id, o)
	case schema.KindStep:
		return line, e.moveStep(id, o)
	}
	return e.moveNested(id, o)
}

func (e *editor) moveStage(id schema.ID, o operation) error {
	s, err := e.tx.Stages.Get(id)
	if err != nil {
		return err
	}
	if o.In != "" {
		if s.Journey, err = e.find("in", o.In, schema.KindJourney); err != nil {
			return err
		}
	}
	all, err := e.stages(s.Journey)
	if err != nil {
		return err
	}
	if s.Position, err = e.room(all, s.ID, o.After); err != nil {
		return err
	}
	return e.tx.Stages.Put(s)
}

func (e *editor) moveStep(id schema.ID, o operation) error {
	s, err := e.tx.Steps.Get(id)
	if err != nil {
		return err
	}
	if o.In != "" || !atEnd(o.After) {
		if s.Stage, err = e.stageFor(o); err != nil {
			return err
		}
	}
	all, err := e.steps(s.Stage)
	if err != nil {
		return err
	}
	if s.Position, err = e.room(all, s.ID, o.After); err != nil {
		return err
	}
	return e.tx.Steps.Put(s)
}

// moveItem moves an item to another step, or among those on its step.
func (e *editor) moveItem(o operation) (line doneLine, err error) {
	item, err := e.find("item", o.Item, schema.KindItem)
	if err != nil {
		return line, err
	}
	stands, err := e.tx.PlacementsOf(item)
	if err != nil {
		return line, err
	}
	p, err := e.leaving(item, stands)
	if err != nil {
		return line, err
	}
	from := p.Step
	if o.In != "" {
		if p.Step, err = e.find("in", o.In, schema.KindStep); err != nil {
			return line, err
		}
	}
	line = doneLine{ID: item, Did: "moved"}
	if line.Path, err = e.tx.Path(p.Step); err != nil {
		return line, err
	}
	if p.Step != from {
		was, err := e.tx.Path(from)
		if err != nil {
			return line, err
		}
		line.Did = "moved from " + was
		if there, err := e.standing(item, p.Step); err != nil || there != nil {
			if err != nil {
				return line, err
			}
			line.Did += "; it stood there already"
			return line, e.tx.Placements.Remove(p.ID)
		}
	}
	return line, e.seat(p, o.After)
}

// leaving is the placement a moved item leaves: the only one it has, or the
// only one in the editor's journey.
func (e *editor) leaving(item schema.ID, stands []*schema.Placement) (*schema.Placement, error) {
	if len(stands) > 1 && e.journey != "" {
		var inside []*schema.Placement
		for _, p := range stands {
			j, err := e.tx.JourneyOf(p.Step)
			if err != nil {
				return nil, err
			}
			if j == e.journey {
				inside = append(inside, p)
			}
		}
		stands = inside
	}
	switch len(stands) {
	case 0:
		return nil, &schema.Error{Code: schema.Conflict, Field: "item", Message: fmt.Sprintf("%s stands nowhere it could be moved from", item), Hint: "place it instead"}
	case 1:
		return stands[0], nil
	}
	f := &schema.Error{Code: schema.Conflict, Field: "item", Message: fmt.Sprintf("%s stands on %d steps", item, len(stands)), Hint: "unplace it from one, and place it on another"}
	for _, p := range stands {
		path, err := e.tx.Path(p.Step)
		if err != nil {
			return nil, err
		}
		f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", p.Step, path))
	}
	return nil, f
}
