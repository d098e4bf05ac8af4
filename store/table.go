package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"custory/schema"
)

// record is a pointer to T that is a schema.Record.
type record[T any] interface {
	*T
	schema.Record
}

// A Table is one kind of record, seen through one transaction.
type Table[T any, R record[T]] struct {
	tx   *Tx
	cols func(*T) []column
	sql  *statements
}

// A table is a Table with its types erased.
type table interface {
	get(schema.ID) (schema.Record, error)
	Remove(schema.ID) error
	put(body json.RawMessage, version int) error
	all() ([]schema.Record, error)
}

func bind[T any, R record[T]](tx *Tx, t *Table[T, R], cols func(*T) []column) {
	kind := R(new(T)).Kind()
	*t = Table[T, R]{tx, cols, tx.st.statements(kind, func() []string { return names(head(R(new(T))), cols(new(T))) })}
	tx.tables[kind] = *t
}

// A column is one column of a table and where its value is in the record.
// The one list serves reading and writing.
type column struct {
	name string
	at   any // a pointer to the field, or a wrapper of one
}

func head[R schema.Record](r R) []column {
	h := r.Self()
	return []column{{"workspace", &h.Workspace}, {"id", &h.ID}, {"version", &h.Version}, {"created", stamp{&h.Created}}, {"updated", stamp{&h.Updated}}}
}

func names(lists ...[]column) (all []string) {
	for _, l := range lists {
		for _, c := range l {
			all = append(all, c.name)
		}
	}
	return all
}

// statements are the texts a table needs, made once for each store.
type statements struct{ selects, insert, update, delete string }

func (s *Store) statements(kind schema.Kind, columns func() []string) *statements {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.sql[kind]; st != nil {
		return st
	}
	cols := columns()
	marks := "?" + strings.Repeat(", ?", len(cols)-1)
	st := &statements{
		selects: fmt.Sprintf("SELECT %s FROM %s WHERE workspace = ?", strings.Join(cols, ", "), kind),
		insert:  fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", kind, strings.Join(cols, ", "), marks),
		update:  fmt.Sprintf("UPDATE %s SET %s = ? WHERE workspace = ? AND id = ?", kind, strings.Join(cols[2:], " = ?, ")),
		delete:  fmt.Sprintf("DELETE FROM %s WHERE workspace = ? AND id = ?", kind),
	}
	s.sql[kind] = st
	return st
}

// fields are the places of all values of r, in the order of the columns.
func (t Table[T, R]) fields(r R) []any {
	var at []any
	for _, c := range head(r) {
		at = append(at, c.at)
	}
	for _, c := range t.cols((*T)(r)) {
		at = append(at, c.at)
	}
	return at
}

func (t Table[T, R]) kind() schema.Kind { return R(new(T)).Kind() }

// Get returns the record with the id, or a fault that says there is none.
func (t Table[T, R]) Get(id schema.ID) (R, error) {
	if err := id.Want(t.kind()); err != nil {
		return nil, err
	}
	found, err := t.where("id = ?", id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no %s %s in this workspace", t.kind(), id), Hint: "search finds records and their ids"}
	}
	return found[0], nil
}

// All returns every record of the kind, in the order they were made.
func (t Table[T, R]) All() ([]R, error) { return t.where("1 = 1 ORDER BY created, id") }

// where returns the records of the workspace that satisfy the condition, which
// may go on with ORDER BY and LIMIT.
func (t Table[T, R]) where(cond string, args ...any) (found []R, err error) {
	err = t.tx.query(t.sql.selects+" AND "+cond, append([]any{t.tx.workspace()}, args...), func(rows *sql.Rows) error {
		r := R(new(T))
		if err := rows.Scan(t.fields(r)...); err != nil {
			return err
		}
		found = append(found, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", t.kind(), err)
	}
	return found, nil
}

// Put creates r if it has no id yet, and otherwise writes it as the next
// version of itself: it is a conflict if it has changed since it was read. A
// record that is as it was is left alone.
func (t Table[T, R]) Put(r R) error {
	h := r.Self()
	var old R
	if h.ID != "" {
		var err error
		if old, err = t.Get(h.ID); err != nil {
			return err
		}
		if v := old.Self().Version; v != h.Version {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s is at version %d, not %d", h.ID, v, h.Version), Hint: "fetch it and try again"}
		}
		if same(old, r) {
			return nil
		}
	} else {
		h.Created, h.Workspace, h.Version = t.tx.Now, t.tx.workspace(), 0
	}
	h.Updated = t.tx.Now
	return t.write(old, r)
}

// same reports whether two versions of a record say the same.
func same(a, b schema.Record) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}

// write stores r as the version after its own and logs it. old is what it
// replaces, or nil.
func (t Table[T, R]) write(old, r R) error {
	if err := t.tx.prepare(r); err != nil {
		return err
	}
	if err := r.Validate(); err != nil {
		return err
	}
	if err := t.tx.check(recordOrNil[T](old), r); err != nil {
		return err
	}
	h := r.Self()
	if h.ID == "" {
		h.ID = t.tx.newRecordID(r.Kind())
	}
	h.Version++
	args := t.fields(r)
	query := t.sql.insert
	if old != nil {
		query, args = t.sql.update, append(args[2:len(args):len(args)], h.Workspace, h.ID)
	}
	if _, err := t.tx.exec(query, args...); err != nil {
		return t.tx.explain(r, err)
	}
	return t.tx.wrote(recordOrNil[T](old), r)
}

// recordOrNil turns a nil pointer into a nil interface.
func recordOrNil[T any, R record[T]](r R) schema.Record {
	if r == nil {
		return nil
	}
	return r
}

func (t Table[T, R]) get(id schema.ID) (schema.Record, error) {
	r, err := t.Get(id)
	return recordOrNil[T](r), err
}

func (t Table[T, R]) all() ([]schema.Record, error) {
	found, err := t.All()
	all := make([]schema.Record, len(found))
	for i, r := range found {
		all[i] = r
	}
	return all, err
}

// put writes a body from the log, or from an export, as the version after the
// given one.
func (t Table[T, R]) put(body json.RawMessage, version int) error {
	r := R(new(T))
	if err := json.Unmarshal(body, r); err != nil {
		return fmt.Errorf("read the %s: %w", t.kind(), err)
	}
	h := r.Self()
	old, err := t.Get(h.ID)
	if err != nil && !errors.Is(err, schema.NotFound) {
		return err
	}
	h.Workspace, h.Version = t.tx.workspace(), version
	return t.write(old, r)
}
