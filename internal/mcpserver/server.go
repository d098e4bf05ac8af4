// Package mcpserver speaks the Model Context Protocol. It is the one package of
// the server that knows mcp-go.
//
// New turns a set of tools, and what package resources can show, into a Server.
// ServeStdio serves one client over a pair of streams, Handler any number over
// HTTP; a request of either is an exchange. Nothing is decided here:
// a request becomes a call of a tool or a reading of a resource, and what comes
// of it is put into the protocol's words.
//
// Both eras of the protocol are served at once, request by request: 2026-07-28,
// and the versions before it that begin with initialize.
package mcpserver

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// A Caller is what the server needs of the tools. *tools.Set is one.
type Caller interface {
	List() []tools.Tool
	ListFor(a schema.Actor) []tools.Tool
	Call(ctx context.Context, c schema.Call, args json.RawMessage) (any, error)
	Store() *store.Store
}

// A Config says what is served, and to whom.
type Config struct {
	Tools   Caller
	Version string                                 // of the program
	Actor   func(ctx context.Context) schema.Actor // who makes the request; see As
	Log     *slog.Logger

	MaxMessage int // the bytes of one message; 8 MiB if 0

	// Secret signs what is handed to clients over HTTP to be given back: who
	// knows it could begin sessions in their name. Random if nil; then sessions
	// end with the process.
	Secret []byte
	// View is the HTML of ui://custory/journey, which hosts show beside
	// get_journey; none if "".
	View string
	// Recheck tells why whoever opened a stream may not hear more, from the
	// context of the request that opened it. It is asked every 15 seconds, and
	// before each message. nil lets them.
	Recheck func(ctx context.Context) error
}

// As makes every request the actor's, as over stdio, where there is one person
// at the other end.
func As(a schema.Actor) func(context.Context) schema.Actor {
	return func(context.Context) schema.Actor { return a }
}

// A Server offers tools, resources and prompts to any number of clients.
type Server struct {
	mcp        *server.MCPServer
	tools      Caller
	actor      func(context.Context) schema.Actor
	log        *slog.Logger
	maxMessage int
	grace      time.Duration // for requests in flight when a connection ends; then they are cancelled, and given it once more
	conns      atomic.Int64  // that there have been

	self       mcp.Implementation
	fixed      map[string]*fixed    // by address
	extensions map[string]method    // that mcp-go does not know, by name
	offered    map[string]bool      // tools, by name
	mirrored   map[string]*mcp.Tool // those with arguments that headers repeat, by name
	lookout    lookout
	questions  questions

	secret  []byte
	boot    string           // of this process alone
	now     func() time.Time // for what expires
	spent   ledger
	recheck func(context.Context) error
	beat    time.Duration // between signs of life on a stream
	streams streams
	flights flights
	watched watched
	ended   endings
	levels  levels
	life    context.Context // of the streams
	die     context.CancelFunc
}

// beat is often enough for proxies, which close what is silent for 30 seconds
// or more.
const beat = 15 * time.Second

// pageSize is how many entries of a list are sent at once. It is more than
// there are tools: some clients read one page only.
const pageSize = 100

// New returns a server of the tools.
func New(cfg Config) (*Server, error) { return build(cfg) }

// build is New, with what tests add.
func build(cfg Config, more ...server.ServerOption) (*Server, error) {
	if cfg.Tools == nil || cfg.Actor == nil {
		return nil, errors.New("an MCP server needs tools and an actor")
	}
	s := &Server{
		tools: cfg.Tools, actor: cfg.Actor, log: cfg.Log, maxMessage: cmp.Or(cfg.MaxMessage, 8<<20), grace: 3 * time.Second,
		self:  mcp.Implementation{Name: "custory", Title: "Custory", Version: cfg.Version},
		fixed: map[string]*fixed{}, extensions: map[string]method{}, offered: map[string]bool{}, mirrored: map[string]*mcp.Tool{},
		secret: cfg.Secret, boot: rand.Text(), now: time.Now, recheck: cfg.Recheck, beat: beat,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.secret == nil {
		s.secret = []byte(rand.Text())
	}
	if s.recheck == nil {
		s.recheck = func(context.Context) error { return nil }
	}
	s.log = Telling(s.log)
	s.life, s.die = context.WithCancel(context.Background())
	s.watched.newWatch = s.newWatch
	s.lookout.store = cfg.Tools.Store()
	s.lookout.fail = func(workspace schema.ID, err error) {
		s.log.Error("follow the log", "workspace", workspace, "err", err)
	}
	s.mcp = server.NewMCPServer(s.self.Name, s.self.Version, append(s.options(cfg.View != ""), more...)...)
	for _, t := range cfg.Tools.List() {
		if err := s.addTool(t, cfg.View != ""); err != nil {
			return nil, fmt.Errorf("offer the tool %s: %w", t.Name, err)
		}
	}
	s.addResources()
	s.addPrompts()
	s.addSkills()
	if cfg.View != "" {
		s.addApp(cfg.View)
	}
	return s, nil
}

// options are what mcp-go is told.
func (s *Server) options(view bool) []server.ServerOption {
	hooks := new(server.Hooks)
	hooks.AddAfterListResourceTemplates(hideAny)
	hooks.AddAfterListTools(s.hideForbidden)
	hooks.AddAfterReadResource(s.keepFixed)
	hooks.AddOnError(misread)
	extensions := map[string]any{skillExtension: struct{}{}}
	if view {
		extensions[appExtension] = struct{}{}
	}
	opts := []server.ServerOption{
		server.WithTitle(s.self.Title),
		server.WithInstructions(resources.Instructions()),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(true, false),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithLogging(),
		server.WithPromptCompletionProvider(completer{s}),
		server.WithResourceCompletionProvider(completer{s}),
		server.WithExtensions(extensions),
		server.WithPaginationLimit(pageSize),
		server.WithHooks(hooks),
		server.WithMethodCacheHints(mcp.MethodToolsList, listFor.Milliseconds(), mcp.CacheScopePrivate),
	}
	for _, m := range []mcp.MCPMethod{mcp.MethodServerDiscover, mcp.MethodPromptsList, mcp.MethodResourcesList, mcp.MethodResourcesTemplatesList} {
		opts = append(opts, server.WithMethodCacheHints(m, fixedFor.Milliseconds(), mcp.CacheScopePublic))
	}
	return opts
}

// newID is the name of a connection, or of a request that is one by itself.
func (s *Server) newID(transport string) string {
	return transport + "-" + strconv.FormatInt(s.conns.Add(1), 10)
}

// newCall gives a request an id by which the log knows it.
func (s *Server) newCall() schema.ID { return s.tools.Store().NewID(schema.KindCall) }
