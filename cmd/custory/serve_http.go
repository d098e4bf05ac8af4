package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"custory/internal/access"
	"custory/internal/httpserver"
	"custory/internal/mcpserver"
	"custory/internal/telemetry"
	"custory/internal/view"
	"custory/memory"
	"custory/schema"
	"custory/tools"
)

// A team is how several people are served: by what, and who they are.
type team struct {
	mcp  http.Handler                                        // the endpoint of the protocol
	end  func(ctx context.Context) error                     // ends its streams
	door access.Identifier                                   // knows them
	keys bool                                                // there is one that is good
	join func(ctx context.Context, token, name string) error // asks to become one of them; nil: nobody can
	page http.Handler                                        // for their browsers; nil: none
}

// openTeam opens the team of a database: whoever has a key, or is known to the
// identity provider.
func openTeam(cmd *cobra.Command, set mcpserver.Caller, h httpSettings) (*team, error) {
	ctx, st := cmd.Context(), set.Store()
	opt := access.Options{Issuer: h.server.Issuer, Log: h.server.Log}
	if h.server.PublicURL != nil {
		opt.Audience = h.server.PublicURL.JoinPath("mcp").String()
	}
	if name := cmd.Flag("workspace").Value.String(); name != "" {
		w, err := chooseWorkspace(ctx, st, name)
		if err != nil {
			return nil, err
		}
		opt.Workspace = w.ID
	}
	door, err := access.New(st, opt)
	if err != nil {
		return nil, err
	}
	secret, err := st.Secret(ctx, "protocol")
	if err != nil {
		return nil, err
	}
	srv, err := mcpserver.New(mcpserver.Config{
		Tools: set, Version: version(), Actor: httpserver.Actor, Recheck: httpserver.Recheck, Log: h.server.Log,
		MaxMessage: int(h.server.Limits.Body), Secret: secret, View: view.App(),
	})
	if err != nil {
		return nil, err
	}
	t := &team{mcp: srv.Handler(), end: srv.Shutdown, door: door, page: view.Page()}
	if opt.Issuer != "" {
		t.join = door.Join
	}
	t.keys, err = st.HasKey(ctx)
	return t, err
}

// serveHTTP serves a team until the command ends.
func serveHTTP(cmd *cobra.Command, opt tools.Options) (err error) {
	h, err := readHTTP(cmd)
	if err != nil {
		return err
	}
	if err := checkModels(cmd); err != nil { // before a file is made
		return err
	}
	log, err := logger(cmd, slog.LevelInfo)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	st, err := openStore(cmd)
	if err != nil {
		return err
	}
	o := &opened{store: st}
	defer func() { err = errors.Join(err, o.close()) }()
	if err := firstWorkspace(ctx, st); err != nil {
		return err
	}
	mem, err := openMemory(cmd, o, log)
	if err != nil {
		return err
	}
	if opt.Log, err = logTo(cmd, slog.LevelWarn); err != nil { // each call has its line already
		return err
	}
	set, err := newTools(cmd, o, mem, opt)
	if err != nil {
		return err
	}
	tel, err := telemetry.New(ctx, telemetry.Options{Version: version(), Metrics: h.metrics != "", Traces: telemetry.Traced(os.Getenv), Log: log})
	if err != nil {
		return err
	}
	h.server.Log = log
	t, err := openTeam(cmd, telemetry.Watch(set), h)
	if err != nil {
		return err
	}
	follow := &following{Identifier: t.door, ctx: ctx, mem: mem, seen: map[schema.ID]bool{}}
	defer follow.all.Wait()
	defer stop()
	if err := follow.everyone(o); err != nil {
		return err
	}
	cfg := h.server
	cfg.MCP, cfg.EndStreams, cfg.Identify, cfg.Join, cfg.Page = t.mcp, t.end, follow, t.join, t.page
	cfg.Ready = func(ctx context.Context) error { _, err := st.Workspaces(ctx); return err }
	cfg.Telemetry = tel
	for _, tool := range set.List() {
		cfg.Tools = append(cfg.Tools, tool.Name)
	}
	h.exposure.Guarded = t.keys || cfg.Issuer != ""
	if err := h.exposure.Check(); err != nil {
		return err
	}
	if !h.exposure.Guarded {
		log.Warn("there is no key yet, and nobody can call without one", "hint", "custory key create makes one, for "+st.Path())
	}
	if h.cert != "" {
		if cfg.Certificate, err = httpserver.NewCertificate(h.cert, h.key, log); err != nil {
			return &schema.Error{Code: schema.Invalid, Message: err.Error(), Hint: "look at --tls-cert and --tls-key"}
		}
	}
	err = listenHTTP(ctx, cfg, h.metrics)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := tel.Close(late); err != nil {
		log.Warn("the last traces were not sent", "err", err)
	}
	return err
}

