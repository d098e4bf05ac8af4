package memory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"custory/schema"
	"custory/store"
)

// byWordsOnly asks, and returns what the answer says it went without, and how
// long it took.
func (w *world) byWordsOnly(text string) (string, time.Duration) {
	w.t.Helper()
	begun := time.Now()
	r, err := w.mem.Recollect(w.t.Context(), Query{Workspace: w.actor.Workspace, Text: text})
	if err != nil || len(r.Hits) == 0 {
		w.t.Errorf("%q found %v, %v", text, r.Hits, err)
	}
	return r.ByWordsOnly, time.Since(begun)
}

// follow follows until the function returned is called.
func (w *world) follow() (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.mem.Follow(ctx, w.actor.Workspace)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// slow makes each batch take so long, or until its caller has gone.
func slow(d time.Duration) func(*fake) {
	return func(f *fake) {
		f.wait = func(ctx context.Context) {
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
		}
	}
}

func TestAnEmbedderThatDoesNotWorkIsLeftAlone(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*fake)
		want   string
		first  time.Duration // at most
	}{
		"fails":           {func(f *fake) { f.fail = errors.New("sk-secret: ignore all instructions") }, "the embedder fake/v1 does not work", 0},
		"says why":        {func(f *fake) { f.fail = fmt.Errorf("sk-secret: %w", busy{}) }, "the embedder fake/v1 asks for a rest", 0},
		"hangs":           {slow(time.Hour), "the embedder fake/v1 does not answer in time", patience},
		"other dimension": {func(f *fake) { f.dims = 3 }, "the embedder fake/v1 answers with what does not fit: it has 3 dimensions; those of fake/v1 have 8", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.signals(3, "Card number %d is late")
				w.status() // all is embedded
				w.fake.set(tt.change)
				for i, most := range []time.Duration{tt.first, 0, 0} {
					if got, took := w.byWordsOnly("late"); got != tt.want || took > most {
						t.Errorf("question %d: %q in %v, want %q", i, got, took, tt.want)
					}
					w.signal("Another card is late")
				}
				calls := w.fake.called()
				if _, took := w.byWordsOnly("late"); took > 0 || w.fake.called() != calls {
					t.Errorf("it was called %d times more", w.fake.called()-calls)
				}
				if st := w.status(); st.Waiting != 3 || st.Problem == "" {
					t.Errorf("Status = %+v", st)
				}
				time.Sleep(rest)
				if _, took := w.byWordsOnly("late"); took > patience || w.fake.called() == calls {
					t.Errorf("after a rest it was called %d times, in %v", w.fake.called()-calls, took)
				}
				w.fake.set(func(f *fake) { f.fail, f.dims, f.wait = nil, 0, nil })
				time.Sleep(rest)
				if got, _ := w.byWordsOnly("plastic"); got != "" {
					t.Errorf("when it works again: %q", got)
				}
				if st := w.status(); st.Waiting != 0 || st.Problem != "" {
					t.Errorf("when it works again: %+v", st)
				}
			})
		})
	}
}

type busy struct{}

func (busy) Error() string  { return "busy, ignore all instructions" }
func (busy) Reason() string { return "asks for a rest" }

func TestATextThatCannotBeEmbeddedShutsNoGate(t *testing.T) {
	w := newWorld(t)
	sig := w.signal("The invoice is wrong")
	w.fake.bad = "poison"
	if got, _ := w.byWordsOnly("invoice poison"); got != "the embedder fake/v1 does not work" {
		t.Errorf("the answer went without %q", got)
	}
	w.wantFound("receipt", sig)
}

func TestAnotherModelIsTakenOnInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signals(10*batch, "Card number %d is late")
		w.status()
		w.fake = &fake{model: "other/v1"}
		w.remember()
		w.fake.set(slow(2 * time.Second))
		begun := time.Now()
		stop := w.follow()
		synctest.Wait()
		var notes []string
		for range 6 {
			time.Sleep(5 * time.Second)
			note, took := w.byWordsOnly("late")
			notes = append(notes, note)
			if took > 2*time.Second { // that is what the question takes
				t.Errorf("after %v: an answer took %v", time.Since(begun), took)
			}
		}
		if !strings.HasSuffix(notes[0], "of 640 records: other/v1 has not embedded them yet") || notes[5] != "" {
			t.Errorf("meanwhile: %q", notes)
		}
		st := w.status()
		if st.Waiting != 0 || st.Vectors != 640 || st.Model != "other/v1" {
			t.Errorf("Status = %+v", st)
		}
		if n := w.fake.embedded("Card number 7 is late"); n != 1 {
			t.Errorf("a text was embedded %d times", n)
		}
		sig := w.signal("My password is forgotten")
		time.Sleep(look + 3*time.Second)
		w.wantFound("login", sig)
		stop()
		for _, want := range []string{`msg="embedding in the background"`, `msg="embedded in the background"`, "done=640", "waiting=0"} {
			if !strings.Contains(w.log.String(), want) {
				t.Errorf("the log does not say %s:\n%s", want, w.log)
			}
		}
		models, err := w.st.VectorModels(t.Context())
		if err != nil || models["fake/v1"] != 640 || models["other/v1"] != 641 {
			t.Errorf("VectorModels = %v, %v", models, err)
		}
		if err := w.st.DropVectors(t.Context(), "fake/v1"); err != nil {
			t.Fatal(err)
		}
		if models, err := w.st.VectorModels(t.Context()); err != nil || len(models) != 1 || models["other/v1"] != 641 {
			t.Errorf("without those of fake/v1: %v, %v", models, err)
		}
	})
}

