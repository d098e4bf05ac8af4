package telemetry

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"custory/internal/mcpserver"
	"custory/schema"
)

// fakeTools answer with an error, or none.
type fakeTools struct {
	mcpserver.Caller
	err error
}

func (f fakeTools) Call(context.Context, schema.Call, json.RawMessage) (any, error) {
	return "secret answer", f.err
}

// use plays one operation, in which a tool is called that ends with err.
func use(t *testing.T, tel *Telemetry, ctx context.Context, o *Operation, err error) {
	t.Helper()
	ctx = tel.Begin(ctx, o)
	call := schema.Call{ID: "call_1", Tool: o.Tool, Actor: schema.Actor{ID: "mem_1", Client: "tester"}}
	_, got := Watch(fakeTools{err: err}).Call(ctx, call, json.RawMessage(`{"text":"secret argument"}`))
	if fmt.Sprint(got) != fmt.Sprint(err) {
		t.Errorf("the tool's error is %v, want %v", got, err)
	}
	if took := tel.End(o); took <= 0 {
		t.Errorf("it took %s", took)
	}
	if o.Call() != call {
		t.Errorf("the call is %+v", o.Call())
	}
}

func TestOutcomes(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	for _, tt := range []struct {
		ctx             context.Context
		err             error
		outcome, errTyp string
	}{
		{t.Context(), nil, "", ""},
		{t.Context(), &schema.Error{Code: schema.NotFound, Message: "secret"}, "not_found", "tool_error"},
		{t.Context(), schema.Faults{{Code: schema.Invalid}, {Code: schema.Conflict}}, "invalid", "tool_error"},
		{t.Context(), errors.New("secret"), "internal", "internal"},
		{gone, context.Canceled, "cancelled", "cancelled"},
		{late, context.DeadlineExceeded, "timeout", "timeout"},
	} {
		o := &Operation{Method: toolsCall, Tool: "save_items"}
		use(t, nil, tt.ctx, o, tt.err)
		o.Failed("400") // known more closely already, but where all went well
		want := tt.outcome
		if want == "" {
			want = "400"
		}
		if o.Outcome() != want || tt.err != nil && o.errorType() != tt.errTyp {
			t.Errorf("%v: %s, %s", tt.err, o.Outcome(), o.errorType())
		}
	}
}

