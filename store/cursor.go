package store

import (
	"context"
	"time"

	"custory/schema"
)

// lease is how long a cursor stays with a process that shows no sign of life.
const lease = 10 * time.Second

// A Cursor is a named place in a workspace's log, kept in the file and held by
// one process at a time. What follows the log by a cursor hears every change
// at least once, whoever made it and whenever.
type Cursor struct {
	st        *Store
	workspace schema.ID
	name      string
	holder    string
}

// Cursor returns the named cursor. holder tells processes, and the followers
// within one, apart.
func (s *Store) Cursor(workspace schema.ID, name, holder string) *Cursor {
	return &Cursor{s, workspace, name, holder}
}

// Each calls fn with every change past the cursor and moves it on after each.
// It returns when it has reached the end of the log, when fn fails, or at once
// if another process holds the cursor: then held is false.
func (c *Cursor) Each(ctx context.Context, fn func(schema.Change) error) (held bool, err error) {
	seq, held, err := c.take(ctx)
	if err != nil || !held {
		return held, err
	}
	for ch, err := range c.st.Changes(ctx, c.workspace, seq) {
		if err != nil {
			return true, err
		}
		if err := fn(ch); err != nil {
			return true, err
		}
		if err := c.move(ctx, ch.Seq); err != nil {
			return true, err
		}
	}
	return true, nil
}

// Hold takes the cursor, or keeps it for another while, and reads nothing. It
// returns false if another process holds it. So a cursor can also see to it
// that a piece of work is done by one process at a time.
func (c *Cursor) Hold(ctx context.Context) (held bool, err error) {
	_, held, err = c.take(ctx)
	return held, err
}

// Release lets another process take the cursor at once.
func (c *Cursor) Release(ctx context.Context) error {
	return fault(c.st.w.within(ctx, func(s *session) error {
		_, err := s.exec(`UPDATE cursor SET until = 0 WHERE workspace = ? AND name = ? AND holder = ?`, c.workspace, c.name, c.holder)
		return err
	}))
}

// take claims the cursor, or reports that another process holds it.
func (c *Cursor) take(ctx context.Context) (seq int64, held bool, err error) {
	err = c.st.w.within(ctx, func(s *session) error {
		now := c.st.Now()
		r, err := s.exec(`INSERT INTO cursor (workspace, name, seq, holder, until) VALUES (?, ?, 0, ?, ?)
			ON CONFLICT (workspace, name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE cursor.holder = excluded.holder OR cursor.until < ?`,
			c.workspace, c.name, c.holder, now.Add(lease).UnixMilli(), now.UnixMilli())
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if held = n > 0; err != nil || !held {
			return err
		}
		return s.conn.QueryRowContext(ctx, `SELECT seq FROM cursor WHERE workspace = ? AND name = ?`, c.workspace, c.name).Scan(&seq)
	})
	return seq, held, fault(err)
}

// move puts the cursor behind a change, unless the lease was lost meanwhile.
func (c *Cursor) move(ctx context.Context, seq int64) error {
	return fault(c.st.w.within(ctx, func(s *session) error {
		r, err := s.exec(`UPDATE cursor SET seq = ?, until = ? WHERE workspace = ? AND name = ? AND holder = ?`,
			seq, c.st.Now().Add(lease).UnixMilli(), c.workspace, c.name, c.holder)
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 {
			return schema.Errorf(schema.Conflict, "another process has taken the cursor %q", c.name)
		}
		return nil
	}))
}