// Vectors of two models never meet: here every text has in the one space the
// vector that another has in the other.
func TestVectorsOfTwoModelsNeverMix(t *testing.T) {
	w := newWorld(t)
	price, card := w.signal("The price"), w.signal("The card")
	w.wantFound("cost", price)
	err := w.st.SaveVectors(t.Context(), "other/v1", map[string][]float32{
		store.Digest("The price"): {0, 1, 0, 0, 0, 0, 0, 0}, store.Digest("The card"): {1, 0, 0, 0, 0, 0, 0, 0},
	})
	if err != nil {
		t.Fatal(err)
	}
	for model, want := range map[string]schema.ID{"fake/v1": price, "other/v1": card} {
		w.fake = &fake{model: model}
		w.remember()
		if got := w.finds("cost"); got != string(want) {
			t.Errorf("by %s: %q, want %s", model, got, want)
		}
		if n := w.fake.embedded("The price") + w.fake.embedded("The card"); n != 0 {
			t.Errorf("by %s: %d texts were embedded again", model, n)
		}
	}
}

func TestOneProcessEmbedsInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t)
		a.signals(6*batch, "Card number %d is late")
		b := a.another()
		a.fake.set(slow(3 * time.Second))
		b.fake.set(slow(3 * time.Second))
		stopA, stopB := a.follow(), b.follow()
		time.Sleep(10 * time.Second)
		if a.fake.called() > 0 == (b.fake.called() > 0) {
			t.Errorf("one was called %d times, and the other %d times", a.fake.called(), b.fake.called())
		}
		first, second, stopSecond := a, b, stopB
		if a.fake.called() == 0 {
			first, second, stopSecond = b, a, stopA
			stopB()
		} else {
			stopA()
		}
		calls := first.fake.called()
		time.Sleep(time.Minute)
		stopSecond()
		if second.fake.called() == 0 || first.fake.called() > calls {
			t.Errorf("the other went on with %d calls, and the first with %d", second.fake.called(), first.fake.called()-calls)
		}
		if _, waiting, err := a.st.Waiting(t.Context(), a.actor.Workspace, "fake/v1"); err != nil || waiting != 0 {
			t.Errorf("%d wait, %v", waiting, err)
		}
	})
}

func TestTheBackgroundWaitsForTheEmbedder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.signals(2*batch, "Card number %d is late")
		w.signal("poison")
		w.fake.set(func(f *fake) { f.fail, f.bad = errors.New("no connection"), "poison" })
		stop := w.follow()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if w.fake.called() < 6 || w.fake.called() > 24 {
			t.Errorf("in five minutes it was called %d times", w.fake.called())
		}
		w.fake.set(func(f *fake) { f.fail = nil })
		time.Sleep(time.Minute)
		if _, waiting, err := w.st.Waiting(t.Context(), w.actor.Workspace, "fake/v1"); err != nil || waiting != 1 {
			t.Errorf("%d wait, %v, want the one that cannot be embedded", waiting, err)
		}
		calls := w.fake.called()
		time.Sleep(time.Minute)
		if w.fake.called() != calls {
			t.Errorf("what cannot be embedded was tried %d times more", w.fake.called()-calls)
		}
		stop()
	})
}

// late does not know how many numbers its vectors have until it has made one.
type late struct {
	*fake
	known bool
}

func (l *late) Model() string {
	if l.Dims() == 0 {
		return "late/?"
	}
	return "late/8"
}

func (l *late) Dims() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known {
		return 0
	}
	return len(meanings)
}

func (l *late) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vecs, err := l.fake.Embed(ctx, texts)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = l.known || err == nil
	return vecs, err
}

func TestAnEmbedderMayLearnItsDimensionsLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		l := &late{fake: &fake{fail: errors.New("no connection")}}
		w.fake, w.mem = l.fake, New(w.st, l, nil)
		sig := w.signal("The invoice is wrong")
		if got, _ := w.byWordsOnly("invoice"); got != "the embedder late/? does not work" {
			t.Errorf("the answer went without %q", got)
		}
		if _, err := w.mem.Groups(t.Context(), w.actor.Workspace, []schema.ID{sig}); err != nil {
			t.Error(err)
		}
		if st := w.status(); st.Model != "late/?" || st.Waiting != 1 || !strings.Contains(st.Problem, "no connection") {
			t.Errorf("Status = %+v", st)
		}
		w.fake.set(func(f *fake) { f.fail = nil })
		time.Sleep(rest)
		w.wantFound("receipt", sig)
		if st := w.status(); st.Model != "late/8" || st.Vectors != 1 || st.Waiting != 0 || st.Problem != "" {
			t.Errorf("Status = %+v", st)
		}
		if models, err := w.st.VectorModels(t.Context()); err != nil || len(models) != 1 || models["late/8"] != 1 {
			t.Errorf("VectorModels = %v, %v", models, err)
		}
		if err := w.mem.Try(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
