// Package mcpserver speaks the Model Context Protocol. It is the one package of
// the server that knows mcp-go.
//
// New turns a set of tools, and what package resources can show, into a Server;
// ServeStdio serves one client over a pair of streams. Nothing is decided here:
// a request becomes a call of a tool or a reading of a resource, and what comes
// of it is put into the protocol's words.
//
// Both eras of the protocol are served at once, request by request: 2026-07-28,
// and the versions before it that begin with initialize.
package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// A Caller is what the server needs of the tools. *tools.Set is one.
type Caller interface {
	List() []tools.Tool
	Call(ctx context.Context, c schema.Call, args json.RawMessage) (any, error)
	Store() *store.Store
}

// A Config says what is served, and to whom.
type Config struct {
	Tools   Caller
	Version string                                 // of the program
	Actor   func(ctx context.Context) schema.Actor // who makes the request; see As
	Log     *slog.Logger

	MaxMessage int // the bytes of one message over stdio; 8 MiB if 0
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
}

// New returns a server of the tools.
func New(cfg Config) (*Server, error) {
	if cfg.Tools == nil || cfg.Actor == nil {
		return nil, errors.New("an MCP server needs tools and an actor")
	}
	s := &Server{tools: cfg.Tools, actor: cfg.Actor, log: cfg.Log, maxMessage: cfg.MaxMessage, grace: 3 * time.Second}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.maxMessage == 0 {
		s.maxMessage = 8 << 20
	}
	hooks := new(server.Hooks)
	hooks.AddAfterListResourceTemplates(hideAny)
	hooks.AddOnError(misread)
	s.mcp = server.NewMCPServer("custory", cfg.Version,
		server.WithTitle("Custory"),
		server.WithInstructions(resources.Instructions()),
		server.WithToolCapabilities(false),
		server.WithResourceCapabilities(false, false),
		server.WithPromptCapabilities(false),
		server.WithCompletions(),
		server.WithPromptCompletionProvider(completer{s}),
		server.WithResourceCompletionProvider(completer{s}),
		server.WithHooks(hooks),
	)
	for _, t := range cfg.Tools.List() {
		if err := s.addTool(t); err != nil {
			return nil, fmt.Errorf("offer the tool %s: %w", t.Name, err)
		}
	}
	s.addResources()
	s.addPrompts()
	return s, nil
}

// session is what the server remembers of one client.
func (s *Server) session() *server.InProcessSession {
	return server.NewInProcessSession("stdio-"+strconv.FormatInt(s.conns.Add(1), 10), nil)
}

// newCall gives a request an id by which the log knows it.
func (s *Server) newCall() schema.ID { return s.tools.Store().NewID(schema.KindCall) }
