package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"custory/schema"
)

// tick is how often a Tail looks for the changes of other processes, which
// ring no bell here.
const tick = 200 * time.Millisecond

// Changes yields what is in the workspace's log after seq, oldest first, and
// stops.
func (s *Store) Changes(ctx context.Context, workspace schema.ID, after int64) iter.Seq2[schema.Change, error] {
	return func(yield func(schema.Change, error) bool) {
		for {
			var batch []schema.Change
			err := s.View(ctx, schema.Actor{Workspace: workspace}, func(tx *Tx) (err error) {
				batch, err = tx.ChangesAfter(after, 500)
				return err
			})
			if err != nil {
				yield(schema.Change{}, err)
				return
			}
			for _, c := range batch {
				after = c.Seq
				if !yield(c, nil) {
					return
				}
			}
			if len(batch) == 0 {
				return
			}
		}
	}
}

// Tail is Changes that waits for more until ctx is done.
func (s *Store) Tail(ctx context.Context, workspace schema.ID, after int64) iter.Seq2[schema.Change, error] {
	return func(yield func(schema.Change, error) bool) {
		t := time.NewTicker(tick)
		defer t.Stop()
		for {
			rung := s.rung()
			for c, err := range s.Changes(ctx, workspace, after) {
				if ctx.Err() != nil || !yield(c, err) || err != nil {
					return
				}
				after = c.Seq
			}
			select {
			case <-ctx.Done():
				return
			case <-rung:
			case <-t.C:
			}
		}
	}
}

// Head is the place of the last change in the workspace's log, 0 if there is
// none.
func (tx *Tx) Head() (seq int64, err error) {
	if tx.begun {
		return tx.seq, nil
	}
	_, err = tx.one(`SELECT seq FROM head WHERE workspace = ?`, []any{tx.workspace()}, &seq)
	return seq, err
}

// ChangesAfter returns at most n changes after seq, oldest first.
func (tx *Tx) ChangesAfter(seq int64, n int) ([]schema.Change, error) {
	return tx.changes(`c.workspace = ? AND c.seq > ? ORDER BY c.seq LIMIT ?`, tx.workspace(), seq, n)
}

// History returns the changes that altered the picture of the record, newest
// first, at most n of those before seq; seq 0 means from the newest.
func (tx *Tx) History(id schema.ID, seq int64, n int) ([]schema.Change, error) {
	if seq == 0 {
		seq = 1 << 62
	}
	return tx.changes(`c.workspace = ? AND c.seq IN (SELECT seq FROM touch WHERE workspace = ? AND id = ? AND seq < ? ORDER BY seq DESC LIMIT ?) ORDER BY c.seq DESC`,
		tx.workspace(), tx.workspace(), id, seq, n)
}

// ChangesOf returns what the call changed, in order.
func (tx *Tx) ChangesOf(call schema.ID) ([]schema.Change, error) {
	return tx.changes(`c.workspace = ? AND c.call = ? ORDER BY c.seq`, tx.workspace(), call)
}

func (tx *Tx) changes(cond string, args ...any) (all []schema.Change, err error) {
	err = tx.query(`
		SELECT c.seq, c.kind, c.id, c.version, p.body, c.body, k.id, k.tool, k.actor, k.client, k.cause, k.at
		FROM change c
		JOIN call k ON k.workspace = c.workspace AND k.id = c.call
		LEFT JOIN change p ON p.workspace = c.workspace AND p.id = c.id AND p.version = c.version - 1
		WHERE `+cond, args, func(rows *sql.Rows) error {
		var c schema.Change
		var before, after sql.NullString
		if err := rows.Scan(&c.Seq, &c.Ref.Kind, &c.Ref.ID, &c.Version, &before, &after, &c.Call, &c.Tool, &c.Actor, &c.Client, &c.Cause, stamp{&c.At}); err != nil {
			return err
		}
		if before.Valid {
			c.Before = json.RawMessage(before.String)
		}
		if after.Valid {
			c.After = json.RawMessage(after.String)
		}
		all = append(all, c)
		return nil
	})
	for i := range all {
		if err == nil {
			err = tx.readTouches(&all[i])
		}
	}
	return all, err
}

