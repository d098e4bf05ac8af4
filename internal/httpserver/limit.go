package httpserver

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is how many names are told apart. It bounds what a crowd of
// addresses can make the server remember.
const maxBuckets = 10_000

// buckets limit how often each name may do something.
type buckets struct {
	rate  rate.Limit
	burst int
	most  int

	mu    sync.Mutex
	named map[string]*rate.Limiter
	rest  *rate.Limiter // shared by the names for which there is no room
	swept time.Time
}

// newBuckets lets each name have so many a second; any number if r is negative.
func newBuckets(r rate.Limit, burst int) *buckets {
	if r < 0 {
		r = rate.Inf
	}
	return &buckets{rate: r, burst: burst, most: maxBuckets, named: map[string]*rate.Limiter{}, rest: rate.NewLimiter(r, burst)}
}

// take takes one from the name's bucket. If it is empty, take returns how long
// until it is not.
func (b *buckets) take(name string) time.Duration {
	if b.rate == rate.Inf {
		return 0
	}
	now := time.Now()
	r := b.of(name, now).ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait
	}
	return 0
}

func (b *buckets) of(name string, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.named[name]; l != nil {
		return l
	}
	if len(b.named) >= b.most && now.Sub(b.swept) > time.Second {
		b.sweep(now)
	}
	if len(b.named) >= b.most {
		return b.rest
	}
	l := rate.NewLimiter(b.rate, b.burst)
	b.named[name] = l
	return l
}

// sweep forgets the names whose buckets are full: they are as if never seen.
func (b *buckets) sweep(now time.Time) {
	b.swept = now
	for name, l := range b.named {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.named, name)
		}
	}
}

// slots limit how much each name has going on at once, and all together.
type slots struct {
	each int
	all  chan struct{}

	mu    sync.Mutex
	named map[string]*slot // of those that have, or wait for, one
}

type slot struct {
	taken chan struct{}
	users int
}

func newSlots(each, all int) *slots {
	return &slots{each: each, all: make(chan struct{}, all), named: map[string]*slot{}}
}

// own takes one of the name's slots. It waits so long for one to become free,
// and then reports false. Whoever has one must disown it.
func (s *slots) own(ctx context.Context, name string, most time.Duration) bool {
	if send(ctx, s.use(name).taken, most) {
		return true
	}
	s.unuse(name)
	return false
}

func (s *slots) disown(name string) { <-s.unuse(name).taken }

// share is own, of the slots that are everybody's. Whoever has one must unshare
// it.
func (s *slots) share(ctx context.Context, most time.Duration) bool { return send(ctx, s.all, most) }

func (s *slots) unshare() { <-s.all }

func (s *slots) use(name string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.named[name]
	if own == nil {
		own = &slot{taken: make(chan struct{}, s.each)}
		s.named[name] = own
	}
	own.users++
	return own
}

func (s *slots) unuse(name string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.named[name]
	if own.users--; own.users == 0 {
		delete(s.named, name)
	}
	return own
}

// send sends, and gives up after some time.
func send(ctx context.Context, to chan<- struct{}, most time.Duration) bool {
	select {
	case to <- struct{}{}:
		return true
	default:
	}
	if most <= 0 {
		return false
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case to <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// A budget limits how much of something each name has, and all together.
type budget struct {
	each, all int64

	mu    sync.Mutex
	named map[string]int64
	sum   int64
}

// take takes so much for the name, or reports false. It is to be given back.
func (b *budget) take(name string, n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.named[name]+n > b.each || b.sum+n > b.all {
		return false
	}
	b.named[name] += n
	b.sum += n
	return true
}

func (b *budget) give(name string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sum -= n
	if b.named[name] -= n; b.named[name] == 0 {
		delete(b.named, name)
	}
}
