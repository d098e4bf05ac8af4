package httpserver

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// What goes on when the server is asked to end is finished, and nothing new is
// begun.
func TestEndingInOrder(t *testing.T) {
	g := &gated{goOn: make(chan struct{})}
	var left sync.WaitGroup
	w := open(t, func(c *Config) {
		c.MCP = g
		left.Add(1)
		c.EndStreams = func(context.Context) error { left.Done(); return errors.New("one would not") }
	})
	var all sync.WaitGroup
	var call reply
	all.Go(func() { call = w.call(goodKey) })
	all.Go(func() { w.ask("GET", "/mcp", with(goodKey), nil) }) // ends although nobody goes on
	waitFor(t, "a call and a stream", func() bool { return g.inside.Load() == 2 })
	ended := make(chan error, 1)
	go func() { ended <- w.stop() }()
	left.Wait()
	waitFor(t, "the stream's end", func() bool { return g.inside.Load() == 1 })
	waitFor(t, "the listener's end", func() bool { _, err := http.Get(w.url + "/livez"); return err != nil })
	if got := record(w.srv, incoming("GET", "/readyz", "")); got.Code != 503 || !strings.Contains(got.Body.String(), "about to end") {
		t.Errorf("readiness: %d %s", got.Code, got.Body)
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended with a call in flight: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(g.goOn)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	all.Wait()
	if call.StatusCode != 200 || !strings.Contains(call.text, `"result":{}`) {
		t.Errorf("the call: %d %s", call.StatusCode, call.text)
	}
	if !strings.Contains(w.log.String(), "one would not") {
		t.Error("the log does not say that a stream would not end")
	}
}

// A call that takes longer than the grace is cancelled, and may still say so.
func TestEndingACallThatTakesTooLong(t *testing.T) {
	g := &gated{goOn: make(chan struct{})}
	w := open(t, func(c *Config) { c.MCP, c.Limits.Grace = g, 100*time.Millisecond })
	var all sync.WaitGroup
	all.Go(func() {
		if got := w.call(goodKey); !strings.Contains(got.text, `"isError":true`) {
			t.Errorf("the call: %d %s", got.StatusCode, got.text)
		}
	})
	waitFor(t, "a call", func() bool { return g.inside.Load() == 1 })
	if err := w.stop(); err != nil {
		t.Error(err)
	}
	all.Wait()
	if g.inside.Load() != 0 || !strings.Contains(w.log.String(), "calls are cut off") {
		t.Errorf("%d calls are going on; the log: %s", g.inside.Load(), w.log)
	}
}

func TestReadinessSaysWhyNot(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Ready = func(context.Context) error { return errors.New("disk on fire at /secret") }
	})
	got := w.ask("GET", "/readyz", with(""), nil)
	if got.StatusCode != 503 || got.message() != "the database does not answer" {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
	if !strings.Contains(w.log.String(), "disk on fire") {
		t.Error("the log does not say why")
	}
	if got := w.ask("GET", "/livez", with(""), nil); got.StatusCode != 200 {
		t.Errorf("it is alive all the same: %d", got.StatusCode)
	}
}

func TestAPanicEndsOneRequest(t *testing.T) {
	w := open(t, func(c *Config) {
		c.MCP = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete {
				_, _ = w.Write([]byte("half"))
			}
			panic("secret")
		})
	})
	got := w.call(goodKey)
	if got.StatusCode != 500 || !strings.Contains(got.message(), got.Header.Get("X-Request-Id")) || strings.Contains(got.text, "secret") {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
	r, err := http.NewRequest("DELETE", w.url+"/mcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = with(goodKey)
	if res, err := http.DefaultClient.Do(r); err == nil {
		_, err = res.Body.Read(make([]byte, 100))
		if err == nil || err.Error() == "EOF" {
			t.Error("half an answer looks like a whole one")
		}
	}
	if !strings.Contains(w.log.String(), `"msg":"panic"`) || !strings.Contains(w.log.String(), "run_test.go") {
		t.Errorf("the log says %s", w.log)
	}
}

func TestServersThatCannotBe(t *testing.T) {
	door := newDoor()
	for what, cfg := range map[string]Config{
		"without a protocol":        {Identify: door},
		"without a door":            {MCP: http.NotFoundHandler()},
		"an issuer nobody can find": {MCP: http.NotFoundHandler(), Identify: door, Issuer: "https://login.example"},
		"an origin with a path":     {MCP: http.NotFoundHandler(), Identify: door, AllowedOrigins: []string{"https://a.example/x"}},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: it is made", what)
		}
	}
}

// Who does not let go of a stream keeps nobody from being told at once that
// the server takes no more.
func TestNothingNewIsBegunWhileAStreamIsSlowToEnd(t *testing.T) {
	slow, goOn := make(chan struct{}), make(chan struct{})
	w := open(t, func(c *Config) {
		c.EndStreams = func(context.Context) error { close(slow); <-goOn; return nil }
	})
	defer close(goOn)
	go func() { _ = w.stop() }()
	<-slow
	waitFor(t, "the listener's end", func() bool { _, err := http.Get(w.url + "/livez"); return err != nil })
}
