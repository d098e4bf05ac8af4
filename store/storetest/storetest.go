// Package storetest opens stores for tests: a fresh file, a clock that steps
// by a second and ids that count, so that what tests print can be read.
package storetest

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

// Open returns a store on a fresh file, closed when the test ends.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenAt(t, filepath.Join(t.TempDir(), "test.db"), Options())
}

// Long leaves a test out with -short, which is how races are watched for: it is
// long, and what runs at once in it does so in shorter ones, too.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("long: left out with -short")
	}
}

// OpenAt returns a store on the given file, closed when the test ends.
func OpenAt(t testing.TB, path string, opt store.Options) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// Options have a clock that steps by a second from the beginning of 2030, and
// ids that count: sig_1, sig_2 …
func Options() store.Options {
	var mu sync.Mutex
	clock, counts := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), map[schema.Kind]int{}
	return store.Options{
		Now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			clock = clock.Add(time.Second)
			return clock
		},
		NewID: func(k schema.Kind) schema.ID {
			mu.Lock()
			defer mu.Unlock()
			counts[k]++
			return schema.ID(fmt.Sprintf("%s_%d", k.Prefix(), counts[k]))
		},
	}
}

// Workspace makes a workspace in the store and returns its owner.
func Workspace(t testing.TB, st *store.Store) schema.Actor {
	t.Helper()
	a, err := st.NewWorkspace(t.Context(), "Test", "Owner")
	if err != nil {
		t.Fatal(err)
	}
	return a
}
