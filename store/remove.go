package store

import (
	"errors"
	"fmt"
	"slices"

	"custory/schema"
)

// dependents tells, for each kind, what goes with a record that is removed:
// what stands in it, and what only joins it to others. Items survive the steps
// they stand on. What is in nobody's list but refers to the record keeps it
// from being removed.
var dependents = map[schema.Kind][]struct {
	kind   schema.Kind
	column string
}{
	schema.KindJourney: {{schema.KindStage, "journey"}, {schema.KindNesting, "journey"}, {schema.KindNote, "journey"}, {schema.KindBookmark, "journey"}, {schema.KindComment, "on_id"}},
	schema.KindStage:   {{schema.KindStep, "stage"}, {schema.KindComment, "on_id"}},
	schema.KindStep:    {{schema.KindPlacement, "step"}, {schema.KindNesting, "step"}, {schema.KindComment, "on_id"}},
	schema.KindItem: {{schema.KindPlacement, "item"}, {schema.KindLink, "from_item"}, {schema.KindLink, "to_item"}, {schema.KindCitation, "item"}, {schema.KindComment, "on_id"},
		{schema.KindAttachment, "item"}, {schema.KindWeblink, "item"}, {schema.KindTask, "item"}, {schema.KindReading, "item"}},
	schema.KindPersona: {{schema.KindComment, "on_id"}},
	schema.KindSignal:  {{schema.KindPlacement, "signal"}},
	schema.KindComment: {{schema.KindComment, "reply_to"}},
}

// Remove removes the record and what stands in it, and logs each. A signal that
// is cited, a persona that is referred to, and a member who owns an item or is
// in a conversation cannot be removed.
func (t Table[T, R]) Remove(id schema.ID) error {
	r, err := t.Get(id)
	if err != nil {
		return err
	}
	was, err := t.tx.shownBy(r) // while it still stands where it stood
	if err != nil {
		return err
	}
	return t.tx.remove(r, was)
}

func (tx *Tx) remove(r schema.Record, was []schema.Ref) error {
	if err := tx.proposal(r, nil); err != nil {
		return err
	}
	if err := tx.unused(r); err != nil {
		return err
	}
	tx.people = tx.people || r.Kind() == schema.KindMember
	inside, err := tx.inside(r)
	if err != nil {
		return err
	}
	for _, ref := range inside {
		if err := tx.tables[ref.Kind].Remove(ref.ID); err != nil && !errors.Is(err, schema.NotFound) { // it may have gone with another
			return err
		}
	}
	if err := tx.tables[r.Kind()].delete(r.Self().ID); err != nil {
		return err
	}
	return tx.removed(r, was)
}

// inside returns what goes with r.
func (tx *Tx) inside(r schema.Record) (all []schema.Ref, err error) {
	for _, d := range dependents[r.Kind()] {
		refs, err := tx.refs(d.kind, fmt.Sprintf(`SELECT id FROM %s WHERE workspace = ? AND %s = ? ORDER BY id`, d.kind, d.column), r.Self().ID)
		if err != nil {
			return nil, err
		}
		all = append(all, refs...)
	}
	return all, nil
}

// referrers find what keeps a record from being removed.
var referrers = map[schema.Kind][]string{
	schema.KindMember: {
		`SELECT id FROM item WHERE workspace = ? AND owner = ?`,
		`SELECT id FROM comment WHERE workspace = ? AND author = ?`,
		`SELECT id FROM comment WHERE workspace = ? AND mentions LIKE '%"' || ? || '"%'`,
		`SELECT id FROM key WHERE workspace = ? AND member = ?`,
		`SELECT id FROM invitation WHERE workspace = ? AND ? IN (invited_by, accepted)`,
		`SELECT id FROM join_request WHERE workspace = ? AND decided_by = ?`,
	},
	schema.KindSignal: {`SELECT item FROM citation WHERE workspace = ? AND signal = ?`},
	schema.KindPersona: {
		`SELECT id FROM journey WHERE workspace = ? AND personas LIKE '%"' || ? || '"%'`,
		`SELECT id FROM step WHERE workspace = ? AND personas LIKE '%"' || ? || '"%'`,
		`SELECT id FROM item WHERE workspace = ? AND actor || affected_segment LIKE '%"' || ? || '"%'`,
		`SELECT id FROM signal WHERE workspace = ? AND persona = ?`,
	},
}

// unused refuses to remove what others refer to without standing in it.
func (tx *Tx) unused(r schema.Record) error {
	var users []schema.ID
	for _, query := range referrers[r.Kind()] {
		ids, err := tx.ids(query, tx.workspace(), r.Self().ID)
		if err != nil {
			return err
		}
		users = append(users, ids...)
	}
	if len(users) == 0 {
		return nil
	}
	slices.Sort(users)
	users = slices.Compact(users)
	return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s is still referred to by %v", r.Self().ID, users[:min(len(users), 10)]), Hint: "take it out of those first"}
}
