package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func (w *world) note(t testing.TB, text string) {
	t.Helper()
	w.update(t, "note", func(tx *store.Tx) error { return tx.Notes.Put(&schema.Note{Text: text, State: "Ready"}) })
}

func TestChangesGoesOnFromAnyPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.other(t)
	w.update(t, "fill", func(tx *store.Tx) error { // more than one read takes
		for i := range 603 {
			if err := tx.Members.Put(&schema.Member{Name: fmt.Sprint(i), Role: schema.Viewer}); err != nil {
				return err
			}
		}
		return nil
	})
	all := w.changes(t)
	for _, after := range []int64{0, 1, 499, 500, 501, 605, 606, 2000} {
		want := after + 1
		for c, err := range w.st.Changes(t.Context(), w.actor.Workspace, after) {
			if err != nil || c.Seq != want {
				t.Fatalf("after %d comes %d, %v; want %d", after, c.Seq, err, want)
			}
			want++
		}
		if end := max(int64(len(all)), after) + 1; want != end {
			t.Errorf("after %d the log ends before %d, want %d", after, want, end)
		}
	}
	for c := range w.st.Changes(t.Context(), w.actor.Workspace, 0) {
		if c.Seq == 3 {
			break // is allowed
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range w.st.Changes(ctx, w.actor.Workspace, 0) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
	}
	for range w.st.Changes(t.Context(), "wsp_99", 0) {
		t.Error("a workspace that is not there has changes")
	}
}

// hear follows the log until it has heard the texts of all notes in order.
func hear(t *testing.T, st *store.Store, workspace schema.ID, after int64, texts ...string) <-chan time.Time {
	done := make(chan time.Time, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	go func() {
		defer cancel()
		seq := after
		for c, err := range st.Tail(ctx, workspace, after) {
			if err != nil {
				t.Errorf("tail: %v", err)
				return
			}
			if seq++; c.Seq != seq {
				t.Errorf("after %d comes %d", seq-1, c.Seq)
			}
			if c.Ref.Kind != schema.KindNote {
				continue
			}
			if want := fmt.Sprintf("%q", texts[0]); !strings.Contains(string(c.After), want) {
				t.Errorf("heard %s, want %s", c.After, want)
			}
			if texts = texts[1:]; len(texts) == 0 {
				done <- time.Now()
				return
			}
		}
		t.Errorf("the tail ended; not heard: %q", texts)
		close(done)
	}()
	return done
}

func TestATailHearsItsOwnProcessByTheBell(t *testing.T) {
	w := newWorld(t)
	before := int64(len(w.changes(t)))
	heard := []<-chan time.Time{hear(t, w.st, w.actor.Workspace, 0, "a", "b", "c"), hear(t, w.st, w.actor.Workspace, before, "a", "b", "c")}
	time.Sleep(20 * time.Millisecond) // so that they wait
	other := w.other(t)
	w.note(t, "a")
	other.note(t, "not for you")
	w.note(t, "b")
	w.note(t, "c")
	rung := time.Now()
	for _, h := range heard {
		if at := <-h; at.Sub(rung) > 10*store.Tick {
			t.Errorf("it took %v to hear the bell", at.Sub(rung))
		}
	}
}

func TestATailHearsOtherHandlesThroughTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	here, there := storetest.OpenAt(t, path, store.Options{}), storetest.OpenAt(t, path, store.Options{})
	w := &world{there, storetest.Workspace(t, here)}
	heard := hear(t, here, w.actor.Workspace, 0, "a", "b")
	w.note(t, "a")
	time.Sleep(store.Tick)
	w.note(t, "b")
	<-heard
}

func TestATailEndsWithItsCaller(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() {
		for _, err := range w.st.Tail(ctx, w.actor.Workspace, 0) {
			if err != nil {
				t.Errorf("tail: %v", err)
			}
		}
		close(ended)
	}()
	time.Sleep(10 * time.Millisecond)
	cancel()
	<-ended
	for range w.st.Tail(t.Context(), w.actor.Workspace, 0) {
		break // is allowed
	}
}

