package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"custory/internal/mcpclient"
)

// TestWhatIsTurnedAway sends what no client should, with a key that is good.
func TestWhatIsTurnedAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, key := h.serve("--max-body", "1"), h.key("owner", nil)
	head := h.head()
	write := map[string]any{"name": "remember", "arguments": map[string]string{"text": "to be turned away"}}
	for _, tt := range []struct {
		what   string
		path   string
		header []string // beside or instead of the usual: name, value, and so on
		body   string   // instead of the usual
		status int
		says   string
	}{
		{"a token in the query", "/mcp?access_token=" + key.token, nil, "", 400, "a key does not belong in the address"},
		{"a token in the query, by no name", "/mcp?x=" + key.token, nil, "", 400, "a key does not belong in the address"},
		{"two keys", "/mcp", []string{"Authorization", "Bearer " + key.token, "Authorization", "Bearer " + key.token}, "", 400, "several Authorization headers"},
		{"another scheme", "/mcp", []string{"Authorization", "Basic " + key.token}, "", 401, "must say Bearer"},
		{"another host", "/mcp", []string{"Host", "evil.example"}, "", 403, "--allowed-hosts"},
		{"a host that begins well", "/mcp", []string{"Host", "localhost.evil.example"}, "", 403, "--allowed-hosts"},
		{"a foreign site", "/mcp", []string{"Origin", "https://evil.example"}, "", 403, "--allowed-origins"},
		{"a site of no name", "/mcp", []string{"Origin", "null"}, "", 403, "--allowed-origins"},
		{"too much", "/mcp", nil, strings.Repeat(" ", 1<<20+1), 413, "larger than 1 MiB"},
		{"another path", "/mcp/../admin", nil, "", 404, "nothing here"},
	} {
		for _, era := range eras {
			header, body := asked(era, "tools/call", write)
			header.Set("Authorization", "Bearer "+key.token)
			for i := 0; i < len(tt.header); i += 2 {
				header.Del(tt.header[i])
			}
			for i := 0; i < len(tt.header); i += 2 {
				header.Add(tt.header[i], tt.header[i+1])
			}
			if tt.body != "" {
				body = tt.body
			}
			got := s.send("POST", tt.path, header, body)
			if got.StatusCode != tt.status || !strings.Contains(got.message(), tt.says) {
				t.Errorf("%s (%s): %d %s, want %d %s", tt.what, era, got.StatusCode, got.text, tt.status, tt.says)
			}
			if strings.Contains(got.text, key.token) {
				t.Errorf("%s: the answer repeats the key", tt.what)
			}
		}
	}
	if h.head() != head {
		t.Error("something was written")
	}
	if strings.Contains(s.log(), key.token) || strings.Contains(s.log(), "evil.example") {
		t.Errorf("the log repeats what strangers said: %s", s.log())
	}
}

