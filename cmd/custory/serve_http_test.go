//go:build unix

package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"custory/internal/mcpclient"
	"custory/schema"
	"custory/store"
)

// holdLock keeps everybody from writing to a file until release is called.
func (h *house) holdLock() (release func()) {
	held, released, done := make(chan bool), make(chan bool), make(chan error, 1)
	go func() {
		done <- h.st.Update(context.WithoutCancel(h.t.Context()), schema.Call{Tool: "wait", Actor: h.people["owner"]}, func(*store.Tx) error {
			close(held)
			<-released
			return nil
		})
	}()
	<-held
	return sync.OnceFunc(func() {
		close(released)
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	})
}

func TestServingATeam(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	told := func() string {
		b := make([]byte, 100)
		_ = manager.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, _ := manager.Read(b)
		return string(b[:n])
	}
	s := serveFile(t, h.db, []string{"NOTIFY_SOCKET=" + socket}, "--metrics", "0")
	if got := told(); got != "READY=1" {
		t.Errorf("the service manager is told %s", got)
	}
	if !strings.Contains(s.log(), "there is no key yet") || !strings.Contains(s.log(), "custory key create") {
		t.Errorf("it does not say how to make a key: %s", s.log())
	}
	key := h.key("owner", nil)
	got := s.call(mcpclient.Newest, key.token, "capture_signals", json.RawMessage(`{"signals": [{"text": "Where is the price list?"}]}`))
	if got.StatusCode != 200 || got.refused() != "" || !strings.Contains(got.text, "sig_") {
		t.Errorf("a call: %d %s", got.StatusCode, got.text)
	}
	const measure = `mcp_server_operation_duration_seconds_count{error_type="",gen_ai_tool_name="capture_signals",mcp_method_name="tools/call"} 1`
	waitFor(t, "the call to be measured", func() bool { return strings.Contains(s.measured(), measure) }) // after its answer
	if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {                                          // is no end
		t.Fatal(err)
	}
	release := h.holdLock()
	last := make(chan said, 1)
	go func() {
		last <- s.call(mcpclient.Newest, key.token, "remember", map[string]string{"text": "in flight as the server was told to end"})
	}()
	time.Sleep(500 * time.Millisecond) // it is in flight now
	time.AfterFunc(500*time.Millisecond, release)
	ends(t, s.cmd, syscall.SIGTERM, 0)
	if got := <-last; got.StatusCode != 200 || got.refused() != "" || !strings.Contains(got.text, `"call":"call_`) {
		t.Errorf("the call in flight: %d %s", got.StatusCode, got.text)
	}
	h.view(func(tx *store.Tx) error {
		notes, err := tx.Notes.All()
		if len(notes) != 1 {
			t.Errorf("the call in flight left %d notes", len(notes))
		}
		return err
	})
	if got := told(); got != "STOPPING=1" {
		t.Errorf("the service manager is told %s", got)
	}
	lines := s.log()
	if strings.Count(lines, `"msg":"call"`) != 2 || !strings.Contains(lines, `"tool":"capture_signals"`) || strings.Contains(lines, "price list") || strings.Contains(lines, key.token) {
		t.Errorf("the log is not one line for each call, without what was said: %s", lines)
	}
}

func TestStreamsDoNotHoldUpTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, key := h.serve(), h.key("viewer", nil)
	var streams []*stream
	for _, era := range eras {
		streams = append(streams, s.listen(t, era, key))
	}
	ends(t, s.cmd, syscall.SIGTERM, 0)
	for i, st := range streams {
		select {
		case <-st.ended:
		case <-time.After(5 * time.Second):
			t.Errorf("the stream of %s goes on", eras[i])
		}
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, key := h.serve(), h.key("owner", nil)
	if got := s.call(mcpclient.Newest, key.token, "recall", map[string]string{}); got.StatusCode != 200 {
		t.Fatal(got.text)
	}
	defer h.holdLock()()
	header, body := asked(mcpclient.Newest, "tools/call", map[string]any{"name": "remember", "arguments": map[string]string{"text": "x"}})
	r, err := http.NewRequest("POST", s.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	r.Header.Set("Authorization", "Bearer "+key.token)
	cut := make(chan error, 1)
	go func() { _, err := patient.Do(r); cut <- err }()
	time.Sleep(300 * time.Millisecond)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	ends(t, s.cmd, syscall.SIGTERM, -1)
	if err := <-cut; err == nil {
		t.Error("the call in flight was answered")
	}
}

func TestServingIsRefused(t *testing.T) {
	t.Parallel()
	without, with := newHouse(t), newHouse(t)
	with.key("viewer", nil)
	for _, tt := range []struct {
		house *house
		args  []string
		code  int
		want  string
	}{
		{without, []string{"--http", "0.0.0.0:0"}, 1, "custory key create"},
		{with, []string{"--http", "0.0.0.0:0"}, 1, "--behind-proxy"},
		{with, []string{"--http", "no"}, 2, `--http is "no"`},
		{with, []string{"--http", "0", "--tls-cert", "x"}, 2, "go together"},
		{with, []string{"--http", "0", "--tls-cert", "x", "--tls-key", "y"}, 1, "look at --tls-cert"},
		{with, []string{"--http", "0", "--oidc-issuer", "https://login.example"}, 2, "needs --public-url"},
		{with, []string{"--http", "0", "--public-url", "https://maps.example", "--oidc-issuer", "login.example"}, 2, "an address such as https://"},
		{with, []string{"--http", "0", "--public-url", "https://maps.example", "--oidc-issuer", "http://login.example"}, 2, "an https address"},
		{with, []string{"--http", "0", "--public-url", "https://a.example/x"}, 2, "without a path"},
		{with, []string{"--http", "0", "--trusted-proxies", "ten"}, 2, "such as 10.0.0.0/8"},
		{with, []string{"--http", "0", "--rate", "fast"}, 2, "a number from 0 on"},
		{with, []string{"--http", "0", "--call-timeout", "0s"}, 2, "such as 90s"},
		{with, []string{"--http", "0", "--metrics", "0.0.0.0:0"}, 2, "--metrics-anywhere"},
		{with, []string{"--http", "0", "--log-format", "xml"}, 2, "text or json"},
		{with, []string{"--rate", "5"}, 2, "--rate goes with --http"},
	} {
		cmd := exec.CommandContext(t.Context(), build(t), append([]string{"serve", "--db", tt.house.db}, tt.args...)...)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != tt.code || !strings.Contains(string(out), tt.want) {
			t.Errorf("%v: %d, %s", tt.args, got, out)
		}
	}
}

func TestHelpOfServeIsInGroups(t *testing.T) {
	said := serveCommand().UsageString()
	at := -1
	for _, heading := range []string{"\nFlags:\n", "\nOver HTTP:\n", "\nWho may use it over HTTP:\n", "\nHow much:\n", "\nLooking after it", "\nGlobal flags:\n"} {
		next := strings.Index(said, heading)
		if next <= at {
			t.Errorf("%q is not where it belongs in %s", heading, said)
		}
		at = next
	}
	for _, name := range overHTTP {
		if !strings.Contains(said, "--"+name) {
			t.Errorf("the help has no --%s", name)
		}
	}
}
