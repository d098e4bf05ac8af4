package httpserver

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"custory/internal/access"
	"custory/schema"
)

// maxJoin is more than a name needs.
const maxJoin = 4 << 10

// join asks for a membership. The token is that of the identity provider; the
// body is like {"name": "Ann"}.
func (s *Server) join(w *response, r *http.Request) *refusal {
	token, f := bearer(r.Header)
	if f != nil {
		return s.failed(r, f)
	}
	if wait := s.rates.take(neighbourhood(exchangeOf(r.Context()).addr)); wait > 0 {
		return tooFast("too fast", "too many requests to join from your address; slow down", wait)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxJoin))
	var in struct {
		Name string `json:"name"`
	}
	if err != nil || json.Unmarshal(body, &in) != nil {
		return refuse(http.StatusBadRequest, "malformed", `the body must be like {"name": "Ann"}`)
	}
	if err := s.cfg.Join(r.Context(), token, in.Name); err != nil {
		return s.notJoined(r, err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"message":"an owner of the workspace is asked to let you in"}`+"\n") // who has gone needs no answer
	return nil
}

func (s *Server) notJoined(r *http.Request, err error) *refusal {
	if _, refused := errors.AsType[*access.Refusal](err); refused {
		return s.failed(r, why(err))
	}
	faults := schema.FaultsOf(err)
	if faults == nil {
		return why(err)
	}
	status := http.StatusBadRequest
	switch faults[0].Code {
	case schema.Conflict:
		status = http.StatusConflict
	case schema.Forbidden:
		status = http.StatusForbidden
	case schema.Limited:
		status = http.StatusTooManyRequests
	}
	return refuse(status, string(faults[0].Code), faults[0].Error())
}
