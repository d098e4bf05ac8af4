package telemetry

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/sdk/trace"
)

// Options say what is told. The zero value is nothing.
type Options struct {
	Version string // of the program
	Metrics bool   // measure, for Handler
	Traces  bool   // trace, as the OTEL_ variables of the environment say; see Traced
	Log     *slog.Logger
}

// A Telemetry measures and traces operations. A nil one does neither.
type Telemetry struct {
	metrics *metrics              // nil: nothing is measured
	traces  *trace.TracerProvider // nil: nothing is traced
}

// New returns what tells as the options say.
func New(ctx context.Context, opt Options) (*Telemetry, error) {
	t := new(Telemetry)
	if opt.Metrics {
		t.metrics = newMetrics(opt.Version)
	}
	if opt.Traces {
		var err error
		if t.traces, err = newTraces(ctx, opt); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Begin begins an operation. The context it returns carries the operation.
func (t *Telemetry) Begin(ctx context.Context, o *Operation) context.Context {
	o.began = time.Now()
	ctx = context.WithValue(ctx, operationKey{}, o)
	if t == nil {
		return ctx
	}
	if t.metrics != nil {
		t.metrics.begin(o)
	}
	if t.traces != nil && o.Method == toolsCall {
		ctx = t.startSpan(ctx, o)
	}
	return ctx
}

// End ends an operation, and returns how long it took.
func (t *Telemetry) End(o *Operation) time.Duration {
	took := time.Since(o.began)
	if t == nil {
		return took
	}
	if t.metrics != nil {
		t.metrics.end(o, took)
	}
	if o.span != nil {
		endSpan(o)
	}
	return took
}

// Refused counts a request that was turned away. There are few reasons.
func (t *Telemetry) Refused(reason string) {
	if t != nil && t.metrics != nil {
		t.metrics.refusals.WithLabelValues(reason).Inc()
	}
}

// Handler serves the measures at /metrics, and what Go tells of a process at
// /debug/pprof/. It is for whoever runs the server, and nobody else.
func (t *Telemetry) Handler() http.Handler { return t.metrics.handler() }

// Close sends what is still to be sent.
func (t *Telemetry) Close(ctx context.Context) error {
	if t == nil || t.traces == nil {
		return nil
	}
	return t.traces.Shutdown(ctx)
}

// toolsCall is the one method that is traced.
const toolsCall = "tools/call"
