package mcpclient

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain is the server, too, when Spawn starts the test as one.
func TestMain(m *testing.M) {
	switch os.Getenv("MCPCLIENT_TEST") {
	case "serve":
		fmt.Fprintln(os.Stderr, "hello from the server")
		if err := (script{}).ServeStdio(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
	case "mute":
		signal.Ignore(os.Interrupt)
		fmt.Println("ready")
		time.Sleep(time.Minute)
	default:
		os.Exit(m.Run())
	}
}

// A script is a server of few words.
type script struct {
	legacy bool // knows only the handshake
	silent bool // does not answer calls

	heard func(method string, params map[string]any)
}

func (s script) ServeStdio(_ context.Context, in io.Reader, out io.Writer) error {
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var m struct {
			ID     *int
			Method string
			Params map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return err
		}
		if s.heard != nil {
			s.heard(m.Method, m.Params)
		}
		if m.ID == nil {
			continue
		}
		answer := s.answer(m.Method, m.Params)
		if answer == "" {
			continue
		}
		if _, err := fmt.Fprintf(out, `{"jsonrpc":"2.0","id":%d,%s}`+"\n", *m.ID, answer); err != nil {
			return err
		}
	}
	return nil
}

func (s script) answer(method string, params map[string]any) string {
	_, modern := params["_meta"]
	switch {
	case method == "server/discover" && !s.legacy:
		return `"result":{"instructions":"be kind","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"script","version":"7"}}}`
	case method == "initialize":
		return fmt.Sprintf(`"result":{"protocolVersion":%q,"serverInfo":{"name":"script","version":"7"},"instructions":"be kind"}`, params["protocolVersion"])
	case method == "tools/list" && params["cursor"] == nil:
		return `"result":{"tools":[{"name":"a"},{"name":"b"}],"nextCursor":"more"}`
	case method == "tools/list":
		return `"result":{"tools":[{"name":"c"}]}`
	case method == "tools/call" && s.silent:
		return ""
	case method == "tools/call" && params["name"] == "refuse":
		return `"result":{"content":[{"type":"text","text":"no; "},{"type":"text","text":"never"}],"structuredContent":{"error":{}},"isError":true}`
	case method == "tools/call" && params["name"] == "babble":
		return `"result":{"structuredContent":"text"}`
	case method == "tools/call":
		return fmt.Sprintf(`"result":{"structuredContent":{"modern":%v}}`, modern)
	}
	return `"error":{"code":-32601,"message":"unknown","data":{"method":"` + method + `"}}`
}

