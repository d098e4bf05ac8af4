package store

import (
	"cmp"
	"maps"
	"slices"

	"custory/schema"
)

// Restore brings the structure of a journey back to how it was when the log
// ended at seq: its stages, steps, nestings, placements and links, but not the
// items themselves, which other journeys show too. What has come since goes, or
// returns to where it stood; what has gone comes back, unless what it holds is
// gone.
func (tx *Tx) Restore(journey schema.ID, seq int64) error {
	if _, err := tx.Journeys.Get(journey); err != nil {
		return err
	}
	was, err := tx.journeyAt(journey, seq)
	if err != nil {
		return err
	}
	head, err := tx.Head()
	if err != nil {
		return err
	}
	now := past{}
	if err := tx.addBelow(now, head, slices.AppendSeq(was.items(), maps.Keys(was))...); err != nil {
		return err
	}
	var others []schema.Ref
	for ref := range now {
		if was[ref] == nil {
			others = append(others, ref)
		}
	}
	elsewhere, err := tx.recordsAt(seq, others...)
	if err != nil {
		return err
	}
	lines, err := tx.restored(now, was, elsewhere)
	if err != nil {
		return err
	}
	return tx.revert(lines, true)
}

// restored plans what becomes of the records of a journey: those that were in
// it, and those that are.
func (tx *Tx) restored(now, was, elsewhere past) (lines []*line, err error) {
	for ref := range now {
		was[ref] = cmp.Or(was[ref], elsewhere[ref])
	}
	for ref, r := range was {
		l := &line{ref: ref, was: r}
		if l.now, err = tx.current(ref); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	order := schema.Kinds()
	slices.SortFunc(lines, func(a, b *line) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.ref.Kind), slices.Index(order, b.ref.Kind)), cmp.Compare(a.ref.ID, b.ref.ID))
	})
	planned := make(map[schema.ID]*line, len(lines))
	for _, l := range lines {
		planned[l.ref.ID] = l
	}
	for _, l := range lines {
		if l.was == nil {
			continue
		}
		if ok, err := tx.fits(l.was, planned); err != nil {
			return nil, err
		} else if !ok {
			l.was = nil
		}
	}
	return lines, nil
}

// fits reports whether a record can come back: what it refers to will be there,
// and nothing else in its place. A persona that is gone is left out.
func (tx *Tx) fits(r schema.Record, planned map[schema.ID]*line) (bool, error) {
	var failed error
	missing := func(id schema.ID) bool {
		if l := planned[id]; l != nil || id == "" || failed != nil {
			return l != nil && l.was == nil
		}
		found, err := tx.current(schema.Ref{Kind: id.Kind(), ID: id})
		failed = err
		return found == nil
	}
	switch r := r.(type) {
	case *schema.Journey:
		r.Personas = slices.DeleteFunc(r.Personas, missing)
	case *schema.Step:
		r.Personas = slices.DeleteFunc(r.Personas, missing)
	}
	_, refs := references(r)
	if slices.ContainsFunc(refs, missing) || failed != nil {
		return false, failed
	}
	twin, _, err := tx.twin(r)
	return twin == "" || planned[twin] != nil, err
}
