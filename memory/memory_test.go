package memory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestWhatIsWrittenIsFoundByTheNextQuestionOfAnyProcess(t *testing.T) {
	a := newWorld(t)
	b := a.another()
	if got := b.finds("price"); got != "" {
		t.Errorf("an empty workspace found %q", got)
	}
	sig := a.signal("The price is nowhere to be seen")
	b.wantFound("price", sig)     // by its words
	b.wantFound("expensive", sig) // by its meaning
	a.wantFound("expensive", sig)

	_, stage, _ := b.journey("Buying", "I compare offers")
	a.wantFound("offers", "stp_1")
	b.update(func(tx *store.Tx) error {
		g, err := tx.Stages.Get(stage)
		if err != nil {
			return err
		}
		g.Name = "Haggling over the fee"
		return tx.Stages.Put(g)
	})
	a.wantFound("haggling", stage, "stp_1") // the stage, and what stands in it
	a.wantFound("cost", stage)              // its new vector
	a.wantNotFound("stage of", stage)
}

func TestUndoIsSeen(t *testing.T) {
	a := newWorld(t)
	b := a.another()
	var sig *schema.Signal
	made := a.update(func(tx *store.Tx) error {
		sig = &schema.Signal{Text: "My card did not arrive", Source: "support"}
		return tx.Signals.Put(sig)
	})
	b.wantFound("plastic", sig.ID)
	undone := a.undo(made)
	b.wantNotFound("plastic", sig.ID)
	b.wantNotFound("card", sig.ID)
	if st := b.status(); st.Docs != 0 || st.Vectors != 0 {
		t.Errorf("after the undo: %+v, want nothing", st)
	}
	a.undo(undone)
	b.wantFound("plastic", sig.ID)
	if n := a.fake.embedded(sig.Text) + b.fake.embedded(sig.Text); n != 1 {
		t.Errorf("the text was embedded %d times, want once", n)
	}
}

func TestEachTextIsEmbeddedOnceByWhoeverSeesItFirst(t *testing.T) {
	a := newWorld(t)
	for range 3 {
		a.signal("Refund the fee")
	}
	a.signal("The app is broken")
	a.finds("money")
	for text, want := range map[string]int{"Refund the fee": 1, "The app is broken": 1, "money": 1} {
		if n := a.fake.embedded(text); n != want {
			t.Errorf("%q was embedded %d times, want %d", text, n, want)
		}
	}
	b := a.another()
	b.finds("money")
	if len(b.fake.texts) != 1 {
		t.Errorf("another process embedded %q, want only the question", b.fake.texts)
	}
	want := Status{Model: "fake/v1", Docs: 4, Vectors: 4}
	if got := b.status(); got != want {
		t.Errorf("Status = %+v, want %+v", got, want)
	}
}

func TestWordsWorkWhileTheEmbedderFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.fail = errors.New("no connection")
		sig := w.signal("The invoice is wrong")
		w.wantFound("invoice", sig)
		st := w.status()
		if st.Docs != 1 || st.Vectors != 0 || st.Waiting != 1 || !strings.Contains(st.Problem, "no connection") {
			t.Errorf("Status = %+v, want one that waits, and why", st)
		}
		if log := w.log.String(); strings.Count(log, "no connection") != 1 || !strings.Contains(log, "waiting=1") {
			t.Errorf("the log does not tell once: %s", log)
		}
		if hits, err := w.mem.Near(t.Context(), w.actor.Workspace, "invoice", nil, 5); err != nil || len(hits) != 0 {
			t.Errorf("Near without an embedder: %v, %v", hits, err)
		}
		if err := w.mem.Warm(t.Context(), w.actor.Workspace, nil); err == nil || !strings.Contains(err.Error(), "no connection") {
			t.Errorf("Warm without an embedder: %v", err)
		}
		w.signals(3*batch, "Refund %d")
		time.Sleep(rest)
		calls := w.fake.called()
		if w.status(); w.fake.called() != calls+2 {
			t.Errorf("an embedder that does not work was called %d times, want twice", w.fake.called()-calls)
		}
		w.fake.set(func(f *fake) { f.fail = nil })
		time.Sleep(rest)
		w.wantFound("receipt", sig)
		if st := w.status(); st.Waiting != 0 || st.Problem != "" {
			t.Errorf("Status = %+v, want nothing waiting", st)
		}
	})
}

func TestAVectorThatComesLaterIsPickedUp(t *testing.T) {
	a := newWorld(t)
	b := a.another()
	b.fake.fail = errors.New("no connection")
	sig := a.signal("The invoice is wrong")
	b.wantFound("invoice", sig) // read, but not embedded
	a.finds("anything")         // embeds it
	if st := b.status(); st.Waiting != 0 || st.Vectors != 1 {
		t.Errorf("Status = %+v, want the vector that the other process made", st)
	}
}

