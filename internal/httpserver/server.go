// Package httpserver stands between the network and the protocol. It lets in
// who has a token, as fast and as much as is good for everybody, and turns all
// else away with words that tell what to do. It knows nothing of what the
// protocol says.
//
// New composes the handler; Serve runs it until its context ends, and then
// finishes what is going on.
package httpserver

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"custory/internal/access"
	"custory/internal/telemetry"
)

// A Config says what is served, and to whom.
type Config struct {
	MCP        http.Handler      // the endpoint of the protocol; it learns with Actor whom it serves
	Identify   access.Identifier // knows the tokens
	Page       http.Handler      // shown at / to everybody; nothing if nil
	Ready      func(ctx context.Context) error
	EndStreams func(ctx context.Context) error // has the protocol take leave of its streams; nothing if nil

	// Join asks for the membership of whom the identity provider vouches for.
	// Nobody can ask if it is nil.
	Join func(ctx context.Context, token, name string) error

	Tools     []string             // their names; logs and measures tell no others
	Telemetry *telemetry.Telemetry // measures and traces; nothing if nil
	Log       *slog.Logger

	Address        string   // the server is bound to, for the names it may be called by
	PublicURL      *url.URL // clients know the server by, or nil
	Issuer         string   // the identity provider, or ""
	Scopes         []string // that tokens of the issuer can have
	AllowedHosts   []string // further names of the server
	AllowedOrigins []string // further sites whose pages may use the server
	TrustedProxies []netip.Prefix
	Certificate    *Certificate // nil: TLS ends elsewhere
	Limits         Limits
}

// Limits bound what clients can ask of the server. A zero is replaced by what
// is usual.
type Limits struct {
	Body     int64         // bytes of a request; 4 MiB
	HeadTime time.Duration // for the head of a request to come in; 10 s
	BodyTime time.Duration // for its body; 30 s
	CallTime time.Duration // for its answer; 2 min
	TakeTime time.Duration // for the client to take in an answer, or a piece of a stream; 30 s
	Grace    time.Duration // for what goes on when the server ends; 10 s
	Recheck  time.Duration // how soon a stream notices that its token is good no longer; 10 s

	Rate       float64       // requests a second, of one principal; 100
	Failures   float64       // tokens a minute that are not accepted, of one address; 10
	Calls      int           // at once, of one principal; 64
	AllCalls   int           // at once; 256
	Wait       time.Duration // for one of those to end; 5 s
	Bodies     int64         // bytes of requests at once, of one principal; 64 MiB
	AllBodies  int64         // at once; 512 MiB
	Streams    int           // of one principal; 32
	AllStreams int           // 1,024
}

func (l Limits) orUsual() Limits {
	return Limits{
		Body:     cmp.Or(l.Body, 4<<20),
		HeadTime: cmp.Or(l.HeadTime, 10*time.Second),
		BodyTime: cmp.Or(l.BodyTime, 30*time.Second),
		CallTime: cmp.Or(l.CallTime, 2*time.Minute),
		TakeTime: cmp.Or(l.TakeTime, 30*time.Second),
		Grace:    cmp.Or(l.Grace, 10*time.Second),
		Recheck:  cmp.Or(l.Recheck, 10*time.Second),

		Rate:       cmp.Or(l.Rate, 100),
		Failures:   cmp.Or(l.Failures, 10),
		Calls:      cmp.Or(l.Calls, 64),
		AllCalls:   cmp.Or(l.AllCalls, 256),
		Wait:       cmp.Or(l.Wait, 5*time.Second),
		Bodies:     cmp.Or(l.Bodies, 64<<20),
		AllBodies:  cmp.Or(l.AllBodies, 512<<20),
		Streams:    cmp.Or(l.Streams, 32),
		AllStreams: cmp.Or(l.AllStreams, 1024),
	}
}

// A Server is an http.Handler that can also run itself.
type Server struct {
	cfg      Config
	hosts    hosts
	origins  origins
	metadata []byte // of RFC 9728; nil without an issuer
	mux      *http.ServeMux

	rates    *buckets // of principals
	failures *buckets // of addresses
	calls    *slots
	bodies   *budget
	streams  *slots

	draining   atomic.Bool
	drained    context.Context // ends when streams must
	endStreams context.CancelFunc
	running    atomic.Int64
}

// New returns a server.
func New(cfg Config) (*Server, error) {
	if cfg.MCP == nil || cfg.Identify == nil {
		return nil, errors.New("an HTTP server needs a protocol and someone who knows the tokens")
	}
	if cfg.Issuer != "" && cfg.PublicURL == nil {
		return nil, errors.New("clients find an identity provider only through the server's public address")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	l := cfg.Limits.orUsual()
	cfg.Limits = l
	s := &Server{
		cfg:      cfg,
		hosts:    newHosts(cfg),
		rates:    newBuckets(rate.Limit(l.Rate), max(1, int(2*l.Rate))),
		failures: newBuckets(rate.Limit(l.Failures/60), max(1, int(l.Failures))),
		calls:    newSlots(l.Calls, l.AllCalls),
		bodies:   &budget{each: l.Bodies, all: l.AllBodies, named: map[string]int64{}},
		streams:  newSlots(l.Streams, l.AllStreams),
	}
	var err error
	if s.origins, err = newOrigins(cfg); err != nil {
		return nil, err
	}
	if cfg.Issuer != "" {
		s.metadata = newMetadata(cfg)
	}
	s.drained, s.endStreams = context.WithCancel(context.Background())
	s.mux = s.routes()
	return s, nil
}

// routes are the paths there are. Whatever else is asked for is not there.
func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	at := func(pattern string, h handler, methods ...string) {
		mux.Handle(pattern, s.serve(pattern, allow(methods, h)))
	}
	at("/livez", s.live, http.MethodGet, http.MethodHead)
	at("/readyz", s.ready, http.MethodGet, http.MethodHead)
	guarded := func(pattern string, h handler, methods ...string) {
		mux.Handle(pattern, s.serve(pattern, s.guard(allow(methods, h))))
	}
	guarded("/mcp", s.mcp, http.MethodPost, http.MethodGet, http.MethodDelete)
	guarded("/mcp/{$}", s.mcp, http.MethodPost, http.MethodGet, http.MethodDelete)
	if s.cfg.Page != nil {
		guarded("/{$}", plain(s.cfg.Page), http.MethodGet, http.MethodHead)
	}
	if s.cfg.Join != nil {
		guarded("/join", s.join, http.MethodPost)
	}
	if s.metadata != nil {
		guarded(metadataPath, s.describe, http.MethodGet, http.MethodHead)
		guarded(metadataPath+"/mcp", s.describe, http.MethodGet, http.MethodHead)
	}
	mux.Handle("/", s.serve("/", s.guard(nowhere)))
	return mux
}

// A handler answers a request, or tells why it does not.
type handler func(w *response, r *http.Request) *refusal

func plain(h http.Handler) handler {
	return func(w *response, r *http.Request) *refusal {
		h.ServeHTTP(w, r)
		return nil
	}
}

// allow refuses methods that a path does not have.
func allow(methods []string, h handler) handler {
	return func(w *response, r *http.Request) *refusal {
		if !slices.Contains(methods, r.Method) {
			return noMethod(methods)
		}
		return h(w, r)
	}
}

func nowhere(*response, *http.Request) *refusal {
	return refuse(http.StatusNotFound, "no such path", "there is nothing here; the endpoint of the protocol is /mcp")
}

// ServeHTTP serves a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }
