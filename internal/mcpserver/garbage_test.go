package mcpserver

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// garbage are messages that cannot be served, with the code and the id of the
// answer.
var garbage = []struct {
	name, line string
	code       int
	id         string
}{
	{"no JSON", "hello", -32700, "null"},
	{"half a message", `{"jsonrpc":"2.0","id":1,"meth`, -32700, "null"},
	{"invalid UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", -32700, "null"},
	{"deep nesting", strings.Repeat("[", 100_000), -32700, "null"},
	{"deep nesting that ends", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), -32700, "null"},
	{"a batch", `[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]`, -32600, "null"},
	{"an empty batch", `[]`, -32600, "null"},
	{"a text", `"hello"`, -32600, "null"},
	{"null", `null`, -32600, "null"},
	{"an empty object", `{}`, -32600, "null"},
	{"another version", `{"jsonrpc":"1.0","id":7,"method":"tools/list"}`, -32600, "7"},
	{"no method", `{"jsonrpc":"2.0","id":7}`, -32600, "7"},
	{"a method that is a number", `{"jsonrpc":"2.0","id":7,"method":4}`, -32600, "7"},
	{"an id that is null", `{"jsonrpc":"2.0","id":null,"method":"tools/list"}`, -32600, "null"},
	{"an id that is an object", `{"jsonrpc":"2.0","id":{},"method":"tools/list"}`, -32600, "null"},
	{"params in a list", `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":[]}`, -32602, "7"},
	{"a request that is an answer", `{"jsonrpc":"2.0","id":7,"method":"tools/list","result":{}}`, -32600, "7"},
	{"a request that is a refusal", `{"jsonrpc":"2.0","id":7,"method":"tools/list","error":{"code":1}}`, -32600, "7"},
	{"an unknown method", `{"jsonrpc":"2.0","id":"x","method":"no/such"}`, -32601, `"x"`},
	{"an endless method", `{"jsonrpc":"2.0","id":7,"method":"` + strings.Repeat("x", 10_000) + `"}`, -32601, "7"},
	{"an unknown tool", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"no_such"}}`, -32602, "7"},
	{"a call of nothing", `{"jsonrpc":"2.0","id":7,"method":"tools/call"}`, -32602, "7"},
	{"a name that is a number", `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}`, -32602, "7"},
	{"a version nobody knows", `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2999-01-01","io.modelcontextprotocol/clientCapabilities":{}}}}`, -32022, "7"},
	{"no capabilities", `{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`, -32602, "7"},
}

func TestGarbageIsAnsweredAndTheServerLives(t *testing.T) {
	f, a := newFake(t)
	s, log := newServer(t, f, a)
	for _, tt := range garbage {
		got := say(t, s, tt.line+"\n"+callLine(`"after"`, "echo_text", `{"text":"alive"}`))
		e := got[tt.id].Error
		if e == nil || e.Code != tt.code || e.Message == "" {
			t.Errorf("%s is answered with %s, want %d", tt.name, got[tt.id].line, tt.code)
		}
		if len(got[tt.id].line) > 1000 {
			t.Errorf("%s is answered with %d bytes", tt.name, len(got[tt.id].line))
		}
		if len(got) != 2 || string(got[`"after"`].Result.Structured) != `{"text":"alive"}` {
			t.Errorf("after %s the server says %v", tt.name, got)
		}
		if strings.Contains(got[tt.id].line, "Go ") {
			t.Errorf("%s is answered in Go's words: %s", tt.name, e.Message)
		}
	}
	if l := log.String(); strings.Contains(l, "ERROR") {
		t.Errorf("garbage of a client is logged: %s", l)
	}
}

func TestWhatNeedsNoAnswerGetsNone(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	for _, line := range []string{
		"", "   ", "\r",
		`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`{"jsonrpc":"2.0","method":"notifications/whatever","params":{"a":[1]}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}`,
		`{"jsonrpc":"2.0","method":"notifications/cancelled"}`,
		`{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo_text"}}`,
		`{"jsonrpc":"2.0","id":4,"result":{}}`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}`,
	} {
		if got := say(t, s, line+"\n"); len(got) != 0 {
			t.Errorf("%s is answered with %v", line, got)
		}
	}
}

func TestTenMegabytesOfGarbage(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	noise := strings.Repeat("\x00\xfe{]\"", 2<<20)
	got := say(t, s, noise+"\n"+callLine("1", "echo_text", `{"text":"alive"}`))
	if e := got["null"].Error; e == nil || e.Code != -32600 || e.Message != "message larger than 8 MiB; send fewer signals in one call" {
		t.Errorf("garbage is answered with %v", got)
	}
	if string(got["1"].Result.Structured) != `{"text":"alive"}` {
		t.Errorf("then the server says %v", got)
	}
}

func TestTheIdComesBackAsItWas(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	for _, id := range []string{`0`, `-1`, `9007199254740993`, `123456789012345678901234567890`, `1.50`, `"a <b>"`, `""`} {
		if got := say(t, s, callLine(id, "echo_text", `{"text":"x"}`)); string(got[id].ID) != id {
			t.Errorf("%s came back in %v", id, got)
		}
	}
}

// A generator writes one endless line of x, and then an ordinary call.
type generator struct {
	left  int64
	block []byte // as long as what the server reads at once
	tail  io.Reader
	peak  *uint64
}

func (g *generator) Read(p []byte) (int, error) {
	if g.left == 0 {
		return g.tail.Read(p)
	}
	n := int(min(g.left, int64(len(p))))
	copy(p[:n], g.block)
	if g.left%(100<<20) < int64(n) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*g.peak = max(*g.peak, m.HeapAlloc)
	}
	g.left -= int64(n)
	return n, nil
}

func TestAnEndlessLineTakesBoundedMemory(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	size := int64(1 << 30)
	if testing.Short() {
		size = 100 << 20
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var out bytes.Buffer
	var peak uint64
	in := &generator{size, bytes.Repeat([]byte("x"), 64<<10), strings.NewReader("\n" + callLine("1", "echo_text", `{"text":"alive"}`)), &peak}
	start := time.Now()
	if err := s.ServeStdio(t.Context(), in, &out); err != nil {
		t.Fatal(err)
	}
	got := replies(t, out.String())
	if got["null"].Error == nil || string(got["1"].Result.Structured) != `{"text":"alive"}` {
		t.Errorf("the server says %s", out.String())
	}
	grown := int64(peak) - int64(before.HeapAlloc)
	t.Logf("%d MiB took %v, the heap grew by %d KiB", size>>20, time.Since(start).Round(time.Millisecond), grown>>10)
	if grown > 64<<20 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}
