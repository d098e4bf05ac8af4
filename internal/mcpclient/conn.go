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
	hear    func(incoming) any
	writing sync.Mutex
	out     io.WriteCloser

	mu      sync.Mutex
	waiting map[int64]chan incoming
	err     error // why there will be no more answers
}

// A message is a request, or without an ID a notification.
type message struct {
	JSONRPC string         `json:"jsonrpc"`
	ID      int64          `json:"id,omitempty"`
	Method  string         `json:"method"`
	Params  map[string]any `json:"params,omitempty"`
}

// An incoming message is an answer, or with a method what the server says by
// itself.
type incoming struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *RPCError       `json:"error"`
}

// answers is the id of the request that the message answers, 0 if none.
func (m incoming) answers() (id int64) {
	if m.Method != "" || json.Unmarshal(m.ID, &id) != nil {
		return 0
	}
	return id
}

// outcome is what an answer comes to.
func (m incoming) outcome() (json.RawMessage, error) {
	if m.Error != nil {
		return nil, m.Error
	}
	return m.Result, nil
}

// A reply is an answer to what the server asked.
type reply struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result"`
}

func newConn(in io.Reader, out io.WriteCloser, hear func(incoming) any) *conn {
	c := &conn{hear: hear, out: out, waiting: map[int64]chan incoming{}}
	go c.read(in)
	return c
}

// read hands answers to who waits for them.
func (c *conn) read(in io.Reader) {
	lines := bufio.NewReaderSize(in, 64<<10)
	var err error
	for err == nil {
		var line []byte
		var m incoming
		line, err = lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if e := json.Unmarshal(line, &m); e != nil {
			err = fmt.Errorf("the server wrote what is not an answer: %w", e)
			break
		}
		if m.Method != "" {
			if res := c.hear(m); m.ID != nil {
				go func() { _ = c.send(context.Background(), reply{"2.0", m.ID, res}) }()
			}
			continue
		}
		id := m.answers()
		c.mu.Lock()
		ch := c.waiting[id]
		delete(c.waiting, id)
		c.mu.Unlock()
		if ch != nil {
			ch <- m
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

func (c *conn) request(ctx context.Context, m message) (json.RawMessage, error) {
	ch := make(chan incoming, 1)
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return nil, c.err
	}
	c.waiting[m.ID] = ch
	c.mu.Unlock()
	if err := c.send(ctx, m); err != nil {
		c.forget(m.ID)
		return nil, err
	}
	select {
	case a, ok := <-ch:
		if !ok {
			c.mu.Lock()
			defer c.mu.Unlock()
			return nil, c.err
		}
		return a.outcome()
	case <-ctx.Done():
		c.forget(m.ID)
		return nil, errors.Join(ctx.Err(), c.send(ctx, withdrawal(m)))
	}
}

// withdrawal tells the server that nobody waits for an answer any more.
func withdrawal(m message) message {
	return message{JSONRPC: "2.0", Method: "notifications/cancelled", Params: map[string]any{"requestId": m.ID}}
}

func (c *conn) forget(id int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, id)
}

// send sends a message as one line.
func (c *conn) send(_ context.Context, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
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
