package connect

import "fmt"

// A Server is one to tell a client of: a program that the client starts and
// speaks to over standard input and output, or else, with a URL, one that is
// reached over HTTP.
type Server struct {
	Name    string // what the client calls it
	Command string // an absolute path
	Args    []string
	URL     string
	Key     Key
}

// A Key is how a client comes by the key it shows a server that is reached over
// HTTP. The zero Key is none: the server signs people in.
type Key struct {
	Env   string // the environment variable that holds it
	Value string // or the key itself, which then stands in the client's file
}

// A Refusal says why a client cannot be told of a server in this way, and what
// can be done instead.
type Refusal struct{ Message, Hint string }

func (r *Refusal) Error() string { return r.Message }

// Refuses tells why the client cannot be told of the server, if it cannot.
func (c Client) Refuses(s Server) error {
	switch {
	case s.URL == "":
		return nil
	case c == ClaudeDesktop:
		return &Refusal{
			Message: "Claude Desktop has no file for servers that are reached over HTTP",
			Hint:    "if the server signs people in (serve --oidc-issuer), add " + s.URL + " under Settings, Connectors; keys it cannot send",
		}
	case c == Zed && s.Key.Env != "":
		return &Refusal{
			Message: "Zed reads no environment variables in its settings",
			Hint:    "give the key itself on standard input, with --key -; it then stands in Zed's settings",
		}
	case c.Project() && s.Key.Value != "":
		return &Refusal{
			Message: "the file is shared with whoever works in this folder, and a key is for one person",
			Hint:    "leave --key out: the key is then asked for, or read from the environment",
		}
	}
	return nil
}

// secret is what VS Code calls the key it asks for.
func (s Server) secret() string { return s.Name + "-key" }

// bearer is the header that shows the key, in the way the client fills it in.
func (c Client) bearer(s Server) string {
	switch {
	case c == VSCode:
		return "Bearer ${input:" + s.secret() + "}"
	case s.Key.Value != "":
		return "Bearer " + s.Key.Value
	case c == Cursor || c == Windsurf:
		return "Bearer ${env:" + s.Key.Env + "}"
	}
	return "Bearer ${" + s.Key.Env + "}"
}

// entry is what the file says of the server, in order.
func (c Client) entry(s Server) []member {
	if s.URL != "" {
		return c.remote(s)
	}
	args := s.Args
	if args == nil {
		args = []string{}
	}
	e := []member{{"command", s.Command}, {"args", args}}
	switch c {
	case ClaudeCode, VSCode:
		return append([]member{{"type", "stdio"}}, e...)
	case Zed:
		return append([]member{{"source", "custom"}}, e...)
	}
	return e
}

// remote is entry for a server that is reached over HTTP.
func (c Client) remote(s Server) []member {
	var e []member
	switch c {
	case ClaudeCode, VSCode:
		e = []member{{"type", "http"}, {"url", s.URL}}
	case Gemini:
		e = []member{{"httpUrl", s.URL}}
	case Windsurf:
		e = []member{{"serverUrl", s.URL}}
	default:
		e = []member{{"url", s.URL}}
	}
	if s.Key == (Key{}) {
		return e
	}
	if c == Codex && s.Key.Env != "" {
		return append(e, member{"bearer_token_env_var", s.Key.Env})
	}
	header := []member{{"Authorization", c.bearer(s)}}
	if c == Codex {
		return append(e, member{"http_headers", header})
	}
	return append(e, member{"headers", header})
}

// other are the members that a server of the other sort has, and that cannot
// stand beside the entry.
func (s Server) other() []string {
	if s.URL != "" {
		return []string{"command"}
	}
	return []string{"url", "httpUrl", "serverUrl"}
}

// sort says which sort it is.
func (s Server) sort() string {
	if s.URL != "" {
		return "as a program that the client starts"
	}
	return "as one that is reached over HTTP"
}

// taken is the refusal of a name under which a server of the other sort stands.
func (s Server) taken() error {
	return fmt.Errorf("%q is there already, %s: take that out, or choose another name with --name", s.Name, s.sort())
}
