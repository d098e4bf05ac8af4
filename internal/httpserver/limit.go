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

// enter takes a slot for the name. It waits so long for one to become free, and
// then reports false. Whoever has one must leave.
func (s *slots) enter(ctx context.Context, name string, most time.Duration) bool {
	own := s.use(name)
	wait := newWait(ctx, most)
	defer wait.stop()
	if !wait.send(own.taken) {
		s.unuse(name)
		return false
	}
	if !wait.send(s.all) {
		<-own.taken
		s.unuse(name)
		return false
	}
	return true
}

func (s *slots) leave(name string) {
	<-s.all
	<-s.unuse(name).taken
}

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

// A wait sends on channels, and gives up after some time in all.
type wait struct {
	ctx   context.Context
	most  time.Duration
	timer *time.Timer // once there was something to wait for
}

func newWait(ctx context.Context, most time.Duration) *wait { return &wait{ctx: ctx, most: most} }

func (w *wait) send(to chan<- struct{}) bool {
	select {
	case to <- struct{}{}:
		return true
	default:
	}
	if w.most <= 0 {
		return false
	}
	if w.timer == nil {
		w.timer = time.NewTimer(w.most)
	}
	select {
	case to <- struct{}{}:
		return true
	case <-w.timer.C:
	case <-w.ctx.Done():
	}
	return false
}

func (w *wait) stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}
