package mcpserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// Handler serves the protocol over Streamable HTTP: POST, GET and DELETE of one
// path. Who asks is what Config.Actor says of the request's context; to find
// that out, and to keep strangers and floods away, is left to who mounts it.
//
// Nothing is kept for a client between its requests but what it watches and the
// level of the log it wants. The session of the older versions is an id that
// holds, signed, what the client said of itself.
//
// mcp-go's own transport is not used: it loses the last notification of a call,
// keeps every session that was ever begun, and tells nobody what has changed.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodPost:
			s.post(w, r)
		case http.MethodGet:
			s.get(w, r)
		case http.MethodDelete:
			s.delete(w, r)
		default:
			notAllowed(w, http.MethodPost, http.MethodGet, http.MethodDelete)
		}
	})
}

func notAllowed(w http.ResponseWriter, allowed ...string) {
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	http.Error(w, "this address takes "+strings.Join(allowed, ", "), http.StatusMethodNotAllowed)
}

// A caller is who sends a request over HTTP, and in which session, if it has
// one.
type caller struct {
	who     string // the actor, as one text
	session *session
}

// owner is the caller with its session, as one text; "" without.
func (c caller) owner() string {
	if c.session == nil {
		return ""
	}
	return c.who + " " + c.session.Nonce
}

// post takes one message.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	m, status, e := s.readBody(w, r)
	if e != nil {
		s.reject(w, status, m.ID, e)
		return
	}
	c, e := s.caller(r, m.Method == string(mcp.MethodInitialize) || m.modern())
	switch {
	case e != nil:
		s.reject(w, http.StatusNotFound, m.ID, e)
	case m.Method == "":
		s.questions.answered(c.owner(), m)
		w.WriteHeader(http.StatusAccepted)
	case m.ID == nil:
		s.notice(c, m)
		w.WriteHeader(http.StatusAccepted)
	default:
		s.respond(w, r, m, c)
	}
}

// readBody reads the message of a POST, or tells why it is not served.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) (m message, status int, e *rpcError) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return m, http.StatusUnsupportedMediaType, bad(mcp.INVALID_REQUEST, "Content-Type must be application/json")
	}
	if !accepts(r, "application/json") && !accepts(r, "text/event-stream") {
		return m, http.StatusNotAcceptable, bad(mcp.INVALID_REQUEST, "Accept must name application/json and text/event-stream")
	}
	line, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.maxMessage)))
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return m, http.StatusRequestEntityTooLarge, bad(mcp.INVALID_REQUEST, fmt.Sprintf("message larger than %s; send fewer signals in one call", mebibytes(int(large.Limit))))
	}
	if err != nil {
		return m, http.StatusBadRequest, bad(mcp.PARSE_ERROR, "the message did not arrive whole")
	}
	if m, e = parse(line); e == nil {
		e = s.checkHeaders(r.Header, m)
	}
	return m, http.StatusBadRequest, e
}

// accepts reports whether a client takes answers of a type. One that does not
// say takes all.
func accepts(r *http.Request, kind string) bool {
	values := r.Header.Values("Accept")
	family, _, _ := strings.Cut(kind, "/")
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			t, _, _ := strings.Cut(part, ";")
			if t = strings.ToLower(strings.TrimSpace(t)); t == kind || t == "*/*" || t == family+"/*" {
				return true
			}
		}
	}
	return len(values) == 0
}

// caller tells who sends a request. One that begins a session, or is of a
// version without sessions, is asked for none.
func (s *Server) caller(r *http.Request, sessionless bool) (caller, *rpcError) {
	c := caller{who: principal(s.actor(r.Context()))}
	id := r.Header.Get(mcp.HeaderSessionID)
	if sessionless || id == "" {
		return c, nil
	}
	if c.session = s.readSession(id, c.who); c.session == nil {
		return c, bad(mcp.INVALID_REQUEST, "there is no such session; begin one with initialize")
	}
	return c, nil
}

// notice takes note of what needs no answer.
func (s *Server) notice(c caller, m message) {
	if id := withdrawnBy(m); id != nil && c.session != nil {
		s.flights.cancel(c.owner() + " " + string(id))
	}
}

