package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"

	"github.com/spf13/cobra"

	"custory/internal/mcpserver"
	"custory/tools"
)

// serveCommand serves one assistant, or with --http a team.
func serveCommand() *cobra.Command {
	var opt tools.Options
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve an assistant over standard input and output, or a team over HTTP",
		Long: `Serve an assistant over standard input and output, in the Model Context
Protocol. An MCP client starts this itself; "custory connect" tells it how.

Several clients may be served from the same file at once, each by a process of
its own. If the file does not exist it is made, with one workspace.

With --http one process serves a team: everybody comes with a key, which names
the workspace, the member and what may be done. All workspaces of the file are
served, or with --workspace that one, and keys of others are refused. It listens
to this machine alone unless it is told a host.
` + modelHelp + `

Prints the protocol on standard output (without --http), and a line for each call
on standard error. Each flag can be set in the environment too: CUSTORY_HTTP is
--http, and so on.`,
		Example: `  custory serve
  custory serve --db ~/shop.db --read-only
  custory serve --embedder openai --embedder-url http://localhost:11434/v1 --embedder-model nomic-embed-text
  custory serve --llm openai --llm-url http://localhost:11434/v1 --llm-model qwen3
  custory serve --http 8080
  custory serve --http 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --public-url https://team.example.com
  custory serve --http 8080 --public-url https://team.example.com --trusted-proxies 127.0.0.1
  custory serve --http 8080 --public-url https://team.example.com --oidc-issuer https://login.example.com`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if setting(cmd, "http") != "" {
				return serveHTTP(cmd, opt)
			}
			if err := onlyOverHTTP(cmd); err != nil {
				return err
			}
			return serveStdio(cmd, opt)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&opt.Toolsets, "toolsets", nil, "`names` of toolsets to offer beside the core, separated by commas")
	f.BoolVar(&opt.ReadOnly, "read-only", false, "offer only the tools that read")
	f.String("log-format", "", "`how` the log is written: text or json (default text)")
	httpFlags(c)
	return c
}

func serveStdio(cmd *cobra.Command, opt tools.Options) (err error) {
	if opt.Log, err = logger(cmd, slog.LevelInfo); err != nil {
		return err
	}
	if err := checkModels(cmd); err != nil { // before a file is made
		return err
	}
	o, err := makeWorkspace(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	mem, err := openMemory(cmd, o, opt.Log)
	if err != nil {
		return err
	}
	set, err := newTools(cmd, o, mem, opt)
	if err != nil {
		return err
	}
	o.actor.Client = "" // the client names itself
	srv, err := mcpserver.New(mcpserver.Config{Tools: set, Version: version(), Actor: mcpserver.As(o.actor), Log: opt.Log})
	if err != nil {
		return err
	}
	if isTerminal(cmd.InOrStdin()) {
		fmt.Fprintln(cmd.ErrOrStderr(), `This is a server: it waits for an MCP client to speak to it on standard input.
"custory connect claude-code" tells how to let a client start it. Ctrl-C stops it.`)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(40) // a server that mostly waits should be small
	}
	ctx, stop := context.WithCancel(cmd.Context())
	var background sync.WaitGroup
	background.Go(func() { mem.Follow(ctx, o.workspace.ID) })
	defer background.Wait()
	defer stop()
	return srv.ServeStdio(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
}
