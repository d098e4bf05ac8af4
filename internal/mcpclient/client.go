// Package mcpclient speaks the Model Context Protocol from the other side, for
// what in this program uses a server as anybody would: the demo, benchmarks and
// tests. It knows the protocol and no library, so that it also tells whether
// the server says on the wire what it means.
package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// The versions of the protocol that differ in kind: from Newest on there is no
// handshake, and each request says what was said there.
const (
	Newest       = "2026-07-28"
	NewestLegacy = "2025-11-25"
)

// Options say who connects, and how. The zero value is right for most.
type Options struct {
	Name     string    // of the client; "custory" if empty
	Protocol string    // a version; if empty, the newest the server knows
	Stderr   io.Writer // for the messages of a spawned server; dropped if nil
	Env      []string  // of a spawned server; this process's own if nil
}

// A Client is connected to one server. It may be used by many goroutines at
// once.
type Client struct {
	conn     *conn
	protocol string
	meta     map[string]any // of every request, in the newest protocol
	server   Server
	close    func() error
}

// A Server is what a server says of itself.
type Server struct {
	Name         string
	Version      string
	Instructions string
	Capabilities json.RawMessage
}

// Connect begins to talk to a server that reads from out and writes to in.
// Close closes out.
func Connect(ctx context.Context, in io.Reader, out io.WriteCloser, opt Options) (*Client, error) {
	c := &Client{conn: newConn(in, out)}
	c.close = sync.OnceValue(c.conn.close)
	if err := c.greet(ctx, opt); err != nil {
		return nil, errors.Join(fmt.Errorf("greet the server: %w", err), c.Close())
	}
	return c, nil
}

// greet finds the version to speak.
func (c *Client) greet(ctx context.Context, opt Options) error {
	if opt.Name == "" {
		opt.Name = "custory"
	}
	self := map[string]any{"name": opt.Name, "version": "1"}
	if opt.Protocol == "" || opt.Protocol >= Newest {
		c.protocol = Newest
		if opt.Protocol != "" {
			c.protocol = opt.Protocol
		}
		c.meta = map[string]any{
			"io.modelcontextprotocol/protocolVersion":    c.protocol,
			"io.modelcontextprotocol/clientInfo":         self,
			"io.modelcontextprotocol/clientCapabilities": struct{}{},
		}
		err := c.discover(ctx)
		var refused *RPCError
		if err == nil || opt.Protocol != "" || !errors.As(err, &refused) {
			return err
		}
		c.meta, opt.Protocol = nil, NewestLegacy // the server is older
	}
	return c.initialize(ctx, self, opt.Protocol)
}

func (c *Client) discover(ctx context.Context) error {
	var res struct {
		Capabilities json.RawMessage `json:"capabilities"`
		Instructions string          `json:"instructions"`
		Meta         struct {
			Server Server `json:"io.modelcontextprotocol/serverInfo"`
		} `json:"_meta"`
	}
	err := c.request(ctx, "server/discover", nil, &res)
	c.server = Server{res.Meta.Server.Name, res.Meta.Server.Version, res.Instructions, res.Capabilities}
	return err
}

func (c *Client) initialize(ctx context.Context, self map[string]any, protocol string) error {
	var res struct {
		Protocol     string          `json:"protocolVersion"`
		Capabilities json.RawMessage `json:"capabilities"`
		Instructions string          `json:"instructions"`
		Info         Server          `json:"serverInfo"`
	}
	err := c.request(ctx, "initialize", map[string]any{"protocolVersion": protocol, "clientInfo": self, "capabilities": struct{}{}}, &res)
	if err != nil {
		return err
	}
	c.protocol = res.Protocol
	c.server = Server{res.Info.Name, res.Info.Version, res.Instructions, res.Capabilities}
	return c.conn.notify("notifications/initialized", nil)
}

// Protocol is the version that is spoken.
func (c *Client) Protocol() string { return c.protocol }

// Server is what the server said of itself.
func (c *Client) Server() Server { return c.server }

// Close ends the connection, and the server if it was started for it.
func (c *Client) Close() error { return c.close() }

// request asks the server and decodes its result into res.
func (c *Client) request(ctx context.Context, method string, params map[string]any, res any) error {
	if c.meta != nil {
		if params == nil {
			params = map[string]any{}
		}
		params["_meta"] = c.meta
	}
	b, err := c.conn.request(ctx, method, params)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, res); err != nil {
		return fmt.Errorf("the result of %s: %w", method, err)
	}
	return nil
}
