package access

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// calmFor is how long the provider is not asked the same again. A token that
// nobody has signed makes the verifier look for new keys: whoever sends many
// must not make this server send many. New keys count that much later.
const calmFor = 2 * time.Second

// maxAnswer bounds what is read of an answer of the provider.
const maxAnswer = 1 << 20

// A calm transport answers a question again as it was answered just before.
type calm struct {
	next http.RoundTripper

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

func (c *calm) RoundTrip(req *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := req.URL.String()
	a, ok := c.answers[at]
	if !ok || time.Since(a.at) >= calmFor {
		res, err := c.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
		_ = res.Body.Close()
		if err != nil {
			return nil, err
		}
		a = answer{time.Now(), *res, body}
		c.answers[at] = a
	}
	res := a.res
	res.Request, res.Body = req, io.NopCloser(bytes.NewReader(a.body))
	return &res, nil
}
