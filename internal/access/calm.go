package access

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// calmFor is how long the provider is not asked the same again. A token that
// nobody has signed makes the verifier look for new keys: whoever sends many
// must not make this server send many. New keys count that much later.
const calmFor = 2 * time.Second

// maxAnswer bounds what is read of an answer of the provider.
const maxAnswer = 1 << 20

// patience is how long the provider may take to answer.
const patience = 5 * time.Second

// A calm transport answers a question again as it was answered just before.
type calm struct {
	next   http.RoundTripper
	asking singleflight.Group // by address

	mu      sync.Mutex
	answers map[string]answer // by address: there are two
}

type answer struct {
	at   time.Time
	res  http.Response
	body []byte
}

// calmed is the client with a calm transport.
func calmed(c *http.Client) *http.Client {
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	made := *c
	made.Transport = &calm{next: next, answers: map[string]answer{}}
	return &made
}

// RoundTrip waits no longer than its own request's context: the question itself
// goes on for the others who wait.
func (c *calm) RoundTrip(req *http.Request) (*http.Response, error) {
	a, err := await(req.Context(), &c.asking, req.URL.String(), func() (answer, error) { return c.ask(req) })
	if err != nil {
		return nil, err
	}
	res := a.res
	res.Request, res.Body = req, io.NopCloser(bytes.NewReader(a.body))
	return &res, nil
}

// ask returns the last answer, or a new one.
func (c *calm) ask(req *http.Request) (answer, error) {
	at := req.URL.String()
	c.mu.Lock()
	a, ok := c.answers[at]
	c.mu.Unlock()
	if ok && time.Since(a.at) < calmFor {
		return a, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), patience)
	defer cancel()
	res, err := c.next.RoundTrip(req.Clone(ctx))
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return answer{}, err
	}
	a = answer{time.Now(), *res, body}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers[at] = a
	return a, nil
}

// await does once what several want at the same time, each of whom waits for it
// no longer than its context.
func await[T any](ctx context.Context, g *singleflight.Group, name string, do func() (T, error)) (res T, err error) {
	select {
	case <-ctx.Done():
		return res, ctx.Err()
	case r := <-g.DoChan(name, func() (any, error) { return do() }):
		res, _ = r.Val.(T)
		return res, r.Err
	}
}
