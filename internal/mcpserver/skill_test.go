package mcpserver

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"custory/internal/mcpclient"
	"custory/resources"
)

func TestSkillsAreWhatPromptsAre(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, _, _ := newProgram(t)
		c := link(t, s, mcpclient.Options{Protocol: era})
		if !strings.Contains(string(c.Server().Capabilities), `"io.modelcontextprotocol/skills":{}`) {
			t.Errorf("capabilities are %s", c.Server().Capabilities)
		}
		type file struct {
			URI, Digest string
			Size        int
		}
		type skill struct {
			URI         string
			Frontmatter struct{ Name, Description string }
			Resources   []file
		}
		var list struct {
			Skills     []skill
			ResultType string
			TTL        int    `json:"ttlMs"`
			Scope      string `json:"cacheScope"`
		}
		must(c.Request(t.Context(), "skills/list", nil, &list))
		if modern := c.Protocol() == mcpclient.Newest; modern && (list.ResultType != "complete" || list.TTL == 0 || list.Scope != "public") || !modern && list.ResultType != "" {
			t.Errorf("the list is %+v", list)
		}
		if len(list.Skills) != len(resources.Prompts()) {
			t.Errorf("%d skills", len(list.Skills))
		}
		for i, p := range resources.Prompts() {
			k := list.Skills[i]
			name := strings.ReplaceAll(p.Name, "_", "-")
			if k.URI != "skill://"+name+"/SKILL.md" || k.Frontmatter.Name != name || k.Frontmatter.Description != p.Doc || len(k.Resources) != 1 || k.Resources[0].URI != k.URI {
				t.Errorf("skill %d is %+v", i, k)
			}
			text, mime, err := c.Read(t.Context(), k.URI)
			if err != nil || mime != "text/markdown" || len(text) != k.Resources[0].Size || fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text))) != k.Resources[0].Digest {
				t.Errorf("%s is of type %s with %d bytes, %v", k.URI, mime, len(text), err)
			}
			if !strings.HasPrefix(text, "---\nname: "+name+"\ndescription: "+p.Doc+"\n---\n") || strings.Contains(text, "<no value>") || strings.Contains(text, "{{") {
				t.Errorf("%s is %s", k.URI, text)
			}
			var one struct{ Skill skill }
			must(c.Request(t.Context(), "skills/get", map[string]any{"uri": k.URI}, &one))
			if one.Skill.URI != k.URI {
				t.Errorf("skills/get gives %+v", one)
			}
		}
		for _, params := range []map[string]any{{"uri": "skill://nothing/SKILL.md"}, {"uri": 7}, nil} {
			err := c.Request(t.Context(), "skills/get", params, new(json.RawMessage))
			if refused, ok := errors.AsType[*mcpclient.RPCError](err); !ok || refused.Code != -32602 {
				t.Errorf("skills/get of %v gives %v", params, err)
			}
		}
	})
}

func TestTheViewIsDeclaredWhereThereIsOne(t *testing.T) {
	s, set, a := newProgram(t)
	blind := must1(New(Config{Tools: set, Actor: As(a)}))
	for _, tt := range []struct {
		*Server
		has bool
	}{{s, true}, {blind, false}} {
		c := overHTTP(t, tt.Server, mcpclient.Options{})
		if got := strings.Contains(string(c.Server().Capabilities), `"io.modelcontextprotocol/ui":{}`); got != tt.has {
			t.Errorf("capabilities are %s", c.Server().Capabilities)
		}
		var list struct {
			Tools []struct {
				Name string
				Meta json.RawMessage `json:"_meta"`
			}
		}
		must(c.Request(t.Context(), "tools/list", nil, &list))
		for _, tool := range list.Tools {
			want := ""
			if tt.has && tool.Name == "get_journey" {
				want = `{"ui":{"resourceUri":"ui://custory/journey"},"ui/resourceUri":"ui://custory/journey"}`
			}
			if string(tool.Meta) != want {
				t.Errorf("%s carries %s", tool.Name, tool.Meta)
			}
		}
		var read struct {
			Contents []struct {
				MIMEType, Text string
				Meta           json.RawMessage `json:"_meta"`
			}
			Scope string `json:"cacheScope"`
		}
		err := c.Request(t.Context(), "resources/read", map[string]any{"uri": "ui://custory/journey"}, &read)
		switch {
		case !tt.has:
			if err == nil {
				t.Error("there is a view")
			}
		case err != nil || len(read.Contents) != 1 || read.Contents[0].MIMEType != "text/html;profile=mcp-app" || read.Contents[0].Text != "<!doctype html><title>map</title>" ||
			string(read.Contents[0].Meta) != `{"ui":{"csp":{},"prefersBorder":true}}` || read.Scope != "public":
			t.Errorf("the view is %+v, %v", read, err)
		}
	}
}
