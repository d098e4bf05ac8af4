package store

import (
	"fmt"

	"custory/schema"
)

// twin finds the record that stands where r would stand: of some things there
// can be only one. It is "" if there is none.
func (tx *Tx) twin(r schema.Record) (id schema.ID, message string, err error) {
	ws, self := tx.workspace(), r.Self().ID
	find := func(query string, args ...any) (schema.ID, error) {
		_, err := tx.one(query, args, &id)
		return id, err
	}
	switch r := r.(type) {
	case *schema.Workspace:
		if id, err = find(`SELECT id FROM workspace WHERE slug = ? AND id <> ?`, r.Slug, self); id != "" {
			return id, fmt.Sprintf("the slug %q is taken by another workspace", r.Slug), err
		}
	case *schema.Signal:
		if id, err = find(`SELECT id FROM signal WHERE workspace = ? AND digest = ? AND id <> ?`, ws, r.Identity(), self); id != "" {
			return id, fmt.Sprintf("the same signal is here already, as %s", id), err
		}
	case *schema.Placement:
		held, column := r.Item, "item"
		if r.Signal != "" {
			held, column = r.Signal, "signal"
		}
		if id, err = find(fmt.Sprintf(`SELECT id FROM placement WHERE workspace = ? AND %s = ? AND coalesce(step, '') = ? AND id <> ?`, column), ws, held, r.Step, self); id == "" {
			return id, "", err
		}
		if r.Step == "" {
			return id, fmt.Sprintf("%s is dismissed already, by %s", held, id), err
		}
		return id, fmt.Sprintf("%s stands on %s already, by %s", held, r.Step, id), err
	case *schema.Nesting:
		if id, err = find(`SELECT id FROM nesting WHERE workspace = ? AND step = ? AND journey = ? AND id <> ?`, ws, r.Step, r.Journey, self); id != "" {
			return id, fmt.Sprintf("%s hangs below %s already, by %s", r.Journey, r.Step, id), err
		}
	case *schema.Link:
		if id, err = find(`SELECT id FROM link WHERE workspace = ? AND from_item = ? AND to_item = ? AND id <> ?`, ws, r.From, r.To, self); id != "" {
			return id, fmt.Sprintf("%s is linked to %s already, by %s", r.From, r.To, id), err
		}
	case *schema.Citation:
		if id, err = find(`SELECT id FROM citation WHERE workspace = ? AND item = ? AND signal = ? AND span_start = ? AND span_end = ? AND id <> ?`,
			ws, r.Item, r.Signal, r.Start, r.End, self); id != "" {
			return id, fmt.Sprintf("%s cites these words of %s already, by %s", r.Item, r.Signal, id), err
		}
	}
	return "", "", err
}
