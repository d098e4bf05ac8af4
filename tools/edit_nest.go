package tools

import (
	"fmt"

	"custory/schema"
)

// nest hangs a journey below a step: one that exists, or a new one.
func (e *editor) nest(o operation) (line doneLine, err error) {
	step, err := e.find("in", o.In, schema.KindStep)
	if err != nil {
		return line, err
	}
	if o.Target != "" {
		if f := firstOf(o.given(), "name", "description", "outline", "personas", "defaults"); f != "" {
			return line, &schema.Error{Code: schema.Invalid, Field: f, Message: f + " is for a new journey; target names one that exists", Hint: "nest it, then update it"}
		}
		line.ID, err = e.find("target", o.Target, schema.KindJourney)
		line.Did = "nested"
	} else {
		above := e.journey
		line, err = e.createJourney(o)
		e.journey = above
		line.Did += ", and nested"
	}
	if err != nil {
		return line, err
	}
	if line.Path, err = e.below(line.ID, step); err != nil {
		return line, err
	}
	n, err := e.nesting(line.ID, step)
	if err != nil {
		return line, err
	}
	if n != nil && o.After == "" {
		line.Did = "stood there already"
		return line, nil
	}
	if n == nil {
		n = &schema.Nesting{Step: step, Journey: line.ID}
	}
	return line, e.hang(n, o.After)
}

// hang writes a nesting at its place among the others.
func (e *editor) hang(n *schema.Nesting, after string) error {
	all, err := e.nested(n.Step)
	if err != nil {
		return err
	}
	if n.Position, err = e.room(all, n.Journey, after); err != nil {
		return err
	}
	return e.tx.Nestings.Put(n)
}

func (e *editor) unnest(o operation) (line doneLine, err error) {
	n, err := e.hanging(o.Target, o.In)
	if err != nil {
		return line, err
	}
	line = doneLine{ID: n.Journey, Did: "unnested; the journey remains"}
	if line.Path, err = e.below(n.Journey, n.Step); err != nil {
		return line, err
	}
	return line, e.tx.Nestings.Remove(n.ID)
}

// moveNested moves a nested journey below another step, or among those below
// its step.
func (e *editor) moveNested(child schema.ID, o operation) (line doneLine, err error) {
	n, err := e.hanging(string(child), "")
	if err != nil {
		return line, err
	}
	if o.In != "" {
		if n.Step, err = e.find("in", o.In, schema.KindStep); err != nil {
			return line, err
		}
	}
	line = doneLine{ID: child, Did: "moved"}
	if line.Path, err = e.below(child, n.Step); err != nil {
		return line, err
	}
	return line, e.hang(n, o.After)
}

// hanging finds where a journey hangs: below the step that is named, or below
// the only one it does.
func (e *editor) hanging(child, step string) (*schema.Nesting, error) {
	id, err := e.find("target", child, schema.KindJourney)
	if err != nil {
		return nil, err
	}
	all, err := e.tx.NestingsOf(id)
	if err != nil {
		return nil, err
	}
	if step != "" {
		sid, err := e.find("in", step, schema.KindStep)
		if err != nil {
			return nil, err
		}
		if n, err := e.nesting(id, sid); n != nil || err != nil {
			return n, err
		}
	} else if len(all) == 1 {
		return all[0], nil
	}
	f := &schema.Error{Code: schema.Conflict, Field: "target", Message: fmt.Sprintf("%s hangs below %s, and not just below the one that is meant", id, plural(len(all), "step")), Hint: "unnest it from one, and nest it below another"}
	if len(all) == 0 {
		f.Message, f.Hint = string(id)+" hangs below no step", "nest hangs it below one"
	}
	for _, n := range all {
		f.Valid = append(f.Valid, string(n.Step))
	}
	return nil, f
}

// nesting is how a journey hangs below a step, or nil.
func (e *editor) nesting(child, step schema.ID) (*schema.Nesting, error) {
	all, err := e.tx.NestingsOn(step)
	for _, n := range all {
		if n.Journey == child {
			return n, nil
		}
	}
	return nil, err
}

// below is the path of a nested journey.
func (e *editor) below(child, step schema.ID) (string, error) {
	above, err := e.tx.Path(step)
	if err != nil {
		return "", err
	}
	name, err := e.tx.Path(child)
	return above + " › " + name, err
}
