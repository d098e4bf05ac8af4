package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"custory/schema"
)

// A Store is one database file, open. It may be used by many goroutines, and
// the file by many processes, at once.
type Store struct {
	path  string
	w     *pool // one connection, which takes the write lock as it begins
	r     *pool // several connections, which cannot write
	now   func() time.Time
	newID func(schema.Kind) schema.ID
	log   *slog.Logger

	sql map[schema.Kind]*statements

	keys keyring

	mu   sync.Mutex
	bell chan struct{} // closed at each commit, and made anew
}

// Options change what a Store takes from its surroundings. The zero value is
// right outside tests.
type Options struct {
	Now   func() time.Time
	NewID func(schema.Kind) schema.ID
	Log   *slog.Logger
}

// Open opens the database file, making it and its folder if need be, and
// brings its tables up to date. It refuses a file written by a newer version
// of the program or by another one, and leaves it as it is.
func Open(ctx context.Context, path string, opt Options) (*Store, error) {
	s := &Store{path: path, now: opt.Now, newID: opt.NewID, log: opt.Log, bell: make(chan struct{}), sql: map[schema.Kind]*statements{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.newID == nil {
		s.newID = schema.NewID
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the database: %w", err)
	}
	w, have, err := openWriter(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, closed(path, err))
	}
	s.w = newPool(w, 1, beginWriting)
	if have < SchemaVersion() {
		if err := s.migrate(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.w.close())
		}
	}
	r, err := openReader(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.w.close())
	}
	s.r = newPool(r, 4, beginReading)
	newTx(ctx, s, nil, schema.Call{}) // writes the statements of every table, once
	return s, nil
}

// Path is the database file's.
func (s *Store) Path() string { return s.path }

// Now is the store's clock, in the precision it keeps.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// NewID returns a new id of the kind.
func (s *Store) NewID(k schema.Kind) schema.ID { return s.newID(k) }

// Close closes the file. Later calls fail.
func (s *Store) Close() error { return errors.Join(s.keys.close(), s.r.close(), s.w.close()) }

// Update runs fn in a transaction on behalf of the call. If fn fails, nothing
// happened. When Update returns nil, the changes are in the log. A call that is
// in the log already is a conflict, and fn does not run.
func (s *Store) Update(ctx context.Context, call schema.Call, fn func(*Tx) error) error {
	given := call.ID != ""
	if !given {
		call.ID = s.newID(schema.KindCall)
	}
	err := s.w.within(ctx, func(c *session) error {
		tx := newTx(ctx, s, c, call)
		if given {
			if err := tx.firstTime(); err != nil {
				return err
			}
		}
		err := fn(tx)
		if err != nil && !errors.Is(err, ErrDry) {
			return err
		}
		if e := tx.owned(); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		return tx.finish()
	})
	if errors.Is(err, ErrDry) {
		return nil
	}
	if err != nil {
		return fault(err)
	}
	s.ring()
	return nil
}

// ErrDry makes Update roll back and return nil: what the call would do is
// known, and nothing happened.
var ErrDry = errors.New("dry run")

// View runs fn on one consistent picture. Writing in it fails.
func (s *Store) View(ctx context.Context, actor schema.Actor, fn func(*Tx) error) error {
	return fault(s.r.within(ctx, func(c *session) error {
		return fn(newTx(ctx, s, c, schema.Call{Actor: actor}))
	}))
}

// rung returns a channel that is closed at the next commit of this process.
func (s *Store) rung() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bell
}
