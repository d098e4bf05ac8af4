package httpserver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"custory/schema"
)

func TestAKeyThatAsksTooFast(t *testing.T) {
	w := open(t, func(c *Config) { c.Limits.Rate = 0.5 })
	w.call(goodKey)
	got := w.call(goodKey)
	if got.StatusCode != 429 || got.Header.Get("Retry-After") != "2" || !strings.Contains(got.message(), "slow down") {
		t.Errorf("%d %v %s", got.StatusCode, got.Header, got.text)
	}
	if got := w.call("cus_live_b"); got.StatusCode != 200 {
		t.Errorf("another key: %d %s", got.StatusCode, got.text)
	}
}

func TestAnAddressThatGuesses(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Limits.Failures = 3
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	guess := func(from string) reply {
		return w.ask("POST", "/mcp", with("cus_live_guess", "X-Forwarded-For", from), strings.NewReader(echo))
	}
	for range 3 {
		if got := guess("2001:db8::1"); got.StatusCode != 401 {
			t.Errorf("a guess: %d", got.StatusCode)
		}
	}
	if got := guess("2001:db8::ffff"); got.StatusCode != 429 || got.Header.Get("Retry-After") != "20" {
		t.Errorf("the fourth, from the next address: %d, Retry-After: %s", got.StatusCode, got.Header.Get("Retry-After"))
	}
	if got := guess("2001:db8:0:1::1"); got.StatusCode != 401 {
		t.Errorf("from elsewhere: %d", got.StatusCode)
	}
	if got := w.ask("POST", "/mcp", with(goodKey, "X-Forwarded-For", "2001:db8::1"), strings.NewReader(echo)); got.StatusCode != 200 {
		t.Errorf("a good key from there: %d", got.StatusCode)
	}
	if got := w.ask("POST", "/mcp", with("", "X-Forwarded-For", "2001:db8::1"), strings.NewReader(echo)); got.StatusCode != 401 {
		t.Errorf("no key from there: %d", got.StatusCode)
	}
}

func TestBucketsAreBounded(t *testing.T) {
	b := newBuckets(1e-9, 1)
	b.most = 100
	for n := range 1000 {
		b.take(fmt.Sprint("name ", n))
	}
	if len(b.named) != 100 {
		t.Errorf("%d names are remembered", len(b.named))
	}
	if b.take("one more") == 0 {
		t.Error("those without room do not share")
	}
	b = newBuckets(rate.Limit(1e9), 1) // each is full again at once
	b.most = 100
	for n := range 101 {
		b.take(fmt.Sprint("name ", n))
	}
	if len(b.named) != 1 {
		t.Errorf("%d names are remembered after a sweep", len(b.named))
	}
}

// gated is a protocol whose calls wait until they may go on.
type gated struct {
	inside atomic.Int64
	goOn   chan struct{}
	silent bool // even when somebody listens
}

func (g *gated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(string(body), "subscriptions/listen") && !g.silent {
		w.WriteHeader(http.StatusOK)
	}
	g.inside.Add(1)
	defer g.inside.Add(-1)
	select {
	case <-g.goOn:
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	case <-r.Context().Done():
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":{"isError":true}}`)
	}
}

func TestCallsAtOnce(t *testing.T) {
	g := &gated{goOn: make(chan struct{})}
	w := open(t, func(c *Config) {
		c.MCP, c.Limits.Calls, c.Limits.AllCalls, c.Limits.Wait = g, 2, 3, 50*time.Millisecond
	})
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { w.call(goodKey) })
	}
	waitFor(t, "two calls", func() bool { return g.inside.Load() == 2 })
	if got := w.call(goodKey); got.StatusCode != 429 || got.Header.Get("Retry-After") != "1" {
		t.Errorf("the third of one key: %d %s", got.StatusCode, got.text)
	}
	all.Go(func() { w.call("cus_live_b") })
	waitFor(t, "three calls", func() bool { return g.inside.Load() == 3 })
	if got := w.call("header.id.t"); got.StatusCode != 429 {
		t.Errorf("the fourth of all: %d %s", got.StatusCode, got.text)
	}
	close(g.goOn)
	all.Wait()
	if got := w.call(goodKey); got.StatusCode != 200 {
		t.Errorf("afterwards: %d", got.StatusCode)
	}
	if len(w.srv.calls.named) != 0 {
		t.Errorf("%d names are remembered", len(w.srv.calls.named))
	}
}

