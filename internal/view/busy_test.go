package view_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"custory/store/storetest"
)

// A busy server refuses what comes with one method, as often as it is told to.
type busy struct {
	method string
	after  int // seconds to wait
	next   http.Handler

	mu     sync.Mutex
	times  int
	bodies []string
	at     []time.Time
}

func (s *busy) behind(next http.Handler) http.Handler { s.next = next; return s }

// refuse has the next ones wait for so many seconds.
func (s *busy) refuse(method string, times, after int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.method, s.times, s.after, s.bodies, s.at = method, times, after, nil, nil
}

func (s *busy) heard() ([]string, []time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies, s.at
}

func (s *busy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if after, refused := s.counts(r); refused {
		w.Header().Set("Retry-After", strconv.Itoa(after))
		http.Error(w, `{"jsonrpc": "2.0", "id": null, "error": {"code": -32000, "message": "slow down"}}`, http.StatusTooManyRequests)
		return
	}
	s.next.ServeHTTP(w, r)
}

func (s *busy) counts(r *http.Request) (after int, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Mcp-Method") != s.method {
		return 0, false
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.bodies, s.at = append(s.bodies, string(body)), append(s.at, time.Now())
	s.times--
	return s.after, s.times >= 0
}

func TestWhatComesTooSoonIsAskedAgain(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	s := &busy{}
	s.refuse("resources/read", 2, 1)
	url := w.serve(s.behind).URL
	b := open(t)
	b.broken = true
	b.signIn(url, w.token["owner"])
	b.until("document.querySelectorAll('.card').length > 20 && document.querySelector('.cue')?.dataset.state === 'live'")
	bodies, at := s.heard()
	if len(bodies) < 3 || bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Fatalf("it asked %q", bodies)
	}
	for n := range 2 {
		if waited := at[n+1].Sub(at[n]); waited < time.Second {
			t.Errorf("it came again after %v", waited)
		}
	}

	id := w.find(mailed)
	b.click("[data-item=" + id + "]")
	b.until("document.querySelector('.scale')")
	s.refuse("tools/call", 2, 1)
	b.click("[aria-label='Severity 2 of 5']")
	b.until("document.querySelector('.scale [aria-pressed=true]').textContent === '2'")
	if bodies, _ := s.heard(); len(bodies) != 3 || w.item(id).Version != 2 {
		t.Errorf("it asked %d times, and the item is at version %d", len(bodies), w.item(id).Version)
	}
}

func TestWhatComesTooSoonTooOftenIsTold(t *testing.T) {
	storetest.Long(t)
	w := told(t)
	s := &busy{}
	url := w.serve(s.behind).URL
	b := open(t)
	b.broken = true
	b.signIn(url, w.token["owner"])
	b.until("document.querySelectorAll('.card').length > 20")
	b.click("[data-item=" + w.find(mailed) + "]")
	b.until("document.querySelector('.scale')")
	for _, tt := range []struct{ after, asks int }{{1, 4}, {16, 1}} {
		s.refuse("tools/call", 100, tt.after)
		b.click("[aria-label='Severity 2 of 5']")
		b.until("document.querySelector('.fault').textContent.includes('Too many requests')")
		if bodies, _ := s.heard(); len(bodies) != tt.asks {
			t.Errorf("told to come after %d s, it asked %d times, not %d", tt.after, len(bodies), tt.asks)
		}
		b.click(".close")
		b.click("[data-item=" + w.find(mailed) + "]")
	}
}
