package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"custory/schema"
)

// Backup writes a consistent copy of the database to a new file, while the
// program goes on. It refuses to overwrite.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		if err == nil {
			err = &schema.Error{Code: schema.Conflict, Message: path + " exists already", Hint: "name a new file"}
		}
		return err
	}
	// VACUUM cannot run in a transaction; the writing session is taken bare.
	c, err := s.w.take(ctx)
	if err != nil {
		return err
	}
	defer s.w.give(c, false)
	if _, err := c.conn.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return errors.Join(fault(err), os.Remove(path))
	}
	return os.Chmod(path, 0o600)
}

// Check reads the whole file and returns what is wrong with it: damage to the
// file, references that lead nowhere, a full-text index that does not fit, gaps
// in a log. It returns nothing if all is well.
func (s *Store) Check(ctx context.Context) (wrong []string, err error) {
	err = s.w.within(ctx, func(c *session) error {
		for _, q := range []struct{ what, query string }{
			{"file", `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`},
			{"reference", `SELECT "table" || ' row ' || rowid || ' refers to a missing ' || parent FROM pragma_foreign_key_check`},
			{"log", `SELECT h.workspace || ' has ' || count(c.seq) || ' changes where its log ends at ' || h.seq FROM head h LEFT JOIN change c ON c.workspace = h.workspace
				GROUP BY h.workspace, h.seq HAVING count(c.seq) <> h.seq OR max(c.seq) <> h.seq`},
			{"search", `SELECT 'the record ' || d.id || ' has no full text' FROM doc d WHERE NOT EXISTS (SELECT 1 FROM full_text f WHERE f.rowid = d."row")`},
		} {
			rows, err := c.conn.QueryContext(ctx, q.query)
			if err != nil {
				return fmt.Errorf("check the %s: %w", q.what, err)
			}
			for rows.Next() {
				var w string
				if err := rows.Scan(&w); err != nil {
					return errors.Join(err, rows.Close())
				}
				wrong = append(wrong, q.what+": "+w)
			}
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
		}
		if _, err := c.conn.ExecContext(ctx, `INSERT INTO full_text (full_text) VALUES ('integrity-check')`); err != nil {
			wrong = append(wrong, "search: "+strings.TrimSpace(err.Error()))
		}
		return nil
	})
	return wrong, fault(err)
}

// Rebuild makes the full text and the slugs of a workspace anew from its
// records.
func (s *Store) Rebuild(ctx context.Context, workspace schema.ID) error {
	return fault(s.w.within(ctx, func(c *session) error {
		tx := newTx(ctx, s, c, schema.Call{Actor: schema.Actor{Workspace: workspace}})
		for k, t := range tx.tables {
			all, err := t.all()
			if err != nil {
				return err
			}
			for _, r := range all {
				if err := tx.keepSlugs(r); err != nil {
					return err
				}
				if Text(r) != "" {
					tx.stale[r.Self().ID] = k
				}
			}
		}
		return tx.reindex()
	}))
}

// Each calls fn with every record of the workspace as the log holds it, those
// referred to before those that refer. This is what an export is made of.
func (tx *Tx) Each(fn func(k schema.Kind, body json.RawMessage) error) error {
	for _, k := range schema.Kinds() {
		all, err := tx.tables[k].all()
		if err != nil {
			return err
		}
		for _, r := range all {
			body, err := json.Marshal(r)
			if err != nil {
				return err
			}
			if err := fn(k, body); err != nil {
				return err
			}
		}
	}
	return nil
}

// Adopt puts a record of an export into this workspace, with the id and the
// dates it had. It refuses one whose id is taken.
func (tx *Tx) Adopt(k schema.Kind, body json.RawMessage) error {
	t := tx.tables[k]
	if t == nil {
		return schema.Errorf(schema.Invalid, "there is no kind of record %q", k)
	}
	var h schema.Head
	if err := json.Unmarshal(body, &h); err != nil {
		return schema.Errorf(schema.Invalid, "a %s is not readable: %v", k, err)
	}
	if err := h.ID.Want(k); err != nil {
		return err
	}
	if _, err := t.get(h.ID); err == nil {
		return schema.Errorf(schema.Conflict, "%s is in this workspace already", h.ID)
	}
	return t.put(body, 0)
}
