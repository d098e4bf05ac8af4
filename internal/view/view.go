// Package view is the map that can be seen: one front end, in one HTML file,
// for three hosts. An assistant shows it as an MCP App, the HTTP server as its
// web page, and a browser from a file with the journey in it. SVG is a still
// picture of the same.
package view

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"strings"
)

//go:generate go run ./build

// page is the whole front end. It is made from src.
//
//go:embed page.html
var page string

// AppURI is the address of the view that assistants show.
const AppURI = "ui://custory/journey"

// AppMIME is its media type.
const AppMIME = "text/html;profile=mcp-app"

// App is the HTML that an MCP App host shows. It holds no data: that comes
// through the host.
func App() string { return hosted("app", policy(page, "'none'"), "") }

// hosted is the page for one of its hosts, with its policy written into it and
// what else it needs before its script.
func hosted(host, policy, data string) string {
	meta := ""
	if policy != "" {
		meta = `<meta http-equiv="Content-Security-Policy" content="` + html.EscapeString(policy) + `">` + "\n"
	}
	return strings.NewReplacer(
		`data-host="page"`, `data-host="`+host+`"`,
		`<meta name="viewport"`, meta+`<meta name="viewport"`,
		`<div id="root"></div>`, `<div id="root"></div>`+data,
	).Replace(page)
}

// policy allows the one script and the one style of the page, by what they
// are, and connections to where it says.
func policy(page, connect string) string {
	return fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; connect-src %s; img-src data:; base-uri 'none'; form-action 'none'",
		digest(between(page, "<script>", "</script>")), digest(between(page, "<style>", "</style>")), connect)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// between is what stands between the first of one text and the next of another.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
