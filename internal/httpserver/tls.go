package httpserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// A Certificate is read from two files, and again when they change.
type Certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	current *tls.Certificate
	written [2]time.Time // when the files were, that were read last
	looked  time.Time
}

// NewCertificate reads a certificate and its key, in PEM.
func NewCertificate(cert, key string, log *slog.Logger) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, log: log}
	return c, c.Reload()
}

// Reload reads the files now. If they are not right the certificate stays as
// it was.
func (c *Certificate) Reload() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.load(c.lastWritten())
}

func (c *Certificate) load(written [2]time.Time) error {
	c.looked, c.written = time.Now(), written
	read, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("read the certificate %s and its key %s: %w", c.cert, c.key, err)
	}
	c.current = &read
	return nil
}

// lastWritten is when each file was written last. One that was copied with its
// time can be older than the other.
func (c *Certificate) lastWritten() (last [2]time.Time) {
	for i, path := range []string{c.cert, c.key} {
		if info, err := os.Stat(path); err == nil {
			last[i] = info.ModTime()
		}
	}
	return last
}

// get is the certificate for a handshake. The files are looked at once a
// second at most.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) > time.Second {
		c.looked = time.Now()
		if written := c.lastWritten(); written != c.written {
			if err := c.load(written); err != nil {
				c.log.Warn("the certificate cannot be read again; the one before stays", "err", err)
			} else {
				c.log.Info("certificate read again")
			}
		}
	}
	if c.current == nil {
		return nil, errors.New("there is no certificate")
	}
	return c.current, nil
}
