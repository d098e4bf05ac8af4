package httpserver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"custory/internal/telemetry"
)

// methods are those of the protocol, in all its versions.
var methods = []string{
	"initialize", "ping", "server/discover", "subscriptions/listen", "completion/complete", "logging/setLevel",
	"tools/list", "tools/call", "prompts/list", "prompts/get",
	"resources/list", "resources/templates/list", "resources/read", "resources/subscribe", "resources/unsubscribe",
	"notifications/initialized", "notifications/cancelled", "notifications/progress", "notifications/roots/list_changed",
}

// other stands for all names that clients make up.
const other = "other"

// operation reads from a message what the log and the measures tell of it, and
// whether it opens a stream. Headers that say so count for nothing.
func (s *Server) operation(r *http.Request, body []byte) *telemetry.Operation {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params struct {
			Name string `json:"name"`
			Meta struct {
				Protocol    string `json:"io.modelcontextprotocol/protocolVersion"`
				TraceParent string `json:"traceparent"`
				TraceState  string `json:"tracestate"`
			} `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(body, &m) != nil && m.Method == "" {
		m.Method = other // the protocol will say what is wrong
	}
	op := &telemetry.Operation{Method: m.Method, ID: idOf(m.ID), Protocol: version(m.Params.Meta.Protocol, r.Header.Get("Mcp-Protocol-Version")),
		Stream: m.Method == "subscriptions/listen", TraceParent: m.Params.Meta.TraceParent, TraceState: m.Params.Meta.TraceState}
	if op.TraceParent == "" {
		op.TraceParent, op.TraceState = r.Header.Get("Traceparent"), r.Header.Get("Tracestate")
	}
	if r.Method == http.MethodDelete {
		op.Method = "DELETE"
	} else if !slices.Contains(methods, op.Method) {
		op.Method = other
	}
	if op.Method == "tools/call" {
		op.Tool = m.Params.Name
		if !slices.Contains(s.cfg.Tools, op.Tool) {
			op.Tool = other
		}
	}
	return op
}

// maxID is longer than the ids that clients count or draw.
const maxID = 64

// idOf is the id of a request for a trace, or "" if it may be a message of its
// own.
func idOf(raw json.RawMessage) string {
	if len(raw) > maxID {
		return ""
	}
	return string(bytes.Trim(raw, `"`))
}

var dated = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// version is the first that is one.
func version(said ...string) string {
	for _, v := range said {
		if dated.MatchString(v) {
			return v
		}
	}
	return ""
}

// failure is the code of the error that an answer holds, or the status that
// tells of one, or "".
func failure(w *response) string {
	if code := errorCode(w.head); code != 0 {
		return strconv.Itoa(code)
	}
	if w.code() >= 400 {
		return strconv.Itoa(w.code())
	}
	return ""
}

// errorCode is the code in an answer of JSON-RPC that begins so, or 0 if it
// holds a result, or goes on too long to tell.
func errorCode(head []byte) int {
	if !bytes.Contains(head, []byte(`"error"`)) {
		return 0
	}
	d := json.NewDecoder(bytes.NewReader(head))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0
	}
	for {
		name, err := d.Token()
		if err != nil || name == "result" || name == json.Delim('}') {
			return 0
		}
		if name == "error" {
			break
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return 0
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return 0
	}
	if name, err := d.Token(); err != nil || name != "code" {
		return 0
	}
	var code int
	_ = d.Decode(&code) // 0 if it is none
	return code
}
