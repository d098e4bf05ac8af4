package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// How much one client may have going on. A client that sends more waits: it is
// read from again when there is room.
const (
	maxRunning = 16       // requests served at once
	maxWaiting = 256      // requests in all
	maxHeld    = 32 << 20 // bytes of them
)

// ServeStdio serves one client, which writes its messages to in and reads from
// out, a line each. It returns when in ends, out breaks or ctx does. What was
// asked until then is still answered, if that does not take long.
//
// mcp-go's own transport is not used: at the end of its input it drops calls
// that wait and cancels those that run, it reads lines of any length, and it
// allows one connection in a process.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	c := &conn{
		Server:  s,
		session: s.session(),
		out:     out,
		gate:    newGate(maxWaiting, maxHeld),
		queue:   make(chan *queued, maxWaiting),
		asked:   map[string]*queued{},
		writing: make(chan struct{}, 1),
		broken:  make(chan struct{}),
		over:    make(chan struct{}),
	}
	defer c.end()
	serving = s.mcp.WithContext(serving, c.session)
	for range maxRunning {
		go c.work()
	}
	read := make(chan error, 1)
	go func() { read <- c.read(serving, in) }()

	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
	case <-c.broken:
		err = c.writeErr
		stop()
	}
	c.gate.close()
	if wait(c.gate.empty, s.grace) {
		return err
	}
	stop()
	if wait(c.gate.empty, s.grace/3) {
		return err
	}
	return errors.Join(err, errors.New("requests were left unanswered"))
}

// wait reports whether something happens in time.
func wait(event <-chan struct{}, most time.Duration) bool {
	select {
	case <-event:
		return true
	case <-time.After(most):
		return false
	}
}

// A conn is one client of a server.
type conn struct {
	*Server
	session *server.InProcessSession
	gate    *gate
	queue   chan *queued // as long as the gate is wide, so that sending never waits

	mu    sync.Mutex
	asked map[string]*queued // what is not answered yet, by id

	out      io.Writer
	writing  chan struct{} // holds a token while a line is written
	writeErr error         // the first, when
	broken   chan struct{} // is closed
	over     chan struct{} // closed at the end
}

// end sees to it that nothing is written any more. A client that does not read
// may keep a line half written; that is not waited for.
func (c *conn) end() {
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-time.After(c.grace / 3):
	}
	close(c.over)
}

// A queued request waits to be served.
type queued struct {
	message
	ctx       context.Context
	cancel    context.CancelFunc
	withdrawn bool // by the client, which wants no answer then
}

// read takes in messages until there are no more.
func (c *conn) read(ctx context.Context, in io.Reader) error {
	lines := newLineReader(in, c.maxMessage)
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, errLong):
			c.refuse(nil, bad(mcp.INVALID_REQUEST, fmt.Sprintf("message larger than %s; send fewer signals in one call", mebibytes(c.maxMessage))))
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read: %w", err)
		}
		if len(bytes.TrimSpace(line)) > 0 && !c.take(ctx, line) {
			return nil
		}
	}
}

// mebibytes is a size in words.
func mebibytes(n int) string {
	if n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// take deals with one message. It reports false when no more are wanted.
func (c *conn) take(ctx context.Context, line []byte) bool {
	m, bad := parse(line)
	switch {
	case bad != nil:
		c.refuse(m.ID, bad)
	case m.ID == nil:
		c.notice(m)
	case m.Method == "": // an answer, and nothing was asked
	case m.Method == string(mcp.MethodInitialize): // at once, since what follows depends on it
		c.reply(m.ID, c.handle(ctx, m))
	default:
		if !c.gate.enter(len(line)) {
			return false
		}
		q := &queued{message: m}
		q.ctx, q.cancel = context.WithCancel(ctx)
		c.mu.Lock()
		c.asked[string(m.ID)] = q
		c.mu.Unlock()
		c.queue <- q
	}
	return true
}

// notice takes note of what needs no answer.
func (c *conn) notice(m message) {
	if m.Method != string(mcp.MethodNotificationCancelled) {
		return
	}
	var p struct {
		ID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.asked[string(p.ID)]; q != nil {
		q.withdrawn = true
		q.cancel()
	}
}

// work serves requests until the end.
func (c *conn) work() {
	for {
		select {
		case <-c.over:
			return
		case q := <-c.queue:
			c.serve(q)
		}
	}
}

// serve answers a request, unless the client has withdrawn it.
func (c *conn) serve(q *queued) {
	defer c.gate.leave(len(q.line))
	defer q.cancel()
	a := c.handle(q.ctx, q.message)
	c.mu.Lock()
	if c.asked[string(q.ID)] == q { // a client may use an id twice
		delete(c.asked, string(q.ID))
	}
	withdrawn := q.withdrawn
	c.mu.Unlock()
	if !withdrawn {
		c.reply(q.ID, a)
	}
}

// reply writes an answer, and before it what handlers had to say meanwhile.
func (c *conn) reply(id json.RawMessage, m mcp.JSONRPCMessage) {
	for {
		select {
		case n := <-c.session.ClientNotifications():
			c.write(encodeAnswer(nil, n))
			continue
		default:
		}
		break
	}
	b, err := encodeAnswer(id, m)
	if err != nil {
		c.log.Error("encode an answer", "err", err)
		b, err = encode(answer{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: bad(mcp.INTERNAL_ERROR, "internal error; the server's log has the details")})
	}
	c.write(b, err)
}

// refuse answers a message that cannot be served.
func (c *conn) refuse(id json.RawMessage, e *rpcError) {
	c.write(encode(answer{JSONRPC: mcp.JSONRPC_VERSION, ID: id, Error: e}))
}

// write sends one line, whole.
func (c *conn) write(line []byte, err error) {
	select {
	case c.writing <- struct{}{}:
		defer func() { <-c.writing }()
	case <-c.over:
		return
	}
	select {
	case <-c.over:
		return
	default:
	}
	if c.writeErr != nil {
		return
	}
	if err == nil {
		_, err = c.out.Write(append(line, '\n'))
	}
	if err != nil {
		c.writeErr = fmt.Errorf("write: %w", err)
		close(c.broken)
	}
}
