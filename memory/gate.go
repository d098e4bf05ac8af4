package memory

import (
	"context"
	"errors"
	"sync"
	"time"
)

// rest is how long an embedder that does not work is left alone.
const rest = 30 * time.Second

// A gate keeps callers from waiting, one after the other, for an embedder that
// does not work. It is shut when one was let down, and after a rest it lets one
// pass who tries.
type gate struct {
	mu    sync.Mutex
	why   error     // nil: it stands open
	until time.Time // for whom it is shut
}

// A resting is why an embedder is left alone.
type resting struct{ why error }

func (r resting) Error() string { return r.why.Error() }
func (r resting) Unwrap() error { return r.why }

// enter returns nil to one who may pass, and a resting to others.
func (g *gate) enter() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.why == nil {
		return nil
	}
	now := time.Now()
	if now.Before(g.until) {
		return resting{g.why}
	}
	g.until = now.Add(rest) // for the others, while this one tries
	return nil
}

// leave says what has become of one who passed: it went well, or the embedder
// let them down, or they were called away and nobody knows.
func (g *gate) leave(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.why = nil
	case errors.Is(err, context.Canceled):
		g.until = time.Time{}
	default:
		g.why, g.until = err, time.Now().Add(rest)
	}
}

// shut returns why the embedder is left alone, or nil.
func (g *gate) shut() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.why
}

// reason is the class of a failure as a part of a sentence that begins with the
// embedder. What an endpoint says of its failures is not in it: an error that
// has words of its own for that tells them by Reason.
func reason(err error) string {
	var told interface{ Reason() string }
	switch {
	case errors.As(err, &told):
		return told.Reason()
	case errors.Is(err, context.DeadlineExceeded):
		return "does not answer in time"
	}
	return "does not work"
}
