package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"custory/internal/logtest"
	"custory/internal/mcpclient"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// eras are a version of the protocol of each kind, and none, which is the
// newest.
var eras = []string{"", mcpclient.Newest, mcpclient.NewestLegacy, "2025-06-18"}

// A fakeSet is a set of tools made of functions.
type fakeSet struct {
	store *store.Store
	list  []tools.Tool
	run   map[string]func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error)
}

func (f *fakeSet) List() []tools.Tool  { return f.list }
func (f *fakeSet) Store() *store.Store { return f.store }

func (f *fakeSet) ListFor(schema.Actor) []tools.Tool { return f.list }

func (f *fakeSet) Call(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
	return f.run[c.Tool](ctx, c, args)
}

// add offers a tool. Every fake tool takes a text and answers with one.
func (f *fakeSet) add(name string, effect tools.Effect, run func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error)) *tools.Tool {
	t := tools.Tool{Name: name, Title: "The " + name, Doc: "Does " + name + " & <more>.", Role: schema.Viewer, Run: tools.Action{Effect: effect}}
	must(json.Unmarshal([]byte(`{"type":"object","properties":{"text":{"type":"string"}},"additionalProperties":false}`), &t.Run.In))
	must(json.Unmarshal([]byte(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`), &t.Run.Out))
	f.list = append(f.list, t)
	f.run[name] = run
	return &f.list[len(f.list)-1]
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// textArgs are what fake tools take and give.
type textArgs struct {
	Text string `json:"text"`
}

func echoes(_ context.Context, _ schema.Call, args json.RawMessage) (any, error) {
	var v textArgs
	if len(args) > 0 {
		must(json.Unmarshal(args, &v))
	}
	return v, nil
}

// newFake returns a set with a workspace and the tools that tests share.
func newFake(t testing.TB) (*fakeSet, schema.Actor) {
	t.Helper()
	f := &fakeSet{store: storetest.Open(t), run: map[string]func(context.Context, schema.Call, json.RawMessage) (any, error){}}
	a, err := f.store.NewWorkspace(t.Context(), "Acme <&> Co", "Ann")
	if err != nil {
		t.Fatal(err)
	}
	f.add("echo_text", tools.Reads, echoes)
	f.add("ask_ghost", tools.Reads, func(context.Context, schema.Call, json.RawMessage) (any, error) {
		return nil, &schema.Error{Code: schema.NotFound, Field: "step", Message: "there is no step stp_9", Valid: []string{"stp_1", "stp_2"}, Hint: "use search"}
	})
	f.add("break_disk", tools.Writes, func(context.Context, schema.Call, json.RawMessage) (any, error) {
		return nil, errors.New("disk on fire at /secret/path")
	})
	last := f.add("panic_now", tools.Writes, func(context.Context, schema.Call, json.RawMessage) (any, error) { panic("secret") })
	last.Idempotent, last.OpenWorld = true, true
	return f, a
}

// newServer returns a server of the set, and what it logs.
func newServer(t testing.TB, f *fakeSet, a schema.Actor) (*Server, *logtest.Book) {
	t.Helper()
	log := new(logtest.Book)
	s, err := New(Config{Tools: f, Version: "1.2.3", Actor: As(a), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	return s, log
}

// connect returns a client of the server, over pipes.
func connect(t testing.TB, s *Server, protocol string) *mcpclient.Client {
	t.Helper()
	return overStdio(t, s, mcpclient.Options{Name: "tester", Protocol: protocol})
}

// overHTTP returns a client of the server, over HTTP.
func overHTTP(t testing.TB, s *Server, opt mcpclient.Options) *mcpclient.Client {
	t.Helper()
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	return at(t, srv.URL, opt)
}

// at returns a client of the server at the address.
func at(t testing.TB, url string, opt mcpclient.Options) *mcpclient.Client {
	t.Helper()
	c, err := mcpclient.HTTP(t.Context(), url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// overStdio returns a client of the server, over pipes.
func overStdio(t testing.TB, s *Server, opt mcpclient.Options) *mcpclient.Client {
	t.Helper()
	c, err := mcpclient.InProcess(t.Context(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// everywhere runs a test once for each transport and kind of protocol.
func everywhere(t *testing.T, test func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string)) {
	for name, link := range map[string]func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client{"stdio": overStdio, "HTTP": overHTTP} {
		for _, era := range eras {
			t.Run(name+" "+era, func(t *testing.T) { test(t, link, era) })
		}
	}
}

// inEras runs a test once for each transport and kind of protocol, with the
// tools that tests share.
func inEras(t *testing.T, test func(t *testing.T, c *mcpclient.Client, log *logtest.Book)) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		f, a := newFake(t)
		s, log := newServer(t, f, a)
		test(t, link(t, s, mcpclient.Options{Name: "tester", Protocol: era}), log)
	})
}

// A reply is an answer on the wire.
type reply struct {
	ID     json.RawMessage `json:"id"`
	Result struct {
		Content []struct {
			Text string `json:"text"`
		} `json:"content"`
		Structured json.RawMessage `json:"structuredContent"`
		IsError    bool            `json:"isError"`
		ResultType string          `json:"resultType"`
	} `json:"result"`
	Error *struct {
		Code    int            `json:"code"`
		Message string         `json:"message"`
		Data    map[string]any `json:"data"`
	} `json:"error"`

	line string
}

// say sends the input to a server until its end, and returns the answers by
// their ids.
func say(t testing.TB, s *Server, input string) map[string]reply {
	t.Helper()
	var out bytes.Buffer
	if err := s.ServeStdio(t.Context(), strings.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	return replies(t, out.String())
}

func replies(t testing.TB, out string) map[string]reply {
	t.Helper()
	all := map[string]reply{}
	if out == "" {
		return all
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\n"), "\n") {
		r := reply{line: line}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("not JSON: %.200s", line)
		}
		if _, ok := all[string(r.ID)]; ok && string(r.ID) != "null" {
			t.Errorf("two answers to %s", r.ID)
		}
		all[string(r.ID)] = r
	}
	return all
}

// callLine is a call on the wire.
func callLine(id, tool, args string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + args + `}}` + "\n"
}