func TestACallThatTakesTooLong(t *testing.T) {
	w := open(t, func(c *Config) { c.MCP, c.Limits.CallTime = &gated{goOn: make(chan struct{})}, 50*time.Millisecond })
	if got := w.call(goodKey); !strings.Contains(got.text, `"isError":true`) {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
}

func TestStreamsAtOnce(t *testing.T) {
	g := &gated{goOn: make(chan struct{})}
	w := open(t, func(c *Config) {
		c.MCP, c.Limits.Calls, c.Limits.Streams, c.Limits.CallTime = g, 1, 2, 50*time.Millisecond
	})
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() { w.ask("GET", "/mcp", with(goodKey), nil) })
	all.Go(func() {
		w.ask("POST", "/mcp", with(goodKey), strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`))
	})
	waitFor(t, "two streams", func() bool { return g.inside.Load() == 2 })
	if got := w.ask("GET", "/mcp", with(goodKey), nil); got.StatusCode != 429 || !strings.Contains(got.message(), "streams") {
		t.Errorf("the third: %d %s", got.StatusCode, got.text)
	}
	time.Sleep(200 * time.Millisecond)
	if g.inside.Load() != 2 {
		t.Error("a stream ended as if it were a call")
	}
	if got := w.call(goodKey); got.StatusCode != 200 { // streams take no room of calls
		t.Errorf("a call beside them: %d %s", got.StatusCode, got.text)
	}
	close(g.goOn)
}

// What listens is a call until it begins.
func TestAStreamThatDoesNotBegin(t *testing.T) {
	g := &gated{goOn: make(chan struct{}), silent: true}
	w := open(t, func(c *Config) { c.MCP, c.Limits.CallTime = g, 50*time.Millisecond })
	got := w.ask("POST", "/mcp", with(goodKey), strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}`))
	if !strings.Contains(got.text, `"isError":true`) {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
	if n := len(w.srv.calls.all); n != 0 {
		t.Errorf("%d calls are going on", n)
	}
}

// Who sends slowly takes no room of others.
func TestUnfinishedBodiesKeepNobodyOut(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Limits.Calls, c.Limits.AllCalls, c.Limits.Wait = 4, 2, time.Millisecond
		c.Limits.Bodies = 3000
	})
	w.door.known["cus_live_more"] = schema.Actor{ID: "mem_1", Workspace: "wsp_1", Role: schema.Editor, Key: "key_9"}
	for n := range 3 {
		c, err := net.Dial("tcp", w.host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+goodKey+"\r\nContent-Length: 1000\r\n\r\nabc"); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "a body", func() bool {
			w.srv.bodies.mu.Lock()
			defer w.srv.bodies.mu.Unlock()
			return w.srv.bodies.sum == int64(n+1)*1000
		})
	}
	if got := w.call("cus_live_b"); got.StatusCode != 200 {
		t.Errorf("another member: %d %s", got.StatusCode, got.text)
	}
	if got := w.call("cus_live_more"); got.StatusCode != 429 || !strings.Contains(got.message(), "large messages") {
		t.Errorf("the member, with another key: %d %s", got.StatusCode, got.text)
	}
}

// A stream ends when its key is revoked, and when it lets in somebody who may do
// less than when the stream began.
func TestAStreamEndsWithItsKey(t *testing.T) {
	for name, end := range map[string]func(*fakeDoor, string){"revoked": (*fakeDoor).revoke, "demoted": (*fakeDoor).demote} {
		t.Run(name, func(t *testing.T) {
			g := &gated{goOn: make(chan struct{})}
			w := open(t, func(c *Config) { c.MCP, c.Limits.Recheck = g, 20*time.Millisecond })
			var all sync.WaitGroup
			all.Go(func() { w.ask("GET", "/mcp", with(goodKey), nil) })
			waitFor(t, "a stream", func() bool { return g.inside.Load() == 1 })
			time.Sleep(100 * time.Millisecond)
			if g.inside.Load() != 1 {
				t.Error("it ended while the key was good")
			}
			end(w.door, goodKey)
			waitFor(t, "the end of the stream", func() bool { return g.inside.Load() == 0 })
			all.Wait()
		})
	}
}

// dial sends some bytes, and returns what comes back until the server closes. It
// has closed as well where it resets the connection, as the system does for it
// when bytes arrive that nobody reads any more.
func (w *world) dial(say func(net.Conn)) string {
	w.t.Helper()
	c, err := net.Dial("tcp", w.host)
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	say(c)
	got, err := io.ReadAll(c)
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		w.t.Errorf("the server kept the connection: %v", err)
	}
	return string(got)
}

