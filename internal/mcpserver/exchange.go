package mcpserver

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// maxNotes is how many notifications of mcp-go's may wait to be written. Those
// of our own coalesce instead.
const maxNotes = 32

// An exchange is one request and all that goes to and fro until its answer. For
// mcp-go it is a session: nothing of a request outlives it.
type exchange struct {
	*peer
	*Server

	id      string          // of what mcp-go takes for a session
	request json.RawMessage // the id of the request
	watch   *watch          // of the connection, or of this request if it listens; nil: nothing can be watched
	owner   string          // whose answers are those to what is asked here; "": nothing can be asked
	ctx     context.Context // of the request, while it is served

	level     mcp.LoggingLevel       // from which on a client before 2026-07-28 is told of the log
	keepLevel func(mcp.LoggingLevel) // for the requests to come; nil: it cannot be kept

	notes chan mcp.JSONRPCNotification // from mcp-go
	ring  chan struct{}                // there is progress to tell, or a line to say

	mu       sync.Mutex
	progress *progress
	told     time.Time         // when progress was told last
	lines    []json.RawMessage // that wait to be said
	filter   mcp.SubscriptionFilter
	listens  bool
}

// newExchange returns the exchange for a message of a client.
func (s *Server) newExchange(id string, c *peer, m message) *exchange {
	return &exchange{
		Server: s, peer: c, id: id, request: m.ID,
		notes: make(chan mcp.JSONRPCNotification, maxNotes),
		ring:  make(chan struct{}, 1),
	}
}

// A speaker is where an exchange goes.
type speaker interface {
	// say writes a message that is no answer. After an error it says no more.
	say(line []byte) error
	// alive writes something that means nothing, so that whoever passes the
	// messages on does not think that there will be no more.
	alive() error
}

// serve serves the request and returns its answer. Meanwhile it says what there
// is to say, and at each beat, if there are any, that it is alive; all of that
// is said before it returns. If nothing can be said any more, the request is
// cancelled. code is that of an error, or 0.
func (x *exchange) serve(ctx context.Context, m message, to speaker, beat <-chan time.Time) (line []byte, code int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan mcp.JSONRPCMessage, 1)
	go func() { done <- x.handle(x.mcp.WithContext(ctx, x), m, x) }()
	broken := false
	speak := func(line []byte, err error) {
		if err != nil {
			x.log.Error("encode a message", "err", err)
		} else if !broken && to.say(line) != nil {
			broken = true
			cancel()
		}
	}
	var changed <-chan struct{} // of what is listened to, from the acknowledgement on
	var later <-chan time.Time
	for {
		select {
		case n := <-x.notes:
			speak(encode(x.labelled(n)))
			if n.Method == mcp.MethodNotificationSubscriptionsAcknowledged {
				changed = x.watch.ring
			}
		case <-changed:
			for _, uri := range x.watch.take() {
				speak(updated(uri, x.request))
			}
		case <-x.ring:
			later = x.flush(speak, false)
		case <-later:
			later = x.flush(speak, false)
		case <-beat:
			if !broken && to.alive() != nil {
				broken = true
				cancel()
			}
		case a := <-done:
			x.drain(speak)
			if e, ok := a.(mcp.JSONRPCError); ok {
				code = e.Error.Code
			}
			return x.encodeAnswer(m.ID, a), code
		}
	}
}

// drain says what is left to say before the answer.
func (x *exchange) drain(speak func([]byte, error)) {
	for {
		select {
		case n := <-x.notes:
			speak(encode(x.labelled(n)))
		default:
			x.flush(speak, true)
			return
		}
	}
}

// flush says what waits. Progress that was told just now is told later, when
// the channel it returns says so, unless all is to be said.
func (x *exchange) flush(speak func([]byte, error), all bool) (later <-chan time.Time) {
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
		speak(l, nil)
	}
	if p != nil {
		speak(encode(p.note()))
	}
	return later
}

// encodeAnswer writes an answer, or that it cannot be written.
func (x *exchange) encodeAnswer(id json.RawMessage, m mcp.JSONRPCMessage) []byte {
	b, err := encodeAnswer(id, m)
	if err == nil {
		return b
	}
	x.log.Error("encode an answer", "err", err)
	b, err = encode(answer{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: bad(mcp.INTERNAL_ERROR, internalText)})
	if err != nil {
		panic(err) // the id came as JSON, and the rest is constant
	}
	return b
}

// put has a line said, unless so many wait already.
func (x *exchange) put(line json.RawMessage, most int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.lines) < most {
		x.lines = append(x.lines, line)
		x.ringing()
	}
}

// ringing wakes up serve.
func (x *exchange) ringing() {
	select {
	case x.ring <- struct{}{}:
	default:
	}
}

// What follows makes an exchange a session of mcp-go's.

// SessionID tells exchanges apart.
func (x *exchange) SessionID() string { return x.id }

// Initialize does nothing: an exchange begins ready.
func (x *exchange) Initialize() {}

// Initialized reports that notifications may be sent.
func (x *exchange) Initialized() bool { return true }

// NotificationChannel takes notifications.
func (x *exchange) NotificationChannel() chan<- mcp.JSONRPCNotification { return x.notes }
