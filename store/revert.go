package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"custory/schema"
)

// Undo takes back every change the call made, and is a call that can itself be
// undone. It refuses if any of those records is not as the call left it, or if
// something that came later stands in one that would have to go, and names it.
func (tx *Tx) Undo(call schema.ID) error {
	c, err := tx.LoggedCall(call)
	if err != nil {
		return err
	}
	if c.Undone != "" {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s was undone already, by %s", call, c.Undone), Hint: fmt.Sprintf("to do it again, undo %s", c.Undone)}
	}
	if tx.undoes != "" {
		return schema.Errorf(schema.Conflict, "this call takes back %s already; take back %s in another", tx.undoes, call)
	}
	lines, err := tx.linesOf(call)
	if err != nil {
		return err
	}
	if lines, err = keysStay(call, lines); err != nil {
		return err
	}
	tx.undoes = call
	return tx.revert(lines, false)
}

// A line is one record that is to become what it was.
type line struct {
	ref   schema.Ref
	now   schema.Record // nil: there is none
	was   schema.Record // nil: there was none
	shown []schema.Ref  // whose pictures show what it is now
}

// keysStay leaves out keys that would come back, revoked or removed as they
// are: who revoked one relies on it. It refuses if nothing else would happen.
func keysStay(call schema.ID, lines []*line) (others []*line, err error) {
	others = slices.DeleteFunc(slices.Clone(lines), func(l *line) bool { return l.ref.Kind == schema.KindKey && l.was != nil })
	if len(others) == 0 && len(lines) > 0 {
		return nil, &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot be taken back: a key that was revoked or removed never works again", call), Hint: "make a new key with create_key"}
	}
	return others, nil
}

// linesOf reads what the call changed, in the order in which it came to be,
// and refuses if any of it has changed since.
func (tx *Tx) linesOf(call schema.ID) (lines []*line, err error) {
	ws := tx.workspace()
	var was, left []sql.NullString
	var last []int
	err = tx.query(`SELECT c.kind, c.id, c.last, b.body, l.body
		FROM (SELECT kind, id, min(version) AS first, max(version) AS last FROM change WHERE workspace = ? AND call = ? GROUP BY kind, id) c
		JOIN change l ON l.workspace = ? AND l.id = c.id AND l.version = c.last
		JOIN change o ON o.workspace = ? AND o.id = c.id AND o.version = 1
		LEFT JOIN change b ON b.workspace = ? AND b.id = c.id AND b.version = c.first - 1 ORDER BY o.seq`,
		[]any{ws, call, ws, ws, ws}, func(rows *sql.Rows) error {
			var l line
			var v int
			var b, a sql.NullString
			err := rows.Scan(&l.ref.Kind, &l.ref.ID, &v, &b, &a)
			lines, last, was, left = append(lines, &l), append(last, v), append(was, b), append(left, a)
			return err
		})
	for i, l := range lines {
		if err != nil {
			return nil, err
		}
		if l.now, err = tx.current(l.ref); err != nil {
			return nil, err
		}
		asLeft, err := tx.decode(l.ref.Kind, left[i])
		if err != nil {
			return nil, err
		}
		if !alike(l.now, asLeft) {
			return nil, tx.changedSince(l.ref.ID, last[i])
		}
		if l.was, err = tx.decode(l.ref.Kind, was[i]); err != nil {
			return nil, err
		}
	}
	return lines, err
}

// current returns the record as it is, or nil.
func (tx *Tx) current(ref schema.Ref) (schema.Record, error) {
	r, err := tx.tables[ref.Kind].get(ref.ID)
	if errors.Is(err, schema.NotFound) {
		return nil, nil
	}
	return r, err
}

func (tx *Tx) decode(k schema.Kind, body sql.NullString) (schema.Record, error) {
	if !body.Valid {
		return nil, nil
	}
	return tx.tables[k].decode(body.String)
}

// alike reports whether two versions of a record say the same, whenever they
// were written.
func alike(a, b schema.Record) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	h := a.Self()
	defer func(was schema.Head) { *h = was }(*h)
	h.Version, h.Updated = b.Self().Version, b.Self().Updated
	return same(a, b)
}

func (tx *Tx) changedSince(id schema.ID, version int) error {
	var later schema.ID
	if _, err := tx.one(`SELECT call FROM change WHERE workspace = ? AND id = ? AND version > ? ORDER BY version DESC LIMIT 1`, []any{tx.workspace(), id, version}, &later); err != nil {
		return err
	}
	return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s has changed since, by %s", id, later), Hint: "undo the later call first"}
}

// revert makes each record what it was, through the door that every write
// takes. What came since and stands in a record that has to go either goes with
// it, if forced, or keeps it.
func (tx *Tx) revert(lines []*line, forced bool) error {
	lines = slices.DeleteFunc(lines, func(l *line) bool { return alike(l.now, l.was) })
	order := schema.Kinds()
	slices.SortStableFunc(lines, func(a, b *line) int {
		return cmp.Compare(slices.Index(order, a.ref.Kind), slices.Index(order, b.ref.Kind))
	})
	for _, l := range lines {
		if err := tx.makeWay(l); err != nil {
			return err
		}
	}
	// Of some things there can be only one: those leave before others come.
	for _, l := range slices.Backward(lines) {
		if l.now == nil || !single[l.ref.Kind] {
			continue
		}
		if l.was == nil {
			if err := tx.takeOut(l, forced); err != nil {
				return err
			}
			continue
		}
		if err := tx.tables[l.ref.Kind].delete(l.ref.ID); err != nil {
			return err
		}
	}
	for _, l := range lines { // what is referred to comes before what refers to it
		if l.was == nil {
			continue
		}
		if err := tx.tables[l.ref.Kind].revive(l.now, l.was, l.shown); err != nil {
			return stays(l.ref.ID, err)
		}
	}
	for _, l := range slices.Backward(lines) {
		if l.was != nil || single[l.ref.Kind] {
			continue
		}
		if err := tx.takeOut(l, forced); err != nil {
			return err
		}
	}
	return nil
}

// single are the kinds of which there can be only one in a place. Nothing
// stands in them.
var single = map[schema.Kind]bool{schema.KindNesting: true, schema.KindLink: true, schema.KindSignal: true, schema.KindPlacement: true, schema.KindCitation: true}

// makeWay notes whose pictures show the record while everything stands where
// it stands, and frees the slugs it will not have.
func (tx *Tx) makeWay(l *line) (err error) {
	if l.now == nil {
		return nil
	}
	if l.shown, err = tx.shownBy(l.now); err != nil {
		return err
	}
	return tx.dropSlugs(l.now)
}

// takeOut removes a record that was not there, unless it has gone with another.
func (tx *Tx) takeOut(l *line, forced bool) error {
	now, err := tx.current(l.ref)
	if err != nil || now == nil {
		return err
	}
	if !forced {
		inside, err := tx.inside(now)
		if err != nil {
			return err
		}
		if len(inside) > 0 {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s has to stay: %s came to it since", l.ref.ID, inside[0].ID), Hint: "undo the later call first"}
		}
	}
	return tx.remove(now, l.shown)
}

// stays says that a record cannot come back.
func stays(id schema.ID, err error) error {
	if f := schema.FaultsOf(err); len(f) > 0 {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot come back: %s", id, f[0].Message), Hint: f[0].Hint, Err: err}
	}
	return fmt.Errorf("bring %s back: %w", id, err)
}
