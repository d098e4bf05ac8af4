package mcpclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
)

// Heard is what is done with the server's notifications.
type heard struct {
	mu       sync.Mutex
	progress map[string]func(done, total float64, what string) // by token
	listens  map[string]*listener                              // by the id of the request
}

// A listener is told of changes at its addresses.
type listener struct {
	uris         map[string]bool
	changed      func(uri string)
	acknowledged chan struct{} // closed when it is
	once         sync.Once
}

// tellProgress tells of the notes with a token, until stop is called.
func (h *heard) tellProgress(id int64, tell func(done, total float64, what string)) (stop func()) {
	token := strconv.FormatInt(id, 10)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.progress == nil {
		h.progress = map[string]func(float64, float64, string){}
	}
	h.progress[token] = tell
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.progress, token)
	}
}

func (h *heard) add(id int64, l *listener) (stop func()) {
	key := strconv.FormatInt(id, 10)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listens == nil {
		h.listens = map[string]*listener{}
	}
	h.listens[key] = l
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listens, key)
	}
}

// hear takes what the server says by itself. The result is the answer, if it
// asked something.
func (c *Client) hear(m incoming) any {
	if m.ID != nil {
		q := inquiry{Method: m.Method}
		_ = json.Unmarshal(m.Params, &q.Params) // who cannot be understood is cancelled
		return c.answer(q)
	}
	var p struct {
		Token   json.RawMessage `json:"progressToken"`
		Done    float64         `json:"progress"`
		Total   float64         `json:"total"`
		Message string          `json:"message"`
		URI     string          `json:"uri"`
		Level   string          `json:"level"`
		Logger  string          `json:"logger"`
		Data    json.RawMessage `json:"data"`
		Meta    struct {
			Subscription json.RawMessage `json:"io.modelcontextprotocol/subscriptionId"`
		} `json:"_meta"`
	}
	if json.Unmarshal(m.Params, &p) != nil {
		return nil
	}
	c.heard.mu.Lock()
	tell, l := c.heard.progress[string(p.Token)], c.heard.listens[string(p.Meta.Subscription)]
	all := []*listener{}
	for _, old := range c.heard.listens {
		if l == nil && c.meta == nil && old.uris[p.URI] {
			all = append(all, old)
		}
	}
	c.heard.mu.Unlock()
	switch m.Method {
	case "notifications/progress":
		if tell != nil {
			tell(p.Done, p.Total, p.Message)
		}
	case "notifications/message":
		if c.log != nil {
			c.log(p.Level, p.Logger, p.Data)
		}
	case "notifications/subscriptions/acknowledged":
		if l != nil {
			l.once.Do(func() { close(l.acknowledged) })
		}
	case "notifications/resources/updated":
		if l != nil {
			all = append(all, l)
		}
		for _, l := range all {
			l.changed(p.URI)
		}
	}
	return nil
}

// Listen has the server tell when the picture at one of the addresses changes,
// from now on until stop is called. changed must not wait for the server.
func (c *Client) Listen(ctx context.Context, uris []string, changed func(uri string)) (stop func() error, err error) {
	l := &listener{uris: map[string]bool{}, changed: changed, acknowledged: make(chan struct{})}
	for _, uri := range uris {
		l.uris[uri] = true
	}
	id := c.last.Add(1)
	forget := c.heard.add(id, l)
	if c.meta == nil {
		return c.subscribe(ctx, uris, forget)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() {
		defer forget()
		params := map[string]any{"notifications": map[string]any{"resourceSubscriptions": uris}}
		ended <- c.requestAs(ctx, id, "subscriptions/listen", params, new(json.RawMessage))
	}()
	select {
	case <-l.acknowledged:
		return func() error {
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		}, nil
	case err := <-ended:
		cancel()
		return nil, fmt.Errorf("listen: %w", err)
	}
}

// subscribe is Listen before 2026-07-28.
func (c *Client) subscribe(ctx context.Context, uris []string, forget func()) (stop func() error, err error) {
	each := func(method string, uris []string) (done int, err error) {
		for i, uri := range uris {
			if err := c.request(ctx, method, map[string]any{"uri": uri}, new(json.RawMessage)); err != nil {
				return i, fmt.Errorf("%s %s: %w", method, uri, err)
			}
		}
		return len(uris), nil
	}
	stop = func() error {
		defer forget()
		_, err := each("resources/unsubscribe", uris)
		return err
	}
	if done, err := each("resources/subscribe", uris); err != nil {
		uris = uris[:done]
		return nil, errors.Join(err, stop())
	}
	return stop, nil
}
