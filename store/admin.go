package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"custory/schema"
)

// Backup writes a consistent copy of the database to a new file, while the
// program goes on. It refuses to overwrite.
func (s *Store) Backup(ctx context.Context, path string) error { return Copy(ctx, s.path, path) }

// Copy writes a consistent copy of a database file to a new one, while others
// use it. The file is only read: its tables stay as old as they are. It refuses
// to overwrite.
func Copy(ctx context.Context, from, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return &schema.Error{Code: schema.Conflict, Message: path + " exists already", Hint: "name a new file"}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(from, "mode=ro")) // its own: the writer is not kept waiting
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return fault(err)
}

// Alone demands that nobody has a database file open: it is a conflict if
// somebody does. Changes that wait beside the file are taken into it. Of a file
// that is damaged or no database, nobody can say who has it open; it passes, as
// one does that is not there.
func Alone(ctx context.Context, path string) (err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", dsn(path, "mode=rw&_pragma=busy_timeout(500)&_pragma=locking_mode(exclusive)"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var n int
	return held(path, db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&n))
}

// checks look for what is wrong with the file. Each answers with a line for
// each fault.
var checks = []struct{ what, query string }{
	{"file", `SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'`},
	{"reference", `SELECT "table" || ' row ' || rowid || ' refers to a missing ' || parent FROM pragma_foreign_key_check`},
	{"log", `SELECT h.workspace || ' has ' || count(c.seq) || ' changes where its log ends at ' || h.seq FROM head h LEFT JOIN change c ON c.workspace = h.workspace
		GROUP BY h.workspace, h.seq HAVING count(c.seq) <> h.seq OR max(c.seq) <> h.seq`},
	{"search", `SELECT 'the record ' || d.id || ' has no full text' FROM doc d WHERE NOT EXISTS (SELECT 1 FROM full_text f WHERE f.rowid = d."row")`},
	{"search", `SELECT 'the record ' || r.id || ' cannot be found' FROM (` + searchedIDs + `) r WHERE NOT EXISTS (SELECT 1 FROM doc d WHERE d.workspace = r.workspace AND d.id = r.id)`},
	{"search", `SELECT 'the record ' || d.id || ' is found, but is gone' FROM doc d WHERE NOT EXISTS (SELECT 1 FROM (` + searchedIDs + `) r WHERE r.workspace = d.workspace AND r.id = d.id)`},
	{"search", `SELECT n.signals || ' signals are part of a conversation, and ' || n.threaded || ' have a place in one'
		FROM (SELECT (SELECT count(*) FROM signal WHERE thread <> '') AS signals, (SELECT count(*) FROM thread) AS threaded) n WHERE n.signals <> n.threaded`},
}

const searchedIDs = `SELECT workspace, id FROM journey UNION ALL SELECT workspace, id FROM stage UNION ALL SELECT workspace, id FROM step UNION ALL SELECT workspace, id FROM item
	UNION ALL SELECT workspace, id FROM persona UNION ALL SELECT workspace, id FROM signal UNION ALL SELECT workspace, id FROM note`

// Check reads the whole file and returns what is wrong with it: damage to the
// file, references that lead nowhere, a full-text index that does not fit, gaps
// in a log. It returns nothing if all is well.
func (s *Store) Check(ctx context.Context) (wrong []string, err error) {
	err = s.w.within(ctx, func(c *session) error {
		for _, q := range checks {
			err := c.query(q.query, nil, func(rows *sql.Rows) error {
				var w string
				err := rows.Scan(&w)
				wrong = append(wrong, q.what+": "+w)
				return err
			})
			if err != nil { // it is as wrong as can be
				wrong = append(wrong, q.what+": "+err.Error())
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if _, err := c.exec(`INSERT INTO full_text (full_text) VALUES ('integrity-check')`); err != nil {
			wrong = append(wrong, "search: "+err.Error())
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
		for _, clear := range []string{
			`DELETE FROM slug WHERE workspace = ?`,
			`DELETE FROM full_text WHERE rowid IN (SELECT "row" FROM doc WHERE workspace = ?)`,
			`DELETE FROM doc WHERE workspace = ?`,
		} {
			if _, err := tx.exec(clear, workspace); err != nil {
				return err
			}
		}
		for _, k := range schema.Kinds() {
			all, err := tx.tables[k].all()
			if err != nil {
				return err
			}
			for _, r := range all {
				if err := tx.keepSlugs(nil, r); err != nil {
					return err
				}
				if searched(r) {
					tx.stale[r.Self().ID] = k
				}
			}
		}
		return errors.Join(tx.rethread(), tx.reindex())
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
		if err := tx.inOrder(all); err != nil {
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

// inOrder sorts records of one kind as they came to be, since one may answer
// another that was made in the same moment.
func (tx *Tx) inOrder(all []schema.Record) error {
	if len(all) == 0 {
		return nil
	}
	seqs := make(map[schema.ID]int64, len(all))
	err := tx.query(`SELECT id, seq FROM change WHERE workspace = ? AND kind = ? AND version = 1`, []any{tx.workspace(), all[0].Kind()}, func(rows *sql.Rows) error {
		var id schema.ID
		var seq int64
		err := rows.Scan(&id, &seq)
		seqs[id] = seq
		return err
	})
	slices.SortFunc(all, func(a, b schema.Record) int { return cmp.Compare(seqs[a.Self().ID], seqs[b.Self().ID]) })
	return err
}