func get(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func TestMetrics(t *testing.T) {
	tel, err := New(t.Context(), Options{Version: "1.2.3", Metrics: true})
	if err != nil {
		t.Fatal(err)
	}
	use(t, tel, t.Context(), &Operation{Method: toolsCall, Tool: "save_items"}, nil)
	use(t, tel, t.Context(), &Operation{Method: toolsCall, Tool: "save_items"}, schema.Errorf(schema.Conflict, "secret"))
	open, stream := &Operation{Method: "resources/read"}, &Operation{Method: "GET", Stream: true}
	tel.Begin(t.Context(), open)
	tel.Begin(t.Context(), stream)
	tel.Refused("expired")
	said := get(t, tel.Handler(), "/metrics")
	for _, want := range []string{
		`mcp_server_operation_duration_seconds_bucket{error_type="",gen_ai_tool_name="save_items",mcp_method_name="tools/call",le="0.01"} 1`,
		`mcp_server_operation_duration_seconds_count{error_type="tool_error",gen_ai_tool_name="save_items",mcp_method_name="tools/call"} 1`,
		`custory_http_refusals_total{reason="expired"} 1`, "custory_http_in_flight 1", "custory_http_streams 1",
		`custory_build_info{goversion="go1`, `version="1.2.3"} 1`, "go_goroutines ", "process_start_time_seconds ",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("there is no %s", want)
		}
	}
	tel.End(open)
	tel.End(stream)
	said = get(t, tel.Handler(), "/metrics")
	if !strings.Contains(said, "custory_http_in_flight 0") || !strings.Contains(said, "custory_http_streams 0") || strings.Contains(said, `mcp_method_name="GET"`) {
		t.Error("what has ended is still counted, or a stream's length is")
	}
	if strings.Contains(said, "secret") || strings.Contains(said, "mem_1") || strings.Contains(said, "call_1") {
		t.Errorf("the measures tell too much: %s", said)
	}
	if said := get(t, tel.Handler(), "/debug/pprof/"); !strings.Contains(said, "goroutine") {
		t.Errorf("the profiles are %s", said)
	}
	if err := tel.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTraced(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"OTEL_SERVICE_NAME": "x"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://a"}, true},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_SDK_DISABLED": "true"}, false},
		{map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		if got := Traced(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: %v", tt.env, got)
		}
	}
}

// Spans go to a collector over HTTP, and say what the conventions name.
func TestTraces(t *testing.T) {
	got := make(chan []byte, 10)
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/v1/traces" {
			got <- body
		}
	}))
	defer fake.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", fake.URL)
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=journeys")
	tel, err := New(t.Context(), Options{Version: "1.2.3", Traces: true})
	if err != nil {
		t.Fatal(err)
	}
	parent := "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	use(t, tel, t.Context(), &Operation{Method: toolsCall, Tool: "save_items", ID: "7", Protocol: "2026-07-28", TraceParent: parent}, nil)
	use(t, tel, t.Context(), &Operation{Method: toolsCall, Tool: "undo", TraceParent: "nonsense"}, schema.Errorf(schema.Conflict, "secret"))
	tel.End(&Operation{Method: "tools/list"}) // is none
	if err := tel.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var sent collector.ExportTraceServiceRequest
	raw := <-got
	if err := proto.Unmarshal(raw, &sent); err != nil {
		t.Fatal(err)
	}
	about := sent.ResourceSpans[0].Resource.String()
	for _, want := range []string{"custory", "1.2.3", "journeys"} {
		if !strings.Contains(about, want) {
			t.Errorf("the resource has no %s: %s", want, about)
		}
	}
	spans := sent.ResourceSpans[0].ScopeSpans[0].Spans
	if len(spans) != 2 {
		t.Fatalf("%d spans", len(spans))
	}
	first := map[string]string{}
	for _, a := range spans[0].Attributes {
		first[a.Key] = a.Value.GetStringValue()
	}
	want := map[string]string{"mcp.method.name": "tools/call", "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "save_items",
		"jsonrpc.request.id": "7", "mcp.protocol.version": "2026-07-28", "network.transport": "tcp", "network.protocol.name": "http"}
	for k, v := range want {
		if first[k] != v {
			t.Errorf("%s is %q, want %q", k, first[k], v)
		}
	}
	if len(first) != len(want) || spans[0].Name != "tools/call save_items" || spans[0].Kind.String() != "SPAN_KIND_SERVER" {
		t.Errorf("the first is %v", spans[0])
	}
	if named := hex.EncodeToString(spans[0].TraceId) + "-" + hex.EncodeToString(spans[0].ParentSpanId); !strings.Contains(parent, named) {
		t.Errorf("its parent is %s", named)
	}
	if second := spans[1].String(); !strings.Contains(second, "tool_error") || !strings.Contains(second, "STATUS_CODE_ERROR") || len(spans[1].ParentSpanId) != 0 {
		t.Errorf("the second is %s", second)
	}
	if strings.Contains(string(raw), "secret") || strings.Contains(string(raw), "mem_1") {
		t.Error("the traces tell too much")
	}
}

// What is not asked for costs nothing worth speaking of.
func BenchmarkNothingAsked(b *testing.B) {
	tools := Watch(fakeTools{})
	for b.Loop() {
		o := &Operation{Method: toolsCall, Tool: "save_items"}
		ctx := (*Telemetry)(nil).Begin(b.Context(), o)
		_, _ = tools.Call(ctx, schema.Call{}, nil)
		(*Telemetry)(nil).End(o)
	}
}

// A tool that panics has not gone well, whoever catches the panic.
type panicking struct{ mcpserver.Caller }

func (panicking) Call(context.Context, schema.Call, json.RawMessage) (any, error) { panic("secret") }

func TestAPanicIsInternal(t *testing.T) {
	o := &Operation{Method: toolsCall, Tool: "save_items"}
	ctx := (*Telemetry)(nil).Begin(t.Context(), o)
	func() {
		defer func() { _ = recover() }()
		_, _ = Watch(panicking{}).Call(ctx, schema.Call{ID: "call_1"}, nil)
	}()
	if o.Outcome() != internal || o.Call().ID != "call_1" {
		t.Errorf("%q, %+v", o.Outcome(), o.Call())
	}
}
