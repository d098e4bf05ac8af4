package connect

import (
	"strings"
	"testing"
)

// The three systems.
func systems() map[string]System {
	none := func(string) string { return "" }
	return map[string]System{
		"linux":   {OS: "linux", Home: "/home/ada", Folder: "/home/ada/shop", Env: none},
		"darwin":  {OS: "darwin", Home: "/Users/ada", Folder: "/Users/ada/shop", Env: none},
		"windows": {OS: "windows", Home: `C:\Users\Ada`, Folder: `D:\shop`, Env: none},
	}
}

func TestFile(t *testing.T) {
	for _, tt := range []struct {
		client Client
		os     string
		env    map[string]string
		want   string
	}{
		{ClaudeCode, "linux", nil, "/home/ada/shop/.mcp.json"},
		{ClaudeCode, "darwin", nil, "/Users/ada/shop/.mcp.json"},
		{ClaudeCode, "windows", nil, `D:\shop\.mcp.json`},
		{ClaudeDesktop, "linux", nil, "/home/ada/.config/Claude/claude_desktop_config.json"},
		{ClaudeDesktop, "linux", map[string]string{"XDG_CONFIG_HOME": "/etc/ada"}, "/etc/ada/Claude/claude_desktop_config.json"},
		{ClaudeDesktop, "linux", map[string]string{"XDG_CONFIG_HOME": "relative"}, "/home/ada/.config/Claude/claude_desktop_config.json"},
		{ClaudeDesktop, "darwin", map[string]string{"XDG_CONFIG_HOME": "/etc/ada"}, "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json"},
		{ClaudeDesktop, "windows", nil, `C:\Users\Ada\AppData\Roaming\Claude\claude_desktop_config.json`},
		{ClaudeDesktop, "windows", map[string]string{"APPDATA": `E:\Roaming`}, `E:\Roaming\Claude\claude_desktop_config.json`},
		{Cursor, "linux", nil, "/home/ada/.cursor/mcp.json"},
		{Cursor, "darwin", nil, "/Users/ada/.cursor/mcp.json"},
		{Cursor, "windows", nil, `C:\Users\Ada\.cursor\mcp.json`},
		{VSCode, "linux", nil, "/home/ada/shop/.vscode/mcp.json"},
		{VSCode, "darwin", nil, "/Users/ada/shop/.vscode/mcp.json"},
		{VSCode, "windows", nil, `D:\shop\.vscode\mcp.json`},
	} {
		s := systems()[tt.os]
		s.Env = func(name string) string { return tt.env[name] }
		if got := tt.client.File(s); got != tt.want {
			t.Errorf("%s on %s with %v: %s, want %s", tt.client, tt.os, tt.env, got, tt.want)
		}
	}
}

func TestEveryClientHasAFileAndWhatComesAfter(t *testing.T) {
	for _, c := range Clients() {
		for name, s := range systems() {
			if c.File(s) == "" {
				t.Errorf("%s has no file on %s", c, name)
			}
		}
		if c.Afterwards() == "" {
			t.Errorf("nothing is said of what comes after %s", c)
		}
	}
}

func TestSnippet(t *testing.T) {
	s := Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve", "--db", "/data/a&b.db"}}
	const mcp = `{
  "mcpServers": {
    "custory": {
      "command": "/opt/custory",
      "args": ["serve", "--db", "/data/a&b.db"]
    }
  }
}
`
	typed := strings.Replace(mcp, `"command"`, "\"type\": \"stdio\",\n      \"command\"", 1)
	for client, want := range map[Client]string{
		ClaudeCode: typed, ClaudeDesktop: mcp, Cursor: mcp, VSCode: strings.Replace(typed, "mcpServers", "servers", 1),
	} {
		if got := client.Snippet(s); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", client, got, want)
		}
	}
}

func TestAddCommand(t *testing.T) {
	for _, tt := range []struct {
		os         string
		server     Server
		everywhere bool
		want       string
	}{
		{"linux", Server{"custory", "/opt/custory", []string{"serve"}}, false, "claude mcp add --transport stdio custory -- /opt/custory serve"},
		{"linux", Server{"custory", "/opt/custory", []string{"serve"}}, true, "claude mcp add --transport stdio --scope user custory -- /opt/custory serve"},
		{"darwin", Server{"it's", "/My Apps/custory", []string{"serve", "--db", "$HOME/x"}}, false, `claude mcp add --transport stdio 'it'\''s' -- '/My Apps/custory' serve --db '$HOME/x'`},
		{"windows", Server{"custory", `C:\Program Files\custory.exe`, []string{"serve", "--db", `D:\x.db`}}, false, `claude mcp add --transport stdio custory -- "C:\Program Files\custory.exe" serve --db D:\x.db`},
	} {
		if got := tt.server.AddCommand(tt.os, tt.everywhere); got != tt.want {
			t.Errorf("on %s: %s\nwant %s", tt.os, got, tt.want)
		}
	}
}
