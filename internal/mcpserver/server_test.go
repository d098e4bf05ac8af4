package mcpserver

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"custory/internal/logtest"
	"custory/internal/mcpclient"
	"custory/resources"
	"custory/schema"
	"custory/tools"
)

func TestClientsOfEveryEraAreGreeted(t *testing.T) {
	inEras(t, func(t *testing.T, c *mcpclient.Client, _ *logtest.Book) {
		if got := c.Server(); got.Name != "custory" || got.Version != "1.2.3" || got.Instructions != resources.Instructions() {
			t.Errorf("server says it is %+v", got)
		}
		var caps map[string]map[string]any
		if err := json.Unmarshal(c.Server().Capabilities, &caps); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"tools", "resources", "prompts", "completions"} {
			if caps[name] == nil {
				t.Errorf("no capability %s in %s", name, c.Server().Capabilities)
			}
		}
		if strings.Contains(string(c.Server().Capabilities), "listChanged") {
			t.Errorf("lists are static, capabilities are %s", c.Server().Capabilities)
		}
	})
}

func TestTheProtocolIsTheOneAskedFor(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	for asked, want := range map[string]string{"": mcpclient.Newest, mcpclient.Newest: mcpclient.Newest, "2025-11-25": "2025-11-25", "2024-11-05": "2024-11-05"} {
		if got := connect(t, s, asked).Protocol(); got != want {
			t.Errorf("asked for %q, got %s, want %s", asked, got, want)
		}
	}
}

func TestToolsAreOfferedWithTheirManners(t *testing.T) {
	inEras(t, func(t *testing.T, c *mcpclient.Client, _ *logtest.Book) {
		got, err := c.Tools(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, tool := range got {
			names = append(names, tool.Name)
			if tool.Title != "The "+tool.Name || tool.Annotations.Title != tool.Title {
				t.Errorf("%s has the titles %q and %q", tool.Name, tool.Title, tool.Annotations.Title)
			}
			if want := "Does " + tool.Name + " & <more>."; tool.Description != want {
				t.Errorf("%s says %q, want %q", tool.Name, tool.Description, want)
			}
			if want := `{"type":"object","properties":{"text":{"type":"string"}},"additionalProperties":false}`; string(tool.InputSchema) != want {
				t.Errorf("%s takes %s, want %s", tool.Name, tool.InputSchema, want)
			}
			if want := `{"type":"object","properties":{"text":{"type":"string"}}}`; string(tool.OutputSchema) != want {
				t.Errorf("%s gives %s, want %s", tool.Name, tool.OutputSchema, want)
			}
		}
		if want := []string{"ask_ghost", "break_disk", "echo_text", "panic_now"}; !slices.Equal(names, want) {
			t.Errorf("tools are %v, want %v", names, want)
		}
		for i, want := range [][4]bool{ // read only, destructive, idempotent, open world
			{true, false, true, false},
			{false, false, false, false},
			{true, false, true, false},
			{false, false, true, true},
		} {
			a := got[i].Annotations
			if a.ReadOnly == nil || a.Destructive == nil || a.Idempotent == nil || a.OpenWorld == nil {
				t.Fatalf("%s lacks a hint: %+v", got[i].Name, a)
			}
			if have := [4]bool{*a.ReadOnly, *a.Destructive, *a.Idempotent, *a.OpenWorld}; have != want {
				t.Errorf("%s has the hints %v, want %v", got[i].Name, have, want)
			}
		}
	})
}

func TestTheClientsNameIsRecorded(t *testing.T) {
	for _, era := range eras {
		f, a := newFake(t)
		var got schema.Actor
		f.add("who_calls", tools.Reads, func(_ context.Context, c schema.Call, _ json.RawMessage) (any, error) {
			got = c.Actor
			return textArgs{}, nil
		})
		s, _ := newServer(t, f, a)
		for name, want := range map[string]string{
			"claude-code": "claude-code",
			" two\nlines\u2028\tand \x00z\u200bero\u202e ": "two lines and zero",
			strings.Repeat("ü", 200):                       strings.Repeat("ü", 79) + "…",
		} {
			c, err := mcpclient.InProcess(t.Context(), s, mcpclient.Options{Name: name, Protocol: era})
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Call(t.Context(), "who_calls", nil, nil); err != nil {
				t.Fatal(err)
			}
			if got.Client != want || got.ID != a.ID || got.Workspace != a.Workspace || got.Role != a.Role {
				t.Errorf("protocol %s: %q became %+v, want client %q", era, name, got, want)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestConnectionsDoNotMix(t *testing.T) {
	f, a := newFake(t)
	clients := make(chan string, 2)
	f.add("who_calls", tools.Reads, func(_ context.Context, c schema.Call, _ json.RawMessage) (any, error) {
		clients <- c.Actor.Client
		return textArgs{}, nil
	})
	s, _ := newServer(t, f, a)
	for _, name := range []string{"one", "two"} {
		c, err := mcpclient.InProcess(t.Context(), s, mcpclient.Options{Name: name, Protocol: mcpclient.NewestLegacy})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		defer func() {
			if err := c.Call(t.Context(), "who_calls", nil, nil); err != nil {
				t.Error(err)
			}
			if got := <-clients; got != name {
				t.Errorf("%s was taken for %s", name, got)
			}
		}()
	}
}

func TestAFaultFitsTheSchemaOfEveryResult(t *testing.T) {
	f, a := newFake(t)
	tool := f.add("list_errors", tools.Reads, echoes)
	tool.Run.Out.Properties["error"] = tool.Run.Out.Properties["text"]
	if _, err := New(Config{Tools: f, Actor: As(a)}); err == nil || !strings.Contains(err.Error(), "list_errors") {
		t.Errorf("a result with the field error is offered: %v", err)
	}
}

func TestAServerNeedsToolsAndAnActor(t *testing.T) {
	f, a := newFake(t)
	for _, cfg := range []Config{{}, {Tools: f}, {Actor: As(a)}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("New(%+v) succeeded", cfg)
		}
	}
}
