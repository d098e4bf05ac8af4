package tools

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// resolveOptional finds the record a text names; "" names none.
func resolveOptional(tx *store.Tx, k schema.Kind, field, text string) (schema.ID, error) {
	if text == "" {
		return "", nil
	}
	id, err := tx.Resolve(k, text)
	return id, inField(err, field)
}

// resolveAll finds the records that texts name.
func resolveAll(tx *store.Tx, k schema.Kind, field string, texts []string) (ids []schema.ID, err error) {
	for _, t := range texts {
		id, err := tx.Resolve(k, t)
		if err != nil {
			return nil, inField(err, field)
		}
		ids = appendNew(ids, id)
	}
	return ids, nil
}

// resolvePlace finds a journey, stage or step by id, or by a name that is only
// one of them.
func resolvePlace(tx *store.Tx, field, text string) (schema.ID, error) {
	if text == "" {
		return "", nil
	}
	kinds := []schema.Kind{schema.KindJourney, schema.KindStep, schema.KindStage}
	if k := schema.ID(text).Kind(); slices.Contains(kinds, k) {
		kinds = []schema.Kind{k}
	}
	var last error
	for _, k := range kinds {
		id, err := tx.Resolve(k, text)
		if err == nil {
			return id, nil
		}
		if last == nil || errors.Is(err, schema.Conflict) {
			last = err
		}
	}
	return "", inField(last, field)
}

// A pathBook looks each path up once.
type pathBook struct {
	tx    *store.Tx
	paths map[schema.ID]string
	sure  float64
}

// placeAt is the probability from which this workspace places signals without
// asking; it is looked up once.
func (b *pathBook) placeAt() float64 {
	if b.sure == 0 {
		b.sure = placeAt(b.tx)
	}
	return b.sure
}

// placeAt is what the workspace's owner has set, or else the usual.
func placeAt(tx *store.Tx) float64 {
	ws, err := tx.Workspaces.Get(tx.Call.Actor.Workspace)
	if err != nil || ws.PlaceAt == 0 {
		return memory.PlaceAt
	}
	return ws.PlaceAt
}

func (b *pathBook) of(id schema.ID) (string, error) {
	if p, ok := b.paths[id]; ok {
		return p, nil
	}
	p, err := b.tx.Path(id)
	if b.paths == nil {
		b.paths = map[schema.ID]string{}
	}
	b.paths[id] = p
	return p, err
}

// guesses are the steps a signal may belong on, but for the one chosen; at
// most three, and none that is hopeless.
func (b *pathBook) guesses(p memory.Placing, but schema.ID) (lines []guessLine, err error) {
	for _, g := range p.Guesses {
		if g.Step == but || g.Probability < 0.01 || len(lines) == 3 {
			continue
		}
		path, err := b.of(g.Step)
		if err != nil {
			return nil, err
		}
		if path == "" { // it has gone since
			continue
		}
		lines = append(lines, guessLine{Step: g.Step, Path: path, Confidence: round3(g.Probability)})
	}
	return lines, nil
}

// sortedCounts are the counts of steps, most first.
func sortedCounts(counts map[schema.ID]*stepCount) (all []stepCount) {
	for _, id := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, *counts[id])
	}
	slices.SortStableFunc(all, func(a, b stepCount) int {
		return cmp.Or(cmp.Compare(b.Placed+b.Proposed, a.Placed+a.Proposed), cmp.Compare(a.Path, b.Path))
	})
	return all
}

// inField says which argument a fault is about, unless it says so itself.
func inField(err error, field string) error {
	var e *schema.Error
	if errors.As(err, &e) && e.Field == "" {
		e.Field = field
	}
	return err
}

// at says which entry of a list faults are about.
func at(f schema.Faults, list string, i int) schema.Faults {
	for _, e := range f {
		e.Field = fmt.Sprintf("%s[%d]", list, i) + map[bool]string{true: "." + e.Field}[e.Field != ""]
		e.Message = fmt.Sprintf("%s[%d]: %s", list, i, e.Message)
	}
	return f
}

// atEntry is at for an error that may be no fault.
func atEntry(err error, list string, i int) error {
	if f := schema.FaultsOf(err); f != nil {
		return at(f, list, i)
	}
	return err
}

// among demands one of a few words.
func among(field, v string, valid ...string) error {
	if slices.Contains(valid, v) {
		return nil
	}
	valid = slices.DeleteFunc(slices.Clone(valid), func(v string) bool { return v == "" })
	return &schema.Error{Code: schema.Invalid, Field: field, Message: fmt.Sprintf("%s cannot be %q", field, v), Valid: valid}
}
