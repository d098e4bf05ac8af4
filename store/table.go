package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
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
	all() ([]schema.Record, error)
	decode(body string) (schema.Record, error)
	revive(old, r schema.Record, was []schema.Ref) error
	delete(schema.ID) error
	Remove(schema.ID) error
}

func bind[T any, R record[T]](tx *Tx, t *Table[T, R], cols func(*T) []column) {
	kind := R(new(T)).Kind()
	*t = Table[T, R]{tx, cols, tx.st.statements(kind, func() []string { return names(head(R(new(T))), cols(new(T))) })}
	tx.tables[kind] = t
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
type statements struct{ selects, put, delete string }

// statements returns those of a kind. Only Open makes any.
func (s *Store) statements(kind schema.Kind, columns func() []string) *statements {
	if st := s.sql[kind]; st != nil {
		return st
	}
	cols := columns()
	sets := make([]string, 0, len(cols))
	for _, c := range cols[2:] { // workspace and id are the key
		sets = append(sets, c+" = excluded."+c)
	}
	marks := "?" + strings.Repeat(", ?", len(cols)-1)
	st := &statements{
		selects: fmt.Sprintf("SELECT %s FROM %s WHERE workspace = ?", strings.Join(cols, ", "), kind),
		put: fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (workspace, id) DO UPDATE SET %s",
			kind, strings.Join(cols, ", "), marks, strings.Join(sets, ", ")),
		delete: fmt.Sprintf("DELETE FROM %s WHERE workspace = ? AND id = ?", kind),
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
		return nil, missing(t.kind(), id)
	}
	return found[0], nil
}

// missing says that there is no such record.
func missing(k schema.Kind, id schema.ID) error {
	return &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no %s %s in this workspace", k, id), Hint: schema.HintSearch}
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
// record that is as it was is left alone. What the store decides (dates, slugs
// and the like) it takes from what it has, not from r.
func (t Table[T, R]) Put(r R) error {
	h := r.Self()
	t.round(r)
	if h.ID == "" {
		return t.create(r)
	}
	old, err := t.Get(h.ID)
	if err != nil {
		return err
	}
	if v := old.Self().Version; v != h.Version {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s is at version %d, not %d", h.ID, v, h.Version), Hint: "fetch it and try again"}
	}
	*h = *old.Self()
	if s, ok := any(r).(schema.Sluggable); ok {
		was := any(old).(schema.Sluggable).SlugsOf()
		*s.SlugsOf() = schema.Slugs{Slug: was.Slug, Aliases: slices.Clone(was.Aliases)}
	}
	if same(old, r) {
		return nil
	}
	was, err := t.tx.shownBy(old)
	if err != nil {
		return err
	}
	h.Updated = t.tx.Now
	return t.write(old, r, was)
}

// round makes the times of r what they are once they have been kept.
func (t Table[T, R]) round(r R) {
	for _, c := range append(head(r), t.cols((*T)(r))...) {
		if s, ok := c.at.(stamp); ok {
			s.round()
		}
	}
}

func (t Table[T, R]) create(r R) error {
	tx, h := t.tx, r.Self()
	*h = schema.Head{ID: tx.newRecordID(r.Kind()), Workspace: tx.workspace(), Created: tx.Now, Updated: tx.Now}
	if s, ok := any(r).(schema.Sluggable); ok {
		*s.SlugsOf() = schema.Slugs{}
	}
	err := t.write(nil, r, nil)
	if err != nil {
		h.ID = "" // it is as new as before
	}
	return err
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
// replaces, or nil, and was are the records whose picture showed that.
func (t Table[T, R]) write(old, r R, was []schema.Ref) error {
	tx, before := t.tx, recordOrNil[T](old)
	if err := tx.nameSlug(r); err != nil {
		return err
	}
	if err := r.Validate(); err != nil {
		return err
	}
	if err := tx.check(before, r); err != nil {
		return err
	}
	h := r.Self()
	h.Version++
	if _, err := tx.exec(t.sql.put, t.fields(r)...); err != nil {
		h.Version--
		return tx.explain(r, err)
	}
	return tx.wrote(before, r, was)
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

// decode reads a body from the log or from an export.
func (t Table[T, R]) decode(body string) (schema.Record, error) {
	r := R(new(T))
	if err := json.Unmarshal([]byte(body), r); err != nil {
		return nil, fmt.Errorf("read a %s: %w", t.kind(), err)
	}
	return r, nil
}

// revive writes a record that has been before, as the version after the last
// it had. old and was are as for write.
func (t Table[T, R]) revive(old, r schema.Record, was []schema.Ref) error {
	tx, h := t.tx, r.Self()
	h.Workspace, h.Updated = tx.workspace(), tx.Now
	if _, err := tx.one(`SELECT max(version) FROM change WHERE workspace = ? AND id = ?`, []any{tx.workspace(), h.ID}, &h.Version); err != nil {
		return err
	}
	if err := tx.freeSlugs(r); err != nil {
		return err
	}
	var before R
	if old != nil {
		before = old.(R)
	}
	return t.write(before, r.(R), was)
}

func (t Table[T, R]) delete(id schema.ID) error {
	_, err := t.tx.exec(t.sql.delete, t.tx.workspace(), id)
	return err
}
