package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"custory/internal/logtest"
	"custory/internal/mcpclient"
	"custory/memory"
	"custory/schema"
	"custory/store/storetest"
	"custory/tools"
)

// An ear keeps what a client is told of the log.
type ear struct {
	mu    sync.Mutex
	notes []string // as "level message {data}"
}

// opt are options of a client that listens from a level on.
func (e *ear) opt(era, level string) mcpclient.Options {
	return mcpclient.Options{Name: "tester", Protocol: era, LogLevel: level, Log: func(level, logger string, data json.RawMessage) {
		var d struct{ Message string }
		must(json.Unmarshal(data, &d))
		e.mu.Lock()
		defer e.mu.Unlock()
		e.notes = append(e.notes, fmt.Sprintf("%s %s: %s %s", logger, level, d.Message, data))
	}}
}

// take returns what was told since it was asked last, which must have come
// before the answer.
func (e *ear) take() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := strings.Join(e.notes, "\n")
	e.notes = nil
	return all
}

// unwell is an error with secrets, and with words for everybody.
type unwell struct{}

func (unwell) Error() string  { return "secret key rejected" }
func (unwell) Reason() string { return "does not answer" }

// newTelling returns a server with a tool whose parts write a log of their own.
func newTelling(t testing.TB) (*Server, *logtest.Book) {
	t.Helper()
	f, a := newFake(t)
	book := new(logtest.Book)
	parts := Telling(slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelError})))
	f.add("ask_about", tools.Reads, func(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
		parts.LogAttrs(ctx, slog.LevelInfo, "thinking", slog.String("text", "secret argument"), slog.Int("waiting", 3))
		parts.LogAttrs(ctx, slog.LevelWarn, "asked by words only", slog.String("workspace", "secret workspace"), slog.Any("err", fmt.Errorf("embed: %w", unwell{})))
		parts.With("token", "secret token").WarnContext(ctx, "some is missing", "err", errors.New("secret words"))
		return echoes(ctx, c, args)
	})
	s, log := newServer(t, f, a)
	return s, log
}

func TestTheLogIsToldFromALevelOn(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		for level, want := range map[string]int{"debug": 4, "notice": 2, "error": 0, "": 0} {
			s, _ := newTelling(t)
			e := new(ear)
			c := link(t, s, e.opt(era, level))
			must(c.Call(t.Context(), "ask_about", textArgs{"secret argument"}, nil))
			told := e.take()
			if n := strings.Count(told, "\n"); told == "" && want != 0 || told != "" && n+1 != want {
				t.Errorf("from %q on, told:\n%s", level, told)
			}
			if strings.Contains(told, "secret") {
				t.Errorf("from %q on, secrets are told:\n%s", level, told)
			}
			for i, part := range []string{`warning: asked by words only`, `"reason":"does not answer"`, `warning: some is missing`, `info: thinking`, `"waiting":3`, `debug: call`, `"ms":`, `"tool":"ask_about"`} {
				if has := strings.Contains(told, part); has != (i < 3 && want >= 2 || i < 5 && want >= 3 || want == 4) {
					t.Errorf("from %q on, %q is told: %v\n%s", level, part, has, told)
				}
			}
			if told != "" && strings.Count(told, `"call":"call_`) != want {
				t.Errorf("the call is not named each time:\n%s", told)
			}
		}
	})
}

func TestFaultsOfOursAreToldByTheirCall(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, log := newTelling(t)
		e := new(ear)
		c := link(t, s, e.opt(era, "error"))
		for _, tool := range []string{"break_disk", "panic_now"} {
			err := c.Call(t.Context(), tool, nil, nil)
			refused, ok := errors.AsType[*mcpclient.ToolError](err)
			told := e.take()
			_, id, _ := strings.Cut(told, `"call":"`)
			id, _, _ = strings.Cut(id, `"`)
			if !ok || id == "" || strings.Count(told, "custory error: ") != 1 || !strings.Contains(refused.Text, id) || !strings.Contains(log.String(), "call="+id) {
				t.Errorf("%s: %v, told %s", tool, err, told)
			}
			if strings.Contains(told, "secret") || strings.Contains(told, "fire") || strings.Contains(told, "goroutine") {
				t.Errorf("%s: too much is told: %s", tool, told)
			}
		}
		if err := c.Call(t.Context(), "ask_ghost", nil, nil); err == nil || e.take() != "" {
			t.Error("a fault of the caller is told as one of ours")
		}
	})
}

func TestNobodyIsToldOfOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		s, _ := newTelling(t)
		curious, other, deaf := new(ear), new(ear), new(ear)
		clients := []*mcpclient.Client{link(t, s, curious.opt(era, "debug")), link(t, s, other.opt(era, "debug")), link(t, s, deaf.opt(era, ""))}
		var all sync.WaitGroup
		for i, tool := range []string{"ask_about", "echo_text", "ask_about"} {
			all.Go(func() {
				for range 20 {
					must(clients[i].Call(t.Context(), tool, nil, nil))
				}
			})
		}
		all.Wait()
		if told := curious.take(); strings.Count(told, "debug: call") != 20 || strings.Contains(told, "echo_text") {
			t.Errorf("told of others:\n%s", told)
		}
		if told := other.take(); strings.Count(told, "\n") != 19 || strings.Contains(told, "ask_about") {
			t.Errorf("told of others:\n%s", told)
		}
		if told := deaf.take(); told != "" {
			t.Errorf("who has not asked is told %s", told)
		}
	})
}

// dumb is an embedder that does not answer.
type dumb struct{ memory.Embedder }

func (d dumb) Embed(context.Context, []string) ([][]float32, error) { return nil, unwell{} }

func TestOfAMemoryThatFailsIsTold(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		st := storetest.Open(t)
		a := must1(st.NewWorkspace(t.Context(), "Acme", "Ann"))
		log := new(logtest.Book)
		parts := Telling(slog.New(slog.NewTextHandler(log, nil)))
		set := must1(tools.New(st, memory.New(st, dumb{memory.Default()}, parts), tools.Options{Toolsets: tools.Toolsets()}))
		e := new(ear)
		c := link(t, must1(New(Config{Tools: set, Version: "1", Actor: As(a), Log: parts})), e.opt(era, "warning"))
		for _, note := range []string{"warning: asked by words only", "warning: found by words only"} {
			must(c.Call(t.Context(), "search", map[string]any{"query": "secret question"}, nil)) // the second rests
			if told := e.take(); !strings.Contains(told, note) || !strings.Contains(told, "does not answer") || strings.Contains(told, "secret") {
				t.Errorf("told %s", told)
			}
		}
		if !strings.Contains(log.String(), "level=WARN") {
			t.Errorf("the log is %s", log)
		}
	})
}

func TestALevelThatIsNoneIsRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		f, a := newFake(t)
		s, _ := newServer(t, f, a)
		c := link(t, s, mcpclient.Options{Protocol: era})
		modern := c.Protocol() == mcpclient.Newest
		for _, level := range []any{"loud", "WARNING", "", 7, nil, []string{"debug"}, "info"} {
			method, params, good := "logging/setLevel", map[string]any{"level": level}, level == "info"
			if modern {
				method, params, good = "tools/list", map[string]any{"_meta": map[string]any{mcp.MetaKeyLogLevel: level}}, good || level == nil
			}
			err := c.Request(t.Context(), method, params, new(json.RawMessage))
			refused, ok := errors.AsType[*mcpclient.RPCError](err)
			if good != (err == nil) || !good && (!ok || refused.Code != mcp.INVALID_PARAMS || !strings.Contains(refused.Message, "emergency")) {
				t.Errorf("the level %v: %v", level, err)
			}
		}
		if modern {
			err := c.Request(t.Context(), "logging/setLevel", map[string]any{"level": "info"}, new(json.RawMessage))
			if refused, ok := errors.AsType[*mcpclient.RPCError](err); !ok || refused.Code != mcp.METHOD_NOT_FOUND {
				t.Errorf("a method that was removed: %v", err)
			}
		}
		if !strings.Contains(string(c.Server().Capabilities), `"logging":{}`) {
			t.Errorf("declared are %s", c.Server().Capabilities)
		}
	})
}

const setDebug = `{"jsonrpc":"2.0","id":"set","method":"logging/setLevel","params":{"level":"debug"}}`

func TestOverStdioWhatFollowsALevelHeedsIt(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	for range 20 {
		var out bytes.Buffer
		must(s.ServeStdio(t.Context(), strings.NewReader(setDebug+"\n"+callLine("1", "echo_text", `{}`)+callLine("2", "echo_text", `{}`)), &out))
		set, rest, _ := strings.Cut(out.String(), "\n")
		if !strings.HasSuffix(set, `"result":{}}`) || strings.Count(rest, `"level":"debug"`) != 2 {
			t.Fatalf("the answers are %s", &out)
		}
	}
}

