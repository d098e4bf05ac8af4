package store

import (
	"context"
	"database/sql"
	"sync"

	"custory/schema"
)

// A keyring is what the file says of keys, remembered for as long as nobody has
// written to it. SQLite counts what others commit, in this process or another,
// for a connection that itself does not (PRAGMA data_version), so a key that
// was revoked anywhere is not remembered.
type keyring struct {
	mu      sync.Mutex
	pool    *pool // of one connection; nil until it is needed
	version int64
	held    map[schema.ID][]Held
}

// KeysWithID returns the keys that have the id, of whatever workspace, as they
// are now: what any process has revoked is revoked. They are not to be changed.
func (s *Store) KeysWithID(ctx context.Context, id schema.ID) ([]Held, error) {
	k := &s.keys
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pool == nil {
		db, err := openReader(s.path)
		if err != nil {
			return nil, err
		}
		k.pool = newPool(db, 1, beginReading)
	}
	c, err := k.pool.take(ctx)
	if err != nil {
		return nil, err
	}
	found, err := k.find(c, id)
	k.pool.give(c, err != nil)
	return found, fault(err)
}

// find asks the connection only for what it does not remember. Ids that nobody
// has are not remembered: there is no end of them.
func (k *keyring) find(c *session, id schema.ID) (found []Held, err error) {
	version := int64(0)
	if err := c.query(`PRAGMA data_version`, nil, func(rows *sql.Rows) error { return rows.Scan(&version) }); err != nil {
		return nil, err
	}
	if version != k.version || k.held == nil {
		k.version, k.held = version, map[schema.ID][]Held{}
	}
	if found = k.held[id]; found != nil {
		return found, nil
	}
	err = c.query(heldQuery(), []any{id}, func(rows *sql.Rows) error {
		h := Held{Key: new(schema.Key), Member: new(schema.Member)}
		var at []any
		for _, col := range heldColumns(h) {
			at = append(at, col.at)
		}
		err := rows.Scan(append(at, stamp{&h.Used})...)
		found = append(found, h)
		return err
	})
	if err == nil && found != nil {
		k.held[id] = found
	}
	return found, err
}

func (k *keyring) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pool == nil {
		return nil
	}
	return k.pool.close()
}
