package telemetry

import (
	"net/http"
	"net/http/pprof"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// seconds are the buckets that the conventions for the protocol name.
var seconds = []float64{.01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30, 60, 120, 300}

// metrics are what is measured. No label holds what a client can make up.
type metrics struct {
	registry  *prometheus.Registry
	durations *prometheus.HistogramVec
	refusals  *prometheus.CounterVec
	inFlight  prometheus.Gauge
	streams   prometheus.Gauge
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mcp_server_operation_duration_seconds", Help: "How long requests of the protocol took.", Buckets: seconds,
		}, []string{"mcp_method_name", "gen_ai_tool_name", "error_type"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "custory_http_refusals_total", Help: "Requests that were turned away before the protocol, by reason.",
		}, []string{"reason"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "custory_http_in_flight", Help: "Requests of the protocol that are being served, without streams."}),
		streams:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "custory_http_streams", Help: "Streams that are open."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "custory_build_info", Help: "1, with the version of the program.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(m.durations, m.refusals, m.inFlight, m.streams, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) begin(o *Operation) { m.gauge(o).Inc() }

// end takes no account of how long a stream was open: that is the client's
// choice.
func (m *metrics) end(o *Operation, took time.Duration) {
	m.gauge(o).Dec()
	if !o.Stream {
		m.durations.WithLabelValues(o.Method, o.Tool, o.errorType()).Observe(took.Seconds())
	}
}

func (m *metrics) gauge(o *Operation) prometheus.Gauge {
	if o.Stream {
		return m.streams
	}
	return m.inFlight
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}
