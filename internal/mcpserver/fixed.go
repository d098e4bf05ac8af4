package mcpserver

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// fixedFor is for how long clients may keep what changes only with the
	// program.
	fixedFor = time.Hour
	// listFor is for how long one may keep its list of tools, which goes by the
	// role of whoever asks.
	listFor = 5 * time.Minute
)

// A fixed resource is part of the program and the same for everybody.
type fixed struct {
	uri, name, title, doc string
	mimeType, text        string
	meta                  map[string]any
}

// addFixed offers a fixed resource.
func (s *Server) addFixed(f *fixed) {
	s.fixed[f.uri] = f
	r := mcp.NewResource(f.uri, f.name, mcp.WithResourceTitle(f.title), mcp.WithResourceDescription(f.doc), mcp.WithMIMEType(f.mimeType), mcp.WithResourceSize(int64(len(f.text))))
	s.mcp.AddResource(r, func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		return []mcp.ResourceContents{mcp.TextResourceContents{Meta: f.meta, URI: f.uri, MIMEType: f.mimeType, Text: f.text}}, nil
	})
}

// keepFixed lets everybody keep a fixed resource that was read. All else is
// for who asked, and for now.
func (s *Server) keepFixed(_ context.Context, _ any, req *mcp.ReadResourceRequest, res *mcp.ReadResourceResult) {
	if s.fixed[req.Params.URI] != nil {
		res.SetCacheHints(fixedFor.Milliseconds(), mcp.CacheScopePublic)
	}
}
