package resources

import (
	"custory/schema"
	"custory/store"
)

// A Named is a record's id with what it is called; of a stage or step, its
// path.
type Named struct {
	ID   schema.ID `json:"id"`
	Name string    `json:"name,omitempty"`
}

// names looks up what records are called, each once. It keeps the first error.
type names struct {
	tx    *store.Tx
	known map[schema.ID]string
	err   error
}

func namesIn(tx *store.Tx) *names { return &names{tx: tx, known: map[schema.ID]string{}} }

// of is what the record is called, or "" if it is gone or has no name.
func (n *names) of(id schema.ID) string {
	name, ok := n.known[id]
	if !ok && n.err == nil && id != "" {
		name, n.err = n.tx.Path(id)
		n.known[id] = name
	}
	return name
}

func (n *names) named(id schema.ID) Named { return Named{id, n.of(id)} }

func (n *names) all(ids []schema.ID) []Named {
	var all []Named
	for _, id := range ids {
		all = append(all, n.named(id))
	}
	return all
}

// one is named of what may be missing.
func (n *names) one(id schema.ID) *Named {
	if id == "" {
		return nil
	}
	one := n.named(id)
	return &one
}

// keep notes the first thing that goes wrong.
func (n *names) keep(err error) {
	if n.err == nil {
		n.err = err
	}
}

// listed are names in a row, each beside its id.
func listed(all []Named) string {
	parts := make([]string, len(all))
	for i, a := range all {
		parts[i] = with(a.Name, a.ID)
	}
	return comma(parts...)
}

func (n *Named) String() string {
	if n == nil {
		return ""
	}
	return with(n.Name, n.ID)
}
