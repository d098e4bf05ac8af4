package httpserver

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func address(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}

// Each row is a request, and what the server makes of it. Every refusal is an
// error that clients of the protocol can show.
func TestRefusals(t *testing.T) {
	w := open(t, func(c *Config) {
		c.PublicURL, c.Issuer, c.Scopes = address("https://team.example"), "https://login.example", []string{"read", "write"}
		c.AllowedHosts, c.AllowedOrigins = []string{"inside.example:8080"}, []string{"https://app.example"}
		c.Limits.Failures, c.Limits.Body = 1e6, 2000
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	const (
		bare    = `Bearer realm="custory", resource_metadata="https://team.example/.well-known/oauth-protected-resource/mcp", scope="read write"`
		invalid = `error="invalid_token"`
	)
	for _, tt := range []struct {
		what, method, path string
		header             http.Header
		body               string
		status             int
		text               string // in the message
		challenge          string // in WWW-Authenticate
	}{
		{"no key", "POST", "/mcp", with(""), echo, 401, "a key is needed", bare},
		{"no key, by GET", "GET", "/mcp", with(""), "", 401, "a key is needed", bare},
		{"no key, by DELETE", "DELETE", "/mcp", with(""), "", 401, "a key is needed", bare},
		{"an unknown key", "POST", "/mcp", with("cus_live_x"), echo, 401, "not known here", invalid},
		{"an expired key", "POST", "/mcp", with("cus_live_old"), echo, 401, `expired on "Monday"`, `error_description="this key expired on 'Monday'; make another"`},
		{"a revoked key", "POST", "/mcp", with("cus_live_gone"), echo, 401, "was revoked", invalid},
		{"somebody who is no member", "POST", "/mcp", with("stranger.id.t"), echo, 403, "ask to join", ""},
		{"a key that cannot be checked", "POST", "/mcp", with("cus_live_db"), echo, 503, "cannot be checked just now", ""},
		{"a password", "POST", "/mcp", with("", "Authorization", "Basic YTpi"), echo, 401, "must say Bearer", bare},
		{"a scheme alone", "POST", "/mcp", with("", "Authorization", "Bearer"), echo, 400, "the key after Bearer is empty", `error="invalid_request"`},
		{"two words", "POST", "/mcp", with("a b"), echo, 400, "in one word", `error="invalid_request"`},
		{"a variable that was not filled in", "POST", "/mcp", with("${CUSTORY_KEY}"), echo, 400, "the name of a variable and not the key", `error="invalid_request"`},
		{"a token without end", "POST", "/mcp", with(strings.Repeat("a", 9000)), echo, 400, "longer than any", `error="invalid_request"`},
		{"two keys", "POST", "/mcp", with(goodKey, "Authorization", "Bearer cus_live_b"), echo, 400, "several Authorization headers", `error="invalid_request"`},
		{"a key in the address", "POST", "/mcp?access_token=" + goodKey, with(""), echo, 400, "does not belong in the address", `error="invalid_request"`},
		{"a key in the address, and in the header", "POST", "/mcp?Key=x", with(goodKey), echo, 400, "revoke it", ""},
		{"a key under another name", "GET", "/mcp?a=" + goodKey, with(goodKey), "", 400, "does not belong", ""},
		{"an address that cannot be read", "POST", "/mcp?a=%zz", with(goodKey), echo, 400, "cannot be read", ""},
		{"another host", "POST", "/mcp", with(goodKey, "Host", "evil.example"), echo, 403, "--allowed-hosts", ""},
		{"a host that begins well", "POST", "/mcp", with(goodKey, "Host", "localhost.evil.example"), echo, 403, "--allowed-hosts", ""},
		{"another origin", "POST", "/mcp", with(goodKey, "Origin", "https://evil.example"), echo, 403, "--allowed-origins", ""},
		{"no origin", "POST", "/mcp", with(goodKey, "Origin", "null"), echo, 403, "--allowed-origins", ""},
		{"a neighbour on this machine", "POST", "/mcp", with(goodKey, "Origin", "http://localhost:3000"), echo, 403, "--allowed-origins", ""},
		{"two origins", "POST", "/mcp", with(goodKey, "Origin", "https://app.example", "Origin", "https://evil.example"), echo, 403, "--allowed-origins", ""},
		{"a foreign preflight", "OPTIONS", "/mcp", with("", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST"), "", 403, "--allowed-origins", ""},
		{"another method", "PUT", "/mcp", with(goodKey), echo, 405, "takes POST, GET, DELETE", ""},
		{"another path", "GET", "/mcp/x", with(goodKey), "", 404, "the endpoint of the protocol is /mcp", ""},
		{"a page where there is none", "GET", "/", with(""), "", 404, "nothing here", ""},
		{"joining where nobody can", "POST", "/join", with(goodKey), "{}", 404, "nothing here", ""},
		{"too much", "POST", "/mcp", with(goodKey), strings.Repeat(" ", 2001), 413, "larger than 2000 bytes", ""},
		{"too much for a stranger", "POST", "/mcp", with(""), strings.Repeat(" ", 2001), 401, "a key is needed", bare},
	} {
		got := w.ask(tt.method, tt.path, tt.header, strings.NewReader(tt.body))
		challenge := got.Header.Get("WWW-Authenticate")
		if got.StatusCode != tt.status || !strings.Contains(got.message(), tt.text) || !strings.Contains(challenge, tt.challenge) || tt.challenge == "" && tt.status != 400 && challenge != "" {
			t.Errorf("%s: %d %s, WWW-Authenticate: %s", tt.what, got.StatusCode, got.text, challenge)
		}
		if got.Header.Get("X-Content-Type-Options") != "nosniff" || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: the headers are %v", tt.what, got.Header)
		}
		if strings.Contains(got.text, goodKey) || strings.Contains(got.text, "/secret") {
			t.Errorf("%s: the answer tells %s", tt.what, got.text)
		}
	}
}

// What says something about a request, and is not the key, changes nothing.
func TestHeadersThatSayWhoItIsSayNothing(t *testing.T) {
	w := open(t, nil)
	want := w.call(goodKey).text
	if !strings.Contains(want, `"actor":"mem_1","body"`) || !strings.Contains(want, `"role":"Editor","workspace":"wsp_1"`) {
		t.Fatalf("Ann is %s", want)
	}
	for _, h := range [][2]string{
		{"X-Forwarded-For", "127.0.0.1"}, {"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-User", "mem_9"}, {"Forwarded", "for=10.0.0.1"},
		{"X-User", "mem_9"}, {"X-User-Id", "mem_9"}, {"X-Remote-User", "mem_9"}, {"Remote-User", "mem_9"}, {"X-Workspace", "wsp_2"}, {"X-Role", "Owner"},
		{"X-Authorization", "Bearer cus_live_b"}, {"Proxy-Authorization", "Bearer cus_live_b"}, {"Cookie", "key=cus_live_b"},
		{"Mcp-Name", "read_journey"}, {"Mcp-Method", "tools/list"}, {"Mcp-Session-Id", "of-somebody-else"}, {"X-Http-Method-Override", "DELETE"}, {"X-Original-Url", "/livez"},
	} {
		if got := w.ask("POST", "/mcp", with(goodKey, h[0], h[1]), strings.NewReader(echo)); got.StatusCode != 200 || got.text != want {
			t.Errorf("with %s: %s it is %d %s", h[0], h[1], got.StatusCode, got.text)
		}
		if got := w.ask("POST", "/mcp", with("", h[0], h[1]), strings.NewReader(echo)); got.StatusCode != 401 {
			t.Errorf("with %s: %s alone it is %d", h[0], h[1], got.StatusCode)
		}
	}
}

func TestWhatIsLetIn(t *testing.T) {
	w := open(t, func(c *Config) {
		c.PublicURL, c.Issuer = address("https://team.example"), "https://login.example"
		c.AllowedHosts, c.AllowedOrigins = []string{"inside.example:8080"}, []string{"https://app.example"}
		c.Page = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Security-Policy", "its own")
			_, _ = w.Write([]byte("the page"))
		})
	})
	for _, tt := range []struct {
		what, method, path string
		header             http.Header
		status             int
		text               string
	}{
		{"a call", "POST", "/mcp", with(goodKey), 200, `"path":"/mcp"`},
		{"with a slash", "POST", "/mcp/", with(goodKey), 200, `"path":"/mcp"`},
		{"a scheme in capitals", "POST", "/mcp", with("", "Authorization", "BEARER   "+goodKey), 200, `"actor":"mem_1"`},
		{"a token of the provider", "POST", "/mcp", with("header.id.t"), 200, `"actor":"mem_3"`},
		{"by a public name", "POST", "/mcp", with(goodKey, "Host", "TEAM.example:443"), 200, ""},
		{"by another name", "POST", "/mcp", with(goodKey, "Host", "inside.example"), 200, ""},
		{"by localhost", "POST", "/mcp", with(goodKey, "Host", "localhost:1"), 200, ""},
		{"from its own page", "POST", "/mcp", with(goodKey, "Origin", w.url), 200, ""},
		{"from its public page", "POST", "/mcp", with(goodKey, "Origin", "https://team.example"), 200, ""},
		{"a query that is no key", "POST", "/mcp?x=1", with(goodKey), 200, `"path":"/mcp"`},
		{"the page, without a key", "GET", "/", with(""), 200, "the page"},
		{"metadata", "GET", "/.well-known/oauth-protected-resource", with(""), 200, `{"resource":"https://team.example/mcp","resource_name":"Custory","authorization_servers":["https://login.example"],"bearer_methods_supported":["header"]}`},
		{"metadata of the endpoint", "GET", "/.well-known/oauth-protected-resource/mcp", with(""), 200, `"resource":"https://team.example/mcp"`},
		{"health, by any name", "GET", "/livez", with("", "Host", "10.1.2.3:8080"), 200, "ok"},
		{"readiness", "GET", "/readyz", with("", "Host", "10.1.2.3:8080"), 200, "ok"},
	} {
		body := ""
		if tt.method == "POST" {
			body = echo
		}
		got := w.ask(tt.method, tt.path, tt.header, strings.NewReader(body))
		if got.StatusCode != tt.status || !strings.Contains(got.text, tt.text) {
			t.Errorf("%s: %d %s", tt.what, got.StatusCode, got.text)
		}
		if csp := got.Header.Get("Content-Security-Policy"); (csp == "its own") != (tt.path == "/") {
			t.Errorf("%s: its policy is %s", tt.what, csp)
		}
	}
}

func TestPagesOfAllowedSites(t *testing.T) {
	w := open(t, func(c *Config) { c.AllowedOrigins = []string{"https://app.example"} })
	asked := w.ask("OPTIONS", "/mcp", with("", "Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization"), nil)
	if h := asked.Header; asked.StatusCode != 204 || h.Get("Access-Control-Allow-Origin") != "https://app.example" || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || h.Get("Vary") != "Origin" {
		t.Errorf("the preflight: %d %v", asked.StatusCode, h)
	}
	if got := w.ask("POST", "/mcp", with(goodKey, "Origin", "https://app.example"), strings.NewReader(echo)); got.StatusCode != 200 || got.Header.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("the call: %d %v", got.StatusCode, got.Header)
	}
	if got := w.ask("POST", "/mcp", with("", "Origin", "https://app.example"), strings.NewReader(echo)); got.StatusCode != 401 || got.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("without a key, which the page must be able to read: %d %v", got.StatusCode, got.Header)
	}
	if got := w.call(goodKey); got.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("without an origin: %v", got.Header)
	}
}
