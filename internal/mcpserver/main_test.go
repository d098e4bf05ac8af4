package mcpserver_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"testing"

	"custory/internal/httpserver"
	"custory/internal/mcpserver"
	"custory/schema"
)

// TestMain is also another process, which changes a file, and the server that
// the conformance suite is run against.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("MCPSERVER_RENAME") != "":
		mcpserver.RenameInAnotherProcess(os.Getenv("MCPSERVER_RENAME"))
	case os.Getenv("MCPSERVER_SUITE") != "":
		if err := serveSuite(); err != nil {
			panic(err)
		}
	default:
		os.Exit(m.Run())
	}
}

// anyone is a door that lets in whoever has a token, as one member.
type anyone schema.Actor

func (a anyone) Identify(context.Context, string) (schema.Actor, error) { return schema.Actor(a), nil }

// serveSuite serves the suite on a free port of this machine, as the program is
// served, and prints its address.
func serveSuite() error {
	s, owner := mcpserver.NewSuite(httpserver.Actor)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv, err := httpserver.New(httpserver.Config{MCP: s.Handler(), EndStreams: s.Shutdown, Identify: anyone(owner), Address: l.Addr().String()})
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return srv.Serve(context.Background(), l)
}