func TestOneBadTextKeepsNoOtherWaiting(t *testing.T) {
	w := newWorld(t)
	w.fake.bad = "poison"
	w.signals(3*batch, "Card %d is late")
	bad := w.signals(3, "Card %d0 is poison")
	if st := w.status(); st.Waiting != len(bad) || !strings.Contains(st.Problem, "bad text") {
		t.Errorf("Status = %+v, want three waiting", st)
	}
	w.wantFound("poison", bad...)
}

func TestAForeignDimensionIsRefused(t *testing.T) {
	w := newWorld(t)
	w.fake.dims = 3
	sig := w.signal("The price")
	w.wantFound("price", sig)
	if st := w.status(); st.Waiting != 1 || !strings.Contains(st.Problem, "it has 3 dimensions; those of fake/v1 have 8") {
		t.Errorf("with an embedder that does not keep its word: %+v", st)
	}

	// Somebody has used the name of the model for another one.
	w.fake.set(func(f *fake) { f.dims = 0 })
	if err := w.st.SaveVectors(t.Context(), "fake/v1", map[string][]float32{store.Digest("The price"): {1, 2}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.wantFound("price", sig)
		if st := w.status(); st.Waiting != 1 || st.Vectors != 0 || !strings.Contains(st.Problem, "the stored vector of sig_1 is refused: it has 2 dimensions") {
			t.Errorf("with a foreign vector in the store: %+v", st)
		}
		w.remember() // it is no better after a restart
	}
}

func TestAnotherModelIsAnotherSpace(t *testing.T) {
	w := newWorld(t)
	sig := w.signal("The price")
	w.finds("cost")
	w.fake = &fake{model: "other/v1"}
	w.remember()
	w.wantFound("cost", sig)
	if n := w.fake.embedded("The price"); n != 1 {
		t.Errorf("the other model embedded the text %d times, want once", n)
	}
}

func TestATextThatSaysNothingIsNotIndexed(t *testing.T) {
	w := newWorld(t)
	odd := w.signal("zzz !!")
	w.signal("The price")
	if st := w.status(); st.Docs != 2 || st.Vectors != 1 || st.Waiting != 0 {
		t.Errorf("Status = %+v, want one vector and nothing waiting", st)
	}
	w.wantFound("zzz", odd)
	w.wantNotFound("cost", odd)
	w.status()
	w.remember()
	w.status()
	if n := w.fake.embedded("zzz !!"); n != 1 {
		t.Errorf("it was embedded %d times, want once", n)
	}
	if hits, err := w.mem.Near(t.Context(), w.actor.Workspace, " ", nil, 5); err != nil || len(hits) != 0 {
		t.Errorf("Near of nothing = %v, %v", hits, err)
	}
}

func TestNearGoesByMeaningAndKind(t *testing.T) {
	w := newWorld(t)
	sig := w.signal("The fee on my card")
	w.signal("My password")
	_, _, steps := w.journey("Paying", "I see the cost")
	hits, err := w.mem.Near(t.Context(), w.actor.Workspace, "price", []schema.Kind{schema.KindSignal, schema.KindStep}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := idsOf(hits), string(steps[0]+" "+sig); got != want {
		t.Errorf("Near = %q, want %q", got, want)
	}
	if !near(hits[0].Score, hits[0].Cosine) || hits[0].Score < 0.99 || hits[1].Kind != schema.KindSignal {
		t.Errorf("Near = %+v", hits)
	}
	hits, err = w.mem.Near(t.Context(), w.actor.Workspace, "price", []schema.Kind{schema.KindSignal}, 1)
	if err != nil || idsOf(hits) != string(sig) {
		t.Errorf("Near among signals = %v, %v", hits, err)
	}
}

func TestWorkspacesAreApart(t *testing.T) {
	w := newWorld(t)
	mine := w.signal("The price is too high")
	other := *w
	other.actor = storetest.Workspace(t, w.st)
	theirs := other.signal("The price is too low")
	w.wantFound("price", mine)
	w.wantNotFound("price", theirs)
	other.wantFound("cost", theirs)
	other.wantNotFound("cost", mine)
}

func TestTheLeastRecentlyAskedWorkspaceIsLetGo(t *testing.T) {
	w := newWorld(t)
	var all []*world
	for range keep + 3 {
		o := *w
		o.actor = storetest.Workspace(t, w.st)
		o.signal("The price is too high")
		o.wantFound("cost", schema.ID(fmt.Sprintf("sig_%d", len(all)+1)))
		all = append(all, &o)
	}
	if n := len(w.mem.spaces.vals); n != keep {
		t.Errorf("%d workspaces are held, want %d", n, keep)
	}
	sig := all[0].signal("The fee")
	all[0].wantFound("cost", "sig_1", sig) // it was let go, and is read again
	if n := w.fake.embedded("The price is too high"); n != 1 {
		t.Errorf("reading it again embedded the text %d times, want once", n)
	}
}

func TestOneCatchesUpAndTheOthersWait(t *testing.T) {
	w := newWorld(t)
	w.signal("The price is too high")
	other := *w
	other.actor = storetest.Workspace(t, w.st)
	other.finds("nothing")

	entered, leave := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	w.fake.set(func(f *fake) {
		f.wait = func(context.Context) {
			if first.CompareAndSwap(false, true) {
				close(entered)
				<-leave
			}
		}
	})
	done := make(chan error, 10)
	ask := func() {
		_, err := w.mem.Recall(t.Context(), Query{Workspace: w.actor.Workspace, Text: "cost"})
		done <- err
	}
	go ask()
	<-entered
	for range 9 {
		go ask()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := w.mem.Recall(ctx, Query{Workspace: w.actor.Workspace, Text: "cost"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one who waits is not free to go: %v", err)
	}
	other.finds("cost") // another workspace is not kept waiting
	close(leave)
	for range 10 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := w.fake.embedded("The price is too high"); n != 1 {
		t.Errorf("the text was embedded %d times, want once", n)
	}
}

func TestWhoeverIsCalledAwayLeavesTheRestToTheNext(t *testing.T) {
	w := newWorld(t)
	sig := w.signal("The price is too high")
	ctx, cancel := context.WithCancel(t.Context())
	w.fake.wait = func(context.Context) { cancel() }
	if _, err := w.mem.Recall(ctx, Query{Workspace: w.actor.Workspace, Text: "cost"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Recall of one called away: %v", err)
	}
	w.fake.set(func(f *fake) { f.wait = nil })
	w.wantFound("cost", sig)
}

func TestASlowEmbedderIsNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signals(4*batch, "Card number %d is late")
		w.fake.wait = func(context.Context) { time.Sleep(2 * time.Second) } // and does not look at ctx
		begun := time.Now()
		w.wantFound("late", "sig_1")
		if took := time.Since(begun); took > patience+2*2*time.Second {
			t.Errorf("the answer took %v", took)
		}
		w.fake.set(func(f *fake) {
			f.wait = func(ctx context.Context) {
				select {
				case <-time.After(2 * time.Second):
				case <-ctx.Done():
				}
			}
		})
		if st := w.status(); st.Waiting != 2*batch || st.Problem != "fake/v1 has embedded 64 of 192 texts in 3s" {
			t.Errorf("Status = %+v, want 128 waiting", st)
		}
		var told []int
		if err := w.mem.Warm(t.Context(), w.actor.Workspace, func(n int) { told = append(told, n) }); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(told), "[64 0]"; got != want || w.status().Waiting != 0 {
			t.Errorf("Warm told %v, want %v; after it %+v", got, want, w.status())
		}
	})
}

func TestAnEmbedderThatHangsHoldsNobodyUpForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signals(2*batch, "Card number %d is late")
		w.fake.wait = func(ctx context.Context) { <-ctx.Done() }
		var wg sync.WaitGroup
		begun := time.Now()
		for range 20 {
			wg.Go(func() { w.wantFound("late", "sig_1") })
		}
		wg.Wait()
		if took := time.Since(begun); took > 3*patience {
			t.Errorf("twenty answers took %v", took)
		}
	})
}

