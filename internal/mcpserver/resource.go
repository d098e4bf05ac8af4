package mcpserver

import (
	"context"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/resources"
	"custory/store"
)

// anyURI is a template that every address matches. mcp-go knows addresses only
// as they are listed; this one brings it the others, such as those that end in
// ?format=json, and those of nothing at all. Templates may overlap, since all
// are read by the same function.
const anyURI = "{+uri}"

// hideAny keeps anyURI out of the list of templates.
func hideAny(_ context.Context, _ any, _ *mcp.ListResourceTemplatesRequest, res *mcp.ListResourceTemplatesResult) {
	res.ResourceTemplates = slices.DeleteFunc(res.ResourceTemplates, func(t mcp.ResourceTemplate) bool { return t.Name == anyURI })
}

// addResources offers what package resources can show.
func (s *Server) addResources() {
	const markdown = "text/markdown"
	for _, r := range resources.All() {
		if strings.Contains(r.URI, "{") {
			t := mcp.NewResourceTemplate(r.URI, r.Name, mcp.WithTemplateDescription(r.Doc), mcp.WithTemplateMIMEType(markdown))
			t.Title = r.Title
			s.mcp.AddResourceTemplate(t, s.readResource)
			continue
		}
		s.mcp.AddResource(mcp.NewResource(r.URI, r.Name, mcp.WithResourceTitle(r.Title), mcp.WithResourceDescription(r.Doc), mcp.WithMIMEType(markdown)), s.readResource)
	}
	s.mcp.AddResourceTemplate(mcp.NewResourceTemplate(anyURI, anyURI), s.readResource)
}

// readResource reads one resource in one view of the actor's workspace.
func (s *Server) readResource(ctx context.Context, req mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
	uri := req.Params.URI
	c := mcp.TextResourceContents{URI: uri}
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		c.Text, c.MIMEType, err = resources.Read(ctx, tx, uri)
		return err
	})
	if err != nil {
		return nil, s.fail(ctx, err, map[string]string{"uri": uri})
	}
	return []mcp.ResourceContents{c}, nil
}

// view runs fn on one picture of the workspace of whoever asks.
func (s *Server) view(ctx context.Context, fn func(*store.Tx) error) error {
	return s.tools.Store().View(ctx, s.who(ctx), fn)
}
