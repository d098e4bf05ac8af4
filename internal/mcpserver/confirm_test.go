package mcpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/mcpclient"
	"custory/schema"
	"custory/tools"
)

// A razing set has a tool that erases, which cannot be taken back, and the
// texts that it erased.
type razing struct {
	*fakeSet
	mu     sync.Mutex
	erased []string
	actor  schema.Actor // who asks
}

func (r *razing) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.erased)
}

func newRazing(t *testing.T) (*razing, *Server) {
	t.Helper()
	f, a := newFake(t)
	r := &razing{fakeSet: f, actor: a}
	erase := func(_ context.Context, _ schema.Call, args json.RawMessage) (any, error) {
		var v struct {
			Text   string `json:"text"`
			DryRun bool   `json:"dry_run"`
		}
		if err := json.Unmarshal(args, &v); err != nil {
			return nil, err
		}
		if strings.Contains(string(args), confirmArgument) {
			t.Errorf("the tool was given %s", args)
		}
		if v.Text == "" {
			return nil, schema.Errorf(schema.Invalid, "text is required")
		}
		if !v.DryRun {
			r.mu.Lock()
			r.erased = append(r.erased, v.Text)
			r.mu.Unlock()
		}
		return textArgs{"erases " + v.Text}, nil
	}
	for _, name := range []string{"erase_text", "erase_more"} {
		tool := f.add(name, tools.Writes, erase)
		tool.Destructive = true
		tool.Run.In.Properties["dry_run"] = tool.Run.In.Properties["text"]
	}
	s := must1(New(Config{Tools: f, Actor: func(context.Context) schema.Actor { return r.actor }}))
	return r, s
}

func TestAPersonConfirmsWhereTheClientCanAsk(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		for action, want := range map[string]string{"accept": "", "decline": "not confirmed; nothing was changed", "cancel": "not confirmed; nothing was changed"} {
			r, s := newRazing(t)
			var asked []string
			c := link(t, s, mcpclient.Options{Protocol: era, Elicit: func(message string) string {
				asked = append(asked, message)
				return action
			}})
			var out textArgs
			err := c.Call(t.Context(), "erase_text", textArgs{"<all>"}, &out)
			if want == "" && (err != nil || out.Text != "erases <all>" || !slices.Equal(r.erased, []string{"<all>"})) {
				t.Errorf("accepted: %+v, %v, erased %v", out, err, r.erased)
			}
			if want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(r.erased) != 0) {
				t.Errorf("%s: %v, erased %v", action, err, r.erased)
			}
			if len(asked) != 1 || asked[0] != "The erase_text? This cannot be taken back.\ntext: erases <all>" {
				t.Errorf("asked %q", asked)
			}
			if err := c.Call(t.Context(), "erase_text", textArgs{}, nil); err == nil || len(asked) != 1 {
				t.Errorf("what cannot be done is asked for: %v, %q", err, asked)
			}
		}
	})
}

// firstStep is what a call answers that nobody has agreed to.
type firstStep struct {
	Would   textArgs `json:"would"`
	Confirm string   `json:"confirm"`
	Next    string   `json:"next"`
}

func TestWhatIsConfirmedIsToldInLines(t *testing.T) {
	for would, want := range map[string]string{
		`{"dry_run":true,"id":"key_1","said_at":"2030-01-01","uses":3,"roles":["Viewer"]}`: "\nid: key_1\nsaid at: 2030-01-01\nuses: 3\nroles: [\"Viewer\"]",
		`{"name":"laptop\nrole: Viewer","role":"Owner"}`:                                   "\nname: \"laptop\\nrole: Viewer\"\nrole: Owner",
		`["key_1"]`: "\n[\"key_1\"]",
		`{}`:        "",
	} {
		if got := lines(json.RawMessage(would)); got != want {
			t.Errorf("lines(%s) = %q, want %q", would, got, want)
		}
	}
}

func TestTwoStepsWhereItCannot(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		r, s := newRazing(t)
		c := link(t, s, mcpclient.Options{Protocol: era})
		for _, tool := range must1(c.Tools(t.Context())) {
			if has := strings.Contains(string(tool.InputSchema), `"confirm"`); has != strings.HasPrefix(tool.Name, "erase") || has != *tool.Annotations.Destructive {
				t.Errorf("%s takes %s", tool.Name, tool.InputSchema)
			}
		}
		var first firstStep
		must(c.Call(t.Context(), "erase_text", textArgs{"all"}, &first))
		if first.Would.Text != "erases all" || first.Confirm == "" || !strings.Contains(first.Next, "nothing was changed") || r.count() != 0 {
			t.Fatalf("the first step is %+v, erased %v", first, r.erased)
		}
		var out textArgs
		must(c.Call(t.Context(), "erase_text", map[string]any{"text": "all", "confirm": first.Confirm}, &out))
		if out.Text != "erases all" || r.count() != 1 {
			t.Errorf("the second step is %+v, erased %v", out, r.erased)
		}
		must(c.Call(t.Context(), "erase_text", map[string]any{"text": "all", "dry_run": true}, &out))
		if r.count() != 1 {
			t.Error("a dry run erased")
		}
	})
}

