package mcpserver

import (
	"fmt"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/internal/quote"
	"custory/schema"
)

// maxFaultText is the most characters of an error's text; Claude Code cuts
// near 11,000.
const maxFaultText = 8000

// faulty is the result of a call whose faults the caller can mend. Most clients
// show the model the text and nothing else.
func faulty(f schema.Faults) *mcp.CallToolResult {
	text, told := tell(f)
	out := struct {
		Error  *schema.Error   `json:"error"`
		Errors []*schema.Error `json:"errors,omitempty"`
	}{Error: f[0]}
	if len(f) > 1 {
		out.Errors = f[:told]
	}
	res := mcp.NewToolResultError(quote.Clean(text))
	if b, err := display(out); err == nil && len(b) <= maxResult {
		res.RawStructuredContent = b
	}
	return res
}

// tell puts faults into words, each on a line: what is wrong, what would be
// right, what to do. It stops where the text would grow too long, says how many
// are left, and returns how many it told, which is at least one.
func tell(f schema.Faults) (text string, told int) {
	var b strings.Builder
	for i, e := range f {
		line := cut(strings.Join(strings.Fields(e.Error()), " "), maxFaultText)
		if i > 0 && b.Len()+len(line) > maxFaultText-40 {
			fmt.Fprintf(&b, "\n… and %d more", len(f)-i)
			return b.String(), i
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String(), len(f)
}
