package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"custory/internal/readmetest"
	"custory/tools"
)

// TestReadme keeps the table of tools in the README as the tools declare
// themselves.
func TestReadme(t *testing.T) {
	var table strings.Builder
	table.WriteString("| tool | does | needs |\n| --- | --- | --- |\n")
	for _, tool := range tools.All() {
		if tool.Toolset == tools.Core {
			fmt.Fprintf(&table, "| `%s` | %s | %s |\n", tool.Name, tool.Doc, tool.Role)
		}
	}
	readmetest.Keep(t, "../README.md", "<!-- tools: made by go generate -->\n", "<!-- end of tools -->", table.String(), *update, "go generate ./tools")
}
