package main

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"custory/internal/connect"
	"custory/schema"
)

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

// remote is the team's server that --url names.
func (n connection) remote(cmd *cobra.Command) (s connect.Server, err error) {
	for _, name := range append([]string{"db", "workspace"}, modelSettings...) {
		if cmd.Flag(name).Changed {
			return s, usagef("--%s is the server's to say, and --url names one that runs already", name)
		}
	}
	address, err := addressOf(n.url)
	if err != nil {
		return s, err
	}
	key, err := n.showKey(cmd)
	if err != nil {
		return s, err
	}
	if key != (connect.Key{}) && address.Scheme == "http" && !loopback(address.Hostname()) {
		return s, usagef("--url is plain http, over which anyone on the way can read the key; name an https address, or --sign-in if no key is shown")
	}
	return connect.Server{Name: n.name, URL: address.String(), Key: key}, nil
}

// addressOf reads the address of a server. One without a path is that of its
// usual endpoint.
func addressOf(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usagef("--url is %q; it has to be an address such as https://maps.example.com/mcp", text)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, usagef("--url holds more than an address; a key goes with --key-env or --key -")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/mcp"
	}
	return u, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// showKey is how the client comes by the key. The key itself is only read from
// standard input: a command line is seen by others and kept.
func (n connection) showKey(cmd *cobra.Command) (connect.Key, error) {
	given := slices.DeleteFunc([]string{"key", "key-env", "sign-in"}, func(name string) bool { return !cmd.Flag(name).Changed })
	switch {
	case len(given) > 1:
		return connect.Key{}, usagef("--%s and --%s are two ways to do the same; choose one", given[0], given[1])
	case n.signIn:
		return connect.Key{}, nil
	case n.key == "":
		if !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`).MatchString(n.keyEnv) {
			return connect.Key{}, usagef("--key-env is %q; it has to be the name of an environment variable, and not the key", plain(n.keyEnv))
		}
		return connect.Key{Env: n.keyEnv}, nil
	case n.key != "-":
		return connect.Key{}, usagef("a key on a command line can be read by others, and the shell keeps it; type --key - and give the key on standard input (revoke this one if others use this machine)")
	}
	if isTerminal(cmd.InOrStdin()) {
		fmt.Fprintln(cmd.ErrOrStderr(), "Paste the key and press Enter, then Ctrl-D:")
	}
	text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 4096))
	if err != nil {
		return connect.Key{}, err
	}
	key := strings.TrimSpace(string(text))
	if key == "" || strings.ContainsAny(key, " \t\r\n\"'\\$") {
		return connect.Key{}, usagef("what stands on standard input is not one key")
	}
	return connect.Key{Value: key}, nil
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