// TestHeadersAreNobody has a viewer come with all the headers that say more of
// somebody than the key does.
func TestHeadersAreNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, viewer, owner, head := h.serve(), h.key("viewer", nil), h.people["owner"], h.head()
	write := func() map[string]any {
		return map[string]any{"name": "remember", "arguments": map[string]string{"text": "by a viewer"}}
	}
	for _, more := range [][2]string{
		{"X-Forwarded-For", "127.0.0.1"}, {"X-Forwarded-Host", "evil.example"}, {"X-Forwarded-User", string(owner.ID)}, {"Forwarded", "for=127.0.0.1;host=localhost"},
		{"X-Remote-User", string(owner.ID)}, {"X-Role", "Owner"}, {"X-Workspace", string(owner.Workspace)}, {"Cookie", "role=Owner"}, {"X-Http-Method-Override", "DELETE"},
	} {
		for _, era := range eras {
			header, body := asked(era, "tools/call", write())
			header.Set("Authorization", "Bearer "+viewer.token)
			header.Set(more[0], more[1])
			if got := s.send("POST", "/mcp", header, body); got.StatusCode != 200 || !strings.Contains(got.refused(), "needs the role Editor; yours is Viewer") {
				t.Errorf("with %s: %s (%s): %d %s", more[0], more[1], era, got.StatusCode, got.text)
			}
		}
	}
	for _, tt := range []struct{ era, header, value, says string }{
		{mcpclient.Newest, "Mcp-Name", "recall", ""},
		{mcpclient.Newest, "Mcp-Name", "=?base64?cmVjYWxs?=", ""},
		{mcpclient.Newest, "Mcp-Method", "tools/list", ""},
		{mcpclient.Newest, "Mcp-Protocol-Version", mcpclient.NewestLegacy, ""},
		{mcpclient.NewestLegacy, "Mcp-Name", "recall", "needs the role Editor"},
		{mcpclient.NewestLegacy, "Mcp-Method", "tools/list", "needs the role Editor"},
		{mcpclient.NewestLegacy, "Mcp-Protocol-Version", mcpclient.Newest, ""},
	} {
		header, body := asked(tt.era, "tools/call", write())
		header.Set("Authorization", "Bearer "+viewer.token)
		header.Set(tt.header, tt.value)
		got := s.send("POST", "/mcp", header, body)
		if tt.says != "" && !strings.Contains(got.refused(), tt.says) || tt.says == "" && (got.StatusCode != 400 || got.message() == "") {
			t.Errorf("%s: %s (%s): %d %s", tt.header, tt.value, tt.era, got.StatusCode, got.text)
		}
	}
	if h.head() != head {
		t.Error("something was written")
	}
}

// TestWhoIsSlow holds a server by its sleeve: a head that never ends, and a
// body that drips. Others are served meanwhile.
func TestWhoIsSlow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, key := h.serve("--max-calls-total", "2"), h.key("owner", nil)
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	const begun = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	for what, tt := range map[string]struct {
		head, want string
		within     time.Duration
	}{
		"a head":              {begun, "", 20 * time.Second},
		"a stranger's body":   {begun + "Content-Length: 1000\r\n\r\n", "HTTP/1.1 401 ", 5 * time.Second},
		"the body of a guest": {begun + "Authorization: Bearer " + key.token + "\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 408 ", 45 * time.Second},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			answer := drip(t, u.Host, tt.head)
			if !strings.HasPrefix(answer, tt.want) || tt.want == "" && strings.HasPrefix(answer, "HTTP/1.1 2") {
				t.Errorf("it is answered %q", answer)
			}
			if took := time.Since(began); took > tt.within {
				t.Errorf("it is held for %s", took)
			}
			if got := s.call(mcpclient.Newest, key.token, "recall", map[string]string{}); got.StatusCode != 200 {
				t.Errorf("others are answered %d %s", got.StatusCode, got.text)
			}
		})
	}
}

// drip sends a beginning and then a byte now and then, until it is answered or
// cut off.
func drip(t *testing.T, host, begin string) string {
	t.Helper()
	c, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	go func() {
		_, err := io.WriteString(c, begin)
		for err == nil && ctx.Err() == nil {
			time.Sleep(200 * time.Millisecond)
			_, err = io.WriteString(c, "a")
		}
	}()
	_ = c.SetReadDeadline(time.Now().Add(time.Minute))
	line, _ := bufio.NewReader(c).ReadString('\n')
	return line
}

// A stream is what a server says by itself, as it stands on the wire.
type stream struct {
	heard chan string // addresses that have changed
	ended chan bool   // closed at the end
}

