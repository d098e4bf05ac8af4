package store_test

import (
	"flag"
	"fmt"
	"testing"

	"custory/schema"
	"custory/store"
)

var (
	seeds = flag.Int("seeds", 2, "how many histories are made at random")
	steps = flag.Int("steps", 100, "of how many calls each")
)

func TestAnyHistoryUndoneBackwardsAndDoneAgainIsAsItWas(t *testing.T) {
	for seed := range uint64(*seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			c := newChance(t, seed)
			look := func(i int) []string { // at the full text now and then
				if i%8 == 0 {
					return c.snapshot(t)
				}
				return c.rows(t)
			}
			was := [][]string{look(0)} // before each call, and after the last
			var calls, undos []schema.ID
			for range *steps {
				if call := c.call(t); call != "" {
					calls, was = append(calls, call), append(was, look(len(was)))
				}
			}
			if len(calls) < *steps/3 {
				t.Errorf("only %d of %d calls were good for anything", len(calls), *steps)
			}
			undo := func(call schema.ID) schema.ID {
				t.Helper()
				return c.update(t, "undo "+string(call), func(tx *store.Tx) error { return tx.Undo(call) })
			}
			for i := len(calls) - 1; i >= 0; i-- {
				undos = append(undos, undo(calls[i]))
				if diff := difference(was[i], look(i)); diff != "" {
					t.Fatalf("call %d of %d, %s, undone leaves a trace (- is missing, + is too much):\n%s%s", i, len(calls), calls[i], diff, c.story(t, calls[i]))
				}
			}
			for i := range calls { // and forward again
				if c.logged(t, undos[len(undos)-1-i]) { // else the call came to nothing
					undo(undos[len(undos)-1-i])
				}
				if diff := difference(was[i+1], look(i+1)); diff != "" {
					t.Fatalf("call %d, %s, done again is another:\n%s%s", i, calls[i], diff, c.story(t, calls[i]))
				}
			}
			c.sound(t)
		})
	}
}

// logged reports whether the call changed anything.
func (w *world) logged(t testing.TB, call schema.ID) (ok bool) {
	w.view(t, func(tx *store.Tx) error { _, err := tx.LoggedCall(call); ok = err == nil; return nil })
	return ok
}

// story tells what a call changed.
func (w *world) story(t testing.TB, call schema.ID) (s string) {
	w.view(t, func(tx *store.Tx) error {
		all, err := tx.ChangesOf(call)
		for _, c := range all {
			s += fmt.Sprintf("%d %s v%d\n  %s\n  %s\n", c.Seq, c.Ref.ID, c.Version, c.Before, c.After)
		}
		return err
	})
	return s
}

// sound demands that the file is sound, and that what is derived is what would
// be derived anew.
func (w *world) sound(t testing.TB) {
	t.Helper()
	if wrong, err := w.st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check = %q, %v", wrong, err)
	}
	kept := w.snapshot(t)
	if err := w.st.Rebuild(t.Context(), w.actor.Workspace); err != nil {
		t.Fatal(err)
	}
	if diff := difference(kept, w.snapshot(t)); diff != "" {
		t.Errorf("what was derived is not what is derived anew (- kept, + anew):\n%s", diff)
	}
	if wrong, err := w.st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check after Rebuild = %q, %v", wrong, err)
	}
}
