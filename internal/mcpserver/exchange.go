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

	talk *talk // before the answer

	mu       sync.Mutex
	progress *progress
	told     time.Time         // when progress was told last
	lines    []json.RawMessage // that wait to be said
	filter   mcp.SubscriptionFilter
	listens  bool
}

// newExchange returns the exchange for a message of a client.
func (s *Server) newExchange(id string, c *peer, m message) *exchange {
	return &exchange{Server: s, peer: c, id: id, request: m.ID}
}

// serve serves the request and returns its answer. Meanwhile it says what there
// is to say, and at each beat, unless that is 0, that it is alive; all of that
// is said before it returns. If nothing can be said any more, the request is
// cancelled. code is that of an error, or 0.
func (x *exchange) serve(ctx context.Context, m message, to speaker, beat time.Duration) (line []byte, code int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	x.talk = &talk{exchange: x, to: to, beat: beat, since: time.Now(), cancel: cancel}
	if beat > 0 {
		defer time.AfterFunc(beat, x.talk.begin).Stop()
	}
	a := x.handle(x.mcp.WithContext(ctx, x), m, x)
	x.talk.end()
	if e, ok := a.(mcp.JSONRPCError); ok {
		code = e.Error.Code
	}
	return x.encodeAnswer(m.ID, a), code
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

// ringing has it said what there is to say.
func (x *exchange) ringing() {
	x.talk.begin()
	select {
	case x.talk.ring <- struct{}{}:
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

// NotificationChannel takes notifications. Whoever asks for it has some.
func (x *exchange) NotificationChannel() chan<- mcp.JSONRPCNotification {
	x.talk.begin()
	return x.talk.notes
}
