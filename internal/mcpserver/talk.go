package mcpserver

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// A speaker is where an exchange goes.
type speaker interface {
	// say writes a message that is no answer. After an error it says no more.
	say(line []byte) error
	// alive writes something that means nothing, so that whoever passes the
	// messages on does not think that there will be no more.
	alive() error
}

// A talk is what is said on an exchange before the answer. Most have nothing to
// say; a goroutine that speaks begins with the first thing there is.
type talk struct {
	*exchange
	to     speaker
	beat   time.Duration      // between signs of life; 0: none
	since  time.Time          // the request is served
	cancel context.CancelFunc // of the request
	broken bool               // nothing can be said any more

	mu           sync.Mutex
	begun, ended bool

	// What follows is there from the beginning on; before, and if it is too late
	// to begin, nobody receives.
	notes chan mcp.JSONRPCNotification // from mcp-go
	ring  chan struct{}                // there is progress to tell, or a line to say
	over  chan struct{}                // is closed when there is the answer
	quiet chan struct{}                // and then, when nothing is said any more
}

// begin has somebody speak, unless somebody does or it is too late.
func (t *talk) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.begun || t.ended {
		return
	}
	t.begun = true
	t.notes, t.ring = make(chan mcp.JSONRPCNotification, maxNotes), make(chan struct{}, 1)
	t.over, t.quiet = make(chan struct{}), make(chan struct{})
	go t.run()
}

// end says what is left to say. Nothing is said after it.
func (t *talk) end() {
	t.mu.Lock()
	t.ended = true
	begun := t.begun
	t.mu.Unlock()
	if begun {
		close(t.over)
		<-t.quiet
	}
	for {
		select {
		case n := <-t.notes:
			t.speak(encode(t.labelled(n)))
		default:
			t.flush(true)
			return
		}
	}
}

// run speaks until there is the answer.
func (t *talk) run() {
	defer close(t.quiet)
	defer func() {
		if v := recover(); v != nil {
			t.log.Error("panic", "err", fmt.Sprint(v), "stack", string(debug.Stack()))
			t.breaks()
		}
	}()
	var beats <-chan time.Time
	if t.beat > 0 {
		ticker := time.NewTicker(t.beat)
		defer ticker.Stop()
		beats = ticker.C
		if time.Since(t.since) >= t.beat {
			t.live()
		}
	}
	var changed <-chan struct{} // of what is listened to, from the acknowledgement on
	var later <-chan time.Time
	for {
		select {
		case n := <-t.notes:
			t.speak(encode(t.labelled(n)))
			if n.Method == mcp.MethodNotificationSubscriptionsAcknowledged {
				changed = t.watch.ring
			}
		case <-changed:
			for _, uri := range t.watch.take() {
				t.speak(updated(uri, t.request))
			}
		case <-t.ring:
			later = t.flush(false)
		case <-later:
			later = t.flush(false)
		case <-beats:
			t.live()
		case <-t.over:
			return
		}
	}
}

// breaks gives up: if nothing can be said, nobody waits for the answer.
func (t *talk) breaks() {
	t.broken = true
	t.cancel()
}

// speak says a message.
func (t *talk) speak(line []byte, err error) {
	if err != nil {
		t.log.Error("encode a message", "err", err)
	} else if !t.broken && t.to.say(line) != nil {
		t.breaks()
	}
}

// live shows that there will be an answer.
func (t *talk) live() {
	if !t.broken && t.to.alive() != nil {
		t.breaks()
	}
}

// flush says what waits. Progress that was told just now is told later, when
// the channel it returns says so, unless all is to be said.
func (t *talk) flush(all bool) (later <-chan time.Time) {
	x := t.exchange
	x.mu.Lock()
	lines, p, wait := x.lines, x.progress, time.Until(x.told.Add(progressPause))
	x.lines = nil
	switch {
	case p == nil:
	case all || wait <= 0:
		x.progress, x.told = nil, time.Now()
	default:
		p, later = nil, time.After(wait)
	}
	x.mu.Unlock()
	for _, l := range lines {
		t.speak(l, nil)
	}
	if p != nil {
		t.speak(encode(p.note()))
	}
	return later
}
