package mcpserver

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/internal/mcpclient"
	"custory/schema"
)

// TestAnotherClientIsServed uses a client that others wrote, over both
// transports.
func TestAnotherClientIsServed(t *testing.T) {
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		t.Run("stdio "+era, func(t *testing.T) {
			s, f, a := newMaps(t, "Checkout", "Renewal")
			serverIn, out := io.Pipe()
			in, serverOut := io.Pipe()
			ended := make(chan error, 1)
			go func() {
				ended <- s.ServeStdio(context.Background(), serverIn, serverOut)
				serverOut.Close()
			}()
			serveAnother(t, era, transport.NewIO(in, out, io.NopCloser(strings.NewReader(""))), f, a)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		t.Run("HTTP "+era, func(t *testing.T) {
			s, f, a := newMaps(t, "Checkout", "Renewal")
			var opts []transport.StreamableHTTPCOption
			if era == mcpclient.NewestLegacy {
				//lint:ignore SA1019 the versions that have it are served
				opts = append(opts, transport.WithContinuousListening())
			}
			tr, err := transport.NewStreamableHTTP(serveHTTP(t, s), opts...)
			if err != nil {
				t.Fatal(err)
			}
			serveAnother(t, era, tr, f, a)
		})
	}
}

func serveAnother(t *testing.T, era string, over transport.Interface, f *fakeSet, a schema.Actor) {
	c := client.NewClient(over, client.WithProtocolVersion(era))
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	told, acknowledged := make(chan string, 10), make(chan struct{}, 10)
	c.OnNotification(func(n mcp.JSONRPCNotification) {
		if n.Method == mcp.MethodNotificationSubscriptionsAcknowledged {
			acknowledged <- struct{}{}
		}
		if uri, ok := n.Params.AdditionalFields["uri"].(string); ok && n.Method == mcp.MethodNotificationResourceUpdated {
			told <- uri
		}
	})
	var hello mcp.InitializeRequest
	hello.Params.ClientInfo = mcp.Implementation{Name: "other", Version: "1"}
	got, err := c.Initialize(t.Context(), hello)
	if err != nil || got.ProtocolVersion != era {
		t.Fatalf("greeted with %+v, %v", got, err)
	}
	list, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil || len(list.Tools) != 4 {
		t.Errorf("tools are %+v, %v", list, err)
	}
	var call mcp.CallToolRequest
	call.Params.Name, call.Params.Arguments = "echo_text", map[string]any{"text": "<hello>"}
	res, err := c.CallTool(t.Context(), call)
	if err != nil || string(res.RawStructuredContent) != `{"text":"<hello>"}` {
		t.Errorf("the call gives %+v, %v", res, err)
	}
	var read mcp.ReadResourceRequest
	read.Params.URI = "custory://journey/checkout"
	if res, err := c.ReadResource(t.Context(), read); err != nil || len(res.Contents) != 1 {
		t.Errorf("reading gives %+v, %v", res, err)
	}
	if era == mcpclient.Newest {
		stop, err := c.ListenAsync(t.Context(), mcp.SubscriptionFilter{ResourceSubscriptions: []string{read.Params.URI}}, nil)
		if err != nil {
			t.Fatalf("listening gives %v", err)
		}
		defer stop()
		<-acknowledged
	} else {
		var watch mcp.SubscribeRequest
		watch.Params.URI = read.Params.URI
		//lint:ignore SA1019 the versions that have it are served
		if err := c.Subscribe(t.Context(), watch); err != nil {
			t.Fatal(err)
		}
	}
	rename(t, f.store, a, "checkout", "Paying")
	hears(t, told, read.Params.URI)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// A bare server is mcp-go's own, over its own transport.
type bare struct{ *server.MCPServer }

func (b bare) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	return server.NewStdioServer(b.MCPServer).Listen(ctx, in, out)
}

// BenchmarkCall measures a call from client to server and back, of a tool that
// does nothing: what the protocol costs.
func BenchmarkCall(b *testing.B) {
	f, a := newFake(b)
	ours, err := New(Config{Tools: f, Actor: As(a)})
	if err != nil {
		b.Fatal(err)
	}
	echo := func(_ context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		var v textArgs
		err := req.BindArguments(&v)
		return mcp.NewToolResultStructuredOnly(v), err
	}
	tool := mcp.NewToolWithRawSchema("echo_text", "echoes", json.RawMessage(`{"type":"object","properties":{"text":{"type":"string"}},"additionalProperties":false}`))
	plain := server.NewMCPServer("bare", "1")
	plain.AddTool(tool, echo)
	checked := server.NewMCPServer("checked", "1", server.WithInputSchemaValidation())
	checked.AddTool(tool, echo)
	for _, size := range []struct {
		name string
		n    int
	}{{"tiny", 10}, {"4KB", 4 << 10}, {"256KB", 256 << 10}} {
		args := textArgs{strings.Repeat("a word or ", size.n/10)}
		for _, srv := range []struct {
			name string
			mcpclient.Stdio
		}{{"ours", ours}, {"mcp-go", bare{plain}}, {"mcp-go checked", bare{checked}}} {
			for _, era := range []string{mcpclient.NewestLegacy, mcpclient.Newest} {
				b.Run(size.name+"/"+srv.name+"/"+era, func(b *testing.B) {
					c, err := mcpclient.InProcess(context.Background(), srv, mcpclient.Options{Protocol: era})
					if err != nil {
						b.Fatal(err)
					}
					defer c.Close()
					b.ReportAllocs()
					for b.Loop() {
						if err := c.Call(context.Background(), "echo_text", args, nil); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkParallel is BenchmarkCall with many calls at once.
func BenchmarkParallel(b *testing.B) {
	f, a := newFake(b)
	ours, err := New(Config{Tools: f, Actor: As(a)})
	if err != nil {
		b.Fatal(err)
	}
	for _, era := range []string{mcpclient.NewestLegacy, mcpclient.Newest} {
		b.Run(era, func(b *testing.B) {
			c, err := mcpclient.InProcess(context.Background(), ours, mcpclient.Options{Protocol: era})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			b.SetParallelism(8)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					if err := c.Call(context.Background(), "echo_text", textArgs{"hello"}, nil); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkFetch is BenchmarkCall of a tool of the program that reads.
func BenchmarkFetch(b *testing.B) {
	for _, era := range []string{mcpclient.NewestLegacy, mcpclient.Newest} {
		b.Run(era, func(b *testing.B) {
			w := newWhole(b, era)
			if err := w.c.Call(b.Context(), "save_items", json.RawMessage(`{"items": [{"type": "Insight", "title": "Refusals are not explained"}]}`), nil); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := w.c.Call(b.Context(), "fetch", json.RawMessage(`{"ids": ["refusals-are-not-explained"]}`), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
