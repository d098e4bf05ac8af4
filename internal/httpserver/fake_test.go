package httpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/access"
	"custory/internal/logtest"
	"custory/schema"
)

// A fakeDoor knows a few tokens.
type fakeDoor struct {
	mu    sync.Mutex
	known map[string]schema.Actor
	err   map[string]error
}

const goodKey = "cus_live_good_0123456789"

func newDoor() *fakeDoor {
	no := func(reason access.Reason, text string) error { return &access.Refusal{Reason: reason, Message: text} }
	return &fakeDoor{
		known: map[string]schema.Actor{
			goodKey:       {ID: "mem_1", Workspace: "wsp_1", Role: schema.Editor, Key: "key_1", Client: "Ann's laptop"},
			"cus_live_b":  {ID: "mem_2", Workspace: "wsp_2", Role: schema.Viewer, Key: "key_2", Client: "Bob's laptop"},
			"header.id.t": {ID: "mem_3", Workspace: "wsp_1", Role: schema.Owner, Client: "provider"},
		},
		err: map[string]error{
			"cus_live_old":  no(access.Expired, `this key expired on "Monday"; make another`),
			"cus_live_gone": no(access.Revoked, "this key was revoked; ask an owner for another"),
			"stranger.id.t": no(access.NotMember, "you are not a member of the workspace; ask to join"),
			"cus_live_db":   fmt.Errorf("disk on fire at /secret"),
		},
	}
}

func (d *fakeDoor) Identify(_ context.Context, token string) (schema.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.err[token]; err != nil {
		return schema.Actor{}, err
	}
	if a, ok := d.known[token]; ok {
		return a, nil
	}
	return schema.Actor{}, &access.Refusal{Reason: access.Unknown, Message: "this key is not known here"}
}

// revoke makes a token good no longer.
func (d *fakeDoor) revoke(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err[token] = &access.Refusal{Reason: access.Revoked, Message: "this key was revoked"}
}

// demote makes a token's member a viewer.
func (d *fakeDoor) demote(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.known[token]
	a.Role = schema.Viewer
	d.known[token] = a
}

// fakeMCP echoes the message, and tells who sent it.
func fakeMCP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	a := Actor(r.Context())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"jsonrpc": "2.0", "id": 1, "result": map[string]any{
		"actor": a.ID, "workspace": a.Workspace, "role": a.Role.String(), "body": string(body), "path": r.URL.String(),
	}})
}

// A world is a server that listens, and what it logs.
type world struct {
	t    testing.TB
	url  string
	host string
	door *fakeDoor
	log  *logtest.Book
	srv  *Server
	stop func() error // asks the server to end, and waits until it has
}

// open runs a server until the test ends. fit may change its configuration.
func open(t testing.TB, fit func(*Config)) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, host: l.Addr().String(), url: "http://" + l.Addr().String(), door: newDoor(), log: new(logtest.Book)}
	cfg := Config{MCP: http.HandlerFunc(fakeMCP), Identify: w.door, Address: w.host, Tools: []string{"save_items"},
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if fit != nil {
		fit(&cfg)
	}
	if w.srv, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.srv.Serve(ctx, l) }()
	w.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// A reply is what came back.
type reply struct {
	*http.Response
	text string
}

// message is the text of the error in a reply.
func (r reply) message() string {
	var m struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal([]byte(r.text), &m)
	return m.Error.Message
}

// ask sends a request, with headers as they stand on the wire.
func (w *world) ask(method, path string, header http.Header, body io.Reader) reply {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header = header
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{res, string(text)}
}

// with is a header with a key, and what else is said: name, value, and so on.
func with(key string, more ...string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	if key != "" {
		h.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i+1 < len(more); i += 2 {
		h.Add(more[i], more[i+1])
	}
	return h
}

const echo = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"save_items","arguments":{"text":"hello"}}}`

func (w *world) call(key string) reply {
	w.t.Helper()
	return w.ask("POST", "/mcp", with(key), strings.NewReader(echo))
}

// waitFor waits until something is so.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}

// record serves a request without a network.
func record(s *Server, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// incoming is a request as a server sees it.
func incoming(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "localhost"
	return r
}
