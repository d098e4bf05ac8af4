package memory

import (
	"fmt"
	"testing"

	"custory/store"
)

func TestFreshVectorsAreKeptForAWhile(t *testing.T) {
	var f fresh
	for i := range 3 * freshest {
		f.put(fmt.Sprint(i), []float32{float32(i)})
	}
	if n := len(f.young) + len(f.old); n > 2*freshest {
		t.Errorf("%d vectors are kept", n)
	}
	if v := f.get(fmt.Sprint(3*freshest - 1)); len(v) != 1 || v[0] != 3*freshest-1 {
		t.Errorf("the last has become %v", v)
	}
	if f.get("0") != nil {
		t.Error("the first is still there")
	}
}

func TestASignalIsEmbeddedOnce(t *testing.T) {
	w := newWorld(t)
	journey, _, _ := w.journey("Banking", "I order a card")
	const text = "where is my card"
	w.placed(journey, text)
	sig := w.signal(text)
	w.placed(journey, "something else")
	times := 0
	for _, sent := range w.fake.texts {
		if sent == text {
			times++
		}
	}
	if times != 1 {
		t.Errorf("a text that was placed and then captured was embedded %d times", times)
	}
	known, err := w.st.Vectors(t.Context(), w.fake.Model(), []string{store.Digest(text)})
	if err != nil || known[store.Digest(text)] == nil {
		t.Errorf("the vector of %s is not kept: %v", sig, err)
	}
}
