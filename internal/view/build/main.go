// Command build puts the page together from its modules and styles: one HTML
// file that needs nothing else. Run it with go generate.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if err := run("src/main.js", "src/style.css", "src/page.html", "page.html"); err != nil {
		fmt.Fprintln(os.Stderr, "build the page:", err)
		os.Exit(1)
	}
}

func run(script, style, template, out string) error {
	js, err := bundle(script)
	if err != nil {
		return err
	}
	css, err := bundle(style)
	if err != nil {
		return err
	}
	page, err := os.ReadFile(template)
	if err != nil {
		return err
	}
	whole := strings.NewReplacer("/*css*/", css, "/*js*/", js).Replace(string(page))
	return os.WriteFile(out, []byte(whole), 0o644)
}

// bundle follows the imports of a file, and returns one text without what only
// people need.
func bundle(entry string) (string, error) {
	r := api.Build(api.BuildOptions{
		EntryPoints:       []string{entry},
		Bundle:            true,
		Format:            api.FormatIIFE,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone,
	})
	if len(r.Errors) > 0 {
		return "", fmt.Errorf("%s", strings.Join(api.FormatMessages(r.Errors, api.FormatMessagesOptions{}), "\n"))
	}
	if len(r.OutputFiles) != 1 {
		return "", fmt.Errorf("%s came out as %d files", entry, len(r.OutputFiles))
	}
	return strings.TrimSpace(string(r.OutputFiles[0].Contents)), nil
}
