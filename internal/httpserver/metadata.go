package httpserver

import (
	"encoding/json"
	"net/http"
)

// metadataPath is where RFC 9728 has clients look for the identity provider;
// that of the endpoint is below it.
const metadataPath = "/.well-known/oauth-protected-resource"

// newMetadata describes the server to clients of its identity provider.
func newMetadata(cfg Config) []byte {
	b, _ := json.Marshal(struct { // strings can always be encoded
		Resource string   `json:"resource"`
		Name     string   `json:"resource_name"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported,omitempty"`
		Methods  []string `json:"bearer_methods_supported"`
	}{cfg.PublicURL.JoinPath("mcp").String(), "Custory", []string{cfg.Issuer}, cfg.Scopes, []string{"header"}})
	return b
}

func (s *Server) describe(w *response, _ *http.Request) *refusal {
	w.Header().Set("Cache-Control", "max-age=300")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.metadata) // who has gone needs no answer
	return nil
}
