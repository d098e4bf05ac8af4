package httpserver

import (
	"context"
	"net/http"
	"time"
)

// live says that the process answers.
func (s *Server) live(w *response, _ *http.Request) *refusal { return fine(w) }

// ready says whether it can serve, and if not, why not. What the database says
// goes into the log.
func (s *Server) ready(w *response, r *http.Request) *refusal {
	if s.draining.Load() {
		return refuse(http.StatusServiceUnavailable, "draining", "the server is about to end")
	}
	if s.cfg.Ready == nil {
		return fine(w)
	}
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.cfg.Ready(ctx); err != nil {
		f := refuse(http.StatusServiceUnavailable, "database", "the database does not answer")
		f.err = err
		return f
	}
	return fine(w)
}

func fine(w *response) *refusal {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n")) // who has gone needs no answer
	return nil
}
