package mcpserver

import (
	"errors"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
)

// checkHeaders holds the headers against the message. Since 2026-07-28 they
// repeat what stands in it, so that proxies can go by them; a request by which
// a proxy could be deceived is refused. What is served is always the message.
func (s *Server) checkHeaders(h http.Header, m message) *rpcError {
	for name, values := range h {
		if len(values) > 1 && isRepeated(name) {
			return bad(mcp.HEADER_MISMATCH, name+" must stand there once")
		}
	}
	version := h.Get(mcp.HeaderProtocolVersion)
	if !m.modern() && !mcp.IsModernProtocol(version) {
		if version != "" && !mcp.IsValidProtocolVersion(version) {
			return bad(mcp.INVALID_REQUEST, mcp.HeaderProtocolVersion+" names no version that is known")
		}
		return nil
	}
	switch {
	case m.ID == nil: // what needs no answer says nothing of itself
		return nil
	case h.Get(mcp.HeaderLastEventID) != "":
		return bad(mcp.HEADER_MISMATCH, mcp.HeaderLastEventID+" is not served: streams cannot be resumed; send the request again")
	case version == "":
		return bad(mcp.HEADER_MISMATCH, mcp.HeaderProtocolVersion+" is required")
	case m.meta.Version == "":
		return bad(mcp.INVALID_PARAMS, "missing or invalid _meta field "+mcp.MetaKeyProtocolVersion)
	case version != m.meta.Version:
		return bad(mcp.HEADER_MISMATCH, mcp.HeaderProtocolVersion+" is another version than the message says")
	}
	if e := m.unknownVersion(); e != nil {
		return e
	}
	err := mcp.ValidateStandardHeaders(h.Get, version, mcp.MCPMethod(m.Method), m.Params)
	if err == nil && m.Method == string(mcp.MethodToolsCall) {
		err = s.checkArguments(h, m)
	}
	if wrong, ok := errors.AsType[mcp.HeaderMismatchError](err); ok {
		return bad(mcp.HEADER_MISMATCH, cut(wrong.Error(), 300))
	}
	return nil
}

// isRepeated reports whether a header, in its canonical spelling, repeats
// something of the message.
func isRepeated(name string) bool {
	switch name {
	case mcp.HeaderProtocolVersion, mcp.HeaderMethod, mcp.HeaderName:
		return true
	}
	return strings.HasPrefix(name, mcp.HeaderParamPrefix)
}

// checkArguments holds against the message the headers that the tool's schema
// names for arguments, with x-mcp-header.
func (s *Server) checkArguments(h http.Header, m message) error {
	name, _ := mcp.DecodeHeaderValue(h.Get(mcp.HeaderName)) // which is that of the message
	tool := s.mirrored[name]
	if tool == nil {
		return nil
	}
	return mcp.ValidateParamHeadersLookup(func(name string) (string, bool) { return h.Get(name), h.Values(name) != nil }, tool, m.Params)
}
