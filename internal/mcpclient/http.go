package mcpclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// HTTP connects to a server at a URL. Close ends the session, where the
// protocol has one, and what is listened to.
func HTTP(ctx context.Context, url string, opt Options) (*Client, error) {
	c := newClient(opt)
	h := &posts{url: url, opt: opt, Client: c}
	h.life, h.die = context.WithCancel(context.WithoutCancel(ctx))
	c.link = h
	c.close = sync.OnceValue(h.close)
	if err := c.greet(ctx, opt); err != nil {
		return nil, errors.Join(fmt.Errorf("greet the server: %w", err), c.Close())
	}
	if h.session != "" {
		if err := h.openStream(); err != nil {
			return nil, errors.Join(fmt.Errorf("open a stream: %w", err), c.Close())
		}
	}
	return c, nil
}

// Posts are a link of one HTTP request for each message.
type posts struct {
	*Client
	url     string
	opt     Options
	session string // of an older version, once there is one
	life    context.Context
	die     context.CancelFunc
	streams sync.WaitGroup
}

// A StatusError is an answer over HTTP that is none of the protocol.
type StatusError struct {
	Status int
	Body   string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %s", http.StatusText(e.Status), strings.TrimSpace(e.Body))
}

func (h *posts) do(ctx context.Context, method string, body any, m message) (*http.Response, error) {
	var b []byte
	if body != nil {
		var err error
		if b, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("encode a message: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	for name, values := range h.opt.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json, text/event-stream")
	if h.protocol != "" {
		req.Header.Set("Mcp-Protocol-Version", h.protocol)
	}
	if h.meta != nil {
		req.Header.Set("Mcp-Method", m.Method)
		for _, field := range []string{"name", "uri"} {
			if name, ok := m.Params[field].(string); ok {
				req.Header.Set("Mcp-Name", headerValue(name))
			}
		}
	}
	if h.session != "" {
		req.Header.Set("Mcp-Session-Id", h.session)
	}
	client := h.opt.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	return client.Do(req)
}

// headerValue is a text as it may stand in a header.
func headerValue(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0 && strings.TrimSpace(s) == s {
		return s
	}
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}

func (h *posts) request(ctx context.Context, m message) (json.RawMessage, error) {
	if h.life.Err() != nil {
		return nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.life, cancel)()
	res, err := h.do(ctx, http.MethodPost, m, m)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if m.Method == "initialize" {
		h.session = res.Header.Get("Mcp-Session-Id")
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return h.events(res.Body, m.ID)
	}
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var in incoming
	if err := json.Unmarshal(b, &in); err != nil || in.Result == nil && in.Error == nil {
		return nil, &StatusError{res.StatusCode, string(b)}
	}
	return in.outcome()
}

// events reads a stream until the answer to the request with the id.
func (h *posts) events(body io.Reader, id int64) (json.RawMessage, error) {
	lines := bufio.NewReaderSize(body, 64<<10)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, errors.Join(ErrClosed, err)
		}
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var in incoming
		if err := json.Unmarshal([]byte(data), &in); err != nil {
			return nil, fmt.Errorf("the server wrote what is not an answer: %w", err)
		}
		switch {
		case in.Method != "":
			if res := h.hear(in); in.ID != nil {
				if err := h.send(h.life, reply{"2.0", in.ID, res}); err != nil {
					return nil, err
				}
			}
		case in.answers() == id:
			return in.outcome()
		}
	}
}

func (h *posts) send(ctx context.Context, v any) error {
	m, _ := v.(message)
	res, err := h.do(ctx, http.MethodPost, v, m)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); err != nil || res.StatusCode >= 300 {
		return errors.Join(err, &StatusError{res.StatusCode, string(b)})
	}
	return nil
}

// openStream opens the stream on which older servers tell of changes.
func (h *posts) openStream() error {
	res, err := h.do(h.life, http.MethodGet, nil, message{})
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK { // the server has none
		return res.Body.Close()
	}
	h.streams.Go(func() {
		defer res.Body.Close()
		_, _ = h.events(res.Body, -1) // until either side ends it
	})
	return nil
}

func (h *posts) close() error {
	h.die()
	h.streams.Wait()
	if h.session == "" {
		return nil
	}
	res, err := h.do(context.Background(), http.MethodDelete, nil, message{})
	if err != nil {
		return err
	}
	return res.Body.Close()
}
