package memory

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A fake embedder knows a few words and what they mean: texts are near each
// other when they share meanings. Another word means nothing to it.
type fake struct {
	mu    sync.Mutex
	model string
	fail  error                     // what Embed answers, if not nil
	dims  int                       // of the vectors it gives, if not as many as it says
	bad   string                    // a text that holds this makes its batch fail
	wait  func(ctx context.Context) // is called before each batch
	calls int
	texts []string // all it has embedded
}

var meanings = []string{
	"price cost fee expensive charge", "card plastic", "arrive delivery late post", "password login signin",
	"invoice bill receipt", "refund money back", "crash error broken", "team colleague invite",
}

func (f *fake) Model() string {
	if f.model != "" {
		return f.model
	}
	return "fake/v1"
}

// called is how often it was asked.
func (f *fake) called() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

func (f *fake) Dims() int { return len(meanings) }

func (f *fake) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	f.mu.Lock()
	wait := f.wait
	f.mu.Unlock()
	if wait != nil {
		wait(ctx)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if err := errors.Join(f.fail, ctx.Err()); err != nil {
		return nil, err
	}
	if f.bad != "" && strings.Contains(strings.Join(texts, "\n"), f.bad) {
		return nil, errors.New("bad text")
	}
	f.texts = append(f.texts, texts...)
	vecs := make([][]float32, len(texts))
	for i, t := range texts {
		vecs[i] = make([]float32, max(f.dims, len(meanings)))
		for w := range strings.FieldsSeq(strings.ToLower(t)) {
			for d, m := range meanings {
				if strings.Contains(" "+m+" ", " "+strings.Trim(w, ".,!?:")+" ") {
					vecs[i][d]++
				}
			}
		}
		normalise(vecs[i])
		if f.dims > 0 {
			vecs[i] = vecs[i][:f.dims]
		}
	}
	return vecs, nil
}

// set changes the fake while others use it.
func (f *fake) set(change func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// embedded is how often the text was embedded.
func (f *fake) embedded(text string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.texts {
		if t == text {
			n++
		}
	}
	return n
}

// A world is a store in one workspace, with a memory of it.
type world struct {
	t     testing.TB
	path  string
	opt   store.Options
	st    *store.Store
	actor schema.Actor
	fake  *fake
	mem   *Memory
	log   *bytes.Buffer
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, path: filepath.Join(t.TempDir(), "test.db"), opt: storetest.Options(), fake: &fake{}}
	w.st = storetest.OpenAt(t, w.path, w.opt)
	w.actor = storetest.Workspace(t, w.st)
	w.remember()
	return w
}

// another is a second process on the same file.
func (w *world) another() *world {
	o := *w
	o.st, o.fake = storetest.OpenAt(w.t, w.path, w.opt), &fake{}
	o.remember()
	return &o
}

// remember starts the memory anew, as a new process would.
func (w *world) remember() {
	w.log = &bytes.Buffer{}
	w.mem = New(w.st, w.fake, slog.New(slog.NewTextHandler(w.log, nil)))
}

func (w *world) update(fn func(*store.Tx) error) schema.ID {
	w.t.Helper()
	call := schema.Call{ID: w.st.NewID(schema.KindCall), Tool: "test", Actor: w.actor}
	if err := w.st.Update(w.t.Context(), call, fn); err != nil {
		w.t.Fatal(err)
	}
	return call.ID
}

func (w *world) signal(text string) schema.ID {
	w.t.Helper()
	return w.signals(1, text+"%.0d")[0]
}

// signals captures n signals in one call.
func (w *world) signals(n int, format string) (ids []schema.ID) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		for i := range n {
			s := &schema.Signal{Text: fmt.Sprintf(format, i), Source: "support", ExternalID: string(w.st.NewID(schema.KindCall))}
			if err := tx.Signals.Put(s); err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	return ids
}

func (w *world) journey(name string, steps ...string) (journey, stage schema.ID, ids []schema.ID) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		j := &schema.Journey{Name: name}
		if err := tx.Journeys.Put(j); err != nil {
			return err
		}
		g := &schema.Stage{Journey: j.ID, Name: "Stage of " + name}
		if err := tx.Stages.Put(g); err != nil {
			return err
		}
		journey, stage = j.ID, g.ID
		for i, step := range steps {
			s := &schema.Step{Stage: g.ID, Name: step, Position: i}
			if err := tx.Steps.Put(s); err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		return nil
	})
	return journey, stage, ids
}

// confirm places a signal on a step, as somebody would who is sure.
func (w *world) confirm(signal, step schema.ID) (call schema.ID) {
	w.t.Helper()
	return w.place(signal, step, schema.PlacementConfirmed)
}

func (w *world) place(signal, step schema.ID, state schema.PlacementState) (call schema.ID) {
	w.t.Helper()
	return w.update(func(tx *store.Tx) error {
		return tx.Placements.Put(&schema.Placement{Signal: signal, Step: step, State: state})
	})
}

func (w *world) undo(call schema.ID) schema.ID {
	w.t.Helper()
	return w.update(func(tx *store.Tx) error { return tx.Undo(call) })
}

func (w *world) recall(q Query) []Hit {
	w.t.Helper()
	q.Workspace = w.actor.Workspace
	hits, err := w.mem.Recall(w.t.Context(), q)
	if err != nil {
		w.t.Fatalf("Recall(%q): %v", q.Text, err)
	}
	return hits
}

// finds are the ids recalled, joined by spaces.
func (w *world) finds(text string) string {
	w.t.Helper()
	return idsOf(w.recall(Query{Text: text}))
}

func idsOf(hits []Hit) string {
	var ids []string
	for _, h := range hits {
		ids = append(ids, string(h.ID))
	}
	return strings.Join(ids, " ")
}

func (w *world) status() Status {
	w.t.Helper()
	st, err := w.mem.Status(w.t.Context(), w.actor.Workspace)
	if err != nil {
		w.t.Fatalf("Status: %v", err)
	}
	return st
}

func (w *world) wantFound(text string, want ...schema.ID) {
	w.t.Helper()
	got := w.finds(text)
	for _, id := range want {
		if !strings.Contains(" "+got+" ", " "+string(id)+" ") {
			w.t.Errorf("%q found %q, want %s among it", text, got, id)
		}
	}
}

func (w *world) wantNotFound(text string, id schema.ID) {
	w.t.Helper()
	if got := w.finds(text); strings.Contains(" "+got+" ", " "+string(id)+" ") {
		w.t.Errorf("%q found %q, and %s should not be there", text, got, id)
	}
}