// respond serves a request. The answer is JSON, or a stream of events if there
// is something to say before it.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, m message, c caller) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	x := s.newExchange(s.newID("http"), new(peer), m)
	out := &stream{w: w, ctl: http.NewResponseController(w), wanted: accepts(r, "text/event-stream"), may: func() error { return s.still(r.Context()) }}
	var withdrawn atomic.Bool // by the client, which wants no answer then
	if c.session != nil {
		x.peer = c.session.peer()
		x.level = s.levels.of(c.owner(), s.now())
		x.keepLevel = func(l mcp.LoggingLevel) { s.levels.set(c.owner(), l, s.now()) }
		if out.wanted {
			x.owner = c.owner()
		}
		defer s.flights.add(c.owner()+" "+string(m.ID), func() { withdrawn.Store(true); cancel() })()
	}
	switch {
	case m.listens():
		free, e := s.streams.open(c.who)
		if e != nil {
			s.reject(w, http.StatusTooManyRequests, m.ID, e)
			return
		}
		defer free()
		defer context.AfterFunc(s.life, cancel)()
		x.watch = s.newWatch()
		defer x.watch.close()
	case c.session != nil && (m.Method == string(mcp.MethodResourcesSubscribe) || m.Method == string(mcp.MethodResourcesUnsubscribe)):
		watched, e := s.watched.of(c)
		if e != nil {
			s.reject(w, http.StatusTooManyRequests, m.ID, e)
			return
		}
		x.watch = watched
	}
	line, code := x.serve(ctx, m, out, s.beat)
	if code == 0 && m.Method == string(mcp.MethodInitialize) {
		w.Header().Set(mcp.HeaderSessionID, s.newSession(x.peer, c.who))
	}
	if withdrawn.Load() && out.wanted {
		out.leave()
		return
	}
	out.end(statusOf(code, m.modern()), line)
}

// reject answers a message that is not served.
func (s *Server) reject(w http.ResponseWriter, status int, id json.RawMessage, e *rpcError) {
	line, err := encode(answer{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: e})
	if err != nil {
		s.log.Error("encode an answer", "err", err)
	}
	(&stream{w: w, ctl: http.NewResponseController(w)}).end(status, line)
}

// statusOf is the status of an answer. Before 2026-07-28 an error is an answer
// like others.
func statusOf(code int, modern bool) int {
	if !modern {
		return http.StatusOK
	}
	switch code {
	case mcp.METHOD_NOT_FOUND:
		return http.StatusNotFound
	case mcp.HEADER_MISMATCH, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, mcp.UNSUPPORTED_PROTOCOL_VERSION, mcp.INVALID_REQUEST, mcp.INVALID_PARAMS, mcp.PARSE_ERROR:
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// get opens a stream on which a client before 2026-07-28 is told what it
// watches.
func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	if mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)) {
		notAllowed(w, http.MethodPost)
		return
	}
	if !accepts(r, "text/event-stream") {
		http.Error(w, "Accept must name text/event-stream", http.StatusNotAcceptable)
		return
	}
	c, ok := s.inSession(w, r)
	if !ok {
		return
	}
	free, e := s.streams.open(c.who)
	if e != nil {
		http.Error(w, e.Message, http.StatusTooManyRequests)
		return
	}
	defer free()
	watched, leave, e := s.watched.join(c)
	if e != nil {
		http.Error(w, e.Message, http.StatusTooManyRequests)
		return
	}
	defer leave()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	defer s.flights.add(c.owner(), cancel)()
	out := &stream{w: w, ctl: http.NewResponseController(w), wanted: true, may: func() error { return s.still(r.Context()) }}
	defer out.close()
	beat := time.NewTicker(s.beat)
	defer beat.Stop()
	for err := out.alive(); err == nil; {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			err = out.alive()
		case <-watched.ring:
			uris := watched.take()
			for i, uri := range uris {
				var line []byte
				if line, err = updated(uri, nil); err == nil {
					err = out.say(line)
				}
				if err != nil {
					watched.again(uris[i:])
					break
				}
			}
		}
	}
}

// delete ends a session.
func (s *Server) delete(w http.ResponseWriter, r *http.Request) {
	if mcp.IsModernProtocol(r.Header.Get(mcp.HeaderProtocolVersion)) {
		notAllowed(w, http.MethodPost)
		return
	}
	c, ok := s.inSession(w, r)
	if !ok {
		return
	}
	s.ended.add(memberOf(c.who), c.session.Nonce)
	s.watched.end(c)
	s.levels.end(c.owner())
	s.flights.cancel(c.owner())
	w.WriteHeader(http.StatusNoContent)
}

// inSession tells who sends a request that needs a session, or answers it.
func (s *Server) inSession(w http.ResponseWriter, r *http.Request) (caller, bool) {
	c, e := s.caller(r, false)
	switch {
	case e != nil:
		http.Error(w, e.Message, http.StatusNotFound)
	case c.session == nil:
		http.Error(w, mcp.HeaderSessionID+" is required", http.StatusBadRequest)
	default:
		return c, true
	}
	return c, false
}

// Shutdown ends what would go on for ever, the streams on which clients listen,
// and waits until that is done or ctx is. Calls in flight are the http.Server's
// to wait for.
func (s *Server) Shutdown(ctx context.Context) error {
	s.die()
	return s.streams.wait(ctx)
}

// still reports why whoever opened a stream may not hear more, if so.
func (s *Server) still(ctx context.Context) error {
	return cmp.Or(ctx.Err(), s.recheck(ctx))
}
