package mcpserver

import "sync"

// A gate lets requests in as long as those inside are few and small enough,
// and knows when the last has left.
type gate struct {
	maxCount, maxBytes int

	mu           sync.Mutex
	room         sync.Cond // whenever one leaves, and when it closes
	count, bytes int
	closed       bool
	empty        chan struct{} // closed when the gate is, and none is inside
}

func newGate(maxCount, maxBytes int) *gate {
	g := &gate{maxCount: maxCount, maxBytes: maxBytes, empty: make(chan struct{})}
	g.room.L = &g.mu
	return g
}

// enter waits until there is room for a request of n bytes. One that is larger
// than the gate is let in alone. It reports false once the gate is closed.
func (g *gate) enter(n int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.closed && g.count > 0 && (g.count == g.maxCount || g.bytes+n > g.maxBytes) {
		g.room.Wait()
	}
	if g.closed {
		return false
	}
	g.count++
	g.bytes += n
	return true
}

func (g *gate) leave(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.count--
	g.bytes -= n
	if g.closed && g.count == 0 {
		close(g.empty)
	}
	g.room.Broadcast()
}

// close lets none in any more.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return
	}
	g.closed = true
	if g.count == 0 {
		close(g.empty)
	}
	g.room.Broadcast()
}