func inProcess(t *testing.T, s Stdio, opt Options) *Client {
	t.Helper()
	c, err := InProcess(t.Context(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestTheEraIsFound(t *testing.T) {
	for _, tt := range []struct {
		legacy      bool
		asked, want string
	}{
		{false, "", Newest},
		{false, Newest, Newest},
		{false, "2025-06-18", "2025-06-18"},
		{true, "", NewestLegacy},
		{true, "2024-11-05", "2024-11-05"},
	} {
		c := inProcess(t, script{legacy: tt.legacy}, Options{Protocol: tt.asked})
		var out struct{ Modern bool }
		if err := c.Call(t.Context(), "anything", nil, &out); err != nil {
			t.Fatal(err)
		}
		if c.Protocol() != tt.want || out.Modern != (tt.want == Newest) {
			t.Errorf("asked for %q: got %q, modern %v, want %q", tt.asked, c.Protocol(), out.Modern, tt.want)
		}
		if got := c.Server(); got.Name != "script" || got.Version != "7" || got.Instructions != "be kind" {
			t.Errorf("asked for %q: the server is %+v", tt.asked, got)
		}
	}
	if _, err := InProcess(t.Context(), script{legacy: true}, Options{Protocol: Newest}); err == nil {
		t.Error("a server that does not know the newest protocol is connected to with it")
	}
}

func TestListsAreReadToTheirEnd(t *testing.T) {
	c := inProcess(t, script{}, Options{})
	got, err := c.Tools(t.Context())
	if err != nil || len(got) != 3 || got[2].Name != "c" {
		t.Errorf("tools are %+v, %v", got, err)
	}
}

func TestErrorsTellWhoseTheyAre(t *testing.T) {
	c := inProcess(t, script{}, Options{})
	err := c.Call(t.Context(), "refuse", nil, nil)
	if e, ok := errors.AsType[*ToolError](err); !ok || e.Text != "no; never" || string(e.Structured) != `{"error":{}}` || err.Error() != "refuse: no; never" {
		t.Errorf("a refusal is %v", err)
	}
	_, _, err = c.Read(t.Context(), "x://y")
	if e, ok := errors.AsType[*RPCError](err); !ok || e.Code != -32601 || string(e.Data) != `{"method":"resources/read"}` {
		t.Errorf("an unknown method is %v", err)
	}
	var out struct{}
	if err := c.Call(t.Context(), "babble", nil, &out); err == nil {
		t.Error("a result of the wrong type is no error")
	}
	if err := c.Call(t.Context(), "x", func() {}, nil); err == nil {
		t.Error("arguments that cannot be encoded are no error")
	}
}

func TestAbandonedCallsAreWithdrawn(t *testing.T) {
	withdrawn := make(chan any, 1)
	c := inProcess(t, script{silent: true, heard: func(method string, params map[string]any) {
		if method == "notifications/cancelled" {
			withdrawn <- params["requestId"]
		}
	}}, Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := c.Call(ctx, "x", nil, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the call gives %v", err)
	}
	if got := <-withdrawn; got != 2.0 { // 1 was the greeting
		t.Errorf("request %v was withdrawn, want 2", got)
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	c := inProcess(t, script{}, Options{})
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if err := c.Call(t.Context(), "x", nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestTheEndOfAConnection(t *testing.T) {
	t.Run("closed by us", func(t *testing.T) {
		c := inProcess(t, script{silent: true}, Options{})
		got := make(chan error)
		go func() { got <- c.Call(context.Background(), "x", nil, nil) }()
		time.Sleep(10 * time.Millisecond)
		for range 2 {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := <-got; !errors.Is(err, ErrClosed) {
			t.Errorf("a call under way gives %v", err)
		}
		if err := c.Call(t.Context(), "x", nil, nil); !errors.Is(err, ErrClosed) {
			t.Errorf("a call after it gives %v", err)
		}
	})
	for name, words := range map[string]string{"the server goes": "", "the server babbles": "what?\n"} {
		t.Run(name, func(t *testing.T) {
			in, out := io.Pipe()
			go func() {
				_, _ = io.WriteString(out, words)
				out.Close()
			}()
			_, err := Connect(t.Context(), in, nopCloser{io.Discard}, Options{})
			if !errors.Is(err, ErrClosed) {
				t.Errorf("Connect = %v", err)
			}
		})
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestSpawn(t *testing.T) {
	t.Setenv("MCPCLIENT_TEST", "serve")
	var stderr strings.Builder
	c, err := Spawn(t.Context(), Options{Stderr: &stderr}, os.Args[0], "-test.run=^$")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Call(t.Context(), "x", nil, nil); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := stderr.String(); got != "hello from the server\n" {
		t.Errorf("the server's messages are %q", got)
	}
	if _, err := Spawn(t.Context(), Options{}, "/no/such/program"); err == nil {
		t.Error("a program that is not there was started")
	}
	if _, err := Spawn(t.Context(), Options{}, "true"); !errors.Is(err, ErrClosed) {
		t.Errorf("a program that is no server gives %v", err)
	}
}

func TestAServerThatDoesNotEndIsKilled(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "MCPCLIENT_TEST=mute")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 5)); err != nil { // it ignores interrupts from now on
		t.Fatal(err)
	}
	if err := end(cmd, 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("end = %v", err)
	}
}

func TestHTTPSendsItsHeadersAndTellsOfRefusals(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer good" {
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		var m struct {
			ID     int
			Method string
			Params map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || r.Header.Get("Mcp-Method") != m.Method || r.Header.Get("Mcp-Protocol-Version") != Newest {
			t.Errorf("%s comes with %v, %v", m.Method, r.Header, err)
		}
		if name, _ := m.Params["name"].(string); name != "" && r.Header.Get("Mcp-Name") != "=?base64?w7xi?=" {
			t.Errorf("%s is named %s", name, r.Header.Get("Mcp-Name"))
		}
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%d,%s}`, m.ID, script{}.answer(m.Method, m.Params))
	}))
	defer srv.Close()
	_, err := HTTP(t.Context(), srv.URL, Options{Header: http.Header{"Authorization": {"Bearer bad"}}})
	if e, ok := errors.AsType[*StatusError](err); !ok || e.Status != 401 || e.Error() != "Unauthorized: who are you?" {
		t.Errorf("a bad key gives %v", err)
	}
	c, err := HTTP(t.Context(), srv.URL, Options{Header: http.Header{"authorization": {"Bearer good"}}})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Modern bool }
	if err := c.Call(t.Context(), "üb", nil, &out); err != nil || !out.Modern {
		t.Errorf("the call gives %+v, %v", out, err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Call(t.Context(), "üb", nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a call after the end gives %v", err)
	}
}
