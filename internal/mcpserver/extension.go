package mcpserver

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// A method serves a request that mcp-go does not know. Its result is an object
// that everybody may keep for a while.
type method func(ctx context.Context, params json.RawMessage) (map[string]any, *rpcError)

// extended serves a request by a method of an extension, and puts into its
// result what every result holds since 2026-07-28.
func (s *Server) extended(ctx context.Context, m message, serve method) mcp.JSONRPCMessage {
	id := mcp.NewRequestId(m.ID)
	if m.modern() {
		if e := m.unknownVersion(); e != nil {
			return mcp.JSONRPCError{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: *e}
		}
		if len(m.meta.Capabilities) == 0 || m.meta.Capabilities[0] != '{' {
			return mcp.NewJSONRPCError(id, mcp.INVALID_PARAMS, "missing or invalid _meta field "+mcp.MetaKeyClientCapabilities, nil)
		}
	}
	res, e := serve(ctx, m.Params)
	if e != nil {
		return mcp.JSONRPCError{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: *e}
	}
	if m.modern() {
		res["resultType"] = mcp.ResultTypeComplete
		res["ttlMs"], res["cacheScope"] = fixedFor.Milliseconds(), mcp.CacheScopePublic
		res["_meta"] = map[string]any{mcp.MetaKeyServerInfo: s.self}
	}
	return mcp.JSONRPCResponse{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Result: res}
}

// unknownVersion is the error of a message of a version that is not known.
func (m message) unknownVersion() *rpcError {
	if mcp.IsValidProtocolVersion(m.meta.Version) {
		return nil
	}
	e := mcp.UnsupportedProtocolVersionError{Version: cut(m.meta.Version, 40), Supported: mcp.ValidProtocolVersions}.JSONRPCError().Error
	return &e
}