func TestManyAskWhileManyWrite(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Paying", "I see the price", "I get my card")
	b := w.another()
	var wg sync.WaitGroup
	for _, p := range []*world{w, b} {
		for n := range 3 {
			wg.Go(func() {
				for i := range 9 {
					id := p.signal(fmt.Sprintf("The card %d of %d is late", i, n))
					call := p.confirm(id, steps[1])
					p.wantFound(fmt.Sprintf("card %d of %d", i, n), id)
					if i%3 == 0 {
						p.undo(call)
					}
				}
			})
			wg.Go(func() {
				for range 9 {
					p.recall(Query{Text: "delivery", Within: journey, Kinds: []schema.Kind{schema.KindSignal}})
					if _, err := p.mem.Place(t.Context(), p.actor.Workspace, journey, []string{"where is my card"}); err != nil {
						t.Error(err)
					}
					if _, err := p.mem.Groups(t.Context(), p.actor.Workspace, []schema.ID{"sig_1", "sig_2", "sig_3"}); err != nil {
						t.Error(err)
					}
					p.status()
				}
			})
		}
	}
	wg.Wait()
	for _, p := range []*world{w, b} {
		if st := p.status(); st.Docs != 4+6*9 || st.Vectors+st.Waiting > st.Docs || st.Waiting != 0 {
			t.Errorf("Status = %+v, want 58 docs and none waiting", st)
		}
	}
}
