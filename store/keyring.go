package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"custory/schema"
)

// A keyring is what the file says of keys, remembered for as long as nobody has
// written to it. SQLite counts what others commit, in this process or another,
// for a connection that itself does not (PRAGMA data_version), so a key that
// was revoked anywhere is not remembered.
type keyring struct {
	mu      sync.Mutex
	pool    *pool       // of one connection; nil until it is needed
	ask     driver.Stmt // for data_version; nil until it is needed
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
	if err != nil {
		k.forget()
	}
	k.pool.give(c, err != nil)
	return found, fault(err)
}

// find asks the connection only for what it does not remember. Ids that nobody
// has are not remembered: there is no end of them.
func (k *keyring) find(c *session, id schema.ID) (found []Held, err error) {
	version, err := k.dataVersion(c)
	if err != nil {
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

// dataVersion counts what others have committed. It asks the driver itself:
// each request waits for it, and database/sql would take as long as SQLite.
func (k *keyring) dataVersion(c *session) (version int64, err error) {
	err = c.conn.Raw(func(conn any) (err error) {
		if k.ask == nil {
			ask, err := conn.(driver.Conn).Prepare(`PRAGMA data_version`)
			if err != nil { // ask may be a nil pointer that is no nil
				return err
			}
			k.ask = ask
		}
		rows, err := k.ask.(driver.StmtQueryContext).QueryContext(context.Background(), nil)
		if err != nil {
			return err
		}
		row := make([]driver.Value, 1)
		if err = rows.Next(row); err == nil {
			var ok bool
			if version, ok = row[0].(int64); !ok {
				err = errors.New("data_version is no number")
			}
		}
		return errors.Join(err, rows.Close())
	})
	return version, err
}

// forget asks anew next time, of another connection if there is one.
func (k *keyring) forget() {
	if k.ask != nil {
		_ = k.ask.Close()
	}
	k.ask, k.held = nil, nil
}

func (k *keyring) close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pool == nil {
		return nil
	}
	k.forget()
	return k.pool.close()
}
