package connect

import (
	"reflect"
	"strings"
	"testing"
)

func TestMergeTOML(t *testing.T) {
	s := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}
	const own = "[mcp_servers.custory]\ncommand = \"/opt/custory\"\nargs = [\"serve\"]\n"
	for _, tt := range []struct{ name, old, want string }{
		{"an empty file", "", own},
		{"settings stay", "# mine\nmodel = \"o9\" # best\n\n[tui]\nx = 1", "# mine\nmodel = \"o9\" # best\n\n[tui]\nx = 1\n\n" + own},
		{
			"the server with another path, a note and an environment, and a table behind it",
			"[mcp_servers.custory] # by hand\ncommand = '/old#1' # where it was\nargs = [\n  \"serve\", # always\n]\nstartup_timeout_sec = 20\n\n[mcp_servers.custory.env]\nA = \"1\"\n",
			"[mcp_servers.custory] # by hand\ncommand = \"/opt/custory\" # where it was\nargs = [\n  \"serve\", # always\n]\nstartup_timeout_sec = 20\n\n[mcp_servers.custory.env]\nA = \"1\"\n",
		},
		{
			"a list over several lines is replaced whole",
			"[mcp_servers.custory]\nargs = [\n  \"serve\", # ]\n  \"--read-only\",\n]\ncommand = \"/opt/custory\"\n[other]\n",
			"[mcp_servers.custory]\nargs = [\"serve\"]\ncommand = \"/opt/custory\"\n[other]\n",
		},
		{"what is missing comes behind the rest", "[mcp_servers.custory]\ncommand = \"/opt/custory\"\n\n[other]\n", "[mcp_servers.custory]\ncommand = \"/opt/custory\"\nargs = [\"serve\"]\n\n[other]\n"},
		{"line ends of Windows", "a = 1\r\n", "a = 1\r\n\r\n" + strings.ReplaceAll(own, "\n", "\r\n")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, changed, err := Codex.Merge([]byte(tt.old), s)
			if err != nil || !changed || string(got) != tt.want {
				t.Errorf("changed %v, %v:\n%s\nwant:\n%s", changed, err, got, tt.want)
			}
			again, changed, err := Codex.Merge([]byte(tt.want), s)
			if err != nil || changed || string(again) != tt.want {
				t.Errorf("a second time: changed %v, %v:\n%s", changed, err, again)
			}
		})
	}
}

func TestMergeTOMLRefuses(t *testing.T) {
	for _, tt := range []struct{ name, old, want string }{
		{"what is not TOML", "a = \n", "it is not TOML"},
		{"servers that are no table", "mcp_servers = 1\n", `"mcp_servers" is not a table`},
		{"a server that is no table", "[mcp_servers]\ncustory = 1\n", `"custory" is not a table`},
		{"servers in one line", "mcp_servers = { other = { command = \"x\" } }\n", "does not stand in it as tables"},
		{"the server in one line", "[mcp_servers]\ncustory = { command = \"x\", args = [] }\n", "in a way that this program cannot change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := Codex.Merge([]byte(tt.old), Server{Name: "custory", Command: "/opt/custory"})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Merge: %v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzMergeTOML(f *testing.F) {
	for _, seed := range []string{"", "a = 1", "[mcp_servers.custory]\ncommand='''x'''\n", "[mcp_servers]\n[mcp_servers.\"custory\"]\nargs = [[1], '#']", "x = \"\"\"\n[mcp_servers.custory]\n\"\"\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, old string) {
		s := Server{Name: "custory", Command: `C:\custory "x".exe`, Args: []string{"serve", "<&>\x7f"}}
		text, _, err := Codex.Merge([]byte(old), s)
		if err != nil {
			return
		}
		was, err := tables([]byte(old))
		if err != nil {
			t.Fatalf("merged what is not TOML: %v", err)
		}
		is, err := tables(text)
		if err != nil {
			t.Fatal(err)
		}
		own := is["mcp_servers"].(map[string]any)["custory"].(map[string]any)
		if own["command"] != s.Command || !reflect.DeepEqual(own["args"], []any{s.Args[0], s.Args[1]}) {
			t.Errorf("the server is %v", own)
		}
		delete(is, "mcp_servers")
		delete(was, "mcp_servers")
		if !reflect.DeepEqual(is, was) {
			t.Errorf("the rest is %v, was %v", is, was)
		}
		if again, changed, err := Codex.Merge(text, s); err != nil || changed || string(again) != string(text) {
			t.Errorf("a second time: changed %v, %v", changed, err)
		}
	})
}
