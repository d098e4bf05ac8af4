package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// manySignals are arguments of capture_signals with n signals.
func manySignals(n int) json.RawMessage {
	var b strings.Builder
	b.WriteString(`{"signals": [`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"text": "My card was refused for the %dth time", "author": "c_%d"}`, i, i)
	}
	b.WriteString(`], "source": "support"}`)
	return json.RawMessage(b.String())
}

func newProgressSet(t *testing.T) (*Set, schema.Actor) {
	t.Helper()
	st := storetest.Open(t)
	a := storetest.Workspace(t, st)
	set, err := New(st, memory.New(st, memory.Default(), nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	outline := json.RawMessage(`{"operations": [{"op": "create_journey", "name": "Buying", "outline": "Paying\n  I enter my card\n  I am charged"}]}`)
	if _, err := set.Call(t.Context(), schema.Call{Tool: "edit_journey", Actor: a}, outline); err != nil {
		t.Fatal(err)
	}
	return set, a
}

func TestLongWorkTellsHowFarItHasCome(t *testing.T) {
	set, a := newProgressSet(t)
	for _, tt := range []struct {
		tool string
		args json.RawMessage
		tell int // at least how often
	}{
		{"capture_signals", manySignals(50), 51},
		{"place_signals", json.RawMessage(`{"retry": true}`), 1},
		{"review_journey", json.RawMessage(`{"journey": "buying"}`), 2},
	} {
		var done []int
		ctx := WithProgress(t.Context(), func(d, total int, what string) {
			if what == "" || d >= total {
				t.Errorf("%s tells %d of %d: %s", tt.tool, d, total, what)
			}
			done = append(done, d)
		})
		if _, err := set.Call(ctx, schema.Call{Tool: tt.tool, Actor: a}, tt.args); err != nil {
			t.Fatal(err)
		}
		if len(done) < tt.tell || !slices.IsSorted(done) {
			t.Errorf("%s tells %v", tt.tool, done)
		}
	}
}

func TestCancelledWorkStopsAndLeavesNothing(t *testing.T) {
	set, a := newProgressSet(t)
	ctx, cancel := context.WithCancel(t.Context())
	last := 0
	ctx = WithProgress(ctx, func(done, total int, _ string) {
		if last = done; done == total/2+10 {
			cancel()
		}
	})
	_, err := set.Call(ctx, schema.Call{Tool: "capture_signals", Actor: a}, manySignals(400))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the call gives %v", err)
	}
	if last > 400+12 {
		t.Errorf("it went on to %d of 800", last)
	}
	err = set.Store().View(t.Context(), a, func(tx *store.Tx) error {
		ids, err := tx.SignalIDs(store.SignalFilter{})
		if len(ids) != 0 {
			t.Errorf("%d signals are there", len(ids))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
