package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"custory/internal/mcpclient"
	"custory/internal/token"
	"custory/schema"
	"custory/store"
)

// A house is a file with a workspace, its members, and the keys they come in
// by. The test has it open as well: a second process beside those that serve it.
type house struct {
	t      *testing.T
	db     string
	st     *store.Store
	people map[string]schema.Actor // owner, editor, viewer
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, db: filepath.Join(t.TempDir(), "test.db"), people: map[string]schema.Actor{}}
	h.st = h.open(store.Options{})
	h.settle("Test")
	return h
}

// open opens the file once more.
func (h *house) open(opt store.Options) *store.Store {
	h.t.Helper()
	st, err := store.Open(h.t.Context(), h.db, opt)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { st.Close() })
	return st
}

// settle makes a workspace with an owner, an editor and a viewer.
func (h *house) settle(name string) {
	h.t.Helper()
	owner, err := h.st.NewWorkspace(h.t.Context(), name, "Olga Owner")
	if err != nil {
		h.t.Fatal(err)
	}
	h.people["owner"] = owner
	h.update("invite", func(tx *store.Tx) error {
		for who, m := range map[string]*schema.Member{"editor": {Name: "Ed Archer", Role: schema.Editor}, "viewer": {Name: "Vera Holm", Role: schema.Viewer}} {
			if err := tx.Members.Put(m); err != nil {
				return err
			}
			h.people[who] = schema.Actor{ID: m.ID, Workspace: owner.Workspace, Role: m.Role}
		}
		return nil
	})
}

// neighbour is another workspace of the same file.
func (h *house) neighbour() *house {
	n := &house{t: h.t, db: h.db, st: h.st, people: map[string]schema.Actor{}}
	n.settle("Neighbour")
	return n
}

func (h *house) update(tool string, fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.st.Update(h.t.Context(), schema.Call{Tool: tool, Actor: h.people["owner"]}, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.st.View(h.t.Context(), h.people["owner"], fn); err != nil {
		h.t.Fatal(err)
	}
}

// head is the end of the log: it grows with whatever changes.
func (h *house) head() (head int64) {
	h.t.Helper()
	h.view(func(tx *store.Tx) (err error) { head, err = tx.Head(); return err })
	return head
}

// A pass is a key with its token.
type pass struct {
	token string
	id    schema.ID
}

// key makes a key for one of the people, different in what is said.
func (h *house) key(who string, differ func(*schema.Key)) pass {
	h.t.Helper()
	return h.keyIn(h.st, who, differ)
}

// keyIn is key through a store whose clock may go otherwise.
func (h *house) keyIn(st *store.Store, who string, differ func(*schema.Key)) pass {
	h.t.Helper()
	a, secret := h.people[who], token.NewSecret()
	k := &schema.Key{Member: a.ID, Name: who + "'s key", Role: a.Role, Hash: secret.Hash()}
	if differ != nil {
		differ(k)
	}
	if err := st.Update(h.t.Context(), schema.Call{Tool: "create_key", Actor: a}, func(tx *store.Tx) error { return tx.Keys.Put(k) }); err != nil {
		h.t.Fatal(err)
	}
	return pass{token.Of(k.ID, secret), k.ID}
}

// A site is the program while it serves a house over HTTP.
type site struct {
	t            *testing.T
	cmd          *exec.Cmd
	url, metrics string // its addresses, as it says
	log          func() string
}

// serve starts the program, which ends with the test.
func (h *house) serve(args ...string) *site {
	h.t.Helper()
	return serveFile(h.t, h.db, nil, append([]string{"--toolsets", "versions,admin"}, args...)...)
}

// serveFile serves a file over HTTP at an address of the system's choice, which
// the log tells.
func serveFile(t *testing.T, db string, env []string, args ...string) *site {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := &site{t: t, cmd: exec.Command(build(t), append([]string{"serve", "--db", db, "--http", "127.0.0.1:0", "--log-format", "json"}, args...)...)}
	s.cmd.Env, s.cmd.Stderr = append(os.Environ(), env...), f
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState != nil {
			return
		}
		if err := errors.Join(s.cmd.Process.Kill(), ignoreKilled(s.cmd.Wait())); err != nil {
			t.Error(err)
		}
	})
	s.log = func() string { b, _ := os.ReadFile(path); return string(b) }
	waitFor(t, "it to serve", func() bool { return strings.Contains(s.log(), `"msg":"serving"`) })
	for _, m := range regexp.MustCompile(`"msg":"(\w+)","url":"([^"]+)"`).FindAllStringSubmatch(s.log(), -1) {
		switch m[1] {
		case "serving":
			s.url = m[2]
		case "measuring":
			s.metrics = m[2]
		}
	}
	return s
}

// measured is what the program measures of itself.
func (s *site) measured() string {
	s.t.Helper()
	res, err := patient.Get(s.metrics)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// ignoreKilled forgives a process that it was killed.
func ignoreKilled(err error) error {
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil
	}
	return err
}

// connect is a client that comes with a key.
func (s *site) connect(key pass, opt mcpclient.Options) *mcpclient.Client {
	s.t.Helper()
	opt.Header = http.Header{"Authorization": {"Bearer " + key.token}}
	c, err := mcpclient.HTTP(s.t.Context(), s.url, opt)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	return c
}

// eras are the two kinds of the protocol.
var eras = []string{mcpclient.Newest, mcpclient.NewestLegacy}

// asked is a request as clients of an era send it, with the headers that repeat
// it there.
func asked(era, method string, params map[string]any) (http.Header, string) {
	h := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
	if era == mcpclient.Newest {
		h.Set("Mcp-Protocol-Version", era)
		h.Set("Mcp-Method", method)
		if name, ok := params["name"].(string); ok {
			h.Set("Mcp-Name", name)
		}
		params["_meta"] = map[string]any{
			"io.modelcontextprotocol/protocolVersion":    era,
			"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "tester", "version": "1"},
			"io.modelcontextprotocol/clientCapabilities": map[string]any{},
		}
	}
	b, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	return h, string(b)
}

// A said is what came back from a server.
type said struct {
	*http.Response
	text string
}

// refused is what a tool refused, and nothing if it did not.
func (r said) refused() string {
	var m struct {
		Result struct {
			IsError bool
			Content []struct{ Text string }
		}
	}
	if json.Unmarshal([]byte(r.text), &m) != nil || !m.Result.IsError || len(m.Result.Content) == 0 {
		return ""
	}
	return m.Result.Content[0].Text
}

// message is the error of the protocol in an answer.
func (r said) message() string {
	var m struct {
		Error struct{ Message string }
	}
	_ = json.Unmarshal([]byte(r.text), &m)
	return m.Error.Message
}

// patient waits long for an answer, and not for ever.
var patient = &http.Client{Timeout: time.Minute}

// send sends a request as it is. Host is taken from the headers.
func (s *site) send(method, path string, header http.Header, body string) said {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, strings.TrimSuffix(s.url, "/mcp")+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header = header
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	res, err := patient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return said{res, string(text)}
}

// call calls a tool with a token, or without one, in an era.
func (s *site) call(era, token, tool string, args any) said {
	s.t.Helper()
	h, body := asked(era, "tools/call", map[string]any{"name": tool, "arguments": args})
	if token != "" {
		h.Set("Authorization", "Bearer "+token)
	}
	return s.send("POST", "/mcp", h, body)
}