// listenHTTP listens and serves, and measures at another address if one is
// named.
func listenHTTP(ctx context.Context, cfg httpserver.Config, metrics string) error {
	l, err := net.Listen("tcp", cfg.Address)
	if err != nil {
		return cannotListen(err, "http")
	}
	defer l.Close()
	cfg.Address = l.Addr().String()
	srv, err := httpserver.New(cfg)
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(ctx)
	if metrics != "" {
		ml, err := net.Listen("tcp", metrics)
		if err != nil {
			return cannotListen(err, "metrics")
		}
		ms := &http.Server{Handler: httpserver.OnThisMachine(ml.Addr().String(), cfg.Telemetry.Handler()), ReadHeaderTimeout: 10 * time.Second}
		context.AfterFunc(ctx, func() { _ = ms.Close() }) // nobody waits for measures
		work.Go(func() error {
			if err := ms.Serve(ml); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve metrics: %w", err)
			}
			return nil
		})
		cfg.Log.Info("measuring", "url", "http://"+ml.Addr().String()+"/metrics")
	}
	reload(ctx, cfg)
	scheme := "http"
	if cfg.Certificate != nil {
		scheme = "https"
	}
	at := scheme + "://" + reachable(cfg.Address)
	cfg.Log.Info("serving", "url", at+"/mcp", "map", at+"/")
	told := tellSystemd("READY=1")
	context.AfterFunc(ctx, func() {
		cfg.Log.Info("ending: what goes on is finished")
		_ = tellSystemd("STOPPING=1") // it need not know
	})
	work.Go(func() error { return errors.Join(told, srv.Serve(ctx, l)) })
	return work.Wait()
}

// reachable is an address that a browser on this machine can go to.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return address
}

func cannotListen(err error, flag string) error {
	return &schema.Error{Code: schema.Conflict, Message: err.Error(), Hint: "take another address with --" + flag, Err: err}
}

// reload reads the certificate again whenever the process is told to.
func reload(ctx context.Context, cfg httpserver.Config) {
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	go func() {
		defer signal.Stop(told)
		for {
			select {
			case <-ctx.Done():
				return
			case <-told:
			}
			if cfg.Certificate == nil {
				continue
			}
			if err := cfg.Certificate.Reload(); err != nil {
				cfg.Log.Warn("certificate", "err", err)
				continue
			}
			cfg.Log.Info("certificate read again")
		}
	}()
}

// A following embeds in the background what waits in each workspace, from when
// one is first seen.
type following struct {
	access.Identifier
	ctx context.Context
	mem *memory.Memory
	all sync.WaitGroup

	mu   sync.Mutex
	seen map[schema.ID]bool
}

// everyone sees the workspaces there are.
func (f *following) everyone(o *opened) error {
	all, err := o.store.Workspaces(f.ctx)
	for _, w := range all {
		f.see(w.ID)
	}
	return err
}

// Identify sees the workspaces that were made since.
func (f *following) Identify(ctx context.Context, token string) (schema.Actor, error) {
	a, err := f.Identifier.Identify(ctx, token)
	if err == nil {
		f.see(a.Workspace)
	}
	return a, err
}

func (f *following) see(workspace schema.ID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.seen[workspace] && f.ctx.Err() == nil {
		f.seen[workspace] = true
		f.all.Go(func() { f.mem.Follow(f.ctx, workspace) })
	}
}
