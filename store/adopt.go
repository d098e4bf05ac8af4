package store

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"custory/schema"
)

// EachCall calls fn with every call of the workspace's log, in order, without
// Changes and Undone, which follow from the rest. fn must not use tx.
func (tx *Tx) EachCall(fn func(schema.LoggedCall) error) error {
	return tx.query(`SELECT id, tool, actor, client, key, cause, at, undoes, summary, seq FROM call WHERE workspace = ? ORDER BY seq`, []any{tx.workspace()}, func(rows *sql.Rows) error {
		var c schema.LoggedCall
		if err := rows.Scan(&c.ID, &c.Tool, &c.Actor, &c.Client, &c.Key, &c.Cause, stamp{&c.At}, &c.Undoes, &c.Summary, &c.Seq); err != nil {
			return err
		}
		return fn(c)
	})
}

// EachChange calls fn with every change of the workspace's log, in order: its
// place, call, record, version, new body and touches, from which the rest
// follows.
func (tx *Tx) EachChange(fn func(schema.Change) error) error {
	for last := int64(0); ; {
		var all []schema.Change
		err := tx.query(`SELECT seq, call, kind, id, version, body FROM change WHERE workspace = ? AND seq > ? ORDER BY seq LIMIT 1000`, []any{tx.workspace(), last}, func(rows *sql.Rows) error {
			var c schema.Change
			var after sql.NullString
			if err := rows.Scan(&c.Seq, &c.Call, &c.Ref.Kind, &c.Ref.ID, &c.Version, &after); err != nil {
				return err
			}
			if after.Valid {
				c.After = json.RawMessage(after.String)
			}
			all = append(all, c)
			return nil
		})
		if err != nil || len(all) == 0 {
			return err
		}
		touches, err := tx.touchesBetween(all[0].Seq, all[len(all)-1].Seq)
		if err != nil {
			return err
		}
		for _, c := range all {
			c.Touches, last = touches[c.Seq], c.Seq
			if err := fn(c); err != nil {
				return err
			}
		}
	}
}

// touchesBetween returns what the changes of a stretch of the log touch.
func (tx *Tx) touchesBetween(first, last int64) (map[int64][]schema.Ref, error) {
	touches := map[int64][]schema.Ref{}
	return touches, tx.query(`SELECT seq, kind, id FROM touch WHERE workspace = ? AND seq >= ? AND seq <= ? ORDER BY seq, kind, id`, []any{tx.workspace(), first, last}, func(rows *sql.Rows) error {
		var seq int64
		var r schema.Ref
		err := rows.Scan(&seq, &r.Kind, &r.ID)
		touches[seq] = append(touches[seq], r)
		return err
	})
}

// An Adoption takes a whole workspace into the file: the workspace itself, then
// its other records, then the calls of its log, then the changes, each as an
// export tells it.
type Adoption struct {
	tx    *Tx
	ids   map[schema.ID]int      // of the records: their places in the export, from 1
	calls map[schema.ID]int64    // where each call begins in the log
	begun map[schema.ID]bool     // calls that have a change
	last  map[schema.ID]lastBody // of each record in the log
	head  int64
}

// A lastBody is where the log leaves a record.
type lastBody struct {
	version int
	gone    bool
}

// AdoptWorkspace makes the workspace that fn tells of: the same ids, versions
// and dates, and the same log, so that its history can be read and undone as
// before. Without a log, one call records that it came. It refuses a workspace
// that is in the file already, and one that does not hold together; then
// nothing has happened.
func (s *Store) AdoptWorkspace(ctx context.Context, fn func(*Adoption) error) error {
	err := s.w.within(ctx, func(c *session) error {
		if _, err := c.exec(postponeReferences); err != nil {
			return err
		}
		a := &Adoption{
			tx:  newTx(ctx, s, c, schema.Call{ID: s.newID(schema.KindCall), Tool: "import_workspace"}),
			ids: map[schema.ID]int{}, calls: map[schema.ID]int64{}, begun: map[schema.ID]bool{}, last: map[schema.ID]lastBody{},
		}
		if err := fn(a); err != nil {
			return err
		}
		return a.finish()
	})
	if err == nil {
		s.ring()
	}
	return fault(err)
}

// postponeReferences makes SQLite look at references when the transaction ends,
// since records may come before those they refer to.
const postponeReferences = `PRAGMA defer_foreign_keys = ON`

// ring tells whoever waits for changes that there are some.
func (s *Store) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.bell)
	s.bell = make(chan struct{})
}

// adopter is a Table with its types erased, as an Adoption needs it.
type adopter interface {
	parse(body json.RawMessage) (schema.Record, error)
	insert(schema.Record) error
	row(schema.Record) ([]any, error)
}

