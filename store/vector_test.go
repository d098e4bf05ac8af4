package store_test

import (
	"fmt"
	"testing"

	"custory/schema"
	"custory/store"
)

func TestWhatHasNoVector(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.note(t, fmt.Sprintf("note %d", i/2)) // two say the same
	}
	ws := w.actor.Workspace
	var texts []string
	want := func(model string, waiting int) {
		t.Helper()
		docs, n, err := w.st.Waiting(t.Context(), ws, model)
		if err != nil || n != waiting || docs < 5 {
			t.Errorf("of %s: %d of %d wait, %v; want %d", model, n, docs, err, waiting)
		}
		var ids []schema.ID
		for row := int64(0); ; {
			some, last, err := w.st.WithoutVector(t.Context(), ws, model, row, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(some) == 0 {
				break
			}
			ids, row = append(ids, some...), last
		}
		if len(ids) != waiting {
			t.Errorf("of %s: %v have no vector, want %d", model, ids, waiting)
		}
		all, err := w.st.Texts(t.Context(), ws, ids)
		if err != nil {
			t.Fatal(err)
		}
		texts = nil
		for _, text := range all {
			texts = append(texts, text)
		}
	}
	docs, _, err := w.st.Waiting(t.Context(), ws, "a")
	if err != nil {
		t.Fatal(err)
	}
	want("a", docs)
	vecs := map[string][]float32{}
	for _, text := range texts {
		vecs[store.Digest(text)] = []float32{1}
	}
	if err := w.st.SaveVectors(t.Context(), "a", vecs); err != nil {
		t.Fatal(err)
	}
	want("a", 0)
	want("b", docs)
	if err := w.st.SaveVectors(t.Context(), "b", map[string][]float32{store.Digest("note 0"): {2}}); err != nil {
		t.Fatal(err)
	}
	want("b", docs-2)
	if models, err := w.st.VectorModels(t.Context()); err != nil || models["a"] != len(vecs) || models["b"] != 1 {
		t.Errorf("VectorModels = %v, %v", models, err)
	}
	if err := w.st.DropVectors(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	want("a", docs)
	want("b", docs-2)
}

func TestHoldingACursorKeepsOthersAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, yours := w.st.Cursor(w.actor.Workspace, "x", "me"), w.st.Cursor(w.actor.Workspace, "x", "you")
	hold := func(c *store.Cursor, want bool) {
		t.Helper()
		if held, err := c.Hold(t.Context()); err != nil || held != want {
			t.Errorf("Hold = %v, %v, want %v", held, err, want)
		}
	}
	hold(mine, true)
	hold(mine, true)
	hold(yours, false)
	if err := mine.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	hold(yours, true)
	hold(mine, false)
}
