package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"custory/internal/demo"
	"custory/internal/mcpclient"
	"custory/internal/mcpserver"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

func demoCommand() *cobra.Command {
	var signals string
	var inJSON bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Watch the whole story on sample messages, or on your own",
		Long: `Watch the whole story: a journey is made, messages arrive and are placed on its
steps, insights are filed with verbatim quotes, questions are answered, and one
call is taken back. All of it goes through the Model Context Protocol, as an
assistant would do it, in a new database file that you can go on with.

With --signals the story is told on a CSV or JSON lines file of your own, with a
column for the text and, if you know it, one for the step.`,
		Example: `  custory demo
  custory demo --signals tickets.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd, signals, inJSON) },
	}
	c.Flags().StringVar(&signals, "signals", "", "a file of your own messages: columns text and, if known, step")
	c.Flags().BoolVar(&inJSON, "json", false, "print what it came to as one JSON object at the end")
	return c
}

func runDemo(cmd *cobra.Command, signals string, inJSON bool) error {
	ctx := cmd.Context()
	path, err := demoPath(cmd)
	if err != nil {
		return err
	}
	e, err := embedder(cmd)
	if err != nil {
		return err
	}
	var with tools.Options
	if err := writeWith(cmd, &with); err != nil {
		return err
	}
	st, client, err := demoServer(ctx, path, e, with)
	if err != nil {
		return err
	}
	defer st.Close()
	defer client.Close()
	keepPrivate(path)
	opt := demo.Options{Client: client, Out: cmd.OutOrStdout(), Signals: signals, Connect: goOn(path)}
	if f, ok := cmd.OutOrStdout().(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		opt.Color = os.Getenv("NO_COLOR") == ""
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			opt.Width = min(max(w-2, 60), 110)
		}
	}
	r, err := demo.Run(ctx, opt)
	if err != nil { // a story that broke off is nothing to go on with
		_, _ = client.Close(), st.Close()
		for _, f := range besides(path) {
			_ = os.Remove(f)
		}
		return err
	}
	if !inJSON {
		return nil
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
}

// demoPath is the file that --db names, or a new one beside the database.
func demoPath(cmd *cobra.Command) (string, error) {
	if f := cmd.Flag("db"); f != nil && f.Changed {
		if _, err := os.Stat(f.Value.String()); err == nil {
			return "", &schema.Error{Code: schema.Conflict, Message: f.Value.String() + " exists already", Hint: "the demo tells its story in a new file"}
		}
		return filepath.Abs(f.Value.String())
	}
	path, err := databasePath("")
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(path), fmt.Sprintf("demo-%s-%d.db", time.Now().Format("20060102-150405"), os.Getpid())), nil
}

// demoServer is a server on a new file, and a client that speaks to it.
func demoServer(ctx context.Context, path string, e memory.Embedder, opt tools.Options) (*store.Store, *mcpclient.Client, error) {
	st, err := store.Open(ctx, path, store.Options{})
	if err != nil {
		return nil, nil, err
	}
	client, err := func() (*mcpclient.Client, error) {
		actor, err := st.NewWorkspace(ctx, "Demo", "You")
		if err != nil {
			return nil, err
		}
		set, err := tools.New(st, memory.New(st, e, nil), opt)
		if err != nil {
			return nil, err
		}
		srv, err := mcpserver.New(mcpserver.Config{Tools: set, Version: version(), Actor: mcpserver.As(actor)})
		if err != nil {
			return nil, err
		}
		return mcpclient.InProcess(ctx, srv, mcpclient.Options{Name: "custory demo"})
	}()
	if err != nil {
		_ = st.Close()
		return nil, nil, err
	}
	return st, client, nil
}

// goOn is what to paste into a client to go on with this very workspace.
func goOn(path string) string {
	command := "custory"
	if exe, err := os.Executable(); err == nil && !temporary(exe) {
		command = exe
	}
	return fmt.Sprintf(`Go on with this very workspace in your assistant:

  claude mcp add custory -- %[1]s serve --db %[2]q

or in any client that reads mcpServers:

  {"mcpServers": {"custory": {"command": %[1]q, "args": ["serve", "--db", %[2]q]}}}

%[1]s connect claude-desktop --write --db %[2]q writes it for you (also cursor, vscode, claude-code).`, command, path)
}