// parse reads a record of an export, and demands that nothing in it is unknown
// or wrong.
func (t Table[T, R]) parse(body json.RawMessage) (schema.Record, error) {
	r := R(new(T))
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, schema.Errorf(schema.Invalid, "%s cannot be read: %v", schema.An(t.kind()), err)
	}
	h := r.Self()
	if err := h.ID.Want(t.kind()); err != nil {
		return nil, err
	}
	if h.Version < 1 || h.Created.IsZero() || h.Updated.IsZero() {
		return nil, schema.Errorf(schema.Invalid, "%s lacks its version or its dates", h.ID)
	}
	if err := r.Validate(); err != nil {
		return nil, schema.Errorf(schema.Invalid, "%s is not valid: %v", h.ID, err)
	}
	return r, nil
}

// insert writes a row as the record tells it, version and dates included.
func (t Table[T, R]) insert(r schema.Record) error {
	_, err := t.tx.exec(t.sql.put, t.fields(r.(R))...)
	return fault(err)
}

// row is what the table holds for a record.
func (t Table[T, R]) row(r schema.Record) (values []any, err error) {
	for _, f := range t.fields(r.(R)) {
		v, err := driver.DefaultParameterConverter.ConvertValue(f)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

// Record takes in a record, the workspace itself first.
func (a *Adoption) Record(k schema.Kind, body json.RawMessage) error {
	t, ok := a.tx.tables[k].(adopter)
	if !ok {
		return schema.Errorf(schema.Invalid, "there is no kind of record %q", k)
	}
	if (k == schema.KindWorkspace) != (len(a.ids) == 0) {
		return schema.Errorf(schema.Invalid, "an export tells of one workspace, before all that is in it")
	}
	r, err := t.parse(body)
	if err != nil {
		return err
	}
	if a.ids[r.Self().ID] > 0 {
		return schema.Errorf(schema.Invalid, "%s is there twice", r.Self().ID)
	}
	if ws, ok := r.(*schema.Workspace); ok {
		if err := a.enter(ws); err != nil {
			return err
		}
	}
	r.Self().Workspace = a.tx.workspace()
	a.ids[r.Self().ID] = len(a.ids) + 1
	if err := t.insert(r); err != nil {
		return err
	}
	if searched(r) {
		a.tx.stale[r.Self().ID] = k
	}
	return a.tx.keepSlugs(nil, r)
}

// enter makes the workspace the one that everything else goes into.
func (a *Adoption) enter(ws *schema.Workspace) error {
	var id, slug string
	found, err := a.tx.one(`SELECT id, slug FROM workspace WHERE id = ? OR slug = ?`, []any{ws.ID, ws.Slug}, &id, &slug)
	if err != nil {
		return err
	}
	if found {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("this file has a workspace %s with the slug %q already", id, slug), Hint: "take the export into another file with --db"}
	}
	a.tx.Call.Actor.Workspace = ws.ID
	return nil
}

// Call takes in a call of the log.
func (a *Adoption) Call(c schema.LoggedCall) error {
	if err := c.ID.Want(schema.KindCall); err != nil {
		return err
	}
	_, twice := a.calls[c.ID]
	_, known := a.calls[c.Undoes]
	if twice || c.Tool == "" || c.At.IsZero() || c.Seq < 1 || c.Undoes != "" && !known {
		return schema.Errorf(schema.Invalid, "the call %s does not fit the log: it is there twice, undoes a call that is not, or lacks its tool, time or place", c.ID)
	}
	a.calls[c.ID] = c.Seq
	_, err := a.tx.exec(`INSERT INTO call (workspace, id, tool, actor, client, key, cause, undoes, summary, at, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.tx.workspace(), c.ID, c.Tool, c.Actor, c.Client, c.Key, c.Cause, c.Undoes, c.Summary, stamp{&c.At}, c.Seq)
	return err
}

// Change takes in a change of the log.
func (a *Adoption) Change(c schema.Change) error {
	if err := a.follows(c); err != nil {
		return err
	}
	var body any // nil for a removal
	if c.After != nil {
		body = string(c.After)
	}
	a.head, a.begun[c.Call] = c.Seq, true
	a.last[c.Ref.ID] = lastBody{c.Version, c.After == nil}
	if _, err := a.tx.exec(`INSERT INTO change (workspace, seq, call, kind, id, version, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.tx.workspace(), c.Seq, c.Call, c.Ref.Kind, c.Ref.ID, c.Version, body); err != nil {
		return err
	}
	for _, ref := range c.Touches {
		if err := ref.ID.Want(ref.Kind); err != nil {
			return err
		}
		if _, err := a.tx.exec(`INSERT INTO touch (workspace, id, seq, kind) VALUES (?, ?, ?, ?)`, a.tx.workspace(), ref.ID, c.Seq, ref.Kind); err != nil {
			return err
		}
	}
	return nil
}

// follows demands that the change comes after the one before it, in the log and
// in the life of its record.
func (a *Adoption) follows(c schema.Change) error {
	wrong := func(format string, args ...any) error {
		return schema.Errorf(schema.Invalid, "change %d does not fit the log: %s", c.Seq, fmt.Sprintf(format, args...))
	}
	if err := c.Ref.ID.Want(c.Ref.Kind); err != nil {
		return wrong("%v", err)
	}
	begins, known := a.calls[c.Call]
	switch {
	case c.Seq != a.head+1:
		return wrong("it stands after change %d", a.head)
	case !known:
		return wrong("there is no call %s", c.Call)
	case !a.begun[c.Call] && c.Seq != begins:
		return wrong("%s begins at %d", c.Call, begins)
	case c.Version != a.last[c.Ref.ID].version+1:
		return wrong("%s goes from version %d to %d", c.Ref.ID, a.last[c.Ref.ID].version, c.Version)
	case c.After == nil:
		return nil
	}
	var h schema.Head
	if err := json.Unmarshal(c.After, &h); err != nil || h.ID != c.Ref.ID || h.Version != c.Version {
		return wrong("its body is not version %d of %s", c.Version, c.Ref.ID)
	}
	return nil
}

// finish demands that all of it holds together, and writes what is derived.
func (a *Adoption) finish() error {
	if len(a.ids) == 0 {
		return schema.Errorf(schema.Invalid, "the export tells of no workspace")
	}
	var all []schema.Record
	for _, k := range schema.Kinds() {
		found, err := a.tx.tables[k].all()
		if err != nil {
			return err
		}
		all = append(all, found...)
	}
	for _, r := range all {
		if err := a.fits(r); err != nil {
			return err
		}
	}
	if len(a.calls) == 0 {
		return a.record(all)
	}
	for id := range a.calls {
		if !a.begun[id] {
			return schema.Errorf(schema.Invalid, "the call %s has no change in the log", id)
		}
	}
	for id, l := range a.last {
		if !l.gone && a.ids[id] == 0 {
			return schema.Errorf(schema.Invalid, "the log ends with %s, which is not among the records", id)
		}
	}
	if _, err := a.tx.exec(`INSERT INTO head (workspace, seq) VALUES (?, ?)`, a.tx.workspace(), a.head); err != nil {
		return err
	}
	return a.tx.reindex()
}

// fits demands that what the record refers to is there, and that the log, if
// there is one, leaves it as it is.
func (a *Adoption) fits(r schema.Record) error {
	id, v := r.Self().ID, reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		if to, ok := v.Field(i).Interface().(schema.ID); ok && to != "" && a.ids[to] == 0 {
			return schema.Errorf(schema.Invalid, "%s refers to %s, which is not in the export", id, to)
		}
	}
	if err := a.tx.check(nil, r); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	if b, ok := r.(*schema.Bookmark); ok && b.Seq > a.head {
		return schema.Errorf(schema.Invalid, "the version %s names place %d of a log that ends at %d", id, b.Seq, a.head)
	}
	if len(a.calls) == 0 {
		return nil
	}
	var logged string
	found, err := a.tx.one(`SELECT coalesce(body, '') FROM change WHERE workspace = ? AND id = ? ORDER BY version DESC LIMIT 1`, []any{a.tx.workspace(), id}, &logged)
	if err != nil {
		return err
	}
	if !found || logged == "" || !a.same(r, logged) {
		return schema.Errorf(schema.Invalid, "%s is not as the log leaves it", id)
	}
	return nil
}

// same reports whether a record and a body from the log make the same row.
func (a *Adoption) same(r schema.Record, logged string) bool {
	t := a.tx.tables[r.Kind()]
	was, err := t.decode(logged)
	if err != nil {
		return false
	}
	was.Self().Workspace = a.tx.workspace()
	x, err1 := t.(adopter).row(r)
	y, err2 := t.(adopter).row(was)
	return err1 == nil && err2 == nil && slices.Equal(x, y)
}

// record logs records that came without a log, as the work of one call by the
// first of the owners. Their versions begin anew.
func (a *Adoption) record(all []schema.Record) error {
	slices.SortFunc(all, func(x, y schema.Record) int { return a.ids[x.Self().ID] - a.ids[y.Self().ID] })
	for _, r := range all {
		if m, ok := r.(*schema.Member); ok && m.Role == schema.Owner && a.tx.Call.Actor.ID == "" {
			a.tx.Call.Actor.ID = m.ID
		}
	}
	if err := a.tx.begin(); err != nil {
		return err
	}
	for _, r := range all {
		r.Self().Version = 1
		if err := a.tx.tables[r.Kind()].(adopter).insert(r); err != nil {
			return err
		}
		body, err := json.Marshal(r)
		if err != nil {
			return err
		}
		shown, err := a.tx.shownBy(r)
		if err != nil {
			return err
		}
		if err := a.tx.append(r, string(body), touched(r, shown)); err != nil {
			return err
		}
	}
	a.tx.Summarize("brought the workspace in from an export")
	return a.tx.finish()
}
