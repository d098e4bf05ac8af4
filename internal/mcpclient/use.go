package mcpclient

import (
	"context"
	"encoding/json"
	"fmt"
)

// A ToolError is a tool's refusal, in words meant for a model.
type ToolError struct {
	Tool       string
	Text       string
	Structured json.RawMessage // the same for programs, if there is more to say
}

func (e *ToolError) Error() string { return e.Tool + ": " + e.Text }

// Call uses a tool and decodes its result into out, which may be nil. A refusal
// is a *ToolError.
func (c *Client) Call(ctx context.Context, tool string, args, out any) error {
	return c.CallTelling(ctx, tool, args, out, nil)
}

// CallTelling is Call, and tells meanwhile how far the server has come.
func (c *Client) CallTelling(ctx context.Context, tool string, args, out any, tell func(done, total float64, what string)) error {
	params := map[string]any{"name": tool}
	if args != nil {
		params["arguments"] = args
	}
	id := c.last.Add(1)
	if tell != nil {
		params["_meta"] = map[string]any{"progressToken": id}
		defer c.heard.tellProgress(id, tell)()
	}
	var res callResult
	if err := c.requestAs(ctx, id, "tools/call", params, &res); err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	if res.Type == "input_required" {
		params["inputResponses"], params["requestState"] = c.answerAll(res.Requests), res.State
		res = callResult{}
		if err := c.request(ctx, "tools/call", params, &res); err != nil {
			return fmt.Errorf("%s: %w", tool, err)
		}
	}
	if res.IsError {
		e := &ToolError{Tool: tool, Structured: res.Structured}
		for _, t := range res.Content {
			e.Text += t.Text
		}
		return e
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(res.Structured, out); err != nil {
		return fmt.Errorf("the result of %s: %w", tool, err)
	}
	return nil
}

// A callResult is a result, or what the server asks before there is one.
type callResult struct {
	Content    []content       `json:"content"`
	Structured json.RawMessage `json:"structuredContent"`
	IsError    bool            `json:"isError"`

	Type     string             `json:"resultType"`
	Requests map[string]inquiry `json:"inputRequests"`
	State    string             `json:"requestState"`
}

// An inquiry is what the server asks the person.
type inquiry struct {
	Method string `json:"method"`
	Params struct {
		Message string `json:"message"`
	} `json:"params"`
}

func (c *Client) answerAll(asked map[string]inquiry) map[string]any {
	answers := map[string]any{}
	for name, q := range asked {
		answers[name] = c.answer(q)
	}
	return answers
}

// answer lets the person answer. One whom nobody asks cancels.
func (c *Client) answer(q inquiry) map[string]any {
	if q.Method != "elicitation/create" || c.elicit == nil {
		return map[string]any{"action": "cancel"}
	}
	res := map[string]any{"action": c.elicit(q.Params.Message)}
	if res["action"] == "accept" {
		res["content"] = struct{}{}
	}
	return res
}

type content struct {
	Text string `json:"text"`
}

// A Tool is what a server offers to do.
type Tool struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Annotations  Annotations     `json:"annotations"`
}

// Annotations are what a server says a tool does to the world; nil if it does
// not say.
type Annotations struct {
	Title       string `json:"title"`
	ReadOnly    *bool  `json:"readOnlyHint"`
	Destructive *bool  `json:"destructiveHint"`
	Idempotent  *bool  `json:"idempotentHint"`
	OpenWorld   *bool  `json:"openWorldHint"`
}

// Tools lists the tools.
func (c *Client) Tools(ctx context.Context) ([]Tool, error) {
	return list[Tool](ctx, c, "tools/list", "tools")
}

// A Resource is an address that can be read, or with URITemplate a pattern of
// such.
type Resource struct {
	URI         string `json:"uri"`
	URITemplate string `json:"uriTemplate"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	MIMEType    string `json:"mimeType"`
}

// Resources lists the addresses that can be read.
func (c *Client) Resources(ctx context.Context) ([]Resource, error) {
	return list[Resource](ctx, c, "resources/list", "resources")
}

// Templates lists the patterns of addresses.
func (c *Client) Templates(ctx context.Context) ([]Resource, error) {
	return list[Resource](ctx, c, "resources/templates/list", "resourceTemplates")
}

// Read reads a resource.
func (c *Client) Read(ctx context.Context, uri string) (text, mimeType string, err error) {
	var res struct {
		Contents []struct {
			MIMEType string `json:"mimeType"`
			Text     string `json:"text"`
		} `json:"contents"`
	}
	if err := c.request(ctx, "resources/read", map[string]any{"uri": uri}, &res); err != nil {
		return "", "", fmt.Errorf("read %s: %w", uri, err)
	}
	for _, part := range res.Contents {
		text, mimeType = text+part.Text, part.MIMEType
	}
	return text, mimeType, nil
}

// A Prompt is a text that a server has ready.
type Prompt struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Arguments   []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Required    bool   `json:"required"`
	} `json:"arguments"`
}

// Prompts lists the prompts.
func (c *Client) Prompts(ctx context.Context) ([]Prompt, error) {
	return list[Prompt](ctx, c, "prompts/list", "prompts")
}

// Prompt returns a prompt's text.
func (c *Client) Prompt(ctx context.Context, name string, args map[string]string) (string, error) {
	var res struct {
		Messages []struct {
			Content content `json:"content"`
		} `json:"messages"`
	}
	params := map[string]any{"name": name}
	if args != nil {
		params["arguments"] = args
	}
	if err := c.request(ctx, "prompts/get", params, &res); err != nil {
		return "", fmt.Errorf("the prompt %s: %w", name, err)
	}
	text := ""
	for _, m := range res.Messages {
		text += m.Content.Text
	}
	return text, nil
}

// Request asks by any method, and decodes the result into res.
func (c *Client) Request(ctx context.Context, method string, params map[string]any, res any) error {
	return c.request(ctx, method, params, res)
}

// A Ref is what an argument belongs to: a prompt, by name, or a template.
type Ref struct{ Prompt, Template string }

// Complete returns what an argument that begins with value could be, and how
// many there are in all.
func (c *Client) Complete(ctx context.Context, of Ref, argument, value string) ([]string, int, error) {
	ref := map[string]string{"type": "ref/prompt", "name": of.Prompt}
	if of.Template != "" {
		ref = map[string]string{"type": "ref/resource", "uri": of.Template}
	}
	var res struct {
		Completion struct {
			Values []string `json:"values"`
			Total  int      `json:"total"`
		} `json:"completion"`
	}
	err := c.request(ctx, "completion/complete", map[string]any{"ref": ref, "argument": map[string]string{"name": argument, "value": value}}, &res)
	return res.Completion.Values, res.Completion.Total, err
}

// list asks for every page of a list.
func list[T any](ctx context.Context, c *Client, method, field string) (all []T, err error) {
	for cursor := ""; ; {
		params := map[string]any{}
		if cursor != "" {
			params["cursor"] = cursor
		}
		var res map[string]json.RawMessage
		if err := c.request(ctx, method, params, &res); err != nil {
			return nil, err
		}
		var page []T
		if err := json.Unmarshal(res[field], &page); err != nil {
			return nil, fmt.Errorf("the result of %s: %w", method, err)
		}
		all, cursor = append(all, page...), ""
		if next, ok := res["nextCursor"]; ok {
			if err := json.Unmarshal(next, &cursor); err != nil {
				return nil, fmt.Errorf("the result of %s: %w", method, err)
			}
		}
		if cursor == "" {
			return all, nil
		}
	}
}