// A clock is set by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// two are two processes on one file, at one time.
func two(t *testing.T) (*world, *store.Store, *clock) {
	c := &clock{time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	path := filepath.Join(t.TempDir(), "test.db")
	a := storetest.OpenAt(t, path, store.Options{Now: c.Now})
	b := storetest.OpenAt(t, path, store.Options{Now: c.Now})
	return &world{a, storetest.Workspace(t, a)}, b, c
}

// each counts the changes a cursor brings.
func each(t *testing.T, c *store.Cursor) (seqs []int64, held bool) {
	t.Helper()
	held, err := c.Each(t.Context(), func(ch schema.Change) error { seqs = append(seqs, ch.Seq); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return seqs, held
}

func TestACursorIsHeldByOne(t *testing.T) {
	w, there, clock := two(t)
	mine, yours := w.st.Cursor(w.actor.Workspace, "automations", "me"), there.Cursor(w.actor.Workspace, "automations", "you")
	another := there.Cursor(w.actor.Workspace, "notifications", "you")
	expect := func(c *store.Cursor, held bool, seqs ...int64) {
		t.Helper()
		got, ok := each(t, c)
		if ok != held || fmt.Sprint(got) != fmt.Sprint(seqs) {
			t.Errorf("Each brings %v, held %v; want %v, %v", got, ok, seqs, held)
		}
	}
	expect(mine, true, 1, 2, 3)
	expect(mine, true)
	expect(yours, false)
	expect(another, true, 1, 2, 3) // is a place of its own
	w.note(t, "a")
	clock.now = clock.now.Add(store.Lease)
	expect(yours, false) // the lease ends after this moment
	clock.now = clock.now.Add(time.Millisecond)
	expect(yours, true, 4)
	expect(mine, false)
	w.note(t, "b")
	if err := mine.Release(t.Context()); err != nil { // has nothing to release
		t.Fatal(err)
	}
	expect(mine, false)
	if err := yours.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect(mine, true, 5)
	other := w.other(t)
	expect(w.st.Cursor(other.actor.Workspace, "automations", "you"), true, 1, 2, 3)
}

func TestACursorStaysBeforeWhatFailed(t *testing.T) {
	w, _, clock := two(t)
	c := w.st.Cursor(w.actor.Workspace, "x", "me")
	boo := errors.New("boo")
	var heard []int64
	held, err := c.Each(t.Context(), func(ch schema.Change) error {
		if ch.Seq == 3 {
			return boo
		}
		heard = append(heard, ch.Seq)
		return nil
	})
	if !held || !errors.Is(err, boo) {
		t.Errorf("Each = %v, %v", held, err)
	}
	if seqs, _ := each(t, c); fmt.Sprint(heard, seqs) != "[1 2] [3]" {
		t.Errorf("heard %v, then %v", heard, seqs)
	}
	w.note(t, "a")
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := c.Each(ctx, func(schema.Change) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled after hearing: %v", err)
	}
	clock.now = clock.now.Add(time.Hour)
	if seqs, held := each(t, w.st.Cursor(w.actor.Workspace, "x", "you")); !held || fmt.Sprint(seqs) != "[4]" {
		t.Errorf("what was heard and not ticked off comes again: %v", seqs)
	}
}

func TestWhoIsTooSlowLosesTheCursor(t *testing.T) {
	w, there, clock := two(t)
	mine, yours := w.st.Cursor(w.actor.Workspace, "x", "me"), there.Cursor(w.actor.Workspace, "x", "you")
	held, err := mine.Each(t.Context(), func(ch schema.Change) error {
		clock.now = clock.now.Add(store.Lease + time.Second) // asleep
		if seqs, held := each(t, yours); !held || len(seqs) != 3 {
			t.Errorf("the other takes over: %v, %v", seqs, held)
		}
		return nil
	})
	if !held || !errors.Is(err, schema.Conflict) {
		t.Errorf("Each = %v, %v; want a conflict", held, err)
	}
	if seqs, held := each(t, yours); !held || seqs != nil {
		t.Errorf("the sleeper has moved the other's place: %v, %v", seqs, held)
	}
}

func TestACursorIsKeptWhileItIsUsed(t *testing.T) {
	w, there, clock := two(t)
	yours := there.Cursor(w.actor.Workspace, "x", "you")
	_, err := w.st.Cursor(w.actor.Workspace, "x", "me").Each(t.Context(), func(ch schema.Change) error {
		clock.now = clock.now.Add(store.Lease * 2 / 3) // three times: longer than a lease in all
		if _, held := each(t, yours); held {
			t.Errorf("the cursor was lost at %d", ch.Seq)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