// Who sends slowly is cut off, in the head and in the body, with a key and
// without.
func TestWhoSendsSlowly(t *testing.T) {
	w := open(t, func(c *Config) { c.Limits.HeadTime, c.Limits.BodyTime = 200*time.Millisecond, 200*time.Millisecond })
	head := "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	drip := func(text string) func(net.Conn) {
		return func(c net.Conn) {
			_, _ = io.WriteString(c, text)
			go func() {
				for range 50 {
					time.Sleep(20 * time.Millisecond)
					if _, err := io.WriteString(c, "x"); err != nil {
						return
					}
				}
			}()
		}
	}
	for _, tt := range []struct{ what, sent, want string }{
		{"a head", head + "X-Slow: ", ""},
		{"a body", head + "Authorization: Bearer " + goodKey + "\r\nContent-Length: 1000\r\n\r\n", "408 Request Timeout"},
		{"a body of unknown length", head + "Authorization: Bearer " + goodKey + "\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n", "408 Request Timeout"},
		{"a body without a key", head + "Content-Length: 1000\r\n\r\n", "401 Unauthorized"},
	} {
		began := time.Now()
		got := w.dial(drip(tt.sent))
		if took := time.Since(began); took > 900*time.Millisecond || tt.want != "" && !strings.Contains(got, tt.want) {
			t.Errorf("%s: after %s: %s", tt.what, took, got)
		}
	}
}

// Who is refused is told so soon, however slow the rest of their request is.
func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	w := open(t, nil)
	began := time.Now()
	got := w.dial(func(c net.Conn) {
		_, _ = io.WriteString(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
	})
	if took := time.Since(began); !strings.Contains(got, "401 Unauthorized") || took > 3*drainTime {
		t.Errorf("after %s: %s", took, got)
	}
}

func TestABodyThatBreaksOff(t *testing.T) {
	w := open(t, nil)
	w.dial(func(c net.Conn) {
		_, _ = io.WriteString(c, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+goodKey+"\r\nContent-Length: 1000\r\n\r\nabc")
		_ = c.(*net.TCPConn).CloseWrite()
	})
	waitFor(t, "its line in the log", func() bool { return strings.Contains(w.log.String(), `"outcome":"broken"`) })
}

// Callers at once get their own answers, and leave nothing behind.
func TestManyCallersAtOnce(t *testing.T) {
	w := open(t, func(c *Config) { c.Limits.Rate = -1 })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}}
	defer client.CloseIdleConnections()
	send := func(n int) error {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"save_items","arguments":{"n":"caller %d"}}}`, n, n)
		r, err := http.NewRequest("POST", w.url+"/mcp", strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header = with(goodKey)
		res, err := client.Do(r)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err == nil && (res.StatusCode != 200 || !strings.Contains(string(text), fmt.Sprintf(`caller %d\"`, n))) {
			err = fmt.Errorf("%d %s", res.StatusCode, text)
		}
		return err
	}
	round := func(each int) {
		var all sync.WaitGroup
		for n := range 200 {
			all.Go(func() {
				for range each {
					if err := send(n); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	round(5)
	before := heap()
	round(25)
	if grown := int64(heap()) - int64(before); grown > 8<<20 {
		t.Errorf("5,000 calls left %d bytes behind", grown)
	}
}

// Who does not take in what it is sent does not keep the server busy.
func TestWhoDoesNotRead(t *testing.T) {
	failed := make(chan error, 2)
	w := open(t, func(c *Config) {
		c.Limits.TakeTime, c.Limits.CallTime, c.Limits.BodyTime, c.Limits.Wait = 100*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond, time.Millisecond
		c.MCP = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			piece := make([]byte, 1<<20)
			for range 100 {
				if _, err := w.Write(piece); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		})
	})
	for _, head := range []string{"GET /mcp HTTP/1.1\r\n", "DELETE /mcp HTTP/1.1\r\n"} {
		c, err := net.Dial("tcp", w.host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, head+"Host: localhost\r\nAuthorization: Bearer "+goodKey+"\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-failed:
			if err == nil {
				t.Errorf("%s100 MiB were taken in by nobody", head)
			}
		case <-time.After(5 * time.Second):
			t.Errorf("%sit is still being served", head)
		}
	}
}