// listen opens a stream that tells of the workspace, in an era.
func (s *site) listen(t *testing.T, era string, key pass) *stream {
	t.Helper()
	const uri = "custory://workspace"
	do := func(method string, header http.Header, body string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), method, s.url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		req.Header.Set("Authorization", "Bearer "+key.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		if res.StatusCode >= 300 {
			t.Fatalf("%s %s: %s", method, body, res.Status)
		}
		return res
	}
	var res *http.Response
	if era == mcpclient.Newest {
		h, body := asked(era, "subscriptions/listen", map[string]any{"notifications": map[string]any{"resourceSubscriptions": []string{uri}}})
		res = do("POST", h, body)
	} else {
		h, body := asked(era, "initialize", map[string]any{"protocolVersion": era, "clientInfo": map[string]any{"name": "tester", "version": "1"}, "capabilities": map[string]any{}})
		session := do("POST", h, body).Header.Get("Mcp-Session-Id")
		h, body = asked(era, "resources/subscribe", map[string]any{"uri": uri})
		h.Set("Mcp-Session-Id", session)
		do("POST", h, body)
		res = do("GET", http.Header{"Accept": {"text/event-stream"}, "Mcp-Session-Id": {session}}, "")
	}
	st := &stream{heard: make(chan string, 100), ended: make(chan bool)}
	begun := make(chan bool, 1)
	go func() {
		defer close(st.ended)
		for lines := bufio.NewReader(res.Body); ; {
			line, err := lines.ReadBytes('\n')
			if err != nil {
				return
			}
			select {
			case begun <- true: // something was said: it is served
			default:
			}
			var m struct {
				Method string
				Params struct{ URI string }
			}
			if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok && json.Unmarshal(data, &m) == nil && m.Method == "notifications/resources/updated" {
				st.heard <- m.Params.URI
			}
		}
	}()
	select {
	case <-begun:
	case <-time.After(20 * time.Second):
		t.Fatal("the stream does not begin")
	}
	return st
}

// TestARevokedKeyHearsNoMore revokes a key, in another process, while a stream
// is open with it.
func TestARevokedKeyHearsNoMore(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			s, key, owner := h.serve(), h.key("viewer", nil), h.key("owner", nil)
			st := s.listen(t, era, key)
			capture := func(text string) {
				if got := s.call(era, owner.token, "capture_signals", map[string]any{"signals": []any{map[string]string{"text": text}}}); got.StatusCode != 200 || got.refused() != "" {
					t.Fatal(got.text)
				}
			}
			capture("While it is good")
			select {
			case uri := <-st.heard:
				if uri != "custory://workspace" {
					t.Errorf("it hears of %s", uri)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it hears nothing")
			}
			if out, err := command(t.Context(), "key", "revoke", string(key.id), "--db", h.db); err != nil {
				t.Fatal(out, err)
			}
			for len(st.heard) > 0 { // of the revocation's own change nothing may be told; of the one before it may be once more
				<-st.heard
			}
			capture("When it is good no longer")
			select {
			case <-st.ended:
			case <-time.After(20 * time.Second):
				t.Fatal("the stream goes on")
			}
			if n := len(st.heard); n > 0 {
				t.Errorf("it hears of %d more changes", n)
			}
			if got := s.call(era, key.token, "recall", map[string]string{}); got.StatusCode != 401 || !strings.Contains(got.message(), "was revoked") {
				t.Errorf("a call with it: %d %s", got.StatusCode, got.text)
			}
		})
	}
}

