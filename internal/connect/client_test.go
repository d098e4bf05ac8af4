package connect

import "testing"

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
		{Codex, "linux", nil, "/home/ada/.codex/config.toml"},
		{Codex, "darwin", map[string]string{"CODEX_HOME": "/opt/codex"}, "/opt/codex/config.toml"},
		{Codex, "windows", nil, `C:\Users\Ada\.codex\config.toml`},
		{Gemini, "linux", nil, "/home/ada/.gemini/settings.json"},
		{Gemini, "darwin", nil, "/Users/ada/.gemini/settings.json"},
		{Gemini, "windows", nil, `C:\Users\Ada\.gemini\settings.json`},
		{Windsurf, "linux", nil, "/home/ada/.codeium/windsurf/mcp_config.json"},
		{Windsurf, "darwin", nil, "/Users/ada/.codeium/windsurf/mcp_config.json"},
		{Windsurf, "windows", nil, `C:\Users\Ada\.codeium\windsurf\mcp_config.json`},
		{Zed, "linux", nil, "/home/ada/.config/zed/settings.json"},
		{Zed, "linux", map[string]string{"XDG_CONFIG_HOME": "/etc/ada"}, "/etc/ada/zed/settings.json"},
		{Zed, "darwin", map[string]string{"XDG_CONFIG_HOME": "/etc/ada"}, "/Users/ada/.config/zed/settings.json"},
		{Zed, "windows", nil, `C:\Users\Ada\AppData\Roaming\Zed\settings.json`},
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

func TestAddCommand(t *testing.T) {
	for _, tt := range []struct {
		os         string
		server     Server
		everywhere bool
		want       string
	}{
		{"linux", Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}, false, "claude mcp add --transport stdio custory -- /opt/custory serve"},
		{"linux", Server{Name: "custory", Command: "/opt/custory", Args: []string{"serve"}}, true, "claude mcp add --transport stdio --scope user custory -- /opt/custory serve"},
		{"darwin", Server{Name: "it's", Command: "/My Apps/custory", Args: []string{"serve", "--db", "$HOME/x"}}, false, `claude mcp add --transport stdio 'it'\''s' -- '/My Apps/custory' serve --db '$HOME/x'`},
		{"windows", Server{Name: "custory", Command: `C:\Program Files\custory.exe`, Args: []string{"serve", "--db", `D:\x.db`}}, false, `claude mcp add --transport stdio custory -- "C:\Program Files\custory.exe" serve --db D:\x.db`},
		{"linux", Server{Name: "custory", URL: "https://maps.example.com/mcp", Key: Key{Env: "CUSTORY_KEY"}}, true, `claude mcp add --transport http --scope user custory https://maps.example.com/mcp --header "Authorization: Bearer $CUSTORY_KEY"`},
		{"windows", Server{Name: "custory", URL: "https://maps.example.com/mcp", Key: Key{Env: "CUSTORY_KEY"}}, false, `claude mcp add --transport http custory https://maps.example.com/mcp --header "Authorization: Bearer %CUSTORY_KEY%"`},
		{"darwin", Server{Name: "custory", URL: "https://maps.example.com/mcp"}, false, `claude mcp add --transport http custory https://maps.example.com/mcp`},
	} {
		if got := tt.server.AddCommand(tt.os, tt.everywhere); got != tt.want {
			t.Errorf("on %s: %s\nwant %s", tt.os, got, tt.want)
		}
	}
}
