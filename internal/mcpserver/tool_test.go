package mcpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/internal/logtest"
	"custory/internal/mcpclient"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

func TestAResultIsTheSameAsTextAndAsStructure(t *testing.T) {
	const text = "<b> & \u00a0 \"quoted\"\n次"
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	args, err := encode(textArgs{text})
	if err != nil {
		t.Fatal(err)
	}
	for era, meta := range map[string]string{
		"legacy": "",
		"modern": `,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`,
	} {
		got := say(t, s, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo_text","arguments":`+string(args)+meta+`}}`+"\n")["1"]
		if len(got.Result.Content) != 1 || got.Result.IsError {
			t.Fatalf("%s: %s", era, got.line)
		}
		if have := got.Result.Content[0].Text; have != string(got.Result.Structured) {
			t.Errorf("%s: the text is %s, the structure %s", era, have, got.Result.Structured)
		}
		if strings.Contains(got.line, `\u003c`) || strings.Contains(got.line, `\u0026`) {
			t.Errorf("%s: escaped: %s", era, got.line)
		}
		var v textArgs
		if err := json.Unmarshal(got.Result.Structured, &v); err != nil || v.Text != text {
			t.Errorf("%s: got %q, %v, want %q", era, v.Text, err, text)
		}
		if modern := era == "modern"; modern != (got.Result.ResultType == "complete") {
			t.Errorf("%s: result type %q", era, got.Result.ResultType)
		}
	}
}

func TestCalls(t *testing.T) {
	inEras(t, func(t *testing.T, c *mcpclient.Client, log *logtest.Book) {
		var out textArgs
		if err := c.Call(t.Context(), "echo_text", textArgs{"hello"}, &out); err != nil || out.Text != "hello" {
			t.Errorf("echo_text = %q, %v", out.Text, err)
		}
		if err := c.Call(t.Context(), "echo_text", nil, &out); err != nil || out.Text != "" {
			t.Errorf("echo_text without arguments = %q, %v", out.Text, err)
		}
		long := strings.Repeat("0123456789", 20_000)
		if err := c.Call(t.Context(), "echo_text", textArgs{long}, &out); err != nil || out.Text != long {
			t.Errorf("echo_text of a long text = %d bytes, %v", len(out.Text), err)
		}

		e := refusal(t, c, "ask_ghost")
		if want := "there is no step stp_9; valid: stp_1, stp_2; use search"; e.Text != want {
			t.Errorf("a fault says %q, want %q", e.Text, want)
		}
		if want := `{"error":{"code":"not_found","field":"step","message":"there is no step stp_9","valid":["stp_1","stp_2"],"hint":"use search"}}`; string(e.Structured) != want {
			t.Errorf("a fault is %s, want %s", e.Structured, want)
		}

		for tool, secret := range map[string]string{"break_disk": "disk on fire at /secret/path", "panic_now": "secret"} {
			e := refusal(t, c, tool)
			id, _, _ := strings.Cut(strings.TrimPrefix(e.Text, "internal error in "), ";")
			if want := "internal error in " + id + "; the server's log has the details"; e.Text != want || !strings.HasPrefix(id, "call_") {
				t.Errorf("%s says %q", tool, e.Text)
			}
			if l := log.String(); !strings.Contains(l, secret) || !strings.Contains(l, "call="+id+" tool="+tool) {
				t.Errorf("the log lacks %s of %s:\n%s", secret, id, l)
			}
		}

		var refused *mcpclient.RPCError
		if err := c.Call(t.Context(), "nothing_known", nil, nil); !errors.As(err, &refused) || refused.Code != -32602 {
			t.Errorf("an unknown tool gives %v", err)
		}
	})
}

// refusal calls a tool that is to refuse.
func refusal(t *testing.T, c *mcpclient.Client, tool string) *mcpclient.ToolError {
	t.Helper()
	err := c.Call(t.Context(), tool, nil, nil)
	e, ok := errors.AsType[*mcpclient.ToolError](err)
	if !ok {
		t.Fatalf("%s gives %v, want a refusal", tool, err)
	}
	return e
}

func TestSeveralFaultsAreToldAtOnce(t *testing.T) {
	var few, many schema.Faults
	few = schema.Faults{schema.Errorf(schema.Invalid, "a is\nrequired"), schema.Errorf(schema.Invalid, "b is required")}
	for i := range 500 {
		many = append(many, &schema.Error{Code: schema.Invalid, Field: fmt.Sprintf("signals[%d].text", i), Message: fmt.Sprintf("signals[%d].text is required", i)})
	}
	endless := schema.Faults{schema.Errorf(schema.Invalid, "%s", strings.Repeat("ü", 20_000))}
	for _, tt := range []struct {
		faults     schema.Faults
		begin, end string
		errors     int
	}{
		{few, "a is required\nb is required", "b is required", 2},
		{many, "signals[0].text is required\nsignals[1].text is required\n", "more", 200},
		{endless, "üü", "ü…", 0},
	} {
		res := faulty(tt.faults)
		text := res.Content[0].(mcp.TextContent).Text
		var out struct {
			Error  *schema.Error
			Errors []*schema.Error
		}
		if err := json.Unmarshal(res.RawStructuredContent, &out); err != nil {
			t.Fatal(err)
		}
		if n := len([]rune(text)); n > maxFaultText {
			t.Errorf("the text has %d characters", n)
		}
		if !strings.Contains(text, tt.begin) || !strings.Contains(text, tt.end) {
			t.Errorf("the text is %.100s … %s", text, text[max(0, len(text)-40):])
		}
		if out.Error == nil || len(out.Errors) < tt.errors {
			t.Errorf("%d errors in the structure, want %d", len(out.Errors), tt.errors)
		}
	}
}

func TestAResultThatIsTooLargeIsAFault(t *testing.T) {
	f, a := newFake(t)
	huge := func(context.Context, schema.Call, json.RawMessage) (any, error) {
		return textArgs{strings.Repeat("x", maxResult)}, nil
	}
	f.add("list_all", tools.Reads, huge)
	f.add("save_all", tools.Writes, huge)
	s, _ := newServer(t, f, a)
	c := connect(t, s, "")
	if got := refusal(t, c, "list_all").Text; !strings.Contains(got, "the result would have 1000011 bytes") || !strings.Contains(got, "next_cursor") {
		t.Errorf("list_all says %q", got)
	}
	if got := refusal(t, c, "save_all").Text; !strings.Contains(got, "was carried out") || !strings.Contains(got, "do not call again") {
		t.Errorf("save_all says %q", got)
	}
}

func TestACancelledCallTellsWhatIsLeftOfIt(t *testing.T) {
	f, a := newFake(t)
	started := make(chan struct{})
	wait := func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		return fmt.Errorf("look around: %w", ctx.Err())
	}
	f.add("read_slowly", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
		return nil, wait(ctx)
	})
	f.add("save_then_read", tools.Writes, func(ctx context.Context, c schema.Call, _ json.RawMessage) (any, error) {
		must(f.store.Update(ctx, c, func(tx *store.Tx) error { return tx.Journeys.Put(&schema.Journey{Name: "Saved"}) }))
		return nil, wait(ctx)
	})
	s, _ := newServer(t, f, a)
	for tool, want := range map[string]string{
		"read_slowly":    "cancelled; nothing was changed",
		"save_then_read": "cancelled, but its changes had been made; undo call_",
	} {
		started = make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-started; cancel() }()
		m, bad := parse([]byte(callLine("1", tool, "{}")))
		if bad != nil {
			t.Fatal(bad)
		}
		line, err := encodeAnswer(m.ID, s.handle(ctx, m, s.newExchange("test", new(peer), m)))
		if err != nil {
			t.Fatal(err)
		}
		got := replies(t, string(line))["1"].Result
		if !got.IsError || !strings.HasPrefix(got.Content[0].Text, want) {
			t.Errorf("%s says %s, want %s", tool, line, want)
		}
	}
}

func TestAClientCancelsItsCall(t *testing.T) {
	for _, era := range eras {
		f, a := newFake(t)
		started, ended := make(chan struct{}), make(chan error, 1)
		f.add("read_slowly", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
			close(started)
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		})
		s, _ := newServer(t, f, a)
		c := connect(t, s, era)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-started; cancel() }()
		if err := c.Call(ctx, "read_slowly", nil, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("protocol %s: the call gives %v", era, err)
		}
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("protocol %s: the tool ended with %v", era, err)
		}
		if err := c.Call(t.Context(), "echo_text", nil, nil); err != nil {
			t.Errorf("protocol %s: then a call gives %v", era, err)
		}
	}
}
