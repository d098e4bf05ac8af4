// Package logtest keeps what tests have a server log.
package logtest

import (
	"strings"
	"sync"
)

// A Book is a log that can be read while it is written.
type Book struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *Book) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Book) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
