package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/internal/mcpclient"
	"custory/memory"
	"custory/resources"
	"custory/schema"
	"custory/store/storetest"
	"custory/tools"
)

func TestLongListsComeInPages(t *testing.T) {
	f, a := newFake(t)
	for i := range 2*pageSize + 50 {
		f.add(fmt.Sprintf("tool_%03d", i), tools.Reads, echoes)
	}
	s, _ := newServer(t, f, a)
	inPages := func(c *mcpclient.Client) {
		all := must1(c.Tools(t.Context()))
		var names []string
		for _, tool := range all {
			names = append(names, tool.Name)
		}
		if len(names) != len(f.list) || !slices.IsSorted(names) || len(slices.Compact(names)) != len(f.list) {
			t.Errorf("%d tools, want %d: %v", len(names), len(f.list), names)
		}
		var page struct {
			Tools      []struct{ Name string }
			NextCursor string
		}
		must(c.Request(t.Context(), "tools/list", nil, &page))
		if len(page.Tools) != pageSize || page.NextCursor == "" {
			t.Errorf("a page has %d tools, then comes %q", len(page.Tools), page.NextCursor)
		}
		for _, method := range []string{"tools/list", "resources/list", "resources/templates/list", "prompts/list"} {
			if err := c.Request(t.Context(), method, map[string]any{"cursor": "%%%"}, &page); err == nil {
				t.Errorf("%s takes any cursor", method)
			}
		}
	}
	inPages(overHTTP(t, s, mcpclient.Options{}))
	inPages(overStdio(t, s, mcpclient.Options{Protocol: mcpclient.NewestLegacy}))
	if len(tools.All()) > pageSize {
		t.Errorf("%d tools need more than a page, and some clients read one", len(tools.All()))
	}
	f.add("tool_000", tools.Reads, echoes)
	if _, err := New(Config{Tools: f, Actor: As(a)}); err == nil {
		t.Error("two tools of one name are offered")
	}
}

func TestNamesAreUnique(t *testing.T) { // mcp-go's pages skip what has the same name
	s, _, _ := newProgram(t)
	c := overHTTP(t, s, mcpclient.Options{})
	seen := map[string]bool{}
	for _, r := range must1(c.Resources(t.Context())) {
		if seen[r.Name] {
			t.Errorf("two resources are called %s", r.Name)
		}
		seen[r.Name] = true
	}
}

func TestCacheHintsKeepWhatIsPrivate(t *testing.T) {
	s, _, _ := newProgram(t)
	c := overHTTP(t, s, mcpclient.Options{})
	for _, tt := range []struct {
		method, uri, scope string
		kept               bool
	}{
		{"server/discover", "", "public", true},
		{"prompts/list", "", "public", true},
		{"resources/list", "", "public", true},
		{"resources/templates/list", "", "public", true},
		{"tools/list", "", "private", true},
		{"resources/read", "custory://workspace", "private", false},
		{"resources/read", "skill://weekly-pulse/SKILL.md", "public", true},
		{"resources/read", "ui://custory/journey", "public", true},
	} {
		var got struct {
			TTL   *int   `json:"ttlMs"`
			Scope string `json:"cacheScope"`
		}
		params := map[string]any{}
		if tt.uri != "" {
			params["uri"] = tt.uri
		}
		must(c.Request(t.Context(), tt.method, params, &got))
		if got.TTL == nil || got.Scope != tt.scope || (*got.TTL > 0) != tt.kept {
			t.Errorf("%s %s: %v, %s", tt.method, tt.uri, got.TTL, got.Scope)
		}
	}
}

func TestToolsAreListedByRole(t *testing.T) {
	st := storetest.Open(t)
	owner := must1(st.NewWorkspace(t.Context(), "Acme", "Ann"))
	set := must1(tools.New(st, memory.New(st, memory.Default(), nil), tools.Options{Toolsets: tools.Toolsets()}))
	role := schema.Viewer
	s := must1(New(Config{Tools: set, Actor: func(context.Context) schema.Actor {
		a := owner
		a.Role = role
		return a
	}}))
	for _, link := range []func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client{overStdio, overHTTP} {
		for _, role = range []schema.Role{schema.Viewer, schema.Editor, schema.Owner} {
			c := link(t, s, mcpclient.Options{})
			var listed []string
			for _, tool := range must1(c.Tools(t.Context())) {
				listed = append(listed, tool.Name)
			}
			for _, tool := range set.List() {
				may := role.Includes(tool.Role)
				if slices.Contains(listed, tool.Name) != may {
					t.Errorf("a %v is offered %s: %v", role, tool.Name, !may)
				}
				if may {
					continue
				}
				err := c.Call(t.Context(), tool.Name, json.RawMessage(`{}`), nil)
				if want := fmt.Sprintf("%s needs the role %s; yours is %s", tool.Name, tool.Role, role); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("a %v calls %s: %v", role, tool.Name, err)
				}
			}
		}
	}
}

// TestEverythingCompletes asks for completions of each argument there is.
func TestEverythingCompletes(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, _, _ := newProgram(t)
		c := link(t, s, mcpclient.Options{Protocol: era})
		must(c.Call(t.Context(), "edit_journey", json.RawMessage(`{"operations": [{"op": "create_journey", "name": "Buying", "outline": "Paying\n  I enter my card"}]}`), nil))
		must(c.Call(t.Context(), "save_items", json.RawMessage(`{"items": [{"type": "Insight", "title": "Refusals are not explained"}]}`), nil))
		must(c.Call(t.Context(), "capture_signals", json.RawMessage(`{"signals": [{"text": "My card was refused"}], "source": "support"}`), nil))
		must(c.Call(t.Context(), "save_persona", json.RawMessage(`{"name": "Hurried Hanna"}`), nil))
		for _, r := range resources.All() {
			for _, name := range []string{"slug", "id"} {
				if !strings.Contains(r.URI, "{"+name+"}") {
					continue
				}
				values, total, err := c.Complete(t.Context(), mcpclient.Ref{Template: r.URI}, name, "")
				if err != nil || len(values) == 0 || total == 0 {
					t.Errorf("{%s} of %s completes to %v, %v", name, r.URI, values, err)
				}
			}
		}
		for _, p := range resources.Prompts() {
			for _, a := range p.Arguments {
				values, _, err := c.Complete(t.Context(), mcpclient.Ref{Prompt: p.Name}, a.Name, "")
				if err != nil || (a.Of != nil || a.Values != nil) && len(values) == 0 {
					t.Errorf("%s of %s completes to %v, %v", a.Name, p.Name, values, err)
				}
			}
		}
		if values, _, err := c.Complete(t.Context(), mcpclient.Ref{Prompt: "nothing"}, "x", ""); err != nil || len(values) != 0 {
			t.Errorf("an unknown prompt completes to %v, %v", values, err)
		}
	})
}
