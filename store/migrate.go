package store

import (
	"context"
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
	files := sqlFiles()
	have, err := s.schemaVersion(ctx)
	if err != nil || have == len(files) {
		return err
	}
	return fault(s.w.within(ctx, func(c *session) error {
		var have int
		if err := c.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
			return err
		}
		if have > len(files) {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("the file was written by a newer custory (its tables are at version %d, this program knows %d)", have, len(files)),
				Hint: "install the newer version, or use another file with --db"}
		}
		for _, f := range files[have:] {
			text, err := fs.ReadFile(schema.SQL, f)
			if err != nil {
				return err
			}
			if _, err := c.conn.ExecContext(ctx, columnTypes.Replace(string(text))); err != nil {
				return fmt.Errorf("apply %s: %w", f, err)
			}
		}
		_, err := c.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(files)))
		return err
	}))
}

// schemaVersion reads the version of the file's tables: 0 if it is new.
func (s *Store) schemaVersion(ctx context.Context) (have int, err error) {
	err = s.w.within(ctx, func(c *session) error {
		return c.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have)
	})
	return have, fault(err)
}
