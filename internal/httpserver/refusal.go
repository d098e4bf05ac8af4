package httpserver

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"custory/internal/access"
)

// A refusal is why a request is turned away.
type refusal struct {
	status    int
	reason    string // one of few
	text      string // tells what to do
	challenge *challenge
	retry     time.Duration // when to try again; 0 if that would not help
	allow     []string      // the methods there are
	err       error         // for the log: what went wrong with us
}

func refuse(status int, reason, text string) *refusal {
	return &refusal{status: status, reason: reason, text: text}
}

func noMethod(methods []string) *refusal {
	f := refuse(http.StatusMethodNotAllowed, "method", "this path takes "+strings.Join(methods, ", "))
	f.allow = methods
	return f
}

func tooFast(reason, text string, retry time.Duration) *refusal {
	f := refuse(http.StatusTooManyRequests, reason, text)
	f.retry = max(retry, time.Second)
	return f
}

// refused puts into HTTP why a token was not accepted.
func refused(r *access.Refusal) *refusal {
	f := refuse(http.StatusUnauthorized, string(r.Reason), r.Message)
	switch r.Reason {
	case access.Missing: // RFC 6750: who sent nothing is told of no error
		f.challenge = &challenge{}
	case access.NotMember:
		f.status = http.StatusForbidden
	default:
		f.challenge = &challenge{err: "invalid_token"}
	}
	return f
}

// A challenge asks for a token, as RFC 6750 has it.
type challenge struct {
	err string // its error code, or ""
}

// header is the challenge on the wire.
func (s *Server) header(c *challenge, text string) string {
	parts := []string{`realm="custory"`}
	if c.err != "" {
		parts = append(parts, fmt.Sprintf(`error="%s"`, c.err), fmt.Sprintf(`error_description="%s"`, quotable(text)))
	}
	if s.cfg.Issuer != "" {
		parts = append(parts, fmt.Sprintf(`resource_metadata="%s"`, s.cfg.PublicURL.JoinPath(metadataPath, "mcp")))
		if len(s.cfg.Scopes) > 0 {
			parts = append(parts, fmt.Sprintf(`scope="%s"`, strings.Join(s.cfg.Scopes, " ")))
		}
	}
	return "Bearer " + strings.Join(parts, ", ")
}

// quotable leaves of a text what RFC 6750 allows in a description.
func quotable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r > '~' || r == '\\':
			return -1
		}
		return r
	}, text)
}

// answer sends a refusal. The body is an error of the protocol, for that is
// what its clients can show.
func (s *Server) answer(w http.ResponseWriter, f *refusal) {
	h := w.Header()
	if f.challenge != nil {
		h.Set("WWW-Authenticate", s.header(f.challenge, f.text))
	}
	if f.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.retry.Seconds()))))
	}
	if f.allow != nil {
		h.Set("Allow", strings.Join(f.allow, ", "))
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(map[string]any{ // who has gone needs no answer
		"jsonrpc": "2.0", "id": nil,
		"error": map[string]any{"code": rpcCode(f.status), "message": f.text, "data": map[string]any{"reason": f.reason}},
	})
}

// The codes of JSON-RPC for what is wrong with a request, and for all else.
const (
	invalidRequest = -32600
	serverError    = -32000
)

func rpcCode(status int) int {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusMethodNotAllowed:
		return invalidRequest
	}
	return serverError
}
