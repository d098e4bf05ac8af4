package store

import (
	"encoding/json"
	"fmt"
	"slices"

	"custory/schema"
)

// firstTime refuses a call that is in the log already.
func (tx *Tx) firstTime() error {
	var n int
	_, err := tx.one(`SELECT count(*) FROM call WHERE workspace = ? AND id = ?`, []any{tx.workspace(), tx.Call.ID}, &n)
	if err == nil && n > 0 {
		err = &schema.Error{Code: schema.Conflict, Field: "call", Message: fmt.Sprintf("%s was made already", tx.Call.ID), Hint: "get_changes tells what it did"}
	}
	return err
}

// begin writes the call, before its first change, and learns where the log
// ends. The counter's row stays locked until the transaction ends.
func (tx *Tx) begin() error {
	if tx.begun {
		return nil
	}
	if _, err := tx.one(`INSERT INTO head (workspace, seq) VALUES (?, 1) ON CONFLICT (workspace) DO UPDATE SET seq = head.seq + 1 RETURNING seq`,
		[]any{tx.workspace()}, &tx.seq); err != nil {
		return err
	}
	c := tx.Call
	_, err := tx.exec(`INSERT INTO call (workspace, id, tool, actor, client, key, cause, undoes, summary, at, seq) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', ?, ?)`,
		c.Actor.Workspace, c.ID, c.Tool, c.Actor.ID, c.Actor.Client, c.Actor.Key, c.Cause, stamp{&tx.Now}, tx.seq)
	tx.begun = true
	tx.seq-- // the first change takes it
	return err
}

