package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
)

// Secret returns the secret of the name, 32 random bytes that are made at its
// first use. Every process on this file has the same; exports have none.
func (s *Store) Secret(ctx context.Context, name string) (secret []byte, err error) {
	if name == "" {
		return nil, errors.New("a secret has a name")
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	read := func(c *session) error {
		return c.query(`SELECT value FROM secret WHERE name = ?`, []any{name}, func(rows *sql.Rows) error { return rows.Scan(&secret) })
	}
	if err := s.r.within(ctx, read); err != nil || secret != nil {
		return secret, fault(err)
	}
	err = s.w.within(ctx, func(c *session) error {
		if _, err := c.exec(`INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, fresh); err != nil {
			return err
		}
		return read(c)
	})
	return secret, fault(err)
}