// readTouches fills in what the change touched, itself first.
func (tx *Tx) readTouches(c *schema.Change) error {
	c.Touches = []schema.Ref{c.Ref}
	return tx.query(`SELECT kind, id FROM touch WHERE workspace = ? AND seq = ? ORDER BY kind, id`, []any{tx.workspace(), c.Seq}, func(rows *sql.Rows) error {
		var r schema.Ref
		err := rows.Scan(&r.Kind, &r.ID)
		if r != c.Ref {
			c.Touches = append(c.Touches, r)
		}
		return err
	})
}

// A CallFilter chooses calls from the log.
type CallFilter struct {
	Touching schema.ID // that altered the picture of this record
	Actor    schema.ID
	Tool     string
	Since    time.Time
	Until    time.Time
	Before   int64 // in the log, for paging; 0 is from the newest
	Limit    int
}

// Calls returns calls that changed something, newest first, and how many there
// are in all that fit the filter but for Before.
func (tx *Tx) Calls(f CallFilter) (calls []schema.LoggedCall, total int, err error) {
	cond, args := []string{"workspace = ?"}, []any{tx.workspace()}
	add := func(c string, a ...any) { cond, args = append(cond, c), append(args, a...) }
	if f.Touching != "" {
		add(`id IN (SELECT c.call FROM touch t JOIN change c ON c.workspace = t.workspace AND c.seq = t.seq WHERE t.workspace = ? AND t.id = ?)`, tx.workspace(), f.Touching)
	}
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if f.Tool != "" {
		add("tool = ?", f.Tool)
	}
	if !f.Since.IsZero() {
		add("at >= ?", f.Since.UnixMilli())
	}
	if !f.Until.IsZero() {
		add("at < ?", f.Until.UnixMilli())
	}
	if _, err := tx.one(`SELECT count(*) FROM call WHERE `+strings.Join(cond, " AND "), args, &total); err != nil {
		return nil, 0, err
	}
	if f.Before > 0 {
		add("seq < ?", f.Before)
	}
	calls, err = tx.calls(strings.Join(cond, " AND ")+" ORDER BY seq DESC LIMIT ?", append(args, f.Limit)...)
	return calls, total, err
}

// LoggedCall returns one call from the log.
func (tx *Tx) LoggedCall(id schema.ID) (schema.LoggedCall, error) {
	if err := id.Want(schema.KindCall); err != nil {
		return schema.LoggedCall{}, err
	}
	calls, err := tx.calls(`workspace = ? AND id = ?`, tx.workspace(), id)
	if err != nil {
		return schema.LoggedCall{}, err
	}
	if len(calls) == 0 {
		return schema.LoggedCall{}, &schema.Error{Code: schema.NotFound, Message: "there is no call " + string(id) + " in this workspace", Hint: "get_changes lists the calls"}
	}
	return calls[0], nil
}

func (tx *Tx) calls(cond string, args ...any) (all []schema.LoggedCall, err error) {
	err = tx.query(`SELECT id, tool, actor, client, key, cause, at, undoes, summary, seq,
		(SELECT count(*) FROM change c WHERE c.workspace = call.workspace AND c.call = call.id) FROM call WHERE `+cond, args, func(rows *sql.Rows) error {
		var c schema.LoggedCall
		err := rows.Scan(&c.ID, &c.Tool, &c.Actor, &c.Client, &c.Key, &c.Cause, stamp{&c.At}, &c.Undoes, &c.Summary, &c.Seq, &c.Changes)
		all = append(all, c)
		return err
	})
	for i := range all {
		if err == nil {
			all[i].Undone, err = tx.undoneBy(all[i].ID)
		}
	}
	return all, err
}

// undoneBy returns the call that took this one back and was not taken back
// itself, or "".
func (tx *Tx) undoneBy(call schema.ID) (schema.ID, error) {
	undoers, err := tx.ids(`SELECT id FROM call WHERE workspace = ? AND undoes = ? ORDER BY seq DESC`, tx.workspace(), call)
	for _, u := range undoers {
		again, err := tx.undoneBy(u)
		if err != nil || again == "" {
			return u, err
		}
	}
	return "", err
}

// SeqAt is the place in the log of the last change made until t, 0 if there
// was none.
func (tx *Tx) SeqAt(t time.Time) (seq int64, err error) {
	_, err = tx.one(`SELECT coalesce(max(seq), 0) FROM change WHERE workspace = ? AND call = (SELECT id FROM call WHERE workspace = ? AND at <= ? ORDER BY seq DESC LIMIT 1)`,
		[]any{tx.workspace(), tx.workspace(), t.UnixMilli()}, &seq)
	return seq, err
}
