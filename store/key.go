package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"custory/schema"
)

// KeysOf returns the keys that a member made, or those of all for "", oldest
// first.
func (tx *Tx) KeysOf(member schema.ID) ([]*schema.Key, error) {
	if member == "" {
		return tx.Keys.All()
	}
	return tx.Keys.where("member = ? ORDER BY created, id", member)
}

// KeysMadeWith returns the keys that were made with a key, those that were made
// with them, and so on, oldest first.
func (tx *Tx) KeysMadeWith(key schema.ID) ([]*schema.Key, error) {
	return tx.Keys.where(`id IN (
		WITH RECURSIVE origin(id, key) AS (
			SELECT ch.id, c.key FROM key k
			JOIN change ch ON ch.workspace = k.workspace AND ch.id = k.id AND ch.version = 1
			JOIN call c ON c.workspace = ch.workspace AND c.id = ch.call
			WHERE k.workspace = ? AND c.key <> ''
		), made(id) AS (
			SELECT id FROM origin WHERE key = ?
			UNION SELECT o.id FROM origin o JOIN made m ON o.key = m.id
		) SELECT id FROM made) ORDER BY created, id`, tx.workspace(), key)
}

// checkKey keeps a key what it was made: it can only be revoked, once.
func checkKey(before schema.Record, k *schema.Key) error {
	was, ok := before.(*schema.Key)
	if !ok {
		return nil
	}
	is := *k
	is.Revoked, is.Head = was.Revoked, was.Head
	if is != *was || !was.Revoked.IsZero() && !k.Revoked.Equal(was.Revoked) {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot be changed, only revoked, and stays so", k.ID), Hint: "make a new key"}
	}
	return nil
}

// A Held key is one with what counts when it is used.
type Held struct {
	Key    *schema.Key
	Member *schema.Member // who made it
	Used   time.Time      // last, to the minute; zero: never
}

// HasKey reports whether a key of any workspace is good today.
func (s *Store) HasKey(ctx context.Context) (good bool, err error) {
	now := s.Now()
	err = s.r.within(ctx, func(c *session) error {
		return c.query(`SELECT count(*) FROM key WHERE revoked IS NULL AND hash <> '' AND (expires IS NULL OR expires > ?)`, []any{stamp{&now}}, func(rows *sql.Rows) error {
			n := 0
			err := rows.Scan(&n)
			good = n > 0
			return err
		})
	})
	return good, fault(err)
}

func heldColumns(h Held) []column {
	return slices.Concat(head(h.Key), keyColumns(h.Key), head(h.Member), memberColumns(h.Member))
}

// heldQuery asks for all of it at once: it is asked with every request.
func heldQuery() string {
	k, m := new(schema.Key), new(schema.Member)
	return fmt.Sprintf(`SELECT k.%s, m.%s, u.at FROM key k JOIN member m ON m.workspace = k.workspace AND m.id = k.member
		LEFT JOIN key_use u ON u.workspace = k.workspace AND u.key = k.id WHERE k.id = ?`,
		strings.Join(names(head(k), keyColumns(k)), ", k."), strings.Join(names(head(m), memberColumns(m)), ", m."))
}

// UseEvery is how often the use of a key is written down.
const UseEvery = time.Minute

// UseKey writes down that a key is used now, unless that was done within the
// last minute. It is no change, and not in the log.
func (s *Store) UseKey(ctx context.Context, h Held) error {
	now := s.Now()
	if now.Sub(h.Used) < UseEvery {
		return nil
	}
	return fault(s.w.within(ctx, func(c *session) error {
		_, err := c.exec(`INSERT INTO key_use (workspace, key, at) VALUES (?, ?, ?) ON CONFLICT (workspace, key) DO UPDATE SET at = excluded.at WHERE excluded.at - at >= ?`,
			h.Key.Workspace, h.Key.ID, stamp{&now}, UseEvery.Milliseconds())
		return err
	}))
}

// LastUse tells when each key of the workspace was last used, to the minute.
func (tx *Tx) LastUse() (map[schema.ID]time.Time, error) {
	used := map[schema.ID]time.Time{}
	return used, tx.query(`SELECT key, at FROM key_use WHERE workspace = ?`, []any{tx.workspace()}, func(rows *sql.Rows) error {
		var id schema.ID
		var at time.Time
		err := rows.Scan(&id, stamp{&at})
		used[id] = at
		return err
	})
}
