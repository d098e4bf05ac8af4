package store_test

import (
	"maps"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

func TestSaidTellsOfSignalsOnly(t *testing.T) {
	w := newWorld(t)
	at := time.Date(2023, 5, 8, 13, 56, 0, 0, time.UTC)
	a := w.put(t, &schema.Signal{Text: "too slow", Source: "chat", Author: "Ann", SaidAt: at})
	b := w.put(t, &schema.Signal{Text: "too dear", Source: "chat"})
	item := w.put(t, &schema.Item{Type: schema.Insight, Title: "x", Status: "New"})
	w.view(t, func(tx *store.Tx) error {
		got, err := tx.Said([]schema.ID{item, b, a, "sig_none", `"]`})
		if want := map[schema.ID]store.Said{a: {"Ann", at, "too slow"}, b: {Text: "too dear"}}; !maps.Equal(got, want) {
			t.Errorf("Said = %v, want %v", got, want)
		}
		none, err2 := tx.Said(nil)
		if len(none) > 0 || err2 != nil {
			t.Errorf("Said of nothing = %v, %v", none, err2)
		}
		return err
	})
}
