package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/internal/mcpclient"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// newProgram returns a server with the tools of the program.
func newProgram(t testing.TB) (*Server, *tools.Set, schema.Actor) {
	t.Helper()
	st := storetest.Open(t)
	a := must1(st.NewWorkspace(t.Context(), "Acme", "Ann"))
	set := must1(tools.New(st, memory.New(st, memory.Default(), nil), tools.Options{Toolsets: tools.Toolsets()}))
	return must1(New(Config{Tools: set, Version: "1", Actor: As(a), View: "<!doctype html><title>map</title>"})), set, a
}

// captures are arguments of capture_signals with n signals.
func captures(n int) map[string]any {
	var all []any
	for i := range n {
		all = append(all, map[string]any{"text": fmt.Sprintf("My card was refused for the %dth time", i), "author": fmt.Sprint("c_", i)})
	}
	return map[string]any{"signals": all, "source": "support"}
}

func TestProgressIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, _, _ := newProgram(t)
		c := link(t, s, mcpclient.Options{Protocol: era})
		var mu sync.Mutex
		var done []float64
		var over bool
		err := c.CallTelling(t.Context(), "capture_signals", captures(100), nil, func(d, total float64, what string) {
			mu.Lock()
			defer mu.Unlock()
			if over || total != 200 || what == "" || len(done) > 0 && d <= done[len(done)-1] {
				t.Errorf("%v of %v after %v: %q, the answer was there: %v", d, total, done, what, over)
			}
			done = append(done, d)
		})
		mu.Lock()
		over = true
		mu.Unlock()
		if err != nil || len(done) < 2 || done[len(done)-1] != 199 {
			t.Errorf("told %v, %v", done, err)
		}
		if len(done) > 100 {
			t.Errorf("told %d times", len(done))
		}
	})
}

func TestNobodyIsToldWhoDidNotAsk(t *testing.T) {
	s, _, _ := newProgram(t)
	args := must1(encode(captures(20)))
	res, body := posting{body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"capture_signals","arguments":` + string(args) + `}}`}.to(t, serveHTTP(t, s))
	if res.Header.Get("Content-Type") != "application/json" || strings.Contains(body, "progress") {
		t.Errorf("the answer is %s", body)
	}
}

func TestACancelledImportLeavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, set, a := newProgram(t)
		c := link(t, s, mcpclient.Options{Protocol: era})
		ctx, cancel := context.WithCancel(t.Context())
		err := c.CallTelling(ctx, "capture_signals", captures(500), nil, func(float64, float64, string) { cancel() })
		if err == nil {
			t.Fatal("the call ended before it was cancelled")
		}
		if err := c.Call(t.Context(), "get_changes", nil, nil); err != nil { // which waits for the writer
			t.Error(err)
		}
		time.Sleep(50 * time.Millisecond)
		must(set.Store().View(t.Context(), a, func(tx *store.Tx) error {
			if ids := must1(tx.SignalIDs(store.SignalFilter{})); len(ids) != 0 {
				t.Errorf("%d signals are there", len(ids))
			}
			return nil
		}))
	})
}

// TestTheLastNotificationIsNotLost is of mcp-go's own way to send one, which
// loses it over HTTP if the answer follows at once.
func TestTheLastNotificationIsNotLost(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	f.add("say_much", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
		for i := range 20 {
			if err := s.mcp.SendNotificationToClient(ctx, string(mcp.MethodNotificationProgress), map[string]any{"progressToken": 1, "progress": i}); err != nil {
				return nil, err
			}
		}
		return textArgs{}, nil
	})
	must(s.addTool(f.list[len(f.list)-1], false))
	url := serveHTTP(t, s)
	for range 50 {
		_, body := posting{body: strings.TrimSpace(callLine("1", "say_much", `{}`))}.to(t, url)
		if n := strings.Count(body, "event: message"); n != 21 || !strings.Contains(body, `"progress":19`) {
			t.Fatalf("%d messages: %s", n, body)
		}
	}
}
