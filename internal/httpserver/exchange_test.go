package httpserver

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// lines are those of the log, one for each request.
func (w *world) lines(t *testing.T, n int) (all []map[string]any) {
	t.Helper()
	waitFor(t, "the log", func() bool { return strings.Count(w.log.String(), "\n") >= n })
	for line := range strings.Lines(w.log.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, m)
	}
	if len(all) != n {
		t.Errorf("%d lines of %d requests: %s", len(all), n, w.log)
	}
	return all
}

func TestEachRequestHasOneLine(t *testing.T) {
	w := open(t, func(c *Config) {
		c.MCP = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			switch {
			case strings.Contains(string(body), "initialize"):
				w.WriteHeader(http.StatusBadRequest)
			case strings.Contains(string(body), "resources/read"):
				_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":"7","error":{"code":-32602,"message":"secret"}}`)
			default:
				fakeMCP(w, r)
			}
		})
	})
	for _, body := range []string{echo, `{"method":"initialize"}`, `{"method":"resources/read","params":{"uri":"custory://x"}}`} {
		w.ask("POST", "/mcp", with(goodKey), strings.NewReader(body))
	}
	w.call("cus_live_old")
	w.ask("GET", "/somewhere", with(""), nil)
	w.ask("GET", "/livez", with(""), nil)
	for i, line := range w.lines(t, 6) {
		want := []map[string]any{
			{"msg": "call", "level": "INFO", "method": "tools/call", "tool": "save_items", "workspace": "wsp_1", "actor": "mem_1", "key": "key_1", "client": "Ann's laptop", "outcome": "ok", "addr": "127.0.0.1"},
			{"msg": "call", "method": "initialize", "outcome": "400", "tool": nil},
			{"msg": "call", "method": "resources/read", "outcome": "-32602"},
			{"msg": "request", "method": "POST /mcp", "outcome": "expired", "status": 401.0, "key": nil},
			{"msg": "request", "method": "GET /", "outcome": "no such path", "status": 404.0},
			{"msg": "request", "level": "DEBUG", "method": "GET /livez", "outcome": "ok"},
		}[i]
		for k, v := range want {
			if line[k] != v {
				t.Errorf("line %d: %s is %v, want %v", i, k, line[k], v)
			}
		}
		if id, _ := line["request"].(string); len(id) != 16 || line["ms"] == nil {
			t.Errorf("line %d: %v", i, line)
		}
	}
}

// Whatever a request holds and wherever it holds it, the log has none of it.
func TestTheLogKeepsSecrets(t *testing.T) {
	const secret = "cus_live_s3cr3t"
	w := open(t, func(c *Config) { c.Limits.Failures = 1e6 })
	body := func(text string) io.Reader { return strings.NewReader(text) }
	named := func(name string) string {
		return `{"jsonrpc":"2.0","id":"` + secret + `","method":"tools/call","params":{"name":"` + name + `","arguments":{"text":"` + secret + `","` + secret + `":1}}}`
	}
	n := 0
	for _, tt := range []struct {
		method, path string
		header       http.Header
		body         io.Reader
	}{
		{"POST", "/mcp", with(goodKey), body(named("save_items"))},
		{"POST", "/mcp", with(goodKey), body(named(secret))},
		{"POST", "/mcp", with(goodKey), body(`{"method":"` + secret + `"}`)},
		{"POST", "/mcp", with(goodKey), body(`{"method":"tools/call","params":"` + secret + `"}`)},
		{"POST", "/mcp", with(goodKey), body(secret)},
		{"POST", "/mcp", with(goodKey, "Mcp-Name", secret, "Mcp-Method", secret, "Mcp-Protocol-Version", secret, "Traceparent", secret, "User-Agent", secret), body(echo)},
		{"POST", "/mcp?" + secret + "=" + secret, with(goodKey), body(echo)},
		{"POST", "/mcp?token=" + secret, with(goodKey), body(echo)},
		{"POST", "/" + secret, with(goodKey), body(echo)},
		{"CUS_LIVE_S3CR3T", "/mcp", with(goodKey), nil},
		{"POST", "/mcp", with(secret), body(echo)},
		{"POST", "/mcp", with(secret + " " + secret), body(echo)},
		{"POST", "/mcp", with(goodKey, "Authorization", secret), body(echo)},
		{"POST", "/mcp", with("", "Authorization", "Basic "+secret), body(echo)},
		{"POST", "/mcp", with(goodKey, "Origin", "https://"+secret), body(echo)},
		{"POST", "/mcp", with(goodKey, "Host", secret), body(echo)},
		{"POST", "/mcp", with(goodKey, "X-Forwarded-For", secret), body(echo)},
	} {
		got := w.ask(tt.method, tt.path, tt.header, tt.body)
		if got.StatusCode >= 500 {
			t.Errorf("%s %s: %d", tt.method, tt.path, got.StatusCode)
		}
		n++
	}
	w.lines(t, n)
	for _, s := range []string{secret, "s3cr3t", "S3CR3T", goodKey} {
		if strings.Contains(w.log.String(), s) {
			t.Errorf("the log has %s:\n%s", s, w.log)
		}
	}
}

func TestErrorCode(t *testing.T) {
	for head, want := range map[string]int{
		`{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"x`: -32602,
		`{"id":{"a":[1,2]},"error":{"code":-1,`:                       -1,
		`{"jsonrpc":"2.0","id":1,"result":{"error":{"code":1}}}`:      0,
		`{"jsonrpc":"2.0","id":"error`:                                0,
		`{"error":"text"}`:                                            0,
		`{"error":{"message":"x"}}`:                                   0,
		"event: message\ndata: {}":                                    0,
		"":                                                            0,
		"{}":                                                          0,
	} {
		if got := errorCode([]byte(head)); got != want {
			t.Errorf("errorCode(%s) = %d, want %d", head, got, want)
		}
	}
}
