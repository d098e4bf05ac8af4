package store

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"custory/schema"
)

// mark notes which records have to be indexed anew once the call is done: what
// was written, and what stands in it or beside it and is found by its name.
func (tx *Tx) mark(before, after schema.Record) error {
	r := after
	if r == nil {
		r = before
	}
	id := r.Self().ID
	switch r := r.(type) {
	case *schema.Journey, *schema.Stage, *schema.Step, *schema.Member, *schema.Persona:
		if r.Kind() != schema.KindMember {
			tx.stale[id] = r.Kind()
		}
		if after == nil || before == nil || heading(before) == heading(after) && before.Parent() == after.Parent() {
			return nil
		}
		return tx.markBelow(schema.Ref{Kind: r.Kind(), ID: id})
	case *schema.Placement:
		tx.markHeld(r)
		if was, ok := before.(*schema.Placement); ok {
			tx.markHeld(was)
		}
	case *schema.Signal:
		tx.stale[id] = r.Kind()
		return tx.markThread(before, r)
	case *schema.Item, *schema.Note:
		tx.stale[id] = r.Kind()
	}
	return nil
}

// heading is the name of the record that others are found by.
func heading(r schema.Record) string {
	switch r := r.(type) {
	case *schema.Journey:
		return r.Name
	case *schema.Stage:
		return r.Name
	case *schema.Step:
		return r.Name
	case *schema.Member:
		return r.Name
	case *schema.Persona:
		return r.Name
	}
	return ""
}

func (tx *Tx) markHeld(p *schema.Placement) {
	if p.Item != "" {
		tx.stale[p.Item] = schema.KindItem
	} else {
		tx.stale[p.Signal] = schema.KindSignal
	}
}

// below find what is searched by the name or the place of what it stands in,
// or belongs to.
var below = map[schema.Kind][]struct {
	kind  schema.Kind
	query string
}{
	schema.KindMember:  {{schema.KindItem, `SELECT id FROM item WHERE workspace = ? AND owner = ?`}},
	schema.KindPersona: {{schema.KindSignal, `SELECT id FROM signal WHERE workspace = ? AND persona = ?`}},
	schema.KindJourney: {
		{schema.KindStage, `SELECT id FROM stage WHERE workspace = ? AND journey = ?`},
		{schema.KindNote, `SELECT id FROM note WHERE workspace = ? AND journey = ?`},
	},
	schema.KindStage: {{schema.KindStep, `SELECT id FROM step WHERE workspace = ? AND stage = ?`}},
	schema.KindStep: {
		{schema.KindItem, `SELECT item FROM placement WHERE workspace = ? AND step = ? AND item IS NOT NULL`},
		{schema.KindSignal, `SELECT signal FROM placement WHERE workspace = ? AND step = ? AND signal IS NOT NULL`},
	},
}

// markBelow marks what stands in a journey, stage or step that was renamed or
// moved, or is of a member or a persona who was renamed.
func (tx *Tx) markBelow(ref schema.Ref) error {
	for _, b := range below[ref.Kind] {
		refs, err := tx.refs(b.kind, b.query, ref.ID)
		if err != nil {
			return err
		}
		for _, r := range refs {
			tx.stale[r.ID] = r.Kind
			if err := tx.markBelow(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// A doc is the full text of one record.
type doc struct {
	row                   int64
	scope, body, ctx, far string
}

// indexed is how many docs are prepared before they are written. A full-text
// index takes them better at once than each between other statements.
const indexed = 1000

// reindex brings the full text of what was marked up to date.
func (tx *Tx) reindex() error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(tx.stale)), indexed) {
		var docs []doc
		for _, id := range ids {
			r, err := tx.tables[tx.stale[id]].get(id)
			if errors.Is(err, schema.NotFound) {
				if err := tx.dropDoc(id); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			d, err := tx.docOf(r)
			if err != nil {
				return err
			}
			docs = append(docs, d)
		}
		for _, d := range docs {
			if err := tx.writeDoc(d); err != nil {
				return err
			}
		}
	}
	clear(tx.stale)
	return nil
}

// docOf prepares the full text of a record.
func (tx *Tx) docOf(r schema.Record) (d doc, err error) {
	d.body = Text(r)
	if _, err := tx.one(`INSERT INTO doc (workspace, id, kind, digest) VALUES (?, ?, ?, ?) ON CONFLICT (workspace, id) DO UPDATE SET digest = excluded.digest RETURNING "row"`,
		[]any{tx.workspace(), r.Self().ID, r.Kind(), Digest(d.body)}, &d.row); err != nil {
		return d, err
	}
	if d.ctx, d.far, err = tx.context(r); err != nil {
		return d, err
	}
	d.scope, err = tx.scope(r)
	return d, err
}

// scope are the words that narrow a search before it ranks: the workspace, the
// kind, and the journeys, stages and steps the record stands in.
func (tx *Tx) scope(r schema.Record) (string, error) {
	all := []string{scopeWord(tx.workspace()), kindWord(r.Kind())}
	var refs []schema.Ref
	var err error
	self := schema.Ref{Kind: r.Kind(), ID: r.Self().ID}
	switch r := r.(type) {
	case *schema.Signal:
		steps, e := tx.refs(schema.KindStep, `SELECT step FROM placement WHERE workspace = ? AND signal = ? AND step IS NOT NULL`, r.ID)
		if e != nil {
			return "", e
		}
		refs, err = tx.chain(steps...)
	case *schema.Note:
		refs, err = tx.chain(r.Parent())
	case *schema.Journey, *schema.Stage, *schema.Step, *schema.Item:
		refs, err = tx.chain(self)
	}
	for _, ref := range refs {
		if ref.ID != "" && ref.Kind != schema.KindItem {
			all = append(all, scopeWord(ref.ID))
		}
	}
	return strings.Join(all, " "), err
}

// scopeWord is an id as one word of full text. It ends in a digit, so that
// stemming leaves it alone.
func scopeWord(id schema.ID) string { return strings.ReplaceAll(string(id), "_", "") + "0" }

func kindWord(k schema.Kind) string { return "kind" + string(k) + "0" }
