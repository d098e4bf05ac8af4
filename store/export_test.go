package store

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"custory/schema"
)

// What the tests see that others do not.

// Lease is how long a cursor stays with who took it.
const Lease = lease

// MatchQuery is the question that SearchWords puts to the full text.
func MatchQuery(workspace schema.ID, q Search) string {
	return matchQuery(workspace, q, anyOf(termsOf(q.Words)))
}

// SearchAll is SearchWords that ranks all it finds, however much.
func (tx *Tx) SearchAll(q Search) ([]Found, error) {
	return tx.ranked(q, "", matchQuery("", q, anyOf(termsOf(q.Words))))
}

// FindsMuch reports whether SearchWords leaves anything out.
func (tx *Tx) FindsMuch(q Search) (bool, error) {
	return tx.findsMuch(q, termsOf(q.Words), MatchQuery("", q))
}

// ScopeWord is an id as the full text knows it.
func ScopeWord(id schema.ID) string { return scopeWord(id) }

// Columns lists the columns of each kind's table.
func (s *Store) Columns() map[schema.Kind][]string {
	all := map[schema.Kind][]string{}
	for k, st := range s.sql {
		list, _, _ := strings.Cut(strings.TrimPrefix(st.selects, "SELECT "), " FROM")
		all[k] = strings.Split(list, ", ")
	}
	return all
}

// SQLFile is the n-th SQL file, from 1, in the words of the engine.
func SQLFile(n int) string {
	text, err := fs.ReadFile(schema.SQL, sqlFiles()[n-1])
	if err != nil {
		panic(err)
	}
	return columnTypes.Replace(string(text))
}

// Raw opens the file by another way than a Store.
func Raw(path string) (*sql.DB, error) { return sql.Open("sqlite", dsn(path, "")) }

// Exec runs statements on the writer, past the door.
func (s *Store) Exec(statements string, args ...any) error {
	return s.w.within(context.Background(), func(c *session) error {
		_, err := c.conn.ExecContext(context.Background(), statements, args...)
		return err
	})
}

// Rows returns what a query answers, a line for each row.
func (s *Store) Rows(query string, args ...any) (all []string, err error) {
	err = s.w.within(context.Background(), func(c *session) error {
		return c.query(query, args, func(rows *sql.Rows) error {
			cols, err := rows.Columns()
			if err != nil {
				return err
			}
			values, at := make([]any, len(cols)), make([]any, len(cols))
			for i := range values {
				at[i] = &values[i]
			}
			if err := rows.Scan(at...); err != nil {
				return err
			}
			all = append(all, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
			return nil
		})
	})
	return all, err
}

// FullText returns every word of the full text: of which record, in which
// column, where.
func (s *Store) FullText() ([]string, error) {
	if err := s.Exec(`CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, full_text, instance)`); err != nil {
		return nil, err
	}
	return s.Rows(`SELECT d.workspace, coalesce(d.id, 'nothing'), v.col, v.offset, v.term FROM temp.vocabulary v LEFT JOIN doc d ON d."row" = v.doc ORDER BY 1, 2, 3, 4, 5`)
}

// Statements is how many a session may hold prepared.
const Statements = maxStmts

// Tick is how often a Tail looks for the changes of other processes.
const Tick = tick

// WithClock makes the store tell the time by another clock.
func (s *Store) WithClock(now func() time.Time) { s.now = now }

// AllOf returns every record of the kind.
func (tx *Tx) AllOf(k schema.Kind) ([]schema.Record, error) { return tx.tables[k].all() }

// Plans returns how the engine goes about each statement that a reader or the
// writer has prepared.
func (s *Store) Plans() (map[string][]string, error) {
	queries := map[string]bool{}
	for _, p := range []*pool{s.r, s.w} {
		for _, c := range p.idle {
			for q := range c.stmts {
				queries[q] = true
			}
		}
	}
	plans := map[string][]string{}
	for q := range queries {
		if strings.HasPrefix(q, "BEGIN") || q == "COMMIT" || q == "ROLLBACK" || strings.HasPrefix(q, "PRAGMA") || strings.HasPrefix(q, "EXPLAIN") || strings.HasPrefix(q, "CREATE") {
			continue
		}
		args := make([]any, strings.Count(q, "?"))
		for i := range args {
			args[i] = "x"
		}
		err := s.w.within(context.Background(), func(c *session) error {
			rows, err := c.conn.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+q, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id, parent, unused int
				var detail string
				if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
					return err
				}
				plans[q] = append(plans[q], detail)
			}
			return rows.Err()
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q, err)
		}
	}
	return plans, nil
}
