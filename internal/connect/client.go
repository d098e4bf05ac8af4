// Package connect knows how MCP clients are told of a server: which file they
// read on which system, what stands in it, and how to put it there without
// touching anything else.
package connect

import "path"

// A Client is a program that speaks MCP.
type Client string

// The clients.
const (
	ClaudeCode    Client = "claude-code"
	ClaudeDesktop Client = "claude-desktop"
	Cursor        Client = "cursor"
	VSCode        Client = "vscode"
	Codex         Client = "codex"
	Gemini        Client = "gemini"
	Windsurf      Client = "windsurf"
	Zed           Client = "zed"
)

// Clients lists the clients.
func Clients() []Client {
	return []Client{ClaudeCode, ClaudeDesktop, Cursor, VSCode, Codex, Gemini, Windsurf, Zed}
}

// File is the configuration file the client reads.
func (c Client) File(s System) string {
	switch c {
	case ClaudeCode:
		return s.join(s.Folder, ".mcp.json")
	case ClaudeDesktop:
		return s.join(s.config(), "Claude", "claude_desktop_config.json")
	case Cursor:
		return s.join(s.Home, ".cursor", "mcp.json")
	case VSCode:
		return s.join(s.Folder, ".vscode", "mcp.json")
	case Codex:
		if home := s.Env("CODEX_HOME"); home != "" {
			return s.join(home, "config.toml")
		}
		return s.join(s.Home, ".codex", "config.toml")
	case Gemini:
		return s.join(s.Home, ".gemini", "settings.json")
	case Windsurf:
		return s.join(s.Home, ".codeium", "windsurf", "mcp_config.json")
	case Zed:
		return s.zed()
	}
	return ""
}

// zed is where Zed keeps its settings: not where other programs of the system
// do, but on Windows.
func (s System) zed() string {
	switch {
	case s.OS == "windows":
		return s.join(s.config(), "Zed", "settings.json")
	case s.OS == "linux" && path.IsAbs(s.Env("XDG_CONFIG_HOME")):
		return s.join(s.Env("XDG_CONFIG_HOME"), "zed", "settings.json")
	}
	return s.join(s.Home, ".config", "zed", "settings.json")
}

// Project reports whether the file belongs to a folder, and so is shared with
// whoever works in it.
func (c Client) Project() bool { return c == ClaudeCode || c == VSCode }

// section is the member of the file that holds the servers.
func (c Client) section() string {
	switch c {
	case VSCode:
		return "servers"
	case Codex:
		return "mcp_servers"
	case Zed:
		return "context_servers"
	}
	return "mcpServers"
}

// comments reports whether the client reads JSON with comments.
func (c Client) comments() bool { return c == VSCode || c == Gemini || c == Zed }

// Snippet is the file's text when it holds nothing but the server.
func (c Client) Snippet(s Server) string {
	text, _, _ := c.Merge(nil, s) // into nothing, cannot fail
	return string(text)
}

// Afterwards says what a person does once the file is written.
func (c Client) Afterwards() string {
	switch c {
	case ClaudeCode:
		return "start claude in this folder and agree to the server; /mcp shows it"
	case ClaudeDesktop:
		return "quit Claude Desktop and start it again"
	case Cursor:
		return "Cursor shows it under Settings, MCP; switch it on if it is off"
	case VSCode:
		return "open .vscode/mcp.json in VS Code and press Start above the server"
	case Codex:
		return "start codex; /mcp shows it"
	case Gemini:
		return "start gemini; /mcp shows it"
	case Windsurf:
		return "refresh the list of MCP servers in Windsurf's settings, under Cascade"
	case Zed:
		return "Zed shows it in the settings of its agent panel, with a green dot"
	}
	return ""
}
