package store_test

import (
	"bytes"
	"testing"

	"custory/store"
	"custory/store/storetest"
)

func TestASecretIsTheSameForAllProcesses(t *testing.T) {
	w := newWorld(t)
	a, err := w.st.Secret(t.Context(), "sign")
	must(t, err)
	b, err := storetest.OpenAt(t, w.st.Path(), store.Options{}).Secret(t.Context(), "sign")
	must(t, err)
	other, err := w.st.Secret(t.Context(), "other")
	must(t, err)
	if len(a) != 32 || !bytes.Equal(a, b) || bytes.Equal(a, other) || bytes.Equal(a, make([]byte, 32)) {
		t.Errorf("secrets are %x, %x and %x", a, b, other)
	}
}
