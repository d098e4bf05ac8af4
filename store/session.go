package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
)

// A session is one connection with the statements prepared on it, since
// parsing one costs more than most of them do. It is used by one transaction
// at a time.
type session struct {
	conn  *sql.Conn
	begin string
	stmts map[string]*sql.Stmt
}

// maxStmts bounds what a session keeps prepared. Filters make statements
// without end, so one has to go for each that comes beyond it.
const maxStmts = 300

func newSession(ctx context.Context, db *sql.DB, begin string) (*session, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, begin: begin, stmts: map[string]*sql.Stmt{}}, nil
}

func (s *session) prepare(query string) (*sql.Stmt, error) {
	if st := s.stmts[query]; st != nil {
		return st, nil
	}
	st, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	if len(s.stmts) >= maxStmts {
		for q, old := range s.stmts { // any one
			_ = old.Close()
			delete(s.stmts, q)
			break
		}
	}
	s.stmts[query] = st
	return st, nil
}

// start begins a transaction. It may wait for another process, but not longer
// than ctx.
func (s *session) start(ctx context.Context) error {
	st, err := s.prepare(s.begin)
	if err != nil {
		return err
	}
	_, err = st.ExecContext(ctx)
	return cmp.Or(ctx.Err(), err)
}

// exec runs a statement. Statements here are short: a transaction looks at its
// context between them, and lets each finish.
func (s *session) exec(query string, args ...any) (sql.Result, error) {
	st, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

// query calls scan for each row of the answer. scan must not use the session.
func (s *session) query(query string, args []any, scan func(*sql.Rows) error) error {
	st, err := s.prepare(query)
	if err != nil {
		return err
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err := scan(rows); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}

// close closes the connection itself, whatever state it is in.
func (s *session) close() {
	for _, st := range s.stmts {
		_ = st.Close()
	}
	_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // not to be lent again
	_ = s.conn.Close()
}

// A pool lends sessions, making them as they are needed.
type pool struct {
	db    *sql.DB
	begin string
	slots chan struct{} // one token for each session that may be out

	mu     sync.Mutex
	idle   []*session
	closed bool
}

func newPool(db *sql.DB, size int, begin string) *pool {
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return &pool{db: db, begin: begin, slots: make(chan struct{}, size)}
}

// take waits for a session.
func (p *pool) take(ctx context.Context) (*session, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return s, nil
	}
	p.mu.Unlock()
	s, err := newSession(ctx, p.db, p.begin)
	if err != nil {
		<-p.slots
	}
	return s, err
}

// give takes the session back; a broken one, or one that outlived the pool, is
// closed instead.
func (p *pool) give(s *session, broken bool) {
	p.mu.Lock()
	if broken = broken || p.closed; !broken {
		p.idle = append(p.idle, s)
	}
	p.mu.Unlock()
	if broken {
		s.close()
	}
	<-p.slots
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		s.close()
	}
	p.idle, p.closed = nil, true
	return p.db.Close()
}

// within runs fn in a transaction: committed if fn returns nil, and otherwise
// as if it had never begun.
func (p *pool) within(ctx context.Context, fn func(*session) error) (err error) {
	s, err := p.take(ctx)
	if err != nil {
		return err
	}
	broken := true
	defer func() { p.give(s, broken) }()
	if err := s.start(ctx); err != nil {
		return err
	}
	done := false
	defer func() { // fn failed or panicked
		if !done {
			_, e := s.exec("ROLLBACK")
			broken = e != nil
		}
	}()
	if err := fn(s); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := s.exec("COMMIT"); err != nil {
		return err
	}
	done, broken = true, false
	return nil
}
