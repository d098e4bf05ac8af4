package mcpserver

import "github.com/mark3labs/mcp-go/mcp"

// The extension by which a host shows a view of ours beside the conversation.
const (
	appExtension = "io.modelcontextprotocol/ui"
	appURI       = "ui://custory/journey"
	appTool      = "get_journey"
)

// addApp offers the view. It loads nothing from anywhere: all is in its text.
func (s *Server) addApp(html string) {
	s.addFixed(&fixed{
		uri: appURI, name: "journey_view", title: "Journey map", doc: "The journey to look at, for hosts that show views.",
		mimeType: "text/html;profile=mcp-app", text: html,
		meta: map[string]any{"ui": map[string]any{"csp": struct{}{}, "prefersBorder": true}},
	})
}

// appMeta tells hosts which view shows the result of a tool. Older ones know it
// by another name.
func appMeta() *mcp.Meta {
	return mcp.NewMetaFromMap(map[string]any{"ui": map[string]any{"resourceUri": appURI}, "ui/resourceUri": appURI})
}
