//go:build unix

package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"custory/internal/access"
	"custory/internal/httpserver"
	"custory/internal/mcpserver"
	"custory/schema"
)

// TestMain is also the program itself, with a team of one.
func TestMain(m *testing.M) {
	if os.Getenv("CUSTORY_TEST_TEAM") == "" {
		os.Exit(m.Run())
	}
	root := rootCommand()
	serve, _, err := root.Find([]string{"serve"})
	if err != nil {
		panic(err)
	}
	root.RemoveCommand(serve)
	serve = serveCommand(fakeTeam)
	serve.GroupID = "start"
	root.AddCommand(serve)
	os.Exit(start(root))
}

// teamKey is the key of the one.
const teamKey = "cus_live_team"

type teamDoor struct{ actor schema.Actor }

func (d teamDoor) Identify(_ context.Context, token string) (schema.Actor, error) {
	if token != teamKey {
		return schema.Actor{}, &access.Refusal{Reason: access.Unknown, Message: "this key is not known here"}
	}
	return d.actor, nil
}

// fakeTeam has a protocol that calls a tool, and one method that takes its time.
func fakeTeam(cmd *cobra.Command, set mcpserver.Caller, _ httpSettings) (*team, error) {
	w, err := chooseWorkspace(cmd.Context(), set.Store(), "")
	if err != nil {
		return nil, err
	}
	owner, err := set.Store().Owner(cmd.Context(), w.ID)
	if err != nil {
		return nil, err
	}
	serve := func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			Method string
			Params struct {
				Name      string
				Arguments json.RawMessage
			}
		}
		_ = json.NewDecoder(r.Body).Decode(&m)
		if m.Method == "ping" {
			time.Sleep(time.Second)
			_, _ = io.WriteString(w, "pong")
			return
		}
		out, err := set.Call(r.Context(), schema.Call{Tool: m.Params.Name, Actor: httpserver.Actor(r.Context())}, m.Params.Arguments)
		_ = json.NewEncoder(w).Encode(map[string]any{"result": out, "failed": err != nil})
	}
	return &team{mcp: http.HandlerFunc(serve), door: teamDoor{owner}, keys: os.Getenv("CUSTORY_TEST_TEAM") == "keys"}, nil
}

// served starts the program, and returns the addresses it says it is at.
func served(t *testing.T, env []string, args ...string) (cmd *exec.Cmd, log func() string, urls map[string]string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd = exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--db", filepath.Join(dir, "test.db"), "--http", "0", "--log-format", "json"}, args...)...)
	cmd.Env, cmd.Stderr = append(append(os.Environ(), "CUSTORY_TEST_TEAM=1"), env...), f
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log = func() string { b, _ := os.ReadFile(path); return string(b) }
	urls = map[string]string{}
	waitFor(t, "it to serve", func() bool { return strings.Contains(log(), `"msg":"serving"`) })
	for _, m := range regexp.MustCompile(`"msg":"(\w+)","url":"([^"]+)"`).FindAllStringSubmatch(log(), -1) {
		urls[m[1]] = m[2]
	}
	return cmd, log, urls
}

func post(t *testing.T, url, body string) string {
	t.Helper()
	r, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+teamKey)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func TestServingATeam(t *testing.T) {
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
	cmd, log, urls := served(t, []string{"NOTIFY_SOCKET=" + socket}, "--metrics", "0")
	if got := told(); got != "READY=1" {
		t.Errorf("the service manager is told %s", got)
	}
	if !strings.Contains(log(), "there is no key yet") || !strings.Contains(log(), "custory key create") {
		t.Errorf("it does not say how to make a key: %s", log())
	}
	got := post(t, urls["serving"], `{"method":"tools/call","params":{"name":"capture_signals","arguments":{"signals":[{"text":"Where is the price list?"}]}}}`)
	if !strings.Contains(got, `"failed":false`) || !strings.Contains(got, "sig_") {
		t.Errorf("a call: %s", got)
	}
	res, err := http.Get(urls["measuring"])
	if err != nil {
		t.Fatal(err)
	}
	measured, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if want := `mcp_server_operation_duration_seconds_count{error_type="",gen_ai_tool_name="capture_signals",mcp_method_name="tools/call"} 1`; !strings.Contains(string(measured), want) {
		t.Errorf("the measures have no %s", want)
	}
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil { // is no end
		t.Fatal(err)
	}
	pong := make(chan string, 1)
	go func() { pong <- post(t, urls["serving"], `{"method":"ping"}`) }()
	time.Sleep(300 * time.Millisecond) // it is in flight now
	ends(t, cmd, syscall.SIGTERM, 0)
	if got := <-pong; got != "pong" {
		t.Errorf("the call in flight: %s", got)
	}
	if got := told(); got != "STOPPING=1" {
		t.Errorf("the service manager is told %s", got)
	}
	said := log()
	if strings.Count(said, `"msg":"call"`) != 2 || !strings.Contains(said, `"tool":"capture_signals"`) || strings.Contains(said, "price list") || strings.Contains(said, teamKey) {
		t.Errorf("the log is not one line for each call, without what was said: %s", said)
	}
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	cmd, _, urls := served(t, nil)
	r, err := http.NewRequest("POST", urls["serving"], strings.NewReader(`{"method":"ping"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+teamKey)
	cut := make(chan error, 1)
	go func() { _, err := http.DefaultClient.Do(r); cut <- err }()
	time.Sleep(300 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	ends(t, cmd, syscall.SIGTERM, -1)
	if err := <-cut; err == nil {
		t.Error("the call in flight was answered")
	}
}

func TestServingIsRefused(t *testing.T) {
	for _, tt := range []struct {
		env  string
		args []string
		code int
		want string
	}{
		{"1", []string{"--http", "0.0.0.0:0"}, 1, "custory key create"},
		{"keys", []string{"--http", "0.0.0.0:0"}, 1, "--behind-proxy"},
		{"keys", []string{"--http", "no"}, 2, `--http is "no"`},
		{"keys", []string{"--http", "0", "--tls-cert", "x"}, 2, "go together"},
		{"keys", []string{"--http", "0", "--tls-cert", "x", "--tls-key", "y"}, 1, "look at --tls-cert"},
		{"keys", []string{"--http", "0", "--oidc-issuer", "https://login.example"}, 2, "needs --public-url"},
		{"keys", []string{"--http", "0", "--public-url", "https://a.example/x"}, 2, "without a path"},
		{"keys", []string{"--http", "0", "--trusted-proxies", "ten"}, 2, "such as 10.0.0.0/8"},
		{"keys", []string{"--http", "0", "--rate", "fast"}, 2, "a number from 0 on"},
		{"keys", []string{"--http", "0", "--call-timeout", "0s"}, 2, "such as 90s"},
		{"keys", []string{"--http", "0", "--metrics", "0.0.0.0:0"}, 2, "--metrics-anywhere"},
		{"keys", []string{"--http", "0", "--log-format", "xml"}, 2, "text or json"},
		{"keys", []string{"--rate", "5"}, 2, "--rate goes with --http"},
	} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], append([]string{"serve", "--db", filepath.Join(t.TempDir(), "test.db")}, tt.args...)...)
		cmd.Env = append(os.Environ(), "CUSTORY_TEST_TEAM="+tt.env)
		out, _ := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != tt.code || !strings.Contains(string(out), tt.want) {
			t.Errorf("%v: %d, %s", tt.args, got, out)
		}
	}
}

func TestHelpOfServeIsInGroups(t *testing.T) {
	said := serveCommand(fakeTeam).UsageString()
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
