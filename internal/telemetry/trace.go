package telemetry

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Traced reports whether an environment asks for traces: it names where they
// go.
func Traced(getenv func(string) string) bool {
	named := getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	return named && getenv("OTEL_SDK_DISABLED") != "true" && getenv("OTEL_TRACES_EXPORTER") != "none"
}

// newTraces sends spans to where the environment says, over HTTP.
func newTraces(ctx context.Context, opt Options) (*trace.TracerProvider, error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("send traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "custory"), attribute.String("service.version", opt.Version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe the server in traces: %w", err)
	}
	if opt.Log != nil { // the library tells what fails there, and nowhere else
		otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { opt.Log.Warn("traces", slog.Any("err", err)) }))
	}
	return trace.NewTracerProvider(trace.WithBatcher(exporter), trace.WithResource(about)), nil
}

// startSpan begins the span of a call, as part of the client's own if it named
// one.
func (t *Telemetry) startSpan(ctx context.Context, o *Operation) context.Context {
	if o.TraceParent != "" {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": o.TraceParent, "tracestate": o.TraceState})
	}
	attributes := []attribute.KeyValue{
		attribute.String("mcp.method.name", o.Method),
		attribute.String("gen_ai.operation.name", "execute_tool"),
		attribute.String("gen_ai.tool.name", o.Tool),
		attribute.String("jsonrpc.request.id", o.ID),
		attribute.String("network.transport", "tcp"),
		attribute.String("network.protocol.name", "http"),
	}
	if o.Protocol != "" {
		attributes = append(attributes, attribute.String("mcp.protocol.version", o.Protocol))
	}
	ctx, o.span = t.traces.Tracer("custory").Start(ctx, o.Method+" "+o.Tool,
		oteltrace.WithSpanKind(oteltrace.SpanKindServer), oteltrace.WithAttributes(attributes...))
	return ctx
}

func endSpan(o *Operation) {
	if class := o.errorType(); class != "" {
		o.span.SetAttributes(attribute.String("error.type", class))
		o.span.SetStatus(codes.Error, o.Outcome())
	}
	o.span.End()
}
