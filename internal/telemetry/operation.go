// Package telemetry tells whoever runs the server how it fares: measures for
// Prometheus, and traces for OpenTelemetry. It is the one package that knows
// their libraries.
//
// An Operation goes along in the context of each request of the protocol. What
// serves the request notes there what it learns, and in the end it is what the
// log, the measures and the traces tell. None of them holds anything of
// arguments, answers or tokens.
package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"custory/internal/mcpserver"
	"custory/schema"
)

// An Operation is one request of the protocol. Its names are few: whoever
// makes one replaces those that the server does not know.
type Operation struct {
	Method   string // of the protocol
	Tool     string // that is called, or ""
	ID       string // of the request, as the client gave it
	Protocol string // the version, or ""
	Stream   bool   // stays open, and tells of changes

	TraceParent, TraceState string // of the client's own span, or ""

	began time.Time
	span  trace.Span

	mu      sync.Mutex
	call    schema.Call
	outcome string
}

type operationKey struct{}

// Call is the call of a tool that the operation came to, if it did.
func (o *Operation) Call() schema.Call {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.call
}

// Outcome is "" if all went well, or else the class of what did not.
func (o *Operation) Outcome() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.outcome
}

// Failed notes what went wrong, unless that is known more closely already.
func (o *Operation) Failed(class string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.outcome == "" {
		o.outcome = class
	}
}

// The outcomes of calls beside the codes of faults.
const (
	internal  = "internal"
	cancelled = "cancelled"
	timeout   = "timeout"
)

// errorType is the outcome as the conventions for the protocol name it: a
// fault, which is the caller's to mend, is a tool_error.
func (o *Operation) errorType() string {
	outcome := o.Outcome()
	switch schema.Code(outcome) {
	case schema.Invalid, schema.NotFound, schema.Conflict, schema.Forbidden, schema.Limited:
		return "tool_error"
	}
	return outcome
}

// Watch returns the tools, such that each call is noted in the operation that
// it belongs to.
func Watch(c mcpserver.Caller) mcpserver.Caller { return watched{c} }

type watched struct{ mcpserver.Caller }

func (w watched) Call(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
	o, ok := ctx.Value(operationKey{}).(*Operation)
	if !ok {
		return w.Caller.Call(ctx, c, args)
	}
	o.note(c, internal) // unless it returns
	out, err := w.Caller.Call(ctx, c, args)
	o.note(c, classOf(ctx, err))
	return out, err
}

func (o *Operation) note(c schema.Call, outcome string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.call, o.outcome = c, outcome
}

// classOf tells an error's class without its words, which may hold what a user
// typed.
func classOf(ctx context.Context, err error) string {
	switch f := schema.FaultsOf(err); {
	case err == nil:
		return ""
	case len(f) > 0:
		return string(f[0].Code)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return timeout
	case ctx.Err() != nil:
		return cancelled
	}
	return internal
}
