// Package connect knows how MCP clients are told of a server: which file they
// read on which system, what stands in it, and how to put it there without
// touching anything else.
package connect

import (
	"path"
	"strings"
)

// A Client is a program that speaks MCP.
type Client string

// The clients.
const (
	ClaudeCode    Client = "claude-code"
	ClaudeDesktop Client = "claude-desktop"
	Cursor        Client = "cursor"
	VSCode        Client = "vscode"
)

// Clients lists the clients.
func Clients() []Client { return []Client{ClaudeCode, ClaudeDesktop, Cursor, VSCode} }

// A System is what the places of files depend on.
type System struct {
	OS     string              // as runtime.GOOS has it
	Home   string              // the user's folder
	Folder string              // the current one
	Env    func(string) string // as os.Getenv
}

// A Server is how a client starts one over standard input and output.
type Server struct {
	Name    string // what the client calls it
	Command string // an absolute path
	Args    []string
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
	}
	return ""
}

// config is where programs keep their settings.
func (s System) config() string {
	switch {
	case s.OS == "darwin":
		return s.join(s.Home, "Library", "Application Support")
	case s.OS == "windows" && s.Env("APPDATA") != "":
		return s.Env("APPDATA")
	case s.OS == "windows":
		return s.join(s.Home, "AppData", "Roaming")
	case path.IsAbs(s.Env("XDG_CONFIG_HOME")):
		return s.Env("XDG_CONFIG_HOME")
	}
	return s.join(s.Home, ".config")
}

// join joins the parts of a path as the system writes it.
func (s System) join(parts ...string) string {
	if s.OS == "windows" {
		return strings.Join(parts, `\`)
	}
	return path.Join(parts...)
}

// Project reports whether the file belongs to a folder, and so is shared with
// whoever works in it.
func (c Client) Project() bool { return c == ClaudeCode || c == VSCode }

// section is the member of the file that holds the servers.
func (c Client) section() string {
	if c == VSCode {
		return "servers"
	}
	return "mcpServers"
}

// Snippet is the file's text when it holds nothing but the server.
func (c Client) Snippet(s Server) string {
	text, _, _ := c.Merge(nil, s) // into nothing, cannot fail
	return string(text)
}

// AddCommand is the command line by which Claude Code takes a server in, for
// this folder or for all of the user's.
func (s Server) AddCommand(os string, everywhere bool) string {
	words := []string{"claude", "mcp", "add", "--transport", "stdio"}
	if everywhere {
		words = append(words, "--scope", "user")
	}
	words = append(words, s.Name, "--", s.Command)
	words = append(words, s.Args...)
	for i, w := range words {
		words[i] = quote(os, w)
	}
	return strings.Join(words, " ")
}

// quote writes a word for the system's shell, if it is more than letters.
func quote(os, word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r) || os == "windows" && r == '\\'
	}
	switch {
	case word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0:
		return word
	case os == "windows":
		return `"` + word + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
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
	}
	return ""
}

// entry is what the file says of the server, in order.
func (c Client) entry(s Server) []member {
	args := s.Args
	if args == nil {
		args = []string{}
	}
	e := []member{{"command", s.Command}, {"args", args}}
	if c == ClaudeCode || c == VSCode {
		e = append([]member{{"type", "stdio"}}, e...)
	}
	return e
}
