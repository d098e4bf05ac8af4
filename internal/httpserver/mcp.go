package httpserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"custory/internal/telemetry"
	"custory/schema"
)

// mcp serves the endpoint of the protocol. The order matters: who sends
// anything is known before the first byte of it is read, and all of it has come
// in before it takes up anybody's time.
func (s *Server) mcp(w *response, r *http.Request) *refusal {
	a, f := s.identify(r)
	if f != nil {
		return f
	}
	name := principal(a)
	if wait := s.rates.take(name); wait > 0 {
		return tooFast("too fast", "too many requests of one member; slow down", wait)
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodGet {
		return s.stream(w, r, a, &telemetry.Operation{Method: "GET", Stream: true})
	}
	if !s.calls.own(r.Context(), name, s.cfg.Limits.Wait) {
		return tooMuch("too many calls are going on; wait for their answers")
	}
	leave := sync.OnceFunc(func() { s.calls.disown(name) })
	defer leave()
	body, f := s.read(w, r, name)
	if f != nil {
		return f
	}
	defer s.bodies.give(name, int64(len(body)))
	if !s.calls.share(r.Context(), s.cfg.Limits.Wait) { // only now: who is slow to send keeps nobody out
		return tooMuch("too many calls are going on; wait for their answers")
	}
	done := sync.OnceFunc(func() { s.calls.unshare(); leave() })
	defer done()
	op := s.operation(r, body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	if op.Stream { // a call, until it has something to say
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		late := time.AfterFunc(s.cfg.Limits.CallTime, cancel)
		defer late.Stop()
		w.begin = func() { late.Stop(); done() }
		return s.stream(w, r.WithContext(ctx), a, op)
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Limits.CallTime)
	defer cancel()
	s.pass(w, r.WithContext(ctx), op)
	return nil
}

func tooMuch(message string) *refusal { return tooFast("too much at once", message, time.Second) }

// read takes in the whole body. What it took up is the name's until it is given
// back.
func (s *Server) read(w *response, r *http.Request, name string) (body []byte, f *refusal) {
	most := s.cfg.Limits.Body
	tooLarge := refuse(http.StatusRequestEntityTooLarge, "too large", fmt.Sprintf("message larger than %s; send fewer signals in one call", size(most)))
	if r.ContentLength > most {
		return nil, tooLarge
	}
	room := r.ContentLength
	if room < 0 {
		room = most
	}
	if !s.bodies.take(name, room) {
		return nil, tooMuch("too many large messages are coming in; wait for their answers")
	}
	defer func() { s.bodies.give(name, room-int64(len(body))) }()
	body, err := readAll(http.MaxBytesReader(w, r.Body, most), r.ContentLength)
	_, over := errors.AsType[*http.MaxBytesError](err)
	switch {
	case over:
		return nil, tooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refuse(http.StatusRequestTimeout, "too slow", fmt.Sprintf("the message did not come in within %s", s.cfg.Limits.BodyTime))
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "broken", "the message broke off")
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // from here on a read tells only whether the client has gone
	return body, nil
}

// readAll reads to the end, at once into a buffer of the size that is expected.
func readAll(r io.Reader, expected int64) ([]byte, error) {
	var b bytes.Buffer
	if expected > 0 {
		b.Grow(int(expected) + bytes.MinRead)
	}
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

// size is a number of bytes in words.
func size(n int64) string {
	if n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// stream serves what stays open. It ends with the server, and with its token.
func (s *Server) stream(w *response, r *http.Request, a schema.Actor, op *telemetry.Operation) *refusal {
	name := principal(a)
	tooMany := tooFast("too many streams", "too many streams are open; close one", 5*time.Second)
	if !s.streams.own(r.Context(), name, 0) {
		return tooMany
	}
	defer s.streams.disown(name)
	if !s.streams.share(r.Context(), 0) {
		return tooMany
	}
	defer s.streams.unshare()
	ctx, cancel := s.whileGood(r.Context())
	defer cancel()
	w.Header().Set("X-Accel-Buffering", "no") // proxies would keep back what is said
	w.patience = s.cfg.Limits.TakeTime
	w.hurry()() // the server's time for an answer does not count
	s.pass(w, r.WithContext(ctx), op)
	w.hurry() // net/http sends what is left
	return nil
}

// pass hands a request to the protocol. It is known by one path there.
func (s *Server) pass(w *response, r *http.Request, op *telemetry.Operation) {
	exchangeOf(r.Context()).op = op
	ctx := s.cfg.Telemetry.Begin(r.Context(), op)
	defer s.cfg.Telemetry.End(op)
	r = r.WithContext(ctx)
	r.URL = &url.URL{Path: "/mcp"}
	s.cfg.MCP.ServeHTTP(w, r)
	op.Failed(failure(w))
}
