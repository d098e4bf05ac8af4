package bench

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/internal/access"
	"custory/internal/httpserver"
	"custory/internal/mcpclient"
	"custory/internal/mcpserver"
	"custory/internal/token"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// An echo is a set of one tool that does nothing, so that what is measured is
// the protocol.
type echo struct {
	st   *store.Store
	tool tools.Tool
}

const echoSchema = `{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`

func newEcho(b *testing.B) *echo {
	b.Helper()
	e := &echo{storetest.OpenAt(b, filepath.Join(b.TempDir(), "echo.db"), store.Options{}), tools.Tool{Name: "echo", Title: "Echo", Doc: "Echoes.", Role: schema.Viewer, Run: tools.Action{Effect: tools.Reads}}}
	for _, into := range []any{&e.tool.Run.In, &e.tool.Run.Out} {
		if err := json.Unmarshal([]byte(echoSchema), into); err != nil {
			b.Fatal(err)
		}
	}
	return e
}

func (e *echo) List() []tools.Tool                { return []tools.Tool{e.tool} }
func (e *echo) ListFor(schema.Actor) []tools.Tool { return e.List() }
func (e *echo) Store() *store.Store               { return e.st }

func (e *echo) Call(_ context.Context, _ schema.Call, args json.RawMessage) (any, error) {
	var v struct {
		Text string `json:"text"`
	}
	err := json.Unmarshal(args, &v)
	return v, err
}

// served are the addresses of three servers of an echo.
type served struct {
	guarded  string // as a team is served: with keys, limits and a log
	protocol string // our protocol alone
	bare     string // mcp-go's
	key      http.Header
}

// serve serves an echo.
func serve(b *testing.B) (at served) {
	b.Helper()
	e := newEcho(b)
	owner, secret := storetest.Workspace(b, e.st), token.NewSecret()
	k := schema.Key{Name: "bench", Member: owner.ID, Role: schema.Owner, Hash: secret.Hash()}
	if err := e.st.Update(b.Context(), schema.Call{Tool: "create_key", Actor: owner}, func(tx *store.Tx) error { return tx.Keys.Put(&k) }); err != nil {
		b.Fatal(err)
	}
	door, err := access.New(e.st, access.Options{})
	if err != nil {
		b.Fatal(err)
	}
	alone, err := mcpserver.New(mcpserver.Config{Tools: e, Actor: mcpserver.As(owner)})
	if err != nil {
		b.Fatal(err)
	}
	s, err := mcpserver.New(mcpserver.Config{Tools: e, Actor: httpserver.Actor, Recheck: httpserver.Recheck})
	if err != nil {
		b.Fatal(err)
	}
	guarded, err := httpserver.New(httpserver.Config{
		MCP: s.Handler(), EndStreams: s.Shutdown, Identify: door, Address: "127.0.0.1:1", Tools: []string{"echo"},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Limits: httpserver.Limits{Rate: -1, Calls: 256},
	})
	if err != nil {
		b.Fatal(err)
	}
	plain := server.NewMCPServer("bare", "1")
	plain.AddTool(mcp.NewToolWithRawSchema("echo", "Echoes.", json.RawMessage(echoSchema)), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"text": r.GetString("text", "")}, r.GetString("text", "")), nil
	})
	for into, h := range map[*string]http.Handler{&at.guarded: guarded, &at.protocol: alone.Handler(), &at.bare: server.NewStreamableHTTPServer(plain)} {
		srv := httptest.NewServer(h)
		b.Cleanup(srv.Close)
		*into = srv.URL + "/mcp"
	}
	at.key = http.Header{"Authorization": {"Bearer " + token.Of(k.ID, secret)}}
	return at
}

func dial(b *testing.B, url, protocol string, h http.Header) *mcpclient.Client {
	b.Helper()
	c, err := mcpclient.HTTP(b.Context(), url, mcpclient.Options{Name: "bench", Protocol: protocol, Header: h, HTTP: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

// BenchmarkHTTPCall measures an echo over HTTP, as a team is served and by the
// protocol alone, in turn with that of a bare mcp-go server.
func BenchmarkHTTPCall(b *testing.B) {
	at := serve(b)
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		b.Run(era+"/guarded", func(b *testing.B) { beside(b, dial(b, at.guarded, era, at.key), dial(b, at.bare, era, nil)) })
		b.Run(era+"/protocol", func(b *testing.B) { beside(b, dial(b, at.protocol, era, nil), dial(b, at.bare, era, nil)) })
	}
}

// beside measures calls of ours in turn with those of the bare one: their
// medians, and how many times as long ours takes.
func beside(b *testing.B, ours, bare *mcpclient.Client) {
	call := func(c *mcpclient.Client) func() {
		return func() {
			if err := c.Call(b.Context(), "echo", map[string]any{"text": "hello"}, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	mine, theirs := call(ours), call(bare)
	for range 50 {
		mine()
		theirs()
	}
	var m, t []time.Duration
	for b.Loop() {
		m, t = append(m, took(mine)), append(t, took(theirs))
	}
	slices.Sort(m)
	slices.Sort(t)
	b.ReportMetric(ms(m[len(m)/2]), "ours_ms")
	b.ReportMetric(ms(t[len(t)/2]), "bare_ms")
	b.ReportMetric(float64(m[len(m)/2])/float64(t[len(t)/2]), "x_bare")
}

// BenchmarkHTTPCallers measures calls of 200 callers at once.
func BenchmarkHTTPCallers(b *testing.B) {
	const callers = 200
	at := serve(b)
	c := dial(b, at.guarded, mcpclient.Newest, at.key)
	calls := 0
	start := time.Now()
	for b.Loop() {
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				if err := c.Call(b.Context(), "echo", map[string]any{"text": "hello"}, nil); err != nil {
					b.Error(err)
				}
			})
		}
		all.Wait()
		calls += callers
	}
	b.ReportMetric(float64(calls)/time.Since(start).Seconds(), "calls/s")
}
