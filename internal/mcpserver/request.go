package mcpserver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/schema"
)

// A request is what handlers know of the request they serve beyond what mcp-go
// hands them.
type request struct {
	exchange  *exchange
	modern    bool             // of 2026-07-28 or after
	arguments json.RawMessage  // of a tool call, if they were kept from mcp-go
	call      schema.ID        // of that
	level     mcp.LoggingLevel // from which on the client is told of the log; "": of nothing
	code      int              // of the error it comes to; 0 leaves that to mcp-go
	text      string           // of that error; "" likewise
	data      any              // of that error
}

type requestKey struct{}

// requestOf returns the request being served.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return new(request)
}

// internalText is all that a client is told of what has no call.
const internalText = "internal error; the server's log has the details"

// handle serves one request. The answer is a mcp.JSONRPCResponse or a
// mcp.JSONRPCError.
func (s *Server) handle(ctx context.Context, m message, x *exchange) (answer mcp.JSONRPCMessage) {
	defer func() {
		if v := recover(); v != nil {
			s.log.ErrorContext(x.ctx, "panic", "method", m.Method, "err", fmt.Sprint(v), "stack", string(debug.Stack()))
			answer = mcp.NewJSONRPCError(mcp.NewRequestId(m.ID), mcp.INTERNAL_ERROR, internalText, nil)
		}
	}()
	req := &request{exchange: x, modern: m.modern()}
	x.ctx = context.WithValue(ctx, requestKey{}, req)
	line, args := m.lighten()
	req.arguments = args
	var e *rpcError
	if req.level, e = x.logLevel(m); e != nil {
		return mcp.JSONRPCError{JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(m.ID), Error: *e}
	}
	if m.setsLevel() {
		return s.extended(x.ctx, m, x.setLevel)
	}
	if method := s.extensions[m.Method]; method != nil {
		return s.extended(x.ctx, m, method)
	}
	answer = s.mcp.HandleMessage(x.ctx, line)
	if e, ok := answer.(mcp.JSONRPCError); ok && req.code != 0 {
		e.Error.Code, e.Error.Data = req.code, req.data
		e.Error.Message = cmp.Or(req.text, e.Error.Message)
		return e
	}
	return answer
}

// misread puts into words that the params of a request are not of their types,
// which mcp-go tells in Go's.
func misread(ctx context.Context, _ any, _ mcp.MCPMethod, _ any, err error) {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		req := requestOf(ctx)
		req.code, req.text = mcp.INVALID_PARAMS, fmt.Sprintf("%s cannot be of type %s", wrong.Field, wrong.Value)
	}
}

// fail turns what went wrong with anything but a tool into an error whose text
// a client may see: of faults all, and of other errors only where to look.
func (s *Server) fail(ctx context.Context, err error, data any) error {
	req := requestOf(ctx)
	f := schema.FaultsOf(err)
	if f == nil && ctx.Err() != nil {
		return errors.New("cancelled")
	}
	if f == nil {
		id := s.newCall()
		s.log.ErrorContext(ctx, "request", "call", id, "err", err)
		return internal(id)
	}
	req.code, req.data = mcp.INVALID_PARAMS, data
	if f[0].Code == schema.NotFound && !req.modern {
		req.code = mcp.RESOURCE_NOT_FOUND
	}
	text, _ := tell(f)
	return errors.New(text)
}

// who is the actor of a request, with the name of the program it came through,
// after that of the key, if it came with one.
func (s *Server) who(ctx context.Context) schema.Actor {
	a, name := s.actor(ctx), ""
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.ClientInfo != nil {
		name = clientName(*info.ClientInfo)
	} else if c, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo); ok {
		name = clientName(c.GetClientInfo())
	}
	switch {
	case a.Key == "" || a.Client == "":
		a.Client = name
	case name != "":
		a.Client += ": " + name
	}
	return a
}

// clientName is what a client calls itself, as one line of at most 80
// characters.
func clientName(c mcp.Implementation) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, c.Name)
	return cut(strings.Join(strings.Fields(name), " "), 80)
}

// cut shortens a text to n characters, and shows that it did.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
