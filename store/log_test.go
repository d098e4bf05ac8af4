package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"custory/schema"
	"custory/store"
)

func (w *world) changes(t testing.TB) (all []schema.Change) {
	t.Helper()
	for c, err := range w.st.Changes(t.Context(), w.actor.Workspace, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// other is another workspace of the same file.
func (w *world) other(t testing.TB) *world {
	t.Helper()
	a, err := w.st.NewWorkspace(t.Context(), "Other", "Olga")
	if err != nil {
		t.Fatal(err)
	}
	return &world{w.st, a}
}

func TestTheLogOfEachWorkspaceHasNoGaps(t *testing.T) {
	a := newWorld(t)
	b := a.other(t)
	var wg sync.WaitGroup
	for _, w := range []*world{a, b} {
		for range 4 {
			wg.Go(func() {
				for n := range 10 {
					call := schema.Call{ID: schema.NewID(schema.KindCall), Tool: "note", Actor: w.actor}
					err := w.st.Update(context.Background(), call, func(tx *store.Tx) error {
						for range n % 3 {
							if err := tx.Notes.Put(&schema.Note{Text: "x", State: "Ready"}); err != nil {
								return err
							}
						}
						if n%4 == 3 {
							return errors.New("no")
						}
						return nil
					})
					if (n%4 == 3) != (err != nil) {
						t.Errorf("update: %v", err)
					}
				}
			})
		}
	}
	wg.Wait()
	for _, w := range []*world{a, b} {
		for i, c := range w.changes(t) {
			if c.Seq != int64(i+1) {
				t.Fatalf("change %d of %s has the place %d", i+1, w.actor.Workspace, c.Seq)
			}
		}
		if got, want := len(w.changes(t)), 3+4*(0+1+2+0+1+2+0+1+2+0)-4*(0+1); got != want {
			t.Errorf("the log of %s has %d changes, want %d", w.actor.Workspace, got, want)
		}
	}
}

func TestACallIsLoggedOnceWithAllThatIsKnownOfIt(t *testing.T) {
	w := newWorld(t)
	w.actor.Client = "claude 1.0"
	head := int64(len(w.changes(t)))
	call := schema.Call{ID: "call_mine", Tool: "edit_journey", Actor: w.actor, Cause: 2}
	var journey, stage schema.ID
	err := w.st.Update(t.Context(), call, func(tx *store.Tx) error {
		j := &schema.Journey{Name: "Trial"}
		if err := tx.Journeys.Put(j); err != nil {
			return err
		}
		if got := tx.Seq(); got != head+1 {
			t.Errorf("Seq() = %d, want %d", got, head+1)
		}
		tx.Summarize("made a draft")
		g := &schema.Stage{Journey: j.ID, Name: "Deciding"}
		tx.Summarize("made a journey of one stage")
		journey = j.ID
		err := tx.Stages.Put(g)
		stage = g.ID
		if got, e := tx.Head(); got != head+2 || e != nil {
			t.Errorf("Head() within the call = %d, %v, want %d", got, e, head+2)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.view(t, func(tx *store.Tx) error {
		got, err := tx.LoggedCall("call_mine")
		want := schema.LoggedCall{ID: "call_mine", Tool: "edit_journey", Actor: w.actor.ID, Client: "claude 1.0", Cause: 2, At: got.At, Changes: 2, Summary: "made a journey of one stage", Seq: head + 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the call is logged otherwise (-want +got):\n%s", diff)
		}
		changes, err2 := tx.ChangesOf("call_mine")
		for i, c := range changes {
			want := schema.Change{Seq: head + 1 + int64(i), Call: "call_mine", Tool: "edit_journey", Actor: w.actor.ID, Client: "claude 1.0", Cause: 2, At: got.At, Version: 1,
				Ref: schema.Ref{Kind: []schema.Kind{schema.KindJourney, schema.KindStage}[i], ID: []schema.ID{journey, stage}[i]}, After: c.After, Touches: c.Touches}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Errorf("change %d differs (-want +got):\n%s", i, diff)
			}
		}
		return errors.Join(err, err2)
	})
}

func TestTheFirstCallOfAWorkspaceIsItsOwners(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		calls, _, err := tx.Calls(store.CallFilter{Limit: 5})
		if len(calls) != 1 || calls[0].Tool != "create_workspace" || calls[0].Actor != w.actor.ID || calls[0].Summary != "made the workspace" {
			t.Errorf("the calls are %+v", calls)
		}
		return err
	})
}

func TestTheSameCallTwiceIsAConflict(t *testing.T) {
	w := newWorld(t)
	call := schema.Call{ID: "call_once", Tool: "note", Actor: w.actor}
	note := func(tx *store.Tx) error { return tx.Notes.Put(&schema.Note{Text: "x", State: "Ready"}) }
	if err := w.st.Update(t.Context(), call, note); err != nil {
		t.Fatal(err)
	}
	before := w.snapshot(t)
	err := w.st.Update(t.Context(), call, func(tx *store.Tx) error {
		t.Error("the function of a call that was made already runs")
		return note(tx)
	})
	if f := schema.FaultsOf(err); len(f) != 1 || f[0].Code != schema.Conflict || f[0].Field != "call" || f[0].Message != "call_once was made already" {
		t.Errorf("the same call again: %v", err)
	}
	w.same(t, "after the second try", before)
	call.Actor = w.other(t).actor // has calls of its own
	if err := w.st.Update(t.Context(), call, note); err != nil {
		t.Errorf("the call of another workspace: %v", err)
	}
}

func TestTheLogIsAppendOnly(t *testing.T) {
	w := newSmall(t)
	for _, statement := range []string{
		`UPDATE change SET body = 'x' WHERE seq = 1`, `UPDATE change SET seq = seq + 1000`, `DELETE FROM change`, `DELETE FROM change WHERE seq = 1`,
		`INSERT INTO change SELECT * FROM change WHERE seq = 1`,
	} {
		if err := w.st.Exec(statement); err == nil {
			t.Errorf("%s succeeds", statement)
		}
	}
	if wrong, err := w.st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check = %q, %v", wrong, err)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	w := newSmall(t)
	before, log := w.snapshot(t), len(w.changes(t))
	for name, end := range map[string]error{"dry": store.ErrDry, "dry and wrapped": fmt.Errorf("so far: %w", store.ErrDry)} {
		tried, err := w.try(t, name, func(tx *store.Tx) error {
			if err := tx.Stages.Remove(w.stage); err != nil {
				return err
			}
			if tx.Seq() == 0 {
				t.Errorf("%s: the call does nothing", name)
			}
			return end
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.same(t, name, before)
		if w.logged(t, tried) || len(w.changes(t)) != log {
			t.Errorf("%s: the log has grown", name)
		}
		w.update(t, "the same in earnest", func(tx *store.Tx) error { return store.ErrDry })
	}
}

func TestAPanicRollsBackAndTheStoreLives(t *testing.T) {
	w := newSmall(t)
	before := w.snapshot(t)
	func() {
		defer func() {
			if got := recover(); got != "boo" {
				t.Errorf("recovered %v", got)
			}
		}()
		w.update(t, "panic", func(tx *store.Tx) error {
			if err := tx.Remove(w.journey); err != nil {
				return err
			}
			panic("boo")
		})
	}()
	func() {
		defer func() { recover() }()
		w.view(t, func(*store.Tx) error { panic("boo") })
	}()
	w.same(t, "after a panic", before)
	w.rename(t, w.item, "Life goes on")
}

func TestACancelledCallRollsBack(t *testing.T) {
	w := newSmall(t)
	before := w.snapshot(t)
	for name, within := range map[string]bool{"before it begins": false, "on the way": true} {
		ctx, cancel := context.WithCancel(t.Context())
		if !within {
			cancel()
		}
		err := w.st.Update(ctx, schema.Call{Actor: w.actor}, func(tx *store.Tx) error {
			if err := tx.Notes.Put(&schema.Note{Text: "x", State: "Ready"}); err != nil {
				return err
			}
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled %s: %v", name, err)
		}
		cancel()
		w.same(t, "cancelled "+name, before)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := w.st.View(ctx, w.actor, func(tx *store.Tx) error {
		cancel()
		_, err := tx.Journeys.All()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled view: %v", err)
	}
	w.rename(t, w.item, "Life goes on")
}

func TestWaitingForTheLockEndsWithTheCaller(t *testing.T) {
	w := newSmall(t)
	db, err := store.Raw(w.st.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil { // another process writes, and goes on
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err = w.st.Update(ctx, schema.Call{Actor: w.actor}, func(*store.Tx) error { t.Error("the call runs"); return nil })
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 5*time.Second {
		t.Errorf("after %v: %v, want the deadline", time.Since(begun), err)
	}
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	w.rename(t, w.item, "Life goes on")
}

func TestRandomDeadlinesLeaveNothingHalfDone(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	done := map[string]bool{}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for n := range 60 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration((n*37+g*11)%1200)*time.Microsecond)
				text := fmt.Sprintf("%d of %d", n, g)
				err := w.st.Update(ctx, schema.Call{ID: schema.NewID(schema.KindCall), Actor: w.actor}, func(tx *store.Tx) error {
					return errors.Join(tx.Notes.Put(&schema.Note{Text: text, State: "Ready"}), tx.Notes.Put(&schema.Note{Text: text + " again", State: "Ready"}))
				})
				cancel()
				if err == nil {
					mu.Lock()
					done[text], done[text+" again"] = true, true
					mu.Unlock()
				} else if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("failed otherwise than by its deadline: %v", err)
				}
			}
		})
	}
	wg.Wait()
	w.view(t, func(tx *store.Tx) error {
		notes, err := tx.Notes.All()
		if len(notes) != len(done) {
			t.Errorf("there are %d notes, and %d were acknowledged", len(notes), len(done))
		}
		for _, n := range notes {
			if !done[n.Text] {
				t.Errorf("%q is there, and was not acknowledged", n.Text)
			}
		}
		return err
	})
	w.sound(t)
}

func TestCallsAreFilteredAndPaged(t *testing.T) {
	w := newSmall(t)
	bob := w.put(t, &schema.Member{Name: "Bob", Role: schema.Editor})
	owner := w.actor
	w.actor.ID = bob
	for i := range 5 {
		w.rename(t, w.item, fmt.Sprint("Title ", i))
	}
	w.actor = owner
	w.put(t, &schema.Note{Text: "x", State: "Ready"})
	page := func(f store.CallFilter) (ids []string, seqs []int64, total int) {
		w.view(t, func(tx *store.Tx) error {
			calls, n, err := tx.Calls(f)
			for _, c := range calls {
				ids, seqs = append(ids, c.Tool), append(seqs, c.Seq)
			}
			total = n
			return err
		})
		return ids, seqs, total
	}
	const five = "rename rename rename rename rename"
	clock := func(seq int64) time.Time { return w.changes(t)[seq-1].At }
	for _, tt := range []struct {
		name   string
		filter store.CallFilter
		want   string
		total  int
	}{
		{"all", store.CallFilter{Limit: 100}, "put " + five + " put put put put put put put put create_workspace", 15},
		{"the newest", store.CallFilter{Limit: 2}, "put rename", 15},
		{"none", store.CallFilter{}, "", 15},
		{"of an actor", store.CallFilter{Actor: bob, Limit: 100}, five, 5},
		{"of a tool", store.CallFilter{Tool: "rename", Limit: 3}, "rename rename rename", 5},
		{"of both, in vain", store.CallFilter{Tool: "put", Actor: bob, Limit: 3}, "", 0},
		{"touching the item", store.CallFilter{Touching: w.item, Limit: 100}, five + " put put put", 8},
		{"touching the journey", store.CallFilter{Touching: w.journey, Limit: 100}, five + " put put put put put", 10}, // journey, stage, step, placement, citation
		{"since", store.CallFilter{Since: clock(12), Limit: 100}, "put " + five, 6},
		{"until", store.CallFilter{Until: clock(5), Limit: 100}, "put create_workspace", 2},
	} {
		ids, _, total := page(tt.filter)
		if got := strings.Join(ids, " "); got != tt.want || total != tt.total {
			t.Errorf("%s: %q of %d, want %q of %d", tt.name, got, total, tt.want, tt.total)
		}
	}
	var paged []int64
	f := store.CallFilter{Limit: 4}
	for {
		_, seqs, total := page(f)
		if len(seqs) == 0 {
			break
		}
		if total != 15 {
			t.Errorf("on a later page, the total is %d", total)
		}
		paged, f.Before = append(paged, seqs...), seqs[len(seqs)-1]
	}
	if _, all, _ := page(store.CallFilter{Limit: 100}); !slices.Equal(paged, all) {
		t.Errorf("paged, the calls are %v; all at once %v", paged, all)
	}
}
