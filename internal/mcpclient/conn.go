package mcpclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// An RPCError is a request refused by the protocol, not by a tool.
type RPCError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func (e *RPCError) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// ErrClosed is a request to a server that has gone.
var ErrClosed = errors.New("the connection is closed")

// A conn matches answers to requests.
type conn struct {
	writing sync.Mutex
	out     io.WriteCloser

	mu      sync.Mutex
	last    int
	waiting map[int]chan answer
	err     error // why there will be no more answers
}

// A message is a request, or without an ID a notification.
type message struct {
	JSONRPC string         `json:"jsonrpc"`
	ID      int            `json:"id,omitempty"`
	Method  string         `json:"method"`
	Params  map[string]any `json:"params,omitempty"`
}

type answer struct {
	ID     *int            `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *RPCError       `json:"error"`
}

func newConn(in io.Reader, out io.WriteCloser) *conn {
	c := &conn{out: out, waiting: map[int]chan answer{}}
	go c.read(in)
	return c
}

// read hands answers to who waits for them.
func (c *conn) read(in io.Reader) {
	lines := bufio.NewReaderSize(in, 64<<10)
	var err error
	for err == nil {
		var line []byte
		var a answer
		line, err = lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if e := json.Unmarshal(line, &a); e != nil {
			err = fmt.Errorf("the server wrote what is not an answer: %w", e)
			break
		}
		if a.ID == nil {
			continue // a notification, or an answer to what could not be read
		}
		c.mu.Lock()
		ch := c.waiting[*a.ID]
		delete(c.waiting, *a.ID)
		c.mu.Unlock()
		if ch != nil {
			ch <- a
		}
	}
	c.fail(err)
}

// fail ends every request that waits, and those to come.
func (c *conn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = ErrClosed
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
			c.err = errors.Join(ErrClosed, err)
		}
	}
	for id, ch := range c.waiting {
		delete(c.waiting, id)
		close(ch)
	}
}

// request asks, and waits for the answer. If ctx ends first, the server is
// told.
func (c *conn) request(ctx context.Context, method string, params map[string]any) (json.RawMessage, error) {
	ch := make(chan answer, 1)
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return nil, c.err
	}
	c.last++
	id := c.last
	c.waiting[id] = ch
	c.mu.Unlock()
	if err := c.write(message{"2.0", id, method, params}); err != nil {
		c.forget(id)
		return nil, err
	}
	select {
	case a, ok := <-ch:
		switch {
		case !ok:
			c.mu.Lock()
			defer c.mu.Unlock()
			return nil, c.err
		case a.Error != nil:
			return nil, a.Error
		}
		return a.Result, nil
	case <-ctx.Done():
		c.forget(id)
		return nil, errors.Join(ctx.Err(), c.notify("notifications/cancelled", map[string]any{"requestId": id}))
	}
}

func (c *conn) forget(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

func (c *conn) notify(method string, params map[string]any) error {
	return c.write(message{JSONRPC: "2.0", Method: method, Params: params})
}

// write sends a message as one line.
func (c *conn) write(m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode %s: %w", m.Method, err)
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	if _, err = c.out.Write(append(b, '\n')); err != nil {
		return errors.Join(ErrClosed, err)
	}
	return nil
}

func (c *conn) close() error {
	err := c.out.Close()
	c.fail(nil)
	return err
}
