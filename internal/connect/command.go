package connect

import "strings"

// AddCommand is the command line by which Claude Code takes a server in, for
// this folder or for all of the user's. A key is read from the environment by
// the shell that runs it.
func (s Server) AddCommand(os string, everywhere bool) string {
	words := []string{"claude", "mcp", "add", "--transport", "stdio"}
	if s.URL != "" {
		words[4] = "http"
	}
	if everywhere {
		words = append(words, "--scope", "user")
	}
	if s.URL != "" {
		line := quoted(os, append(words, s.Name, s.URL))
		if s.Key.Env != "" {
			line += " --header " + s.Key.header(os)
		}
		return line
	}
	words = append(words, s.Name, "--", s.Command)
	return quoted(os, append(words, s.Args...))
}

// Curl is the command line that asks a server which is reached over HTTP for
// its tools, as any client does.
func (s Server) Curl(os string) string {
	const ask = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"` + revision + `","io.modelcontextprotocol/clientInfo":{"name":"curl","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}}}`
	parts := []string{
		quoted(os, []string{"curl", "-sS", s.URL}),
		"-H " + quote(os, "Content-Type: application/json"),
		"-H " + quote(os, "Accept: application/json, text/event-stream"),
		"-H " + quote(os, "MCP-Protocol-Version: "+revision),
		"-H " + quote(os, "Mcp-Method: tools/list"),
	}
	if s.Key.Env != "" {
		parts = append(parts, "-H "+s.Key.header(os))
	}
	return strings.Join(append(parts, "-d "+quote(os, ask)), wrap(os))
}

// revision is the revision of the protocol that Curl speaks.
const revision = "2026-07-28"

// Inspector is the command line that has the MCP Inspector show the server.
func (s Server) Inspector(os string) string {
	words := []string{"npx", "@modelcontextprotocol/inspector"}
	if s.URL == "" {
		return quoted(os, append(append(words, s.Command), s.Args...))
	}
	line := quoted(os, append(words, "--cli", "--server-url", s.URL, "--protocol-era", "modern", "--method", "tools/list"))
	if s.Key.Env != "" {
		line += " --header " + s.Key.header(os)
	}
	return line
}

// header is the header that shows the key, for a shell that fills in the
// variable.
func (k Key) header(os string) string {
	if os == "windows" {
		return `"Authorization: Bearer %` + k.Env + `%"`
	}
	return `"Authorization: Bearer $` + k.Env + `"`
}

// wrap ends a line that goes on in the next.
func wrap(os string) string {
	if os == "windows" {
		return " ^\n  "
	}
	return " \\\n  "
}

// quoted writes words for the system's shell.
func quoted(os string, words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = quote(os, w)
	}
	return strings.Join(out, " ")
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
		return `"` + strings.ReplaceAll(word, `"`, `\"`) + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
