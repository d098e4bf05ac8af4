package httpserver

import (
	"context"
	"errors"
	"net/http"
	"time"

	"custory/internal/access"
	"custory/schema"
)

// identify tells who makes a request. An address that keeps sending tokens that
// are not accepted is told to slow down; good ones are accepted all the same,
// for many people may share an address.
func (s *Server) identify(r *http.Request) (schema.Actor, *refusal) {
	token, f := bearer(r.Header)
	if f != nil {
		return schema.Actor{}, s.failed(r, f)
	}
	a, err := s.cfg.Identify.Identify(r.Context(), token)
	if err != nil {
		return schema.Actor{}, s.failed(r, why(err))
	}
	x := exchangeOf(r.Context())
	x.actor = a
	x.recheck = func(ctx context.Context) error {
		now, err := s.cfg.Identify.Identify(ctx, token)
		if _, refused := errors.AsType[*access.Refusal](err); refused {
			return err
		}
		if err == nil && now != a {
			return errors.New("the token stands for somebody else by now")
		}
		return nil // that it cannot be asked is not its fault
	}
	return a, nil
}

// Recheck tells why the token that came with the request of the context is good
// no longer, or lets in another than it did then.
func Recheck(ctx context.Context) error { return exchangeOf(ctx).recheck(ctx) }

// why puts an identifier's error into HTTP. What is not a refusal is our own
// failure.
func why(err error) *refusal {
	if r, ok := errors.AsType[*access.Refusal](err); ok {
		return refused(r)
	}
	f := refuse(http.StatusServiceUnavailable, "cannot identify", "keys cannot be checked just now; try again")
	f.retry, f.err = time.Second, err
	return f
}

// failed counts a token that was not accepted. To come without one is how many
// clients begin, and tries nothing.
func (s *Server) failed(r *http.Request, f *refusal) *refusal {
	if f.status >= 500 || f.reason == string(access.Missing) {
		return f
	}
	if wait := s.failures.take(neighbourhood(exchangeOf(r.Context()).addr)); wait > 0 {
		return tooFast("too many failures", "too many keys from your address were not accepted; wait before you send another that may be wrong", wait)
	}
	return f
}

// principal is the name under which an actor is limited: that of the member,
// who can make any number of keys.
func principal(a schema.Actor) string { return string(a.Workspace) + " " + string(a.ID) }

// whileGood ends a stream's context when its token is good no longer, or is
// somebody else's.
func (s *Server) whileGood(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		tick := time.NewTicker(s.cfg.Limits.Recheck)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.drained.Done():
				return
			case <-tick.C:
			}
			if Recheck(ctx) != nil {
				return
			}
		}
	}()
	return ctx, cancel
}