// append writes one line of the log; body is nil for a removal.
func (tx *Tx) append(r schema.Record, body any, touches []schema.Ref) error {
	h := r.Self()
	tx.seq++
	if _, err := tx.exec(`INSERT INTO change (workspace, seq, call, kind, id, version, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		tx.workspace(), tx.seq, tx.Call.ID, r.Kind(), h.ID, h.Version, body); err != nil {
		return err
	}
	for _, ref := range touches {
		if _, err := tx.exec(`INSERT INTO touch (workspace, id, seq, kind) VALUES (?, ?, ?, ?)`, tx.workspace(), ref.ID, tx.seq, ref.Kind); err != nil {
			return err
		}
	}
	return nil
}

// finish brings what is derived up to date, and writes down what the call did
// and where the log now ends.
func (tx *Tx) finish() error {
	if !tx.begun {
		return nil
	}
	if err := tx.reindex(); err != nil {
		return err
	}
	if _, err := tx.exec(`UPDATE call SET actor = ?, undoes = ?, summary = ? WHERE workspace = ? AND id = ?`,
		tx.Call.Actor.ID, tx.undoes, tx.says, tx.workspace(), tx.Call.ID); err != nil {
		return err
	}
	_, err := tx.exec(`UPDATE head SET seq = ? WHERE workspace = ?`, tx.seq, tx.workspace())
	return err
}

// wrote follows a row that was written: it logs the change, and marks what has
// to be indexed anew. was are the records whose picture showed what it was.
func (tx *Tx) wrote(before, after schema.Record, was []schema.Ref) error {
	if err := tx.begin(); err != nil {
		return err
	}
	delete(tx.parents, after.Self().ID)
	if err := tx.keepSlugs(before, after); err != nil {
		return err
	}
	body, err := json.Marshal(after)
	if err != nil {
		return err
	}
	is, err := tx.shownBy(after)
	if err != nil {
		return err
	}
	if err := tx.append(after, string(body), touched(after, is, was)); err != nil {
		return err
	}
	return tx.mark(before, after)
}

// removed follows a row that was deleted.
func (tx *Tx) removed(r schema.Record, was []schema.Ref) error {
	if err := tx.begin(); err != nil {
		return err
	}
	h := r.Self()
	h.Version++
	delete(tx.parents, h.ID)
	if err := tx.dropSlugs(r); err != nil {
		return err
	}
	if err := tx.append(r, nil, touched(r, was)); err != nil {
		return err
	}
	return tx.mark(r, nil)
}

// touched returns the record and those whose picture shows it, each once.
func touched(r schema.Record, shown ...[]schema.Ref) []schema.Ref {
	refs := []schema.Ref{{Kind: r.Kind(), ID: r.Self().ID}}
	for _, ref := range slices.Concat(shown...) {
		if ref.ID != "" && !slices.Contains(refs, ref) {
			refs = append(refs, ref)
		}
	}
	return refs
}

// shownBy returns the records whose picture shows r.
func (tx *Tx) shownBy(r schema.Record) ([]schema.Ref, error) {
	switch r := r.(type) {
	case *schema.Journey:
		steps, err := tx.refs(schema.KindStep, `SELECT step FROM nesting WHERE workspace = ? AND journey = ?`, r.ID)
		if err != nil {
			return nil, err
		}
		return tx.chain(steps...) // whose pictures name the journeys below them
	case *schema.Nesting:
		return tx.chain(r.Parent(), schema.Ref{Kind: schema.KindJourney, ID: r.Journey})
	case *schema.Item:
		return tx.chain(schema.Ref{Kind: schema.KindItem, ID: r.ID})
	case *schema.Placement:
		if r.Signal != "" {
			return tx.chain(r.Parent(), schema.Ref{Kind: schema.KindSignal, ID: r.Signal})
		}
		above, err := tx.chain(r.Parent())
		return append(above, schema.Ref{Kind: schema.KindItem, ID: r.Item}), err
	case *schema.Link:
		return tx.chain(schema.Ref{Kind: schema.KindItem, ID: r.From}, schema.Ref{Kind: schema.KindItem, ID: r.To})
	case *schema.Citation:
		return tx.chain(r.Parent(), schema.Ref{Kind: schema.KindSignal, ID: r.Signal})
	case *schema.Persona:
		return tx.refs(schema.KindJourney, `SELECT id FROM journey WHERE workspace = ? AND personas LIKE '%"' || ? || '"%'`, r.ID)
	}
	if p := r.Parent(); p.ID != "" {
		return tx.chain(p)
	}
	return nil, nil
}

// chain returns the given records and all they stand in: a step's stage and
// journey, an item's steps and so on.
func (tx *Tx) chain(from ...schema.Ref) (all []schema.Ref, err error) {
	for i := 0; i < len(from); i++ {
		ref := from[i]
		if ref.ID == "" || slices.Contains(all, ref) {
			continue
		}
		all = append(all, ref)
		switch ref.Kind {
		case schema.KindItem:
			steps, err := tx.refs(schema.KindStep, `SELECT step FROM placement WHERE workspace = ? AND item = ?`, ref.ID)
			if err != nil {
				return nil, err
			}
			from = append(from, steps...)
		case schema.KindStep, schema.KindStage:
			up, err := tx.parent(ref)
			if err != nil {
				return nil, err
			}
			from = append(from, up)
		}
	}
	return all, nil
}

// parent returns what the step or stage stands in.
func (tx *Tx) parent(ref schema.Ref) (schema.Ref, error) {
	if p, ok := tx.parents[ref.ID]; ok {
		return p, nil
	}
	query, p := `SELECT stage FROM step WHERE workspace = ? AND id = ?`, schema.Ref{Kind: schema.KindStage}
	if ref.Kind == schema.KindStage {
		query, p = `SELECT journey FROM stage WHERE workspace = ? AND id = ?`, schema.Ref{Kind: schema.KindJourney}
	}
	_, err := tx.one(query, []any{tx.workspace(), ref.ID}, &p.ID)
	if err == nil {
		tx.parents[ref.ID] = p
	}
	return p, err
}

func (tx *Tx) refs(k schema.Kind, query string, id schema.ID) ([]schema.Ref, error) {
	ids, err := tx.ids(query, tx.workspace(), id)
	refs := make([]schema.Ref, len(ids))
	for i, id := range ids {
		refs[i] = schema.Ref{Kind: k, ID: id}
	}
	return refs, err
}
