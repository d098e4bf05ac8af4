package mcpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// A message is one of JSON-RPC as it came in.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`

	line []byte
	meta struct {
		Version      string          `json:"io.modelcontextprotocol/protocolVersion"`
		Capabilities json.RawMessage `json:"io.modelcontextprotocol/clientCapabilities"`
		LogLevel     json.RawMessage `json:"io.modelcontextprotocol/logLevel"`
	}
}

// modern reports whether the message is of 2026-07-28 or after, as its body
// says.
func (m message) modern() bool { return mcp.IsModernProtocol(m.meta.Version) }

// listens reports whether the message is a request that is answered only when
// it ends.
func (m message) listens() bool {
	return m.ID != nil && m.Method == string(mcp.MethodSubscriptionsListen)
}

// setsLevel reports whether the message is logging/setLevel, of a version that
// has it.
func (m message) setsLevel() bool {
	return m.ID != nil && m.Method == string(mcp.MethodSetLogLevel) && !m.modern()
}

// A rpcError is what the protocol says to a message that cannot be served.
type rpcError = mcp.JSONRPCErrorDetails

func bad(code int, text string) *rpcError { return &rpcError{Code: code, Message: text} }

// maxMethod is longer than any method's name. A longer one is not repeated in
// an answer.
const maxMethod = 100

// parse reads a line. If the message is not one that can be served, what is
// known of it is returned with the error.
func parse(line []byte) (m message, e *rpcError) {
	if !utf8.Valid(line) {
		return m, bad(mcp.PARSE_ERROR, "the message is not valid UTF-8")
	}
	err := json.Unmarshal(line, &m)
	m.line = line
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case ok:
		m.ID = echo(m.ID)
		if bytes.TrimLeft(line, " \t\r")[0] == '[' {
			return m, bad(mcp.INVALID_REQUEST, "batches are not served; send one message at a time")
		}
		if wrong.Field == "" {
			return m, bad(mcp.INVALID_REQUEST, "a message is a JSON object")
		}
		return m, bad(mcp.INVALID_REQUEST, wrong.Field+" must be a text")
	case err != nil:
		return m, bad(mcp.PARSE_ERROR, "the message is not JSON: "+err.Error())
	}
	id := m.ID
	m.ID = echo(id)
	switch {
	case m.JSONRPC != mcp.JSONRPC_VERSION:
		return m, bad(mcp.INVALID_REQUEST, `jsonrpc must be "2.0"`)
	case id != nil && m.ID == nil && m.Error == nil:
		return m, bad(mcp.INVALID_REQUEST, "id must be a text or a number")
	case m.Method == "" && m.Result == nil && m.Error == nil:
		return m, bad(mcp.INVALID_REQUEST, "method is required")
	case m.Method != "" && (given(m.Result) || given(m.Error)):
		return m, bad(mcp.INVALID_REQUEST, "a message is a request or an answer; one with method has neither result nor error")
	case len(m.Method) > maxMethod:
		return m, bad(mcp.METHOD_NOT_FOUND, "there is no method of that name")
	case m.Params != nil && m.Params[0] != '{' && m.Params[0] != 'n':
		return m, bad(mcp.INVALID_PARAMS, "params must be an object")
	}
	m.readMeta()
	return m, nil
}

// given reports whether a field is there, and not null.
func given(field json.RawMessage) bool { return field != nil && string(field) != "null" }

// readMeta notes what the message says of itself. What is not of its type is
// left to mcp-go.
func (m *message) readMeta() {
	if !bytes.Contains(m.Params, []byte("_meta")) {
		return
	}
	var p struct {
		Meta json.RawMessage `json:"_meta"`
	}
	if json.Unmarshal(m.Params, &p) == nil && p.Meta != nil {
		_ = json.Unmarshal(p.Meta, &m.meta)
	}
}

// withdrawnBy is the id of the request that a notification withdraws, if it
// does.
func withdrawnBy(m message) json.RawMessage {
	if m.Method != string(mcp.MethodNotificationCancelled) {
		return nil
	}
	var p struct {
		ID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return nil
	}
	return p.ID
}

// echo is the id to answer with: nil unless it is a text or a number.
func echo(id json.RawMessage) json.RawMessage {
	if len(id) > 0 && (id[0] == '"' || id[0] == '-' || id[0] >= '0' && id[0] <= '9') {
		return id
	}
	return nil
}

// heavy is the size of arguments from which it pays to keep them from mcp-go,
// which reads every message several times.
const heavy = 1 << 10

// lighten returns the message for mcp-go. Heavy arguments of a tool are left
// out of it and returned beside it.
func (m message) lighten() (line []byte, arguments json.RawMessage) {
	if m.Method != string(mcp.MethodToolsCall) || len(m.Params) < heavy {
		return m.line, nil
	}
	var params map[string]json.RawMessage
	if json.Unmarshal(m.Params, &params) != nil || ambiguous(params) {
		return m.line, nil
	}
	arguments = params["arguments"]
	delete(params, "arguments")
	light, err := json.Marshal(map[string]any{"jsonrpc": m.JSONRPC, "id": m.ID, "method": m.Method, "params": params})
	if err != nil {
		return m.line, nil
	}
	return light, arguments
}

// maxParams is more than the params of any request are.
const maxParams = 20

// ambiguous reports whether two params have one name but for its case. Go takes
// them for the same, and of those the last counts: in another order, something
// else would be served than what the headers were held against.
func ambiguous(params map[string]json.RawMessage) bool {
	if len(params) > maxParams {
		return true // who knows
	}
	for a := range params {
		for b := range params {
			if a != b && strings.EqualFold(a, b) {
				return true
			}
		}
	}
	return false
}

// An answer is a message as it goes out.
type answer struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// A toolResult is a mcp.CallToolResult, which would encode its parts several
// times over, and escape what was not escaped.
type toolResult struct {
	Meta       *mcp.Meta       `json:"_meta,omitempty"`
	ResultType mcp.ResultType  `json:"resultType,omitempty"`
	Content    []mcp.Content   `json:"content"`
	Structured json.RawMessage `json:"structuredContent,omitempty"`
	IsError    bool            `json:"isError,omitempty"`
}

// encodeAnswer writes what mcp-go answers to the message with the id.
func encodeAnswer(id json.RawMessage, m mcp.JSONRPCMessage) ([]byte, error) {
	a := answer{JSONRPC: mcp.JSONRPC_VERSION, ID: id}
	switch m := m.(type) {
	case mcp.JSONRPCError:
		a.Error = &m.Error
	case mcp.JSONRPCResponse:
		a.Result = m.Result
		if r, ok := m.Result.(*mcp.CallToolResult); ok && r.StructuredContent == nil && len(r.InputRequests) == 0 {
			a.Result = toolResult{r.Meta, r.ResultType, r.Content, r.RawStructuredContent, r.IsError}
		}
	default:
		return encode(m)
	}
	return encode(a)
}
