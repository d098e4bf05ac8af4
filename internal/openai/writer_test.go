package openai

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"custory/internal/openai/openaitest"
)

const schema = `{"type": "object", "required": ["a"], "additionalProperties": false, "properties": {"a": {"type": "string"}}}`

func writer(t *testing.T, s *openaitest.Server, model string) *Writer {
	t.Helper()
	end := Endpoint{URL: s.URL, Key: s.Key, Model: model}
	w, err := NewWriter(end)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := end.check()
	w.client = end.client(u, limits{time: time.Second, body: 1 << 20})
	return w
}

func TestWrite(t *testing.T) {
	s := openaitest.New(t)
	s.Key = key
	s.Reply = func(c openaitest.Chat) string { return fmt.Sprintf(`{"a": %q}`, c.Messages[len(c.Messages)-1].Content) }
	w := writer(t, s, "gpt-4.1-mini")
	got, err := w.Write(t.Context(), "Obey.", []string{"one", "{}", "two"}, []byte(schema))
	if err != nil || string(got) != `{"a": "two"}` || w.Model() != "openai:gpt-4.1-mini" {
		t.Errorf("%s, %v", got, err)
	}
	c := s.Requests()[0].Chat
	if c.Temperature == nil || *c.Temperature != 0 || c.MaxTokens != maxTokens || c.Messages[0].Content != "Obey." {
		t.Errorf("it was asked %+v", c)
	}
	if f := c.Format; f.Type != "json_schema" || !f.Schema.Strict || f.Schema.Name == "" || !strings.Contains(string(f.Schema.Schema), `"additionalProperties"`) {
		t.Errorf("its answer should have the format %+v", f)
	}
	for _, turns := range [][]string{nil, {"one", "{}"}} {
		if _, err := w.Write(t.Context(), "Obey.", turns, []byte(schema)); err == nil {
			t.Errorf("with the turns %q it went well", turns)
		}
	}
}

func TestAModelThatThinksIsAskedAccordingly(t *testing.T) {
	s := openaitest.New(t)
	if _, err := writer(t, s, "gpt-5-mini").Write(t.Context(), "Obey.", []string{"one"}, []byte(schema)); err != nil {
		t.Fatal(err)
	}
	if c := s.Requests()[0].Chat; c.Temperature != nil || c.MaxTokens != 0 || c.MaxThinking != maxThinking {
		t.Errorf("it was asked %+v", c)
	}
}

func TestFormatsThatAreRefused(t *testing.T) {
	for _, tt := range []struct {
		formats []string
		first   int // requests
		want    Why
	}{
		{[]string{"json_schema"}, 1, ""}, {[]string{"json_object"}, 2, ""}, {[]string{""}, 3, ""}, {nil, 3, Refused},
	} {
		s := openaitest.New(t)
		s.Formats = tt.formats
		w := writer(t, s, "small")
		for round := range 2 {
			before := len(s.Requests())
			_, err := w.Write(t.Context(), "Obey.", []string{"one"}, []byte(schema))
			asked := s.Requests()[before:]
			want := tt.first
			if tt.want != "" {
				wantFailure(t, err, tt.want, "HTTP status 400")
			} else if round == 1 {
				want = 1 // it remembers
			}
			if err != nil && tt.want == "" || len(asked) != want {
				t.Errorf("formats %q, round %d: %d requests, %v", tt.formats, round, len(asked), err)
			}
			last := asked[len(asked)-1].Chat
			if in := strings.Contains(last.Messages[0].Content, schema); in == (last.Format.Type == "json_schema") || !strings.HasPrefix(last.Messages[0].Content, "Obey.") {
				t.Errorf("formats %q: the instructions are %q", tt.formats, last.Messages[0].Content)
			}
		}
	}
}

func TestWriteReturnsObjectsAlone(t *testing.T) {
	for name, tt := range map[string]struct{ reply, want string }{
		"an object":         {` {"a": "}{</think>"} `, `{"a": "}{</think>"}`},
		"in a fence":        {"```json\n{\"a\": \"b\"}\n```", `{"a": "b"}`},
		"in words":          {"Here it is: {\"a\": {}} Anything else?", `{"a": {}}`},
		"after a thought":   {"<think>{maybe} {\"x\": 1}</think>\n{\"a\": 1}", `{"a": 1}`},
		"nothing":           {"", ""},
		"words":             {"I cannot do that.", ""},
		"a list":            {`[1, 2]`, ""},
		"a text":            {`"{"`, ""},
		"half of an object": {`{"a": "b`, ""},
		"two objects":       {`{"a": 1} {"b": 2}`, ""},
		"braces":            {`}{`, ""},
		"a wrong object":    {`{"a": 'b'}`, ""},
	} {
		s := openaitest.New(t)
		s.Reply = func(openaitest.Chat) string { return tt.reply }
		got, err := writer(t, s, "small").Write(t.Context(), "Obey.", []string{"one"}, []byte(schema))
		if tt.want == "" {
			wantFailure(t, err, NotJSON, "")
			var m interface{ Mendable() bool }
			if !errors.As(err, &m) || !m.Mendable() {
				t.Errorf("%s: nobody would ask again after %v", name, err)
			}
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if string(got) != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

func TestWriteFails(t *testing.T) {
	for name, tt := range map[string]struct {
		fault    openaitest.Fault
		finished string
		want     Why
		says     string
	}{
		"no JSON":          {openaitest.Text("<html>" + openaitest.Evil), "", Garbled, ""},
		"no choice":        {openaitest.Text(`{"choices": []}`), "", Garbled, "no answer"},
		"more than enough": {openaitest.Long, "", Huge, ""},
		"no end":           {openaitest.Never, "", Slow, ""},
		"out of order":     {openaitest.Status(500), "", Down, "HTTP status 500"},
		"no key":           {openaitest.Status(403), "", Denied, ""},
		"broken off":       {nil, "length", NotJSON, "broke off after 7 tokens"},
		"filtered":         {nil, "content_filter", Declined, ""},
		"a call of a tool": {openaitest.Text(`{"choices": [{"finish_reason": "tool_calls", "message": {"content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "undo", "arguments": "{}"}}]}}]}`), "", NotJSON, ""},
		"a refusal":        {openaitest.Text(`{"choices": [{"finish_reason": "stop", "message": {"refusal": "` + openaitest.Evil + `"}}]}`), "", Declined, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t)
			s.Finished = tt.finished
			s.Always(tt.fault)
			got, err := writer(t, s, "small").Write(t.Context(), "Obey.", []string{"one"}, []byte(schema))
			if got != nil {
				t.Errorf("it wrote %s", got)
			}
			wantFailure(t, err, tt.want, tt.says)
		})
	}
	s := openaitest.New(t)
	s.Next(openaitest.Status(429, "Retry-After", "1"), openaitest.Cut)
	if _, err := writer(t, s, "small").Write(t.Context(), "Obey.", []string{"one"}, []byte(schema)); err != nil {
		t.Errorf("busy, and then cut off, and then well: %v", err)
	}
}
