package httpserver

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080", "0": "127.0.0.1:0", "localhost:80": "localhost:80", "0.0.0.0:8080": "0.0.0.0:8080",
		"[::]:8080": "[::]:8080", "team.example:443": "team.example:443",
		"": "", "http": "", "127.0.0.1": "", "a:b": "", "99999": "", "-1": "", "http://a:80": "", "::1:80": "", "a b:80": "",
	} {
		got, err := Address(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Address(%q) = %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestExposure(t *testing.T) {
	const anywhere = "0.0.0.0:8080"
	for _, tt := range []struct {
		what string
		e    Exposure
		want string
	}{
		{"this machine", Exposure{Address: "127.0.0.1:80"}, ""},
		{"this machine, in version 6", Exposure{Address: "[::1]:80"}, ""},
		{"this machine, by name", Exposure{Address: "LOCALHOST:80"}, ""},
		{"this machine, mapped", Exposure{Address: "[::ffff:127.0.0.1]:80"}, ""},
		{"everywhere", Exposure{Address: anywhere}, "custory key create"},
		{"everywhere in version 6", Exposure{Address: "[::]:80"}, "custory key create"},
		{"a name", Exposure{Address: "team.example:80"}, "custory key create"},
		{"without keys, whatever else", Exposure{Address: anywhere, Encrypted: true, Insecure: true}, "custory key create"},
		{"in the clear", Exposure{Address: anywhere, Guarded: true}, "--behind-proxy"},
		{"with TLS", Exposure{Address: anywhere, Guarded: true, Encrypted: true}, ""},
		{"in the clear all the same", Exposure{Address: anywhere, Guarded: true, Insecure: true}, ""},
	} {
		err := tt.e.Check()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
}

func TestClient(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct{ remote, forwarded, want string }{
		{"1.2.3.4:5", "", "1.2.3.4"},
		{"1.2.3.4:5", "9.9.9.9", "1.2.3.4"},
		{"10.0.0.1:5", "9.9.9.9", "9.9.9.9"},
		{"[::ffff:10.0.0.1]:5", "9.9.9.9", "9.9.9.9"},
		{"10.0.0.1:5", "6.6.6.6, 9.9.9.9", "9.9.9.9"},
		{"10.0.0.1:5", "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"},
		{"10.0.0.1:5", "10.0.0.3,10.0.0.2", "10.0.0.3"},
		{"10.0.0.1:5", "9.9.9.9, nonsense", "10.0.0.1"},
		{"10.0.0.1:5", "", "10.0.0.1"},
		{"[fd00::1%eth0]:5", "2001:db8::1", "2001:db8::1"},
		{"@", "9.9.9.9", "invalid IP"},
	} {
		r := incoming("GET", "/", "")
		r.RemoteAddr = tt.remote
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if got := client(r, trusted).String(); got != tt.want {
			t.Errorf("from %s, forwarded for %q: %s, want %s", tt.remote, tt.forwarded, got, tt.want)
		}
	}
}

func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"Bearer abc", "bearer  a.b-c_d~e+f/g==", "Bearer", "Bearer a b", "Basic x", "Bearer =", "Bearer a=b", "Bearer \x00", "", "Bearer é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		token, refused := bearer(http.Header{"Authorization": {value}})
		if (refused == nil) != (token != "") {
			t.Fatalf("%q: %q, %+v", value, token, refused)
		}
		if refused != nil && (refused.status != 400 && refused.status != 401 || refused.challenge == nil) {
			t.Errorf("%q: %+v", value, refused)
		}
		if refused == nil && (strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=") != "" || !strings.HasSuffix(strings.TrimRight(value, " "), token) || !strings.EqualFold(value[:7], "bearer ")) {
			t.Errorf("%q: the token is %q", value, token)
		}
	})
}

// A host is allowed only if the name that a client would connect to is.
func FuzzHost(f *testing.F) {
	for _, seed := range []string{"localhost", "LOCALHOST.:80", "[::1]:80", "::1", "127.0.0.1:8080", "team.example", "team.example:443", "evil.example", "localhost@evil.example", "localhost:80@evil.example", "[localhost]", "localhost:", "a:b:c", "[", "]", ""} {
		f.Add(seed)
	}
	h := newHosts(Config{Address: "0.0.0.0:8080", PublicURL: address("https://team.example"), AllowedHosts: []string{"inside.example:1"}})
	want := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true, "team.example": true, "inside.example": true}
	f.Fuzz(func(t *testing.T, host string) {
		if h.check(host) != nil {
			return
		}
		u, err := url.Parse("http://" + host + "/")
		if host == "::1" { // no URL has it bare
			return
		}
		if err != nil || !want[strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))] || u.User != nil {
			t.Errorf("%q is allowed, and is %v, %v", host, u, err)
		}
	})
}

func TestOrigins(t *testing.T) {
	for text, want := range map[string]string{
		"https://App.example": "https://app.example", "https://app.example:443": "https://app.example", "http://app.example:80": "http://app.example", "http://app.example:443": "http://app.example:443",
		"null": "", "": "", "app.example": "", "https://": "", "https://a.example/": "", "https://a@b.example": "", "file:///x": "", "https://a.example?x": "", "javascript:alert(1)": "", "https://a:b:c": "",
	} {
		if got, ok := parseOrigin(text); got != want || ok != (want != "") {
			t.Errorf("parseOrigin(%q) = %q, %v; want %q", text, got, ok, want)
		}
	}
}

// What is for this machine alone is not shown to pages that have it resolve
// their own name.
func TestOnThisMachine(t *testing.T) {
	shown := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, tt := range []struct {
		address, host string
		status        int
	}{
		{"127.0.0.1:9090", "127.0.0.1:9090", 204},
		{"127.0.0.1:9090", "localhost:9090", 204},
		{"127.0.0.2:9090", "127.0.0.2:9090", 204},
		{"[::1]:9090", "[::1]:9090", 204},
		{"127.0.0.1:9090", "rebound.example:9090", 403},
		{"127.0.0.1:9090", "", 403},
		{"10.0.0.7:9090", "metrics.example:9090", 204},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Host = tt.host
		w := httptest.NewRecorder()
		OnThisMachine(tt.address, shown).ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s called %q: %d, want %d", tt.address, tt.host, w.Code, tt.status)
		}
	}
}
