package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"custory/internal/mcpclient"
	"custory/internal/readmetest"
)

var update = flag.Bool("update", false, "write the README's conversation as the program has it now")

// A turn is what a person says, what their assistant then asks custory to do,
// and which fields of the answer the README shows: those of the pattern.
type turn struct {
	says, tool, args, show string
}

var example = []turn{
	{
		"Map the trial of our rota app: what it costs, the team, the calendar, the decision.",
		"edit_journey", `{"operations": [{"op": "create_journey", "name": "Trial", "outline": "Finding out\n  I find out what it costs\nGetting started\n  I invite my team\n  I connect my calendar\nDeciding\n  I decide to pay"}]}`,
		`{"done": [{"did": 0}]}`,
	},
	{
		"File these five tickets. The first two are about inviting.",
		"capture_signals", `{"source": "support", "signals": [
  {"text": "I sent nine invitations and not one of them arrived.", "author": "u-1", "sentiment": -0.8, "step": "I invite my team"},
  {"text": "My colleagues say the invitation mail landed in spam.", "author": "u-2", "sentiment": -0.4, "step": "I invite my team"},
  {"text": "The invitation link had expired before my team opened it.", "author": "u-3", "sentiment": -0.6},
  {"text": "Since Sunday my calendar shows every shift an hour late.", "author": "u-4", "sentiment": -0.5},
  {"text": "Happy new year to everyone at the office!", "author": "u-5"}]}`,
		`{"placed": 0, "proposed": 0, "inbox": 0, "signals": [{"id": 0, "state": 0, "path": 0}]}`,
	},
	{
		"Yes, the third is about inviting as well.",
		"place_signals", `{"placements": [{"signal": "sig_3", "steps": ["I invite my team"]}]}`,
		`{"confirmed": 0, "waiting": 0}`,
	},
	{
		"Write down what we learned about invitations.",
		"submit_insight", `{"title": "Mailed invitations do not reach the team", "insight_type": "pain", "steps": ["I invite my team"], "quotes": [
  {"signal": "sig_1", "quote": "none of my invitations arrived"}]}`,
		"",
	},
	{
		"",
		"submit_insight", `{"title": "Mailed invitations do not reach the team", "insight_type": "pain", "steps": ["I invite my team"], "quotes": [
  {"signal": "sig_1", "quote": "not one of them arrived"},
  {"signal": "sig_2", "quote": "the invitation mail landed in spam"},
  {"signal": "sig_3", "quote": "The invitation link had expired"}]}`,
		`{"id": 0, "evidence": {"people": 0, "quotes": 0, "sources": 0, "strength": 0}}`,
	},
	{
		"What hurts most in the trial?",
		"ask", `{"question": "What hurts most?"}`,
		`{"facts": [{"says": 0, "of": 0}]}`,
	},
	{
		"Undo the insight, I want to talk to the team first.",
		"undo", `{}`,
		`{"undid": {"tool": 0, "summary": 0}}`,
	},
}

// TestConversation holds the README's conversation to what the program answers.
func TestConversation(t *testing.T) {
	const anew = "go test ./cmd/custory -run Conversation -update"
	readmetest.Keep(t, "../../README.md", "<!-- conversation: made by "+anew+" -->\n", "<!-- end of conversation -->", played(t), *update, anew)
}

// played plays the conversation with the program as it is built, and writes
// down what it answers.
func played(t *testing.T) string {
	c, err := mcpclient.Spawn(t.Context(), mcpclient.Options{}, build(t), "serve", "--db", filepath.Join(t.TempDir(), "test.db"), "--log-level", "error")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	n := numbering{to: map[string]string{}, from: map[string]string{}, count: map[string]int{}}
	var b strings.Builder
	for _, turn := range example {
		var out json.RawMessage
		err := c.Call(t.Context(), turn.tool, json.RawMessage(n.back(turn.args)), &out)
		var refused *mcpclient.ToolError
		if err != nil && !errors.As(err, &refused) {
			t.Fatal(err)
		}
		if turn.says != "" {
			fmt.Fprintf(&b, "> %s\n\n", turn.says)
		}
		answer := ""
		if refused != nil {
			answer = "refused: " + refused.Text
		} else {
			answer = reducedTo(t, out, turn.show)
		}
		fmt.Fprintf(&b, "```\n%s %s\n→ %s\n```\n\n", turn.tool, turn.args, n.plain(answer))
	}
	return b.String()
}

// A numbering calls each id by its kind and the order in which it came.
type numbering struct {
	to, from map[string]string
	count    map[string]int
}

var anID = regexp.MustCompile(`\b([a-z]{3,4})_([0-9a-z]{8,})\b`)

func (n *numbering) plain(text string) string {
	return anID.ReplaceAllStringFunc(text, func(id string) string {
		if n.to[id] == "" {
			kind, _, _ := strings.Cut(id, "_")
			n.count[kind]++
			n.to[id] = fmt.Sprintf("%s_%d", kind, n.count[kind])
			n.from[n.to[id]] = id
		}
		return n.to[id]
	})
}

func (n *numbering) back(text string) string {
	return regexp.MustCompile(`\b[a-z]{3,4}_\d+\b`).ReplaceAllStringFunc(text, func(short string) string {
		if id := n.from[short]; id != "" {
			return id
		}
		return short
	})
}

// reducedTo is of an answer what a pattern names.
func reducedTo(t *testing.T, answer json.RawMessage, pattern string) string {
	var value, wanted any
	if err := errors.Join(json.Unmarshal(answer, &value), json.Unmarshal([]byte(pattern), &wanted)); err != nil {
		t.Fatal(err)
	}
	text := laid(t, reduced(value, wanted))
	if text == "{}" {
		t.Fatalf("nothing of %s is in %s", pattern, answer)
	}
	return text
}

// laid writes a value on one line, or if that is long, each record of a list on
// one of its own.
func laid(t *testing.T, value any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimSpace(b.String())
	if len(text) > 100 {
		text = strings.NewReplacer("[{", "[\n  {", "},{", "},\n  {").Replace(text)
	}
	return text
}

// reduced is of a value what the pattern names.
func reduced(value, wanted any) any {
	switch w := wanted.(type) {
	case map[string]any:
		of, _ := value.(map[string]any)
		out := map[string]any{}
		for name, inner := range w {
			if v, ok := of[name]; ok {
				out[name] = reduced(v, inner)
			}
		}
		return out
	case []any:
		list, _ := value.([]any)
		out := []any{}
		for _, v := range list {
			out = append(out, reduced(v, w[0]))
		}
		return out
	}
	return value
}
