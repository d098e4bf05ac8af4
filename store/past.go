package store

import (
	"database/sql"
	"fmt"

	"custory/schema"
)

// A past is a set of records as they were at some place in the log.
type past map[schema.Ref]schema.Record

// childKinds are the kinds that stand in a record and make up a journey, or
// lead on from it.
var childKinds = map[schema.Kind]string{
	schema.KindJourney: `'stage'`,
	schema.KindStage:   `'step'`,
	schema.KindStep:    `'nesting', 'placement'`,
	schema.KindItem:    `'link'`,
}

// journeyAt returns a journey and all it was made of when the log ended at
// seq.
func (tx *Tx) journeyAt(journey schema.ID, seq int64) (past, error) {
	root := schema.Ref{Kind: schema.KindJourney, ID: journey}
	was, err := tx.recordsAt(seq, root)
	if err != nil {
		return nil, err
	}
	if len(was) == 0 {
		return nil, &schema.Error{Code: schema.NotFound, Message: "the journey " + string(journey) + " did not exist then", Hint: "get_changes tells when it was made"}
	}
	return was, tx.addBelow(was, seq, root)
}

// items are those that the placements hold.
func (p past) items() (refs []schema.Ref) {
	for _, r := range p {
		if pl, ok := r.(*schema.Placement); ok && pl.Item != "" {
			refs = append(refs, schema.Ref{Kind: schema.KindItem, ID: pl.Item})
		}
	}
	return refs
}

// addBelow adds what stood below the given records when the log ended at seq:
// stages, steps, nestings and placements, and the links between the items that
// stood there or are given.
func (tx *Tx) addBelow(was past, seq int64, roots ...schema.Ref) error {
	seen, items := map[schema.Ref]bool{}, map[schema.ID]bool{}
	for i := 0; i < len(roots); i++ {
		if seen[roots[i]] {
			continue
		}
		seen[roots[i]] = true
		if roots[i].Kind == schema.KindItem {
			items[roots[i].ID] = true
			continue
		}
		children, err := tx.childrenAt(seq, roots[i])
		if err != nil {
			return err
		}
		for ref, r := range children {
			if r.Parent() != roots[i] {
				continue
			}
			was[ref] = r
			roots = append(roots, ref)
			if p, ok := r.(*schema.Placement); ok && p.Item != "" {
				items[p.Item] = true
			}
		}
	}
	for item := range items {
		links, err := tx.childrenAt(seq, schema.Ref{Kind: schema.KindItem, ID: item})
		if err != nil {
			return err
		}
		for ref, r := range links {
			if l := r.(*schema.Link); l.From == item && items[l.To] {
				was[ref] = l
			}
		}
	}
	return nil
}

// A sign before a column, as in +seq, keeps the planner from reading all of the
// log up to there.

// childrenAt returns what stood in a record when the log ended at seq, and
// what had stood in it before. The log names both: what changes touches what it
// stands in.
func (tx *Tx) childrenAt(seq int64, of schema.Ref) (past, error) {
	kinds := childKinds[of.Kind]
	if kinds == "" {
		return nil, nil
	}
	ws := tx.workspace()
	return tx.pastOf(fmt.Sprintf(`SELECT b.kind, b.id, b.body FROM change b WHERE b.workspace = ? AND b.seq IN (
		SELECT max(v.seq) FROM change v WHERE v.workspace = ? AND +v.seq <= ? AND v.id IN (
			SELECT c.id FROM touch t JOIN change c ON c.workspace = t.workspace AND c.seq = t.seq WHERE t.workspace = ? AND t.id = ? AND t.seq <= ? AND c.kind IN (%s))
		GROUP BY v.id)`, kinds), ws, ws, seq, ws, of.ID, seq)
}

// recordsAt returns the given records, those that were there when the log
// ended at seq.
func (tx *Tx) recordsAt(seq int64, refs ...schema.Ref) (past, error) {
	was := past{}
	for _, ref := range refs {
		one, err := tx.pastOf(`SELECT kind, id, body FROM change WHERE workspace = ? AND id = ? AND +seq <= ? ORDER BY version DESC LIMIT 1`, tx.workspace(), ref.ID, seq)
		if err != nil {
			return nil, err
		}
		if one[ref] != nil {
			was[ref] = one[ref]
		}
	}
	return was, nil
}

// pastOf reads records from lines of the log; one that was removed is left
// out.
func (tx *Tx) pastOf(query string, args ...any) (past, error) {
	bodies := map[schema.Ref]sql.NullString{}
	err := tx.query(query, args, func(rows *sql.Rows) error {
		var ref schema.Ref
		var body sql.NullString
		err := rows.Scan(&ref.Kind, &ref.ID, &body)
		bodies[ref] = body
		return err
	})
	was := make(past, len(bodies))
	for ref, body := range bodies {
		if err != nil || !body.Valid {
			continue
		}
		was[ref], err = tx.decode(ref.Kind, body)
	}
	return was, err
}
