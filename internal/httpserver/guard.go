package httpserver

import (
	"net/http"
	"strings"
)

// guard lets in requests that mean this server, from pages that may use it, and
// answers the questions that browsers ask before.
func (s *Server) guard(h handler) handler {
	return func(w *response, r *http.Request) *refusal {
		if f := s.hosts.check(r.Host); f != nil {
			return f
		}
		foreign, f := s.origins.check(r)
		if f != nil {
			return f
		}
		if foreign {
			share(w.Header(), r.Header.Get("Origin"))
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				preflight(w.Header())
				w.WriteHeader(http.StatusNoContent)
				return nil
			}
		}
		if f := inQuery(r.URL); f != nil {
			return f
		}
		return h(w, r)
	}
}

// share lets pages of an origin read the response.
func share(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// requestHeaders are those that clients of the protocol send.
var requestHeaders = []string{"Authorization", "Content-Type", "Accept", "Last-Event-ID", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Traceparent", "Tracestate"}

// preflight tells a browser what such pages may send.
func preflight(h http.Header) {
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", strings.Join(requestHeaders, ", "))
	h.Set("Access-Control-Max-Age", "600")
}
