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
	case *schema.Journey, *schema.Stage, *schema.Step:
		tx.stale[id] = r.Kind()
		if after == nil || before == nil || Text(before) == Text(after) && before.Parent() == after.Parent() {
			return nil
		}
		return tx.markBelow(schema.Ref{Kind: r.Kind(), ID: id})
	case *schema.Placement:
		if r.Item != "" {
			tx.stale[r.Item] = schema.KindItem
		} else {
			tx.stale[r.Signal] = schema.KindSignal
		}
	case *schema.Signal:
		tx.stale[id] = r.Kind()
	case *schema.Item, *schema.Persona, *schema.Note:
		tx.stale[id] = r.Kind()
	}
	return nil
}

// markBelow marks what stands in a journey, stage or step that was renamed or
// moved.
func (tx *Tx) markBelow(ref schema.Ref) error {
	below := map[schema.Kind]struct {
		kind  schema.Kind
		query string
	}{
		schema.KindJourney: {schema.KindStage, `SELECT id FROM stage WHERE workspace = ? AND journey = ?`},
		schema.KindStage:   {schema.KindStep, `SELECT id FROM step WHERE workspace = ? AND stage = ?`},
		schema.KindStep:    {schema.KindItem, `SELECT item FROM placement WHERE workspace = ? AND step = ? AND item IS NOT NULL`},
	}[ref.Kind]
	if below.query == "" {
		return nil
	}
	refs, err := tx.refs(below.kind, below.query, ref.ID)
	for _, r := range refs {
		tx.stale[r.ID] = r.Kind
		if err == nil {
			err = tx.markBelow(r)
		}
	}
	return err
}

// reindex brings the full text of what was marked up to date.
func (tx *Tx) reindex() error {
	done := map[schema.ID]bool{}
	for len(tx.stale) > 0 {
		todo := tx.stale
		tx.stale = map[schema.ID]schema.Kind{}
		for _, id := range slices.Sorted(maps.Keys(todo)) {
			if done[id] {
				continue
			}
			done[id] = true
			if err := tx.indexOne(todo[id], id); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) indexOne(k schema.Kind, id schema.ID) error {
	var row int64
	old, err := tx.one(`SELECT "row" FROM doc WHERE workspace = ? AND id = ?`, []any{tx.workspace(), id}, &row)
	if err != nil {
		return err
	}
	r, err := tx.tables[k].get(id)
	if errors.Is(err, schema.NotFound) {
		if !old {
			return nil
		}
		return tx.dropDoc(row)
	}
	if err != nil {
		return err
	}
	text := Text(r)
	if !old {
		if _, err := tx.one(`INSERT INTO doc (workspace, id, kind, digest) VALUES (?, ?, ?, ?) RETURNING "row"`, []any{tx.workspace(), id, k, Digest(text)}, &row); err != nil {
			return err
		}
		if err := tx.markNeighbours(r); err != nil {
			return err
		}
	} else if _, err := tx.exec(`UPDATE doc SET digest = ? WHERE "row" = ?`, Digest(text), row); err != nil {
		return err
	}
	ctx, err := tx.context(r)
	if err != nil {
		return err
	}
	scope, err := tx.scope(r)
	if err != nil {
		return err
	}
	return tx.writeDoc(row, old, scope, text, ctx)
}

// markNeighbours marks what a new signal has come to stand beside.
func (tx *Tx) markNeighbours(r schema.Record) error {
	s, ok := r.(*schema.Signal)
	if !ok {
		return nil
	}
	near, err := tx.neighbours(s)
	for _, n := range near {
		tx.stale[n.ID] = schema.KindSignal
	}
	return err
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
