package connect

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestSnippets keeps what every client is told on every system, of a server it
// starts and of one it reaches over HTTP, in one file that a person can read.
func TestSnippets(t *testing.T) {
	const golden = "testdata/snippets.txt"
	const url = "https://maps.example.com/mcp"
	commands := map[string]string{"linux": "/opt/custory", "darwin": "/Users/ada/go/bin/custory", "windows": `C:\Program Files\custory.exe`}
	var b strings.Builder
	say := func(c Client, what string, s Server) {
		text := c.Snippet(s)
		var r *Refusal
		if errors.As(c.Refuses(s), &r) {
			text = "refused: " + r.Message + "\n  " + r.Hint + "\n"
		}
		fmt.Fprintf(&b, "== %s, %s\n%s\n", c, what, text)
	}
	for _, c := range Clients() {
		for _, os := range []string{"linux", "darwin", "windows"} {
			say(c, os, Server{Name: "custory", Command: commands[os], Args: []string{"serve", "--db", "/data/a&b.db"}})
		}
		say(c, "over HTTP, the key in the environment", Server{Name: "custory", URL: url, Key: Key{Env: "CUSTORY_KEY"}})
		say(c, "over HTTP, the key itself", Server{Name: "custory", URL: url, Key: Key{Value: "cus_1_2"}})
		say(c, "over HTTP, signing in", Server{Name: "custory", URL: url})
	}
	for _, os := range []string{"linux", "windows"} {
		s := Server{Name: "custory", URL: url, Key: Key{Env: "CUSTORY_KEY"}}
		fmt.Fprintf(&b, "== curl, %s\n%s\n\n", os, s.Curl(os))
		fmt.Fprintf(&b, "== inspector over HTTP, %s\n%s\n\n", os, s.Inspector(os))
		s = Server{Name: "custory", Command: commands[os], Args: []string{"serve"}}
		fmt.Fprintf(&b, "== inspector, %s\n%s\n\n", os, s.Inspector(os))
	}
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(golden, []byte(b.String()), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("what clients are told is not what %s says; run go test ./internal/connect -update and read the difference:\n%s", golden, b.String())
	}
}
