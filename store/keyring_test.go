package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// TestKeysAreRememberedOnlyWhileNobodyWrites asks one store for a key over and
// over while another, as another process would, revokes it.
func TestKeysAreRememberedOnlyWhileNobodyWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.db")
	here := storetest.OpenAt(t, path, store.Options{})
	owner := storetest.Workspace(t, here)
	there := storetest.OpenAt(t, path, store.Options{})
	k := &schema.Key{Name: "laptop", Member: owner.ID, Role: schema.Owner, Hash: "00"}
	put := func(s *store.Store) {
		t.Helper()
		if err := s.Update(t.Context(), schema.Call{Tool: "test", Actor: owner}, func(tx *store.Tx) error { return tx.Keys.Put(k) }); err != nil {
			t.Fatal(err)
		}
	}
	put(there)
	for range 3 {
		found, err := here.KeysWithID(t.Context(), k.ID)
		if err != nil || len(found) != 1 || !found[0].Key.Revoked.IsZero() {
			t.Fatalf("found %v, %v", found, err)
		}
	}
	k.Revoked = time.Now()
	put(there)
	if found, err := here.KeysWithID(t.Context(), k.ID); err != nil || found[0].Key.Revoked.IsZero() {
		t.Errorf("a key that was revoked elsewhere is %v, %v", found[0].Key, err)
	}
	if found, err := here.KeysWithID(t.Context(), "key_0000000000"); err != nil || found != nil {
		t.Errorf("an unknown key is %v, %v", found, err)
	}
}
