package httpserver

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"custory/internal/telemetry"
	"custory/schema"
)

// An exchange is what is known of a request while it is served, for the one
// line that the log has of it.
type exchange struct {
	id      string
	route   string // the pattern, for paths can hold anything
	addr    netip.Addr
	actor   schema.Actor // once it is known
	recheck func(context.Context) error
	op      *telemetry.Operation // once it is known
	refusal *refusal
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange { return ctx.Value(exchangeKey{}).(*exchange) }

// Actor is who makes the request of the context.
func Actor(ctx context.Context) schema.Actor { return exchangeOf(ctx).actor }

// drainTime is how long the rest of a body may take once its request is refused.
// net/http takes in what was not read of it before it sends the refusal.
const drainTime = time.Second

// serve begins and ends every request: it bounds the time that its body may
// take, answers refusals, and writes the log.
func (s *Server) serve(route string, h handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Add(-1)
		began := time.Now()
		x := &exchange{id: rand.Text()[:16], route: route, addr: client(r, s.cfg.TrustedProxies)}
		w := &response{ResponseWriter: rw}
		s.decorate(w.Header(), r, x)
		until := func(t time.Time) {
			if r.Body != http.NoBody {
				_ = http.NewResponseController(rw).SetReadDeadline(t)
			}
		}
		inTime := began.Add(s.cfg.Limits.BodyTime)
		until(inTime)
		defer s.finish(w, r, x, began)
		if x.refusal = h(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))); x.refusal != nil {
			s.cfg.Telemetry.Refused(x.refusal.reason)
			if soon := time.Now().Add(drainTime); soon.Before(inTime) {
				until(soon)
			}
			s.answer(w, x.refusal)
		}
	})
}

// usual are headers of every response. They are canonical, and never changed in
// place.
var usual = http.Header{
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Referrer-Policy":              {"no-referrer"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"}, // the page brings its own
}

// decorate sets the headers of every response.
func (s *Server) decorate(h http.Header, r *http.Request, x *exchange) {
	maps.Copy(h, usual)
	h["X-Request-Id"] = []string{x.id}
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// finish writes the line. A panic ends the request, and nothing else.
func (s *Server) finish(w *response, r *http.Request, x *exchange, began time.Time) {
	if v := recover(); v == http.ErrAbortHandler {
		panic(v)
	} else if v != nil {
		s.cfg.Log.Error("panic", "request", x.id, "err", fmt.Sprint(v), "stack", string(debug.Stack()))
		x.refusal = refuse(http.StatusInternalServerError, "internal", "internal error; the server's log has the details under "+x.id)
		if w.status != 0 {
			defer panic(http.ErrAbortHandler) // half an answer must not look like a whole one
		} else {
			s.answer(w, x.refusal)
		}
	}
	msg, level := "request", slog.LevelInfo
	line := []slog.Attr{slog.String("request", x.id), slog.String("addr", x.addr.String()), slog.Int("status", w.code())}
	switch {
	case x.op != nil:
		msg = "call"
		line = append(line, slog.String("method", x.op.Method))
		x.actor = actorOf(x)
		if x.op.Tool != "" {
			line = append(line, slog.String("tool", x.op.Tool), slog.String("call", string(x.op.Call().ID)))
		}
	default:
		line = append(line, slog.String("method", known(r.Method)+" "+x.route))
		if strings.HasSuffix(x.route, "livez") || strings.HasSuffix(x.route, "readyz") {
			level = slog.LevelDebug
		}
	}
	if a := x.actor; a.ID != "" {
		line = append(line, slog.String("workspace", string(a.Workspace)), slog.String("actor", string(a.ID)), slog.String("key", string(a.Key)), slog.String("client", a.Client))
	}
	line = append(line, slog.Int64("ms", time.Since(began).Milliseconds()), slog.String("outcome", outcome(w, x)))
	if x.refusal != nil && x.refusal.err != nil {
		level = slog.LevelError
		line = append(line, slog.Any("err", x.refusal.err))
	}
	s.cfg.Log.LogAttrs(r.Context(), level, msg, line...)
}

// actorOf is who made the request, with the name of the program if the tools
// learned it.
func actorOf(x *exchange) schema.Actor {
	if a := x.op.Call().Actor; a.ID != "" {
		return a
	}
	return x.actor
}

// outcome is ok, or the class of what was wrong.
func outcome(w *response, x *exchange) string {
	switch {
	case x.refusal != nil:
		return x.refusal.reason
	case x.op != nil && x.op.Outcome() != "":
		return x.op.Outcome()
	case w.code() >= 400:
		return "failed"
	}
	return "ok"
}

// known is a method of HTTP, or other, for clients can make up more.
func known(method string) string {
	if slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, method) {
		return method
	}
	return "other"
}

// A response remembers what has been sent.
type response struct {
	http.ResponseWriter
	status   int
	head     []byte        // how the body begins, up to maxHead
	begin    func()        // called before anything is sent; nil: nobody wants to know
	patience time.Duration // for the client to take in each piece of a stream; 0: it is no stream
}

// maxHead is enough of an answer to tell a result from an error.
const maxHead = 256

func (w *response) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

func (w *response) start(status int) {
	w.status = status
	if w.begin != nil {
		w.begin()
	}
}

func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.start(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.start(http.StatusOK)
	}
	if room := maxHead - len(w.head); room > 0 {
		w.head = append(w.head, p[:min(room, len(p))]...)
	}
	defer w.hurry()()
	return w.ResponseWriter.Write(p)
}

// Flush sends what has been written. The protocol's library asks for it.
func (w *response) Flush() {
	defer w.hurry()()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // who has gone gets nothing
}

// hurry gives the client of a stream some time to take in the next piece, until
// what it returns is called. Silence may last as long as it likes.
func (w *response) hurry() (done func()) {
	if w.patience == 0 {
		return func() {}
	}
	c := http.NewResponseController(w.ResponseWriter)
	_ = c.SetWriteDeadline(time.Now().Add(w.patience)) // all of ours can
	return func() { _ = c.SetWriteDeadline(time.Time{}) }
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
