package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"custory/schema"
	"custory/store"
)

// removeWhole removes a record and what stands in it, and says what went:
// "removed with 2 steps, 3 placements; 1 item now stands nowhere".
func removeWhole(tx *store.Tx, id schema.ID) (did string, err error) {
	since, err := logEnd(tx)
	if err != nil {
		return "", err
	}
	if err := tx.Remove(id); err != nil {
		return "", err
	}
	counts, items := map[schema.Kind]int{}, []schema.ID{}
	for more := true; more; {
		changes, err := tx.ChangesAfter(since, 500)
		if err != nil {
			return "", err
		}
		for _, c := range changes {
			since = c.Seq
			if c.Ref.ID != id {
				counts[c.Ref.Kind]++
			}
			if c.Ref.Kind == schema.KindPlacement {
				var p schema.Placement
				if err := json.Unmarshal(c.Before, &p); err != nil {
					return "", err
				}
				if p.Item != "" {
					items = appendNew(items, p.Item)
				}
			}
		}
		more = len(changes) > 0
	}
	loose, err := nowhere(tx, items)
	if err != nil {
		return "", err
	}
	return wentWith(counts, loose), nil
}

// logEnd is the place in the log of the last change, this transaction's
// included.
func logEnd(tx *store.Tx) (int64, error) {
	if seq := tx.Seq(); seq > 0 {
		return seq, nil
	}
	return tx.Head()
}

// nowhere counts those of the items that exist and stand on no step.
func nowhere(tx *store.Tx, items []schema.ID) (n int, err error) {
	for _, id := range items {
		if _, err := tx.Items.Get(id); errors.Is(err, schema.NotFound) {
			continue // it is what was removed
		} else if err != nil {
			return 0, err
		}
		stands, err := tx.PlacementsOf(id)
		if err != nil {
			return 0, err
		}
		if len(stands) == 0 {
			n++
		}
	}
	return n, nil
}

func wentWith(counts map[schema.Kind]int, loose int) string {
	var with []string
	for _, k := range schema.Kinds() {
		if counts[k] > 0 {
			with = append(with, plural(counts[k], string(k)))
		}
	}
	did := "removed"
	if len(with) > 0 {
		did += " with " + strings.Join(with, ", ")
	}
	switch {
	case loose == 1:
		did += "; 1 item now stands nowhere"
	case loose > 1:
		did += fmt.Sprintf("; %d items now stand nowhere", loose)
	}
	return did
}
