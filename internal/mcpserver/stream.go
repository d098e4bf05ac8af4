package mcpserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// writePatience is how long a client may take to accept what is written.
const writePatience = 30 * time.Second

// A stream is the answer to a request over HTTP. It becomes a stream of events
// with the first message that is no answer, if the client takes those.
type stream struct {
	w      http.ResponseWriter
	ctl    *http.ResponseController
	wanted bool         // by the client; otherwise what is no answer is dropped
	may    func() error // whether the client may still hear
	begun  bool
}

// say writes an event.
func (s *stream) say(line []byte) error {
	if !s.wanted {
		return nil
	}
	return s.event("event: message\ndata: ", line, "\n\n")
}

// alive writes a comment, which proxies count as life and clients pass over.
func (s *stream) alive() error {
	if !s.wanted {
		return s.may()
	}
	return s.event(": \n\n", nil, "")
}

func (s *stream) event(before string, line []byte, after string) error {
	if err := s.may(); err != nil {
		return err
	}
	return s.write(before, line, after)
}

// end writes the answer. That it does not arrive is nobody's business any more.
func (s *stream) end(status int, line []byte) {
	defer s.close()
	if s.begun {
		_ = s.write("event: message\ndata: ", line, "\n\n")
		return
	}
	h := s.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(line)))
	s.deadline(time.Now().Add(writePatience))
	s.w.WriteHeader(status)
	_, _ = s.w.Write(line)
	_ = s.ctl.Flush()
}

// leave ends the stream without an answer.
func (s *stream) leave() {
	defer s.close()
	if !s.begun {
		_ = s.write(": \n\n", nil, "")
	}
}

// close leaves the connection as it was, for the next request on it.
func (s *stream) close() { s.deadline(time.Time{}) }

// write writes to the stream of events, and begins it.
func (s *stream) write(before string, line []byte, after string) error {
	s.deadline(time.Now().Add(writePatience))
	if !s.begun {
		h := s.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-cache, no-transform")
		h.Set("X-Accel-Buffering", "no") // a proxy shall not hold it back
		s.w.WriteHeader(http.StatusOK)
		s.begun = true
	}
	_, err := s.w.Write(append(append([]byte(before), line...), after...))
	return errors.Join(err, s.ctl.Flush())
}

// deadline is until when a write must have succeeded, where the server's
// connections have deadlines.
func (s *stream) deadline(t time.Time) { _ = s.ctl.SetWriteDeadline(t) }

// maxStreams is how many streams one actor may have open.
const maxStreams = 64

// Streams counts those that stay open until somebody ends them.
type streams struct {
	mu    sync.Mutex
	byWho map[string]int
	none  chan struct{} // closed when there are no more; nil until somebody waits
}

// open counts one more, until free is called.
func (s *streams) open(who string) (free func(), e *rpcError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byWho[who] >= maxStreams {
		return nil, bad(mcp.INVALID_REQUEST, fmt.Sprintf("%d streams are open, and that is the most; close one", maxStreams))
	}
	if s.byWho == nil {
		s.byWho = map[string]int{}
	}
	s.byWho[who]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.byWho[who]--; s.byWho[who] == 0 {
			delete(s.byWho, who)
		}
		if len(s.byWho) == 0 && s.none != nil {
			close(s.none)
			s.none = nil
		}
	}, nil
}

// wait waits until none is open.
func (s *streams) wait(ctx context.Context) error {
	s.mu.Lock()
	if len(s.byWho) == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.none == nil {
		s.none = make(chan struct{})
	}
	none := s.none
	s.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Flights are what another request can cancel, by a name that need not be
// theirs alone.
type flights struct {
	mu    sync.Mutex
	stops map[string]map[*context.CancelFunc]bool
}

// add lets it be cancelled, until done is called.
func (f *flights) add(name string, stop context.CancelFunc) (done func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stops == nil {
		f.stops = map[string]map[*context.CancelFunc]bool{}
	}
	if f.stops[name] == nil {
		f.stops[name] = map[*context.CancelFunc]bool{}
	}
	f.stops[name][&stop] = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.stops[name], &stop)
		if len(f.stops[name]) == 0 {
			delete(f.stops, name)
		}
	}
}

// cancel cancels what has the name.
func (f *flights) cancel(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for stop := range f.stops[name] {
		(*stop)()
	}
}
