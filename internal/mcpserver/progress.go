package mcpserver

import (
	"context"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/tools"
)

// progressPause is the least time between two notes of progress.
const progressPause = 100 * time.Millisecond

// A progress is how far a call has come.
type progress struct {
	token       any
	done, total int
	what        string
}

// note is a progress on the wire.
func (p *progress) note() any {
	type params struct {
		Token   any    `json:"progressToken"`
		Done    int    `json:"progress"`
		Total   int    `json:"total,omitempty"`
		Message string `json:"message,omitempty"`
	}
	return notification{mcp.JSONRPC_VERSION, string(mcp.MethodNotificationProgress), params{p.token, p.done, p.total, p.what}}
}

// A notification is a message that wants no answer, as it goes out.
type notification struct {
	JSONRPC string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// watchProgress lets a tool tell how far it has come, if the client asked for
// that. Each note goes further than the one before, and one that is not yet
// written is overtaken by the next.
func watchProgress(ctx context.Context, meta *mcp.Meta) context.Context {
	x := requestOf(ctx).exchange
	if x == nil || meta == nil || meta.ProgressToken == nil {
		return ctx
	}
	last := -1
	return tools.WithProgress(ctx, func(done, total int, what string) {
		x.mu.Lock()
		defer x.mu.Unlock()
		if done <= last {
			return
		}
		last = done
		x.progress = &progress{meta.ProgressToken, done, total, what}
		x.ringing()
	})
}
