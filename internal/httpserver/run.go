package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Serve serves what comes in at the listener until ctx ends. Then it takes no
// more, lets what goes on be finished for as long as the limits allow, and
// cancels the rest. Nothing runs any more when it returns, unless it does not
// heed its context.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	limits := s.cfg.Limits
	serving, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	hs := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return serving },
		ReadHeaderTimeout: limits.HeadTime,
		WriteTimeout:      limits.BodyTime + 2*limits.Wait + limits.CallTime + limits.TakeTime,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- s.listen(hs, l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.drain(ctx, hs, cut)
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (s *Server) listen(hs *http.Server, l net.Listener) error {
	if s.cfg.Certificate == nil {
		return hs.Serve(l)
	}
	hs.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.cfg.Certificate.get}
	return hs.ServeTLS(l, "", "")
}

// drain ends what goes on: streams at once, calls when they are answered or
// the grace is over.
func (s *Server) drain(ctx context.Context, hs *http.Server, cut context.CancelFunc) {
	s.draining.Store(true)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Limits.Grace)
	defer cancel()
	var leaving sync.WaitGroup
	defer leaving.Wait()
	leaving.Go(func() { // who is slow to let go of a stream must not keep the listener open
		defer s.endStreams()
		if s.cfg.EndStreams == nil {
			return
		}
		if err := s.cfg.EndStreams(late); err != nil {
			s.cfg.Log.Warn("streams did not end", "err", err)
		}
	})
	if err := hs.Shutdown(late); err == nil {
		return
	}
	s.cfg.Log.Warn("calls are cut off", "calls", s.running.Load())
	cut()
	for range 100 { // cancelled calls roll back and say so
		if s.running.Load() == 0 {
			break
		}
		time.Sleep(s.cfg.Limits.Grace / 500)
	}
	_ = hs.Close() // what is left has no listener any more
}
