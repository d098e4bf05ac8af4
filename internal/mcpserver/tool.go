package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/schema"
	"custory/store"
	"custory/tools"
)

// maxResult is the most bytes of a tool's result. What models can read is far
// less; this guards clients against a tool that does not page.
const maxResult = 1_000_000

// addTool offers a tool. Its schemas are encoded once, here.
func (s *Server) addTool(t tools.Tool, view bool) error {
	if s.offered[t.Name] {
		return errors.New("there are two of that name")
	}
	s.offered[t.Name] = true
	takes := t.Run.In
	if t.Destructive {
		takes = t.Run.WithText(confirmArgument, confirmDoc)
	}
	in, err := json.Marshal(takes)
	if err != nil {
		return err
	}
	out, err := outputSchema(t)
	if err != nil {
		return err
	}
	reads := t.Run.Effect == tools.Reads
	tool := mcp.Tool{
		Name:            t.Name,
		Title:           t.Title,
		Description:     t.Doc,
		RawInputSchema:  in,
		RawOutputSchema: out,
		Annotations: mcp.ToolAnnotation{
			Title:           t.Title,
			ReadOnlyHint:    new(reads),
			DestructiveHint: new(t.Destructive),
			IdempotentHint:  new(reads || t.Idempotent),
			OpenWorldHint:   new(t.OpenWorld),
		},
	}
	if view && t.Name == appTool {
		tool.Meta = appMeta()
	}
	s.register(tool, func(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return s.callTool(ctx, t, req), nil
	})
	return nil
}

// register has mcp-go serve a tool, and notes whether headers repeat some of
// its arguments.
func (s *Server) register(tool mcp.Tool, run server.ToolHandlerFunc) {
	if len(mcp.ExtractParamHeaderBindings(&tool)) > 0 {
		s.mirrored[tool.Name] = &tool
	}
	s.mcp.AddTool(tool, run)
}

// outputSchema is the schema of a tool's result, so loose that a fault fits it
// too: clients built on the TypeScript SDK 1.x hold errors against it, and
// would tell the model that an error lacks the fields of a result instead of
// what it says.
func outputSchema(t tools.Tool) (json.RawMessage, error) {
	if t.Run.Out == nil {
		return nil, nil
	}
	out := *t.Run.Out
	out.Required, out.AdditionalProperties = nil, nil
	if out.Properties["error"] != nil || out.Properties["errors"] != nil {
		return nil, errors.New("a result cannot have the fields error and errors, which are those of faults")
	}
	return json.Marshal(&out)
}

// callTool uses a tool. Whatever goes wrong is a result that says so, since
// models see results and not errors of the protocol.
func (s *Server) callTool(ctx context.Context, t tools.Tool, req mcp.CallToolRequest) (res *mcp.CallToolResult) {
	call := schema.Call{ID: s.newCall(), Tool: t.Name}
	r := requestOf(ctx)
	r.call = call.ID
	defer r.tellCall(call, time.Now())
	defer func() {
		if v := recover(); v != nil {
			s.log.ErrorContext(ctx, "panic", "call", call.ID, "tool", t.Name, "err", fmt.Sprint(v), "stack", string(debug.Stack()))
			res = mcp.NewToolResultError(internal(call.ID).Error())
		}
	}()
	call.Actor = s.who(ctx)
	if ctx.Err() != nil {
		return s.cancelled(ctx, call)
	}
	args := r.arguments
	if args == nil {
		args = req.Params.RawArguments
	}
	if t.Destructive {
		if args, res = s.confirm(ctx, t, call, args, req.Params.MultiRoundTripParams); res != nil {
			return res
		}
	}
	v, err := s.tools.Call(watchProgress(ctx, req.Params.Meta), call, args)
	if err != nil {
		return s.failed(ctx, call, err)
	}
	b, err := display(v)
	if err != nil {
		return s.failed(ctx, call, fmt.Errorf("encode the result of %s: %w", t.Name, err))
	}
	if len(b) > maxResult {
		return faulty(schema.Faults{tooLarge(call, t.Run.Effect, len(b))})
	}
	r.tellLack(call, b)
	return structured(b)
}

// display is a value as JSON that may be shown.
func display(v any) (json.RawMessage, error) {
	b, err := encode(v)
	if err != nil {
		return nil, err
	}
	return shown(b)
}

// structured is a result, as text and as structure.
func structured(b json.RawMessage) *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(string(b))}, RawStructuredContent: b}
}

// hideForbidden keeps out of the list of tools those that whoever asks may not
// use.
func (s *Server) hideForbidden(ctx context.Context, _ any, _ *mcp.ListToolsRequest, res *mcp.ListToolsResult) {
	may := map[string]bool{}
	for _, t := range s.tools.ListFor(s.actor(ctx)) {
		may[t.Name] = true
	}
	res.Tools = slices.DeleteFunc(res.Tools, func(t mcp.Tool) bool { return s.offered[t.Name] && !may[t.Name] })
}

// failed tells why a call came to nothing.
func (s *Server) failed(ctx context.Context, call schema.Call, err error) *mcp.CallToolResult {
	if f := schema.FaultsOf(err); f != nil {
		return faulty(f)
	}
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) {
		return s.cancelled(ctx, call)
	}
	s.log.ErrorContext(ctx, "call failed", "call", call.ID, "tool", call.Tool, "workspace", call.Actor.Workspace, "actor", call.Actor.ID, "err", err)
	return mcp.NewToolResultError(internal(call.ID).Error())
}

// cancelled tells that a call was given up, and what is left of it. A tool may
// have been stopped after its one transaction, on the way to its answer.
func (s *Server) cancelled(ctx context.Context, call schema.Call) *mcp.CallToolResult {
	err := s.tools.Store().View(context.WithoutCancel(ctx), call.Actor, func(tx *store.Tx) error {
		_, err := tx.LoggedCall(call.ID)
		return err
	})
	switch {
	case err == nil:
		return mcp.NewToolResultErrorf("cancelled, but its changes had been made; undo %s takes them back", call.ID)
	case errors.Is(err, schema.NotFound):
		return mcp.NewToolResultError("cancelled; nothing was changed")
	}
	return mcp.NewToolResultErrorf("cancelled; look for %s among the changes to know whether it made any", call.ID)
}

// tooLarge is the fault of a result that no client should be sent.
func tooLarge(call schema.Call, e tools.Effect, size int) *schema.Error {
	f := schema.Errorf(schema.Limited, "the result would have %d bytes, and %d is the most", size, maxResult)
	f.Hint = "ask for less at once: pass a smaller limit, then the next_cursor of each answer"
	if e != tools.Reads {
		f.Message = fmt.Sprintf("%s was carried out, but its result would have %d bytes, and %d is the most", call.ID, size, maxResult)
		f.Hint = "do not call again; read what it did in smaller pages"
	}
	return f
}

// internal is all that a client is told of an error that it cannot mend.
func internal(call schema.ID) error {
	return fmt.Errorf("internal error in %s; the server's log has the details", call)
}

// encode writes a value as compact JSON in which < > and & are themselves:
// models read it as it stands.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