func TestAConfirmationIsGoodForOneCallOnly(t *testing.T) {
	r, s := newRazing(t)
	c := overHTTP(t, s, mcpclient.Options{})
	ann := r.actor
	other := func(change func(a *schema.Actor)) func(*testing.T) {
		return func(*testing.T) { a := ann; change(&a); r.actor = a }
	}
	alter := func(i int) func(string) string {
		return func(token string) string {
			b := []byte(token)
			b[i] = "AB"[min(1, int(b[i])&1)]
			if string(b) == token {
				b[i] = 'C'
			}
			return string(b)
		}
	}
	for name, tt := range map[string]struct {
		tool  string
		args  map[string]any
		alter func(string) string
		first func(*testing.T)
		want  string
	}{
		"as it was":             {},
		"other arguments":       {args: map[string]any{"text": "more"}, want: "the arguments are not those that were to be confirmed"},
		"another tool":          {tool: "erase_more", want: "not given to you for erase_more, or has been altered"},
		"an altered nonce":      {alter: alter(3), want: "has been altered"},
		"an altered expiry":     {alter: func(t string) string { return strings.Replace(t, ".", "z.", 1) }, want: "has been altered"},
		"an altered signature":  {alter: func(t string) string { return alter(strings.Index(t, ".") + 2)(t) }, want: "has been altered"},
		"an altered digest":     {alter: func(t string) string { return alter(len(t) - 5)(t) }, want: "the arguments are not those"},
		"no token":              {alter: func(string) string { return "" }, want: "has been altered"},
		"an invention":          {alter: func(string) string { return "yes" }, want: "has been altered"},
		"another person":        {first: other(func(a *schema.Actor) { a.ID = "mem_eve" }), want: "not given to you"},
		"another key":           {first: other(func(a *schema.Actor) { a.Key = "key_eve" }), want: "not given to you"},
		"another workspace":     {first: other(func(a *schema.Actor) { a.Workspace = "wsp_eve" }), want: "not given to you"},
		"six minutes later":     {first: func(*testing.T) { s.now = func() time.Time { return time.Now().Add(6 * time.Minute) } }, want: "has expired"},
		"just before it's late": {first: func(*testing.T) { s.now = func() time.Time { return time.Now().Add(4 * time.Minute) } }},
	} {
		t.Run(name, func(t *testing.T) {
			r.actor, s.now, r.erased = ann, time.Now, nil
			var first firstStep
			must(c.Call(t.Context(), "erase_text", textArgs{"all"}, &first))
			args := map[string]any{"text": "all", "confirm": first.Confirm}
			for k, v := range tt.args {
				args[k] = v
			}
			if tt.alter != nil {
				args["confirm"] = tt.alter(first.Confirm)
			}
			if tt.first != nil {
				tt.first(t)
			}
			tool := "erase_text"
			if tt.tool != "" {
				tool = tt.tool
			}
			err := c.Call(t.Context(), tool, args, nil)
			if tt.want == "" {
				if err != nil || r.count() != 1 {
					t.Fatalf("%v, erased %v", err, r.erased)
				}
				if err := c.Call(t.Context(), tool, args, nil); err == nil || !strings.Contains(err.Error(), "was used already") || r.count() != 1 {
					t.Errorf("once more: %v, erased %v", err, r.erased)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "nothing was changed") || r.count() != 0 {
				t.Errorf("%v, want %s; erased %v", err, tt.want, r.erased)
			}
		})
	}
	r.actor, s.now = ann, time.Now
	s.spent.used = nil
	for i := range 100 {
		s.spent.add(fmt.Sprint(i), time.Now().Add(-time.Second), time.Now())
	}
	if n := len(s.spent.used); n > 1 {
		t.Errorf("%d tokens that would not be good are remembered", n)
	}
}

// TestAnAgreementCannotBeForged sends what an attacker would who answers for
// the person.
func TestAnAgreementCannotBeForged(t *testing.T) {
	r, s := newRazing(t)
	url := serveHTTP(t, s)
	header := map[string]string{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "erase_text"}
	meta := strings.Replace(modernMeta, `Capabilities":{}`, `Capabilities":{"elicitation":{}}`, 1)
	send := func(text, more string) string {
		_, body := posting{header: header, body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"erase_text","arguments":{"text":"` + text + `"},` + more + meta + `}}`}.to(t, url)
		return body
	}
	var asked struct {
		Result struct{ RequestState string }
	}
	must(json.Unmarshal([]byte(send("all", "")), &asked))
	state := asked.Result.RequestState
	agreed := func(state string) string {
		return `"inputResponses":{"confirm":{"action":"accept","content":{}}},"requestState":"` + state + `",`
	}
	for name, body := range map[string]string{
		"no state":        send("all", agreed("")),
		"an invention":    send("all", agreed("aaaaaaaaaaaaaaaazzzzzz.b.c")),
		"other arguments": send("everything", agreed(state)),
	} {
		if !strings.Contains(body, "nothing was changed") || !strings.Contains(body, `"isError":true`) || r.count() != 0 {
			t.Errorf("%s: %s", name, body)
		}
	}
	if body := send("all", agreed(state)); strings.Contains(body, "isError") || r.count() != 1 {
		t.Errorf("agreed: %s", body)
	}
	if body := send("all", agreed(state)); !strings.Contains(body, "was used already") || r.count() != 1 {
		t.Errorf("replayed: %s", body)
	}
}

// Arguments that are null are none, however long the message is.
func TestConfirmingWithNullArguments(t *testing.T) {
	_, s := newRazing(t)
	for _, pad := range []string{"", strings.Repeat("x", 2*heavy)} {
		got := say(t, s, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"erase_text","arguments":null,"_meta":{"pad":"`+pad+`"}}}`+"\n")
		if !strings.Contains(got["1"].line, "text is required") {
			t.Errorf("with %d bytes more: %s", len(pad), got["1"].line)
		}
	}
}
