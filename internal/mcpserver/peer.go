package mcpserver

import (
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// A peer is what is known of the program at the other end. Over stdio it
// lasts as long as the connection; over HTTP each request says it anew, the
// older clients by their session's id.
type peer struct {
	mu    sync.Mutex
	info  mcp.Implementation
	caps  mcp.ClientCapabilities
	level mcp.LoggingLevel // over stdio, before 2026-07-28
}

// GetClientInfo is what the program calls itself.
func (c *peer) GetClientInfo() mcp.Implementation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.info
}

// SetClientInfo keeps what the program calls itself.
func (c *peer) SetClientInfo(info mcp.Implementation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.info = info
}

// GetClientCapabilities is what the program can do.
func (c *peer) GetClientCapabilities() mcp.ClientCapabilities {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.caps
}

// SetClientCapabilities keeps what the program can do.
func (c *peer) SetClientCapabilities(caps mcp.ClientCapabilities) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.caps = caps
}

// logLevel is from which level on the program is told of the log.
func (c *peer) logLevel() mcp.LoggingLevel {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.level
}

// setLogLevel keeps it.
func (c *peer) setLogLevel(l mcp.LoggingLevel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.level = l
}

// elicits reports whether a client can put a form to the person who uses it.
func elicits(caps *mcp.ClientCapabilities) bool {
	return caps != nil && caps.Elicitation != nil && (caps.Elicitation.Form != nil || caps.Elicitation.URL == nil)
}
