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
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
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

	Header http.Header  // of every request over HTTP, such as Authorization
	HTTP   *http.Client // that sends them; http.DefaultClient if nil

	// Elicit answers what the server asks the person: accept, decline or
	// cancel. nil: the client does not offer that.
	Elicit func(message string) (action string)

	// LogLevel is from which level on the server tells Log what it has to say of
	// a request, before the answer to it. "": nothing.
	LogLevel string
	Log      func(level, logger string, data json.RawMessage)
}

// A Client is connected to one server. It may be used by many goroutines at
// once.
type Client struct {
	link     link
	protocol string
	meta     map[string]any // of every request, in the newest protocol
	server   Server
	elicit   func(string) string
	log      func(level, logger string, data json.RawMessage)
	close    func() error

	last  atomic.Int64 // id of a request
	heard heard
}

// A link carries messages to a server and back. What the server says by itself
// it hands to the client's hear.
type link interface {
	// request asks, and waits for the answer. If ctx ends first, the server is
	// told.
	request(ctx context.Context, m message) (json.RawMessage, error)
	// send sends what gets no answer.
	send(ctx context.Context, v any) error
	close() error
}

func newClient(opt Options) *Client {
	return &Client{elicit: opt.Elicit, log: opt.Log}
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
	c := newClient(opt)
	c.link = newConn(in, out, c.hear)
	c.close = sync.OnceValue(c.link.close)
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
			"io.modelcontextprotocol/clientCapabilities": c.capabilities(),
		}
		if opt.LogLevel != "" {
			c.meta["io.modelcontextprotocol/logLevel"] = opt.LogLevel
		}
		err := c.discover(ctx)
		var refused *RPCError
		if err == nil || opt.Protocol != "" || !errors.As(err, &refused) {
			return err
		}
		c.meta, opt.Protocol, c.protocol = nil, NewestLegacy, "" // the server is older
	}
	if err := c.initialize(ctx, self, opt.Protocol); err != nil || opt.LogLevel == "" {
		return err
	}
	return c.request(ctx, "logging/setLevel", map[string]any{"level": opt.LogLevel}, new(json.RawMessage))
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
	err := c.request(ctx, "initialize", map[string]any{"protocolVersion": protocol, "clientInfo": self, "capabilities": c.capabilities()}, &res)
	if err != nil {
		return err
	}
	c.protocol = res.Protocol
	c.server = Server{res.Info.Name, res.Info.Version, res.Instructions, res.Capabilities}
	return c.link.send(ctx, message{JSONRPC: "2.0", Method: "notifications/initialized"})
}

// capabilities are what the client offers.
func (c *Client) capabilities() map[string]any {
	if c.elicit == nil {
		return map[string]any{}
	}
	return map[string]any{"elicitation": struct{}{}}
}

// Protocol is the version that is spoken.
func (c *Client) Protocol() string { return c.protocol }

// Server is what the server said of itself.
func (c *Client) Server() Server { return c.server }

// Close ends the connection, and the server if it was started for it.
func (c *Client) Close() error { return c.close() }

// request asks the server and decodes its result into res.
func (c *Client) request(ctx context.Context, method string, params map[string]any, res any) error {
	return c.requestAs(ctx, c.last.Add(1), method, params, res)
}

// requestAs is request with an id of its own, by which notifications tell that
// they belong to it.
func (c *Client) requestAs(ctx context.Context, id int64, method string, params map[string]any, res any) error {
	meta := maps.Clone(c.meta)
	if own, ok := params["_meta"].(map[string]any); ok {
		if meta == nil {
			meta = map[string]any{}
		}
		maps.Copy(meta, own)
	}
	if meta != nil {
		if params == nil {
			params = map[string]any{}
		}
		params["_meta"] = meta
	}
	b, err := c.link.request(ctx, message{"2.0", id, method, params})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, res); err != nil {
		return fmt.Errorf("the result of %s: %w", method, err)
	}
	return nil
}
