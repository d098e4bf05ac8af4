// Packaging writes what describes a build of custory to those who install it:
// the manifest of the bundle that Claude Desktop and other clients install with
// a click, and the entry for the MCP Registry.
//
//	go run ./packaging manifest -version 1.2.3 linux/amd64 darwin/arm64
//	go run ./packaging registry -version 1.2.3 -bundle custory-1.2.3.mcpb
//
// The script beside it, mcpb, builds the bundle itself.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packaging:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say manifest or registry")
	}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	version := f.String("version", "", "the `version`, without a v")
	bundle := f.String("bundle", "", "for registry: the `file` that was packed")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if !semantic.MatchString(*version) {
		return fmt.Errorf("-version is %q; it has to be one such as 1.2.3", *version)
	}
	p, err := project()
	if err != nil {
		return err
	}
	var out any
	switch args[0] {
	case "manifest":
		out, err = manifest(p, *version, f.Args())
	case "registry":
		out, err = registry(p, *version, *bundle)
	default:
		err = fmt.Errorf("there is no %q; say manifest or registry", args[0])
	}
	if err != nil {
		return err
	}
	e := json.NewEncoder(os.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// semantic is a version as semver.org has it.
var semantic = regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
