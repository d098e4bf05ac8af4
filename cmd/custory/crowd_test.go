package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"custory/internal/mcpclient"
	"custory/store"
)

// memory is how much of the machine's the program has, in bytes.
func (s *site) memory() float64 {
	s.t.Helper()
	m := regexp.MustCompile(`(?m)^process_resident_memory_bytes (\S+)$`).FindStringSubmatch(s.measured())
	if m == nil {
		s.t.Skip("this system does not tell")
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// crowd has many callers at once make some rounds of calls each.
func crowd(t *testing.T, c *mcpclient.Client, callers, rounds int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			for n := range rounds {
				for _, call := range []struct {
					tool string
					args map[string]any
				}{
					{"search", map[string]any{"query": fmt.Sprint("invitation ", n)}},
					{"get_journey", map[string]any{}},
					{"query_items", map[string]any{"of": "signals", "limit": 5}},
					{"capture_signals", map[string]any{"signals": []any{map[string]any{"text": fmt.Sprintf("Caller %d waits for invitation %d", i, n)}}, "place": "none"}},
				} {
					if err := c.Call(t.Context(), call.tool, call.args, nil); err != nil {
						t.Errorf("caller %d: %v", i, err)
						return
					}
				}
			}
		})
	}
	all.Wait()
}

// TestACrowd has 200 callers at once, twice: nobody is refused, nothing is lost,
// and the second time takes no more memory than the first.
func TestACrowd(t *testing.T) {
	t.Parallel()
	const callers, rounds = 200, 1
	h := newHouse(t)
	s := h.serve("--rate", "0", "--max-calls", "256", "--metrics", "0")
	c := s.connect(h.key("owner", nil), mcpclient.Options{HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}})
	if err := c.Call(t.Context(), "edit_journey", map[string]any{"operations": []any{map[string]any{"op": "create_journey", "name": "Buying", "outline": "Paying\n  I enter my card"}}}, nil); err != nil {
		t.Fatal(err)
	}
	crowd(t, c, callers, rounds)
	first := s.memory()
	crowd(t, c, callers, rounds) // says the same again
	if second := s.memory(); second > 1.5*first+64<<20 {
		t.Errorf("it takes %.0f MB, and %.0f before", second/(1<<20), first/(1<<20))
	}
	h.view(func(tx *store.Tx) error {
		signals, err := tx.Signals.All()
		if len(signals) != callers*rounds {
			t.Errorf("%d signals are kept, want %d", len(signals), callers*rounds)
		}
		return err
	})
}

// TestTwoServersOfOneFile writes through both at once. Each sees what the other
// wrote, knows the keys the other made, and not those it revoked.
func TestTwoServersOfOneFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	owner := h.key("owner", nil)
	sites := []*site{h.serve("--rate", "0"), h.serve("--rate", "0")}
	clients := []*mcpclient.Client{sites[0].connect(owner, mcpclient.Options{}), sites[1].connect(owner, mcpclient.Options{Protocol: mcpclient.NewestLegacy})}
	const each = 20
	head := h.head()
	var all sync.WaitGroup
	for i, c := range clients {
		for n := range each {
			all.Go(func() {
				if err := c.Call(t.Context(), "remember", map[string]any{"text": fmt.Sprintf("note %d of server %d", n, i)}, nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	for i, c := range clients {
		var out struct{ Total int }
		if err := c.Call(t.Context(), "recall", map[string]any{}, &out); err != nil || out.Total != 2*each {
			t.Errorf("server %d recalls %d notes, %v, want %d", i, out.Total, err, 2*each)
		}
	}
	h.view(func(tx *store.Tx) error {
		changes, err := tx.ChangesAfter(head, 1000)
		for i, c := range changes {
			if c.Seq != head+int64(i)+1 {
				t.Errorf("change %d of the log follows %d", c.Seq, head+int64(i))
			}
		}
		return err
	})
	var made struct{ ID, Token string }
	if err := clients[0].Call(t.Context(), "create_key", map[string]any{"name": "of the first", "role": "Viewer"}, &made); err != nil {
		t.Fatal(err)
	}
	if got := sites[1].call(mcpclient.Newest, made.Token, "recall", map[string]any{}); got.StatusCode != 200 {
		t.Errorf("the other does not know the key: %d %s", got.StatusCode, got.text)
	}
	args := map[string]any{"key": made.ID}
	args["confirm"] = firstStep(t, clients[0], "revoke_key", args)
	if err := clients[0].Call(t.Context(), "revoke_key", args, nil); err != nil {
		t.Fatal(err)
	}
	if got := sites[1].call(mcpclient.Newest, made.Token, "recall", map[string]any{}); got.StatusCode != 401 {
		t.Errorf("the other lets in a revoked key: %d %s", got.StatusCode, got.text)
	}
	if bad, err := h.st.Check(t.Context()); err != nil || len(bad) > 0 {
		t.Errorf("the file is damaged: %q, %v", bad, err)
	}
}
