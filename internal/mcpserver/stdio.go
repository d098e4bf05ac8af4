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
)

// How much one client may have going on. A client that sends more waits: it is
// read from again when there is room.
const (
	maxRunning = 16       // requests served at once
	maxWaiting = 256      // requests in all
	maxHeld    = 32 << 20 // bytes of them
	maxListens = 16       // requests that listen, which are not counted above
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
		id:      s.newID("stdio"),
		peer:    new(peer),
		watch:   s.newWatch(),
		out:     out,
		gate:    newGate(maxWaiting, maxHeld),
		queue:   make(chan *queued, maxWaiting),
		asked:   map[string]*queued{},
		writing: make(chan struct{}, 1),
		broken:  make(chan struct{}),
		over:    make(chan struct{}),
	}
	defer c.end()
	defer c.watch.close()
	listening, deafen := context.WithCancel(serving)
	defer deafen()
	for range maxRunning {
		go c.work()
	}
	go c.tell()
	read := make(chan error, 1)
	go func() { read <- c.read(serving, listening, in) }()

	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
	case <-c.broken:
		err = c.writeErr
		stop()
	}
	deafen()
	wait(c.deaf(), s.grace/3)
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
	id    string
	peer  *peer
	watch *watch
	gate  *gate
	queue chan *queued // as long as the gate is wide, so that sending never waits

	mu        sync.Mutex
	asked     map[string]*queued // what is not answered yet, by id
	listeners int                // requests among them that listen
	listens   sync.WaitGroup     // for those

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
func (c *conn) read(ctx, listening context.Context, in io.Reader) error {
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
		if len(bytes.TrimSpace(line)) > 0 && !c.take(ctx, listening, line) {
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
func (c *conn) take(ctx, listening context.Context, line []byte) bool {
	m, bad := parse(line)
	switch {
	case bad != nil:
		c.refuse(m.ID, bad)
	case m.ID == nil:
		c.notice(m)
	case m.Method == "":
		c.questions.answered(c.id, m)
	case m.Method == string(mcp.MethodInitialize), m.setsLevel(): // at once, since what follows depends on it
		answer, _ := c.exchange(m).serve(ctx, m, c, 0)
		c.write(answer, nil)
	case m.listens():
		c.listen(c.enqueue(listening, m))
	default:
		if !c.gate.enter(len(line)) {
			return false
		}
		c.queue <- c.enqueue(ctx, m)
	}
	return true
}

// exchange is that of a request of this connection.
func (c *conn) exchange(m message) *exchange {
	x := c.newExchange(c.id, c.peer, m)
	x.watch = c.watch
	x.level, x.keepLevel = c.peer.logLevel(), c.peer.setLogLevel
	if !m.modern() {
		x.owner = c.id
	}
	return x
}

// enqueue notes a request, so that it can be withdrawn.
func (c *conn) enqueue(ctx context.Context, m message) *queued {
	q := &queued{message: m}
	q.ctx, q.cancel = context.WithCancel(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[string(m.ID)] = q
	return q
}

// dequeue forgets a request, and reports whether the client still wants its
// answer.
func (c *conn) dequeue(q *queued) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked[string(q.ID)] == q { // a client may use an id twice
		delete(c.asked, string(q.ID))
	}
	return !q.withdrawn
}

// listen serves a request that lasts until the client withdraws it or the
// connection ends.
func (c *conn) listen(q *queued) {
	c.mu.Lock()
	full := c.listeners == maxListens
	if !full {
		c.listeners++
	}
	c.mu.Unlock()
	if full {
		c.dequeue(q)
		c.refuse(q.ID, bad(mcp.INVALID_REQUEST, fmt.Sprintf("%d requests listen, and that is the most; end one, or name all addresses in one", maxListens)))
		return
	}
	c.listens.Go(func() {
		defer q.cancel()
		x := c.exchange(q.message)
		x.watch = c.newWatch()
		defer x.watch.close()
		answer, _ := x.serve(q.ctx, q.message, c, 0)
		c.mu.Lock()
		c.listeners--
		c.mu.Unlock()
		if c.dequeue(q) {
			c.write(answer, nil)
		}
	})
}

// deaf is closed when no request listens any more.
func (c *conn) deaf() <-chan struct{} {
	done := make(chan struct{})
	go func() { c.listens.Wait(); close(done) }()
	return done
}

// tell writes what has changed of that which an older client watches.
func (c *conn) tell() {
	for {
		select {
		case <-c.over:
			return
		case <-c.watch.ring:
			for _, uri := range c.watch.take() {
				c.write(updated(uri, nil))
			}
		}
	}
}

// say writes a message that is no answer.
func (c *conn) say(line []byte) error {
	c.write(line, nil)
	return nil
}

// alive writes nothing: a pipe does not forget that it is open.
func (c *conn) alive() error { return nil }

// notice takes note of what needs no answer.
func (c *conn) notice(m message) {
	id := withdrawnBy(m)
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.asked[string(id)]; q != nil {
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
	answer, _ := c.exchange(q.message).serve(q.ctx, q.message, c, 0)
	if c.dequeue(q) {
		c.write(answer, nil)
	}
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
