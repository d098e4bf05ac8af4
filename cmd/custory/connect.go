package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"custory/internal/connect"
	"custory/schema"
)

// connection are the flags of connect.
type connection struct {
	name             string
	write, printPath bool
	user             bool
}

func connectCommand() *cobra.Command {
	var clients []string
	for _, c := range connect.Clients() {
		clients = append(clients, string(c))
	}
	var n connection
	c := &cobra.Command{
		Use:   "connect " + strings.Join(clients, "|"),
		Short: "Let an assistant start custory",
		Long: `Let an assistant start custory: Claude Code, Claude Desktop, Cursor or VS Code.

Prints what to paste, and where. With --write it goes there by itself: everything
else in that file stays as it is, and the file as it was is kept beside it with
.bak at its end. --db, --workspace and the flags that choose models are passed on
to the assistant. Keys are not: they have to be in its environment.`,
		Example: `  custory connect claude-code
  custory connect claude-desktop --write
  custory connect cursor --write --db ~/shop.db`,
		ValidArgs: clients,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(clients, args[0]) {
				return usagef("name one client: %s", strings.Join(clients, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return n.run(cmd, connect.Client(args[0])) },
	}
	f := c.Flags()
	f.BoolVar(&n.write, "write", false, "put it into the client's file")
	f.BoolVar(&n.printPath, "print-path", false, "print only the path of that file")
	f.BoolVar(&n.user, "user", false, "for claude-code: in all folders, not only this one")
	f.StringVar(&n.name, "name", "custory", "`name` by which the client calls the server")
	return c
}

func (n connection) run(cmd *cobra.Command, c connect.Client) error {
	if n.user && c != connect.ClaudeCode {
		return usagef("--user is for claude-code")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return err
	}
	folder, err := os.Getwd()
	if err != nil {
		return err
	}
	file := c.File(connect.System{OS: runtime.GOOS, Home: home, Folder: folder, Env: os.Getenv})
	if n.printPath {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), file)
		return err
	}
	s, err := n.server(cmd)
	if err != nil {
		return err
	}
	if !n.write {
		return n.print(cmd.OutOrStdout(), c, s, file)
	}
	if n.user {
		return &schema.Error{Code: schema.Invalid, Message: "Claude Code keeps that file itself", Hint: "run this instead: " + s.AddCommand(runtime.GOOS, true)}
	}
	return merge(cmd.OutOrStdout(), c, s, file)
}

// server is this program as a client starts it.
func (n connection) server(cmd *cobra.Command) (s connect.Server, err error) {
	s = connect.Server{Name: n.name, Args: []string{"serve"}}
	if s.Command, err = os.Executable(); err != nil {
		return s, err
	}
	if temporary(s.Command) {
		return s, &schema.Error{Code: schema.Conflict, Message: "this custory runs from a folder that goes run empties, where no client would find it",
			Hint: "install it first with go install ./cmd/custory, and then: custory " + strings.Join(os.Args[1:], " ")}
	}
	path, err := pathOf(cmd)
	if err != nil {
		return s, err
	}
	if own, err := ownPath(); err != nil || path != own {
		s.Args = append(s.Args, "--db", path)
	}
	if w := cmd.Flag("workspace").Value.String(); w != "" {
		s.Args = append(s.Args, "--workspace", w)
	}
	for _, name := range modelSettings {
		if v := setting(cmd, name); v != "" {
			s.Args = append(s.Args, "--"+name, v)
		}
	}
	return s, nil
}

// temporary reports whether a program is one that go run has built, and that
// will be gone.
func temporary(exe string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(exe), "/") {
		if strings.HasPrefix(part, "go-build") {
			return true
		}
	}
	cache := os.Getenv("GOCACHE")
	return cache != "" && strings.HasPrefix(exe, cache+string(filepath.Separator))
}

func (n connection) print(w io.Writer, c connect.Client, s connect.Server, file string) error {
	if c == connect.ClaudeCode {
		fmt.Fprintf(w, "Run this:\n\n  %s\n\n", s.AddCommand(runtime.GOOS, n.user))
		if n.user {
			return nil
		}
		fmt.Fprintln(w, "Or share it with whoever works in this folder:")
	}
	fmt.Fprintf(w, "Put this into %s\n\n%s\n", file, c.Snippet(s))
	fmt.Fprintf(w, "The same command with --write does it for you. Then %s.\n", c.Afterwards())
	return nil
}

// merge puts the server into the client's file.
func merge(w io.Writer, c connect.Client, s connect.Server, file string) error {
	old, err := os.ReadFile(file)
	isNew := errors.Is(err, os.ErrNotExist)
	if err != nil && !isNew {
		return err
	}
	text, changed, err := c.Merge(old, s)
	if err != nil {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s was left as it is: %v", file, err), Hint: fmt.Sprintf("custory connect %s prints what to put there", c)}
	}
	if !changed {
		_, err := fmt.Fprintf(w, "%s has it already\n", file)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if !isNew {
		if err := keepBackup(file, old); err != nil {
			return err
		}
	}
	perm := os.FileMode(0o600)
	if c.Project() {
		perm = 0o644
	}
	if err := writeFile(file, perm, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s\nThen %s.\n", file, c.Afterwards())
	if c.Project() {
		fmt.Fprintf(w, "The file names a path of this machine (%s): mind that before you share it.\n", s.Command)
	}
	return nil
}

// keepBackup keeps a file as it was, with its permissions.
func keepBackup(file string, old []byte) error {
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	return writeFile(file+".bak", st.Mode().Perm(), func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(old))
		return err
	})
}