// TestWhatCannotBeTakenBackIsConfirmed revokes keys and removes members, each
// in both eras: with a form where the client shows one, and in two steps.
func TestWhatCannotBeTakenBackIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, owner, other := h.serve(), h.key("owner", nil), h.key("owner", nil)
	for _, era := range eras {
		victim, spare := h.key("viewer", nil), h.key("viewer", nil)
		revoke := map[string]any{"key": string(victim.id)}
		answer := "decline"
		var shown []string
		asking := s.connect(owner, mcpclient.Options{Protocol: era, Elicit: func(message string) string { shown = append(shown, message); return answer }})
		plain, foreign := s.connect(owner, mcpclient.Options{Protocol: era}), s.connect(other, mcpclient.Options{Protocol: era})
		head := h.head()
		refused := func(c *mcpclient.Client, tool string, args map[string]any, want string) {
			t.Helper()
			err := c.Call(t.Context(), tool, args, nil)
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "nothing was changed") || h.head() != head {
				t.Errorf("%s: %s %v: %v, want %s", era, tool, args, err, want)
			}
		}
		refused(asking, "revoke_key", revoke, "not confirmed")
		if len(shown) != 1 || !strings.Contains(shown[0], "This cannot be taken back.") || !strings.Contains(shown[0], string(victim.id)) {
			t.Errorf("%s: the person is shown %q", era, shown)
		}
		token := firstStep(t, plain, "revoke_key", revoke)
		with := func(args map[string]any, token string) map[string]any {
			return map[string]any{"key": args["key"], "confirm": token}
		}
		refused(plain, "revoke_key", with(map[string]any{"key": string(spare.id)}, token), "the arguments are not those")
		refused(foreign, "revoke_key", with(revoke, token), "not given to you")
		refused(plain, "revoke_key", with(revoke, "A"+token[1:]+"A"), "")
		refused(plain, "revoke_key", with(revoke, token[1:]), "has been altered")
		refused(plain, "remove_member", map[string]any{"member": "Vera Holm", "confirm": token}, "not given to you for remove_member")
		if got := s.call(era, victim.token, "recall", map[string]string{}); got.StatusCode != 200 {
			t.Errorf("%s: the key was revoked: %s", era, got.text)
		}
		if err := plain.Call(t.Context(), "revoke_key", with(revoke, token), nil); err != nil {
			t.Errorf("%s: the second step: %v", era, err)
		}
		if got := s.call(era, victim.token, "recall", map[string]string{}); got.StatusCode != 401 {
			t.Errorf("%s: the revoked key: %d %s", era, got.StatusCode, got.text)
		}
		head = h.head()
		refused(plain, "revoke_key", with(revoke, token), "was used already")
		token = firstStep(t, plain, "revoke_key", map[string]any{"key": string(spare.id)})
		elsewhere := h.serve().connect(owner, mcpclient.Options{Protocol: era})
		refused(elsewhere, "revoke_key", map[string]any{"key": string(spare.id), "confirm": token}, "has been altered")
		answer = "accept"
		if err := asking.Call(t.Context(), "revoke_key", map[string]any{"key": string(spare.id)}, nil); err != nil {
			t.Errorf("%s: agreed: %v", era, err)
		}
		if got := s.call(era, spare.token, "recall", map[string]string{}); got.StatusCode != 401 {
			t.Errorf("%s: the revoked key: %d %s", era, got.StatusCode, got.text)
		}
	}
}

// firstStep is the token that a call answers which nobody has agreed to.
func firstStep(t *testing.T, c *mcpclient.Client, tool string, args map[string]any) string {
	t.Helper()
	var out struct{ Would, Confirm, Next any }
	if err := c.Call(t.Context(), tool, args, &out); err != nil {
		t.Fatal(err)
	}
	token := fmt.Sprint(out.Confirm)
	if !strings.Contains(fmt.Sprint(out.Next), "nothing was changed") || len(token) < 20 {
		t.Fatalf("%s answers %+v", tool, out)
	}
	return token
}

// TestARemovedMemberIsOutAtOnce removes somebody after a person has agreed.
func TestARemovedMemberIsOutAtOnce(t *testing.T) {
	t.Parallel()
	for _, era := range eras {
		h := newHouse(t)
		s, owner, editor := h.serve(), h.key("owner", nil), h.key("editor", nil)
		head, answer := h.head(), "cancel"
		c := s.connect(owner, mcpclient.Options{Protocol: era, Elicit: func(string) string { return answer }})
		remove := map[string]any{"member": "Ed Archer"}
		if err := c.Call(t.Context(), "remove_member", remove, nil); err == nil || !strings.Contains(err.Error(), "not confirmed") || h.head() != head {
			t.Errorf("%s: not agreed: %v", era, err)
		}
		answer = "accept"
		var out struct {
			KeysRevoked int `json:"keys_revoked"`
		}
		if err := c.Call(t.Context(), "remove_member", remove, &out); err != nil || out.KeysRevoked != 1 {
			t.Errorf("%s: agreed: %+v, %v", era, out, err)
		}
		if got := s.call(era, editor.token, "recall", map[string]string{}); got.StatusCode != 401 || !strings.Contains(got.message(), "was revoked") {
			t.Errorf("%s: the key of who was removed: %d %s", era, got.StatusCode, got.text)
		}
		if err := c.Call(t.Context(), "undo", map[string]any{}, nil); err != nil {
			t.Errorf("%s: the member comes back: %v", era, err)
		}
		if got := s.call(era, editor.token, "recall", map[string]string{}); got.StatusCode != 401 {
			t.Errorf("%s: the key of who came back: %d %s", era, got.StatusCode, got.text)
		}
	}
}
