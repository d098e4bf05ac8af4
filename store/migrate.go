package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	"custory/schema"
)

// SchemaVersion is the number of SQL files this program knows: the version of
// the files it writes.
func SchemaVersion() int { return len(sqlFiles()) }

func sqlFiles() []string {
	files, _ := fs.Glob(schema.SQL, "sql/*.sql") // the pattern is well-formed
	return files
}

// migrate applies what is missing of schema.SQL, all in one immediate
// transaction: of several processes that start at once, one does the work and
// the others find it done.
func (s *Store) migrate(ctx context.Context) error {
	return fault(s.w.within(ctx, func(c *session) error {
		have, err := fileVersion(ctx, c.conn)
		if err != nil {
			return err
		}
		files := sqlFiles()
		for _, f := range files[have:] {
			text, err := fs.ReadFile(schema.SQL, f)
			if err != nil {
				return err
			}
			if _, err := c.conn.ExecContext(ctx, columnTypes.Replace(string(text))); err != nil {
				return fmt.Errorf("apply %s: %w", f, err)
			}
		}
		if have < fullTextMade {
			if err := s.refillFullText(ctx, c); err != nil {
				return fmt.Errorf("make the full text anew: %w", err)
			}
		}
		if _, err := c.conn.ExecContext(ctx, statistics); err != nil {
			return fmt.Errorf("tell the planner: %w", err)
		}
		_, err = c.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(files)))
		return err
	}))
}

// fullTextMade is the number of the last SQL file that makes the full text anew.
const fullTextMade = 9

// refillFullText makes the full text of all workspaces from their records.
func (s *Store) refillFullText(ctx context.Context, c *session) error {
	type owned struct {
		workspace, id schema.ID
		kind          schema.Kind
	}
	var docs []owned
	err := c.query(`SELECT workspace, id, kind FROM doc ORDER BY workspace`, nil, func(rows *sql.Rows) error {
		var d owned
		err := rows.Scan(&d.workspace, &d.id, &d.kind)
		docs = append(docs, d)
		return err
	})
	for len(docs) > 0 && err == nil {
		tx := newTx(ctx, s, c, schema.Call{Actor: schema.Actor{Workspace: docs[0].workspace}})
		for len(docs) > 0 && docs[0].workspace == tx.workspace() {
			tx.stale[docs[0].id], docs = docs[0].kind, docs[1:]
		}
		err = tx.reindex()
	}
	return err
}

// fileVersion reads the version of the file's tables: 0 if it is new. It
// refuses a file that another program or a newer version of this one wrote.
func fileVersion(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (have int, err error) {
	var tables, ours int
	err = db.QueryRowContext(ctx, `SELECT user_version, (SELECT count(*) FROM sqlite_master),
		(SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('workspace', 'journey')) FROM pragma_user_version`).Scan(&have, &tables, &ours)
	switch {
	case err != nil:
		return 0, err
	case have == 0 && tables > 0, have == 1 && ours == 0, have > 1 && ours < 2:
		return 0, &schema.Error{Code: schema.Conflict, Message: "the file is the database of another program", Hint: "use another file with --db"}
	case have > SchemaVersion():
		return 0, &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("the file was written by a newer custory (its tables are at version %d, this program knows %d)", have, SchemaVersion()),
			Hint: "install the newer version, or use another file with --db"}
	}
	return have, nil
}
