package mcpserver

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/resources"
)

// The extension by which clients load workflows as skills: a directory each,
// with one file in it, so that there is no need to list directories.
const (
	skillExtension = "io.modelcontextprotocol/skills"
	skillScheme    = "skill://"
	skillFile      = "/SKILL.md"
)

// addSkills offers the workflows that are also prompts.
func (s *Server) addSkills() {
	var all []map[string]any
	for _, k := range resources.Skills() {
		f := &fixed{uri: skillScheme + k.Name + skillFile, name: k.Name, title: k.Title, doc: k.Doc, mimeType: "text/markdown", text: k.Text}
		s.addFixed(f)
		all = append(all, map[string]any{
			"uri":         f.uri,
			"frontmatter": map[string]any{"name": k.Name, "description": k.Doc},
			"resources":   []any{map[string]any{"uri": f.uri, "digest": fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(k.Text))), "size": len(k.Text)}},
		})
	}
	s.extensions["skills/list"] = func(context.Context, json.RawMessage) (map[string]any, *rpcError) {
		return map[string]any{"skills": all}, nil
	}
	s.extensions["skills/get"] = func(_ context.Context, params json.RawMessage) (map[string]any, *rpcError) {
		uri, e := uriOf(params)
		for _, k := range all {
			if e == nil && k["uri"] == uri {
				return map[string]any{"skill": k}, nil
			}
		}
		if e == nil {
			e = bad(mcp.INVALID_PARAMS, "there is no skill "+cut(uri, 200)+"; skills/list names those there are")
			e.Data = map[string]string{"uri": uri}
		}
		return nil, e
	}
}

// uriOf is the address that a request names.
func uriOf(params json.RawMessage) (string, *rpcError) {
	var p struct {
		URI string `json:"uri"`
	}
	if json.Unmarshal(params, &p) != nil || p.URI == "" {
		return "", bad(mcp.INVALID_PARAMS, "uri is required")
	}
	return p.URI, nil
}
