package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"custory/schema"
)

// Undo takes back every change the call made, and is a call that can itself be
// undone. It refuses if any of those records has changed since, and names it.
func (tx *Tx) Undo(call schema.ID) error {
	c, err := tx.LoggedCall(call)
	if err != nil {
		return err
	}
	if c.Undone != "" {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s was undone already, by %s", call, c.Undone), Hint: fmt.Sprintf("to do it again, undo %s", c.Undone)}
	}
	tx.undoes = call
	return tx.revert(`SELECT kind, id, min(version), max(version) FROM change WHERE workspace = ? AND call = ? GROUP BY kind, id`, false, tx.workspace(), call)
}

// Restore brings the structure of a journey back to how it was when the log
// ended at seq: its stages, steps, nestings, placements and links, but not the
// items themselves, which other journeys show too. What has come since and
// what has gone since are taken back alike.
func (tx *Tx) Restore(journey schema.ID, seq int64) error {
	if _, err := tx.Journeys.Get(journey); err != nil {
		return err
	}
	return tx.revert(`SELECT c.kind, c.id, min(c.version), max(c.version) FROM touch t JOIN change c ON c.workspace = t.workspace AND c.seq = t.seq
		WHERE t.workspace = ? AND t.id = ? AND t.seq > ? AND c.kind IN ('journey', 'stage', 'step', 'nesting', 'placement', 'link') GROUP BY c.kind, c.id`,
		true, tx.workspace(), journey, seq)
}

// A line is one record to be given back an earlier body.
type line struct {
	ref         schema.Ref
	first, last int // the versions to take back
	now         int // the newest version
	body        sql.NullString
	gone        bool // it does not exist now
}

// revert gives each record in the chosen changes the body it had before the
// first of them. Unless forced, it refuses if one has changed since the last.
func (tx *Tx) revert(chosen string, force bool, args ...any) error {
	lines, err := tx.lines(chosen, args...)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return nil
	}
	for _, l := range lines {
		if !force && l.now != l.last {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s has changed since", l.ref.ID), Hint: "undo the later call first; get_changes names it"}
		}
	}
	// What refers goes before what it refers to, and comes back after it.
	order := schema.Kinds()
	slices.SortStableFunc(lines, func(a, b line) int {
		return slices.Index(order, a.ref.Kind) - slices.Index(order, b.ref.Kind)
	})
	for _, l := range slices.Backward(lines) {
		if l.body.Valid || l.gone {
			continue
		}
		if err := tx.removeIfThere(l.ref); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if !l.body.Valid {
			continue
		}
		if force {
			if gone, err := tx.holdsGone(l); err != nil || gone {
				if err != nil {
					return err
				}
				continue
			}
		}
		if err := tx.tables[l.ref.Kind].put(json.RawMessage(l.body.String), tx.newest(l)); err != nil {
			return fmt.Errorf("bring %s back: %w", l.ref.ID, err)
		}
	}
	return nil
}

// holdsGone reports whether the line is a placement or link of what has been
// removed from the workspace, and so cannot come back.
func (tx *Tx) holdsGone(l line) (bool, error) {
	var holds struct{ Item, Signal, From, To schema.ID }
	if l.ref.Kind != schema.KindPlacement && l.ref.Kind != schema.KindLink {
		return false, nil
	}
	if err := json.Unmarshal([]byte(l.body.String), &holds); err != nil {
		return false, err
	}
	err := tx.exist("", []schema.ID{holds.Item, holds.Signal, holds.From, holds.To})
	if errors.Is(err, schema.NotFound) {
		return true, nil
	}
	return false, err
}

// newest is the version a record has reached, removals of this very call
// included.
func (tx *Tx) newest(l line) int {
	now := l.now
	_, _ = tx.one(`SELECT max(version) FROM change WHERE workspace = ? AND id = ?`, []any{tx.workspace(), l.ref.ID}, &now)
	return now
}

// removeIfThere removes the record unless it went with another.
func (tx *Tx) removeIfThere(ref schema.Ref) error {
	var n int
	if _, err := tx.one(fmt.Sprintf(`SELECT count(*) FROM %s WHERE workspace = ? AND id = ?`, ref.Kind), []any{tx.workspace(), ref.ID}, &n); err != nil || n == 0 {
		return err
	}
	return tx.tables[ref.Kind].Remove(ref.ID)
}

func (tx *Tx) lines(chosen string, args ...any) (lines []line, err error) {
	err = tx.query(chosen, args, func(rows *sql.Rows) error {
		var l line
		err := rows.Scan(&l.ref.Kind, &l.ref.ID, &l.first, &l.last)
		lines = append(lines, l)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range lines {
		l := &lines[i]
		if _, err := tx.one(`SELECT version, body IS NULL FROM change WHERE workspace = ? AND id = ? ORDER BY version DESC LIMIT 1`, []any{tx.workspace(), l.ref.ID}, &l.now, &l.gone); err != nil {
			return nil, err
		}
		if _, err := tx.one(`SELECT body FROM change WHERE workspace = ? AND id = ? AND version = ?`, []any{tx.workspace(), l.ref.ID, l.first - 1}, &l.body); err != nil {
			return nil, err
		}
	}
	return lines, nil
}
