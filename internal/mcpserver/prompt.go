package mcpserver

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/resources"
)

// addPrompts offers the prompts.
func (s *Server) addPrompts() {
	for _, p := range resources.Prompts() {
		m := mcp.NewPrompt(p.Name, mcp.WithPromptTitle(p.Title), mcp.WithPromptDescription(p.Doc))
		for _, a := range p.Arguments {
			m.Arguments = append(m.Arguments, mcp.PromptArgument{Name: a.Name, Description: a.Doc, Required: a.Required})
		}
		s.mcp.AddPrompt(m, func(ctx context.Context, req mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
			text, err := p.Render(req.Params.Arguments)
			if err != nil {
				return nil, s.fail(ctx, err, nil)
			}
			return mcp.NewGetPromptResult(p.Doc, []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent(text))}), nil
		})
	}
}
