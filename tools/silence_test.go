package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"custory/memory"
	"custory/tools"
)

// A mute embedder knows the meaning of nothing.
type mute struct{}

func (mute) Model() string { return "mute/v1" }
func (mute) Dims() int     { return 8 }
func (mute) Embed(context.Context, []string) ([][]float32, error) {
	return nil, errors.New("no connection with key sk-secret")
}

// TestWithoutMeaningTheToolsSaySo calls the tools that go by meaning while
// there is none.
func TestWithoutMeaningTheToolsSaySo(t *testing.T) {
	s := newBuying(t)
	var err error
	if s.set, err = tools.New(s.st, memory.New(s.st, mute{}, nil), tools.Options{}); err != nil {
		t.Fatal(err)
	}
	s.do(t, "capture_signals", `{"signals": [{"text": "Where is the price list?", "author": "u-1", "step": "stp_1"}, {"text": "The price list is hidden.", "author": "u-2", "step": "stp_1"}]}`, nil)
	s.do(t, "remember", `{"text": "The price list moved in May."}`, nil)
	insight := func(title, add string) string {
		return in(t, map[string]any{"title": title, "quotes": []any{map[string]any{"signal": "sig_1", "quote": "Where is the price list?"}}, "add_to": add})
	}
	const want = "the embedder mute/v1 does not work"
	for _, tt := range []struct{ tool, args, want string }{
		{"search", `{"query": "price list"}`, want},
		{"recall", `{"about": "price list"}`, want},
		{"ask", `{"question": "What do people say about the price list?"}`, want},
		{"ask", `{"question": "Who won the regatta?"}`, want},
		{"draft_insight", `{"within": "stp_1"}`, want},
		{"draft_insight", `{"about": "price list"}`, want},
		{"submit_insight", insight("The price list is hidden", ""), want},
		{"submit_insight", insight("", "itm_1"), ""}, // nothing is looked for
		{"review_journey", `{}`, want},
	} {
		var out struct {
			ByWordsOnly string `json:"by_words_only"`
		}
		if s.do(t, tt.tool, tt.args, &out); out.ByWordsOnly != tt.want {
			t.Errorf("%s %s goes by words only: %q, want %q", tt.tool, tt.args, out.ByWordsOnly, tt.want)
		}
	}
	reply, failed := s.call(t, "editor", "submit_insight", insight("The  price LIST is hidden", ""))
	if !failed || !strings.Contains(string(reply), "an insight like this exists already") {
		t.Errorf("an insight of the same title is filed again: %s", reply)
	}
	s.do(t, "submit_insight", insight("The price list is hard to find", ""), nil)
}

// TestWithMeaningTheToolsSayNothingOfIt calls them while there is.
func TestWithMeaningTheToolsSayNothingOfIt(t *testing.T) {
	s, _ := newWriting(t, `{"claims": []}`)
	for tool, args := range map[string]string{"ask": `{"question": "Where is the price list?"}`, "draft_insight": `{"within": "stp_1"}`, "submit_insight": `{"write_from": {"within": "stp_1"}}`, "review_journey": `{}`} {
		var out json.RawMessage
		if s.do(t, tool, args, &out); strings.Contains(string(out), "by_words_only") {
			t.Errorf("%s: %s", tool, out)
		}
	}
}
