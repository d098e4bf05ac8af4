package tools_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"custory/tools"
)

// TestReadme keeps the table of tools in the README as the tools declare
// themselves.
func TestReadme(t *testing.T) {
	const path, begin, end = "../README.md", "<!-- tools: made by go generate -->\n", "<!-- end of tools -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the table of tools")
	}
	var table strings.Builder
	table.WriteString("| tool | does | needs |\n| --- | --- | --- |\n")
	for _, tool := range tools.All() {
		if tool.Toolset == tools.Core {
			fmt.Fprintf(&table, "| `%s` | %s | %s |\n", tool.Name, tool.Doc, tool.Role)
		}
	}
	want := before + begin + table.String() + end + after
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatal("the README's table of tools is not as they declare themselves; run go generate ./tools")
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
