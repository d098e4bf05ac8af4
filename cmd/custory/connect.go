package main

import (
	"errors"
	"fmt"
	"io"
	"os"
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
	url              string
	key, keyEnv      string
	signIn           bool
}

// tries are what connect takes beside a client: ways for a person to try a
// server.
var tries = []string{"curl", "inspector"}

func connectCommand() *cobra.Command {
	var clients []string
	for _, c := range connect.Clients() {
		clients = append(clients, string(c))
	}
	names := append(slices.Clone(clients), tries...)
	var n connection
	c := &cobra.Command{
		Use:   "connect " + strings.Join(names, "|"),
		Short: "Let an assistant use custory, started by itself or over HTTP",
		Long: `Let an assistant use custory: Claude Code, Claude Desktop, Cursor, VS Code, Codex,
Gemini CLI, Windsurf or Zed.

Prints what to paste, and where. With --write it goes there by itself: everything
else in that file stays as it is, comments too, and the file as it was is kept
beside it with .bak at its end. --db, --workspace and the flags that choose models
are passed on to the assistant. Keys of models are not: they have to be in its
environment.

With --url the assistant does not start a server of its own, but uses your
team's. Its key is read from the environment variable that --key-env names, or
asked for by VS Code. --key - reads the key from standard input, and puts it into
the client's own file. With --sign-in no key is shown: the server signs you in.

"connect curl" and "connect inspector" print how to try a server by hand.`,
		Example: `  custory connect claude-code
  custory connect claude-desktop --write
  custory connect cursor --write --db ~/shop.db
  custory connect codex --url https://maps.example.com/mcp --key-env CUSTORY_KEY
  custory connect curl --url https://maps.example.com/mcp`,
		ValidArgs: names,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || !slices.Contains(names, args[0]) {
				return usagef("name one client: %s; or curl or inspector, to try a server", strings.Join(clients, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return n.run(cmd, args[0]) },
	}
	f := c.Flags()
	f.BoolVar(&n.write, "write", false, "put it into the client's file")
	f.BoolVar(&n.printPath, "print-path", false, "print only the path of that file")
	f.BoolVar(&n.user, "user", false, "for claude-code: in all folders, not only this one")
	f.StringVar(&n.name, "name", "custory", "`name` by which the client calls the server")
	f.StringVar(&n.url, "url", "", "the `address` of your team's server; /mcp is added if it has no path")
	f.StringVar(&n.keyEnv, "key-env", "CUSTORY_KEY", "with --url: the `variable` that holds your key")
	f.StringVar(&n.key, "key", "", "with --url: `-` reads your key from standard input")
	f.BoolVar(&n.signIn, "sign-in", false, "with --url: show no key, the server signs you in")
	return c
}

func (n connection) run(cmd *cobra.Command, name string) error {
	c := connect.Client(name)
	if err := n.check(cmd, c); err != nil {
		return err
	}
	file, err := place(c)
	if err != nil {
		return err
	}
	if n.printPath {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), file)
		return err
	}
	tell := n.server
	if n.url != "" {
		tell = n.remote
	}
	s, err := tell(cmd)
	if err != nil {
		return err
	}
	if slices.Contains(tries, name) {
		return try(cmd.OutOrStdout(), name, s)
	}
	var r *connect.Refusal
	if err := c.Refuses(s); errors.As(err, &r) && (!n.user || s.Key.Value != "") {
		return &schema.Error{Code: schema.Conflict, Message: r.Message, Hint: r.Hint}
	}
	if !n.write {
		return n.print(cmd.OutOrStdout(), c, s, file)
	}
	if n.user {
		return &schema.Error{Code: schema.Invalid, Message: "Claude Code keeps that file itself", Hint: "run this instead: " + s.AddCommand(runtime.GOOS, true)}
	}
	return merge(cmd.OutOrStdout(), c, s, file)
}

// check refuses flags that say nothing to one another.
func (n connection) check(cmd *cobra.Command, c connect.Client) error {
	isTry := slices.Contains(tries, string(c))
	switch {
	case n.user && c != connect.ClaudeCode:
		return usagef("--user is for claude-code")
	case isTry && (n.write || n.printPath):
		return usagef("connect %s only prints a command; it has no file", c)
	case isTry && n.key != "":
		return usagef("connect %s reads the key from an environment variable: --key-env", c)
	case c == "curl" && n.url == "":
		return usagef("connect curl is for a server that is reached over HTTP: name it with --url")
	case n.url == "" && (n.signIn || n.key != "" || cmd.Flag("key-env").Changed):
		return usagef("a key is for a server that is reached over HTTP: name it with --url")
	}
	return nil
}

// place is the file of a client on this machine.
func place(c connect.Client) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return c.File(connect.System{OS: runtime.GOOS, Home: home, Folder: folder, Env: os.Getenv}), nil
}

func (n connection) print(w io.Writer, c connect.Client, s connect.Server, file string) error {
	if c == connect.ClaudeCode && (n.user || s.URL == "") {
		fmt.Fprintf(w, "Run this:\n\n  %s\n\n", s.AddCommand(runtime.GOOS, n.user))
		if n.user {
			return nil
		}
		fmt.Fprintln(w, "Or share it with whoever works in this folder:")
	}
	fmt.Fprintf(w, "Put this into %s\n\n%s\n", file, c.Snippet(s))
	fmt.Fprintf(w, "The same command with --write does it for you. Then %s.\n", c.Afterwards())
	environment(w, c, s)
	return nil
}

// environment says where the client reads the key from, if it does.
func environment(w io.Writer, c connect.Client, s connect.Server) {
	switch {
	case s.Key.Env == "":
	case c == connect.VSCode:
		fmt.Fprintln(w, "VS Code asks for your key when the server starts, and keeps it safe.")
	default:
		fmt.Fprintf(w, "Your key has to be in the environment in which it starts: %s.\n", s.Key.Env)
	}
}

// try prints how a person tries a server.
func try(w io.Writer, name string, s connect.Server) error {
	line := s.Inspector(runtime.GOOS)
	if name == "curl" {
		line = s.Curl(runtime.GOOS)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
