package store_test

import (
	"errors"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A manned world has, beside its owner, an editor with a key.
type manned struct {
	*world
	editor, key, made schema.ID // made is the call that made the key
}

func newManned(t testing.TB) *manned {
	w := &manned{world: newWorld(t)}
	w.editor = w.put(t, &schema.Member{Name: "Ed", Email: "ed@acme.example", Role: schema.Editor})
	k := &schema.Key{Member: w.editor, Name: "Cursor", Role: schema.Editor, Hash: "00ff"}
	w.made = w.update(t, "create_key", func(tx *store.Tx) error { return tx.Keys.Put(k) })
	w.key = k.ID
	return w
}

func (w *manned) revoke(t testing.TB) schema.ID {
	return w.update(t, "revoke_key", func(tx *store.Tx) error {
		k, err := tx.Keys.Get(w.key)
		if err != nil {
			return err
		}
		k.Revoked = tx.Now
		return tx.Keys.Put(k)
	})
}

func (w *manned) held(t testing.TB) []store.Held {
	t.Helper()
	held, err := w.st.KeysWithID(t.Context(), w.key)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func TestAKeyThatWasRevokedStaysSo(t *testing.T) {
	w := newManned(t)
	revoked := w.revoke(t)
	for what, fn := range map[string]func(*store.Tx, *schema.Key) error{
		"undo":      func(tx *store.Tx, _ *schema.Key) error { return tx.Undo(revoked) },
		"reinstate": func(tx *store.Tx, k *schema.Key) error { k.Revoked = time.Time{}; return tx.Keys.Put(k) },
		"promote":   func(tx *store.Tx, k *schema.Key) error { k.Role = schema.Owner; return tx.Keys.Put(k) },
		"extend":    func(tx *store.Tx, k *schema.Key) error { k.Expires = tx.Now.Add(time.Hour); return tx.Keys.Put(k) },
		"rehash":    func(tx *store.Tx, k *schema.Key) error { k.Hash = "11"; return tx.Keys.Put(k) },
	} {
		_, err := w.try(t, what, func(tx *store.Tx) error {
			k, err := tx.Keys.Get(w.key)
			if err != nil {
				return err
			}
			return fn(tx, k)
		})
		if what != "rehash" && !errors.Is(err, schema.Conflict) { // which the record does not tell, and is left alone
			t.Errorf("%s: %v, want a conflict", what, err)
		}
	}
	if h := w.held(t); len(h) != 1 || h[0].Key.Status(w.st.Now()) != schema.RevokedKey || h[0].Key.Hash != "00ff" {
		t.Errorf("the key is now %+v", h)
	}
}

func TestNeitherRestoringNorImportingMakesAKeyGoodAgain(t *testing.T) {
	w := newManned(t)
	j := w.put(t, &schema.Journey{Name: "Trial"})
	var before int64
	w.view(t, func(tx *store.Tx) (err error) { before, err = tx.Head(); return err })
	w.revoke(t)
	w.update(t, "restore", func(tx *store.Tx) error {
		return errors.Join(tx.Restore(j, before), tx.Notes.Put(&schema.Note{Text: "x", State: schema.NoteReady}))
	})
	if got := w.held(t)[0].Key.Status(w.st.Now()); got != schema.RevokedKey {
		t.Errorf("after restoring the journey the key is %s", got)
	}
	active := w.put(t, &schema.Key{Member: w.editor, Name: "Another", Role: schema.Editor, Hash: "aa"})
	there := storetest.Open(t)
	must(t, there.AdoptWorkspace(t.Context(), func(a *store.Adoption) (err error) {
		w.view(t, func(tx *store.Tx) error { return tx.Each(a.Record) })
		return nil
	}))
	for _, id := range []schema.ID{w.key, active} {
		h, err := there.KeysWithID(t.Context(), id)
		if err != nil || len(h) != 1 || h[0].Key.Hash != "" || h[0].Key.Status(w.st.Now()) != schema.RevokedKey {
			t.Errorf("%s came as %+v, %v", id, h, err)
		}
	}
}

func TestMakingAKeyCanBeTakenBackAndNotDoneAgain(t *testing.T) {
	w := newManned(t)
	undone := w.undo(t, w.made)
	if h := w.held(t); len(h) != 0 {
		t.Errorf("the key is still there: %+v", h)
	}
	w.refuse(t, "redo", schema.Conflict, []string{"never works again"}, func(tx *store.Tx) error { return tx.Undo(undone) })
}

func TestRemovingAMemberRevokesTheKeysForGood(t *testing.T) {
	w := newManned(t)
	removed := w.update(t, "remove_member", func(tx *store.Tx) error {
		m, err := tx.Members.Get(w.editor)
		if err != nil {
			return err
		}
		n, err := tx.Dismiss(m)
		if n != 1 {
			t.Errorf("%d keys were revoked, want 1", n)
		}
		return err
	})
	w.undo(t, removed)
	h := w.held(t)
	if len(h) != 1 || !h[0].Member.Active() || h[0].Key.Status(w.st.Now()) != schema.RevokedKey {
		t.Errorf("after the undo: %+v", h)
	}
}

func TestUseIsWrittenOnceAMinuteAndNotLogged(t *testing.T) {
	w := newManned(t)
	var writes int
	last := w.held(t)[0].Used
	for range 100 { // the clock steps by a second with each question for it
		h := w.held(t)[0]
		must(t, w.st.UseKey(t.Context(), h))
		if now := w.held(t)[0].Used; !now.Equal(last) {
			if !last.IsZero() && now.Sub(last) < store.UseEvery {
				t.Errorf("written after %v", now.Sub(last))
			}
			last = now
			writes++
		}
	}
	if writes < 2 || writes > 20 {
		t.Errorf("written %d times", writes)
	}
	w.view(t, func(tx *store.Tx) error {
		if used, err := tx.LastUse(); err != nil || !used[w.key].Equal(last) {
			t.Errorf("LastUse = %v, %v", used, err)
		}
		if head, err := tx.Head(); err != nil || head != 5 {
			t.Errorf("the log ends at %d, %v", head, err)
		}
		return nil
	})
}
