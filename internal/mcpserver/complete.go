package mcpserver

import (
	"context"
	"net/url"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

// maxCompletions is the most values the protocol allows in one answer.
const maxCompletions = 100

// A completer helps to type the arguments of prompts and of addresses. What it
// does not know has no completions; it never fails.
type completer struct{ *Server }

// CompleteResourceArgument completes a variable of a template, in view of those
// that are known already.
func (c completer) CompleteResourceArgument(ctx context.Context, uri string, a mcp.CompleteArgument, known mcp.CompleteContext) (*mcp.Completion, error) {
	for name, value := range known.Arguments {
		if name != a.Name && value != "" {
			uri = strings.ReplaceAll(uri, "{"+name+"}", url.PathEscape(value))
		}
	}
	return c.complete(ctx, func(tx *store.Tx) ([]string, int, error) {
		return resources.Complete(ctx, tx, uri, a.Name, a.Value)
	}), nil
}

// CompletePromptArgument completes an argument of a prompt.
func (c completer) CompletePromptArgument(ctx context.Context, prompt string, a mcp.CompleteArgument, _ mcp.CompleteContext) (*mcp.Completion, error) {
	return c.complete(ctx, func(tx *store.Tx) ([]string, int, error) {
		return resources.CompleteArgument(ctx, tx, prompt, a.Name, a.Value)
	}), nil
}

func (c completer) complete(ctx context.Context, find func(*store.Tx) ([]string, int, error)) *mcp.Completion {
	res := new(mcp.Completion)
	err := c.view(ctx, func(tx *store.Tx) (err error) {
		res.Values, res.Total, err = find(tx)
		return err
	})
	if err != nil {
		if schema.FaultsOf(err) == nil && ctx.Err() == nil {
			c.log.ErrorContext(ctx, "complete", "err", err)
		}
		return new(mcp.Completion)
	}
	res.Values = res.Values[:min(len(res.Values), maxCompletions)]
	res.HasMore = res.Total > len(res.Values)
	return res
}