func TestALevelIsThatOfItsSession(t *testing.T) {
	f, a := newFake(t)
	s, _ := newServer(t, f, a)
	url := serveHTTP(t, s)
	begin := func() map[string]string {
		res, _ := posting{body: `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`}.to(t, url)
		return map[string]string{mcp.HeaderSessionID: res.Header.Get(mcp.HeaderSessionID), "Accept": "application/json, text/event-stream"}
	}
	told := func(h map[string]string) bool {
		res, body := posting{header: h, body: strings.TrimSpace(callLine("1", "echo_text", `{}`))}.to(t, url)
		if !strings.Contains(body, `"structuredContent"`) {
			t.Fatalf("the answer is %d %s", res.StatusCode, body)
		}
		note, answer := strings.Index(body, "notifications/message"), strings.Index(body, "structuredContent")
		if note > answer {
			t.Errorf("told after the answer: %s", body)
		}
		return note >= 0
	}
	one, two := begin(), begin()
	if _, body := (posting{header: one, body: setDebug}).to(t, url); !strings.Contains(body, `"result":{}`) {
		t.Fatalf("the answer is %s", body)
	}
	if !told(one) || told(two) {
		t.Error("the level is not that of the one session")
	}
	one["Accept"] = "application/json"
	if told(one) {
		t.Error("who takes no events is told by them")
	}
	posting{method: "DELETE", header: one}.to(t, url)
	if s.levels.of(principal(a), s.now()) != "" || len(s.levels.young)+len(s.levels.old) != 0 {
		t.Error("a session that has ended is remembered")
	}
	if _, body := (posting{body: setDebug}).to(t, url); !strings.Contains(body, `"code":-32600`) || !strings.Contains(body, mcp.HeaderSessionID) {
		t.Errorf("without a session the answer is %s", body)
	}
}

func TestLevelsAreForgottenWithAge(t *testing.T) {
	var v levels
	now := time.Now()
	v.set("old", mcp.LoggingLevelInfo, now)
	v.set("kept", mcp.LoggingLevelError, now)
	for range 4 {
		now = now.Add(levelPatience * 3 / 4)
		if got := v.of("kept", now); got != mcp.LoggingLevelError {
			t.Errorf("one that asks again and again is %q", got)
		}
	}
	if got := v.of("old", now); got != "" {
		t.Errorf("one that has not asked for three hours is %q", got)
	}
	if v.of("kept", now.Add(2*levelPatience)) != "" {
		t.Error("what nobody has asked for is remembered")
	}
	for i := range 3 * maxLevels {
		v.set(fmt.Sprint(i), mcp.LoggingLevelInfo, now)
		if n := len(v.young) + len(v.old); n > maxLevels {
			t.Fatalf("%d are remembered", n)
		}
	}
	if v.of(fmt.Sprint(3*maxLevels-1), now) == "" {
		t.Error("the last is not remembered")
	}
}

func TestWhatComesAfterTheAnswerIsNotTold(t *testing.T) {
	everywhere(t, func(t *testing.T, link func(testing.TB, *Server, mcpclient.Options) *mcpclient.Client, era string) {
		f, a := newFake(t)
		parts := Telling(slog.New(slog.DiscardHandler))
		var late sync.WaitGroup
		answered := make(chan struct{})
		f.add("go_on", tools.Reads, func(ctx context.Context, _ schema.Call, _ json.RawMessage) (any, error) {
			late.Go(func() {
				<-answered
				for range 1000 {
					parts.WarnContext(context.WithoutCancel(ctx), "late")
				}
			})
			for range 10 {
				parts.WarnContext(ctx, "in time")
			}
			return textArgs{}, nil
		})
		s, _ := newServer(t, f, a)
		e := new(ear)
		c := link(t, s, e.opt(era, "warning"))
		must(c.Call(t.Context(), "go_on", nil, nil))
		if told := strings.Count(e.take(), "warning: in time"); told != 10 {
			t.Errorf("told %d times", told)
		}
		close(answered)
		late.Wait()
		must(c.Call(t.Context(), "echo_text", nil, nil))
		if told := e.take(); told != "" {
			t.Errorf("told %s", told)
		}
	})
}

func TestALogThatTellsIsMadeOnce(t *testing.T) {
	log := Telling(slog.New(slog.DiscardHandler))
	if Telling(log) != log {
		t.Error("a log tells twice")
	}
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if log.Enabled(t.Context(), l) {
			t.Errorf("%s is enabled for nobody", l)
		}
	}
	if got := []mcp.LoggingLevel{levelOf(slog.LevelDebug), levelOf(slog.LevelInfo + 1), levelOf(slog.LevelWarn), levelOf(slog.LevelError + 4)}; !slices.Equal(got, []mcp.LoggingLevel{"debug", "info", "warning", "error"}) {
		t.Errorf("the levels are %v", got)
	}
}
