package memory

import (
	"errors"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestAMemoryWithoutALogIsSilent(t *testing.T) {
	st := storetest.Open(t)
	owner := storetest.Workspace(t, st)
	err := st.Update(t.Context(), schema.Call{Tool: "test", Actor: owner}, func(tx *store.Tx) error {
		return tx.Signals.Put(&schema.Signal{Text: "the card is late", Source: "manual"})
	})
	if err != nil {
		t.Fatal(err)
	}
	m := New(st, &fake{fail: errors.New("out of order")}, nil)
	found, err := m.Recall(t.Context(), Query{Workspace: owner.Workspace, Text: "card"})
	if err != nil || len(found) != 1 {
		t.Errorf("while the embedder fails, %v is found by words (%v)", found, err)
	}
}
