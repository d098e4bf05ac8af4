// Package layers holds the one test that keeps the import graph in shape.
package layers

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "custory/"

// layers lists each package with all it may import: our own by their path in
// the module, others by their module path. The standard library is free. A
// package that is not here fails the test, so a new folder is a decision.
var layers = map[string][]string{
	"schema":              {},
	"store":               {"schema", "modernc.org/sqlite"},
	"store/storetest":     {"schema", "store"},
	"memory":              {"schema", "store", "memory/use", "internal/vec", "github.com/philippgille/chromem-go"},
	"memory/use":          {"internal/vec", "golang.org/x/text"},
	"memory/use/convert":  {},
	"resources":           {"schema", "store", "internal/quote"},
	"tools":               {"schema", "store", "memory", "resources", "internal/quote", "internal/format", "internal/token", "github.com/google/jsonschema-go"},
	"internal/access":     {"schema", "store", "internal/token", "github.com/coreos/go-oidc", "golang.org/x/sync"},
	"internal/token":      {"schema"},
	"internal/vec":        {"golang.org/x/sys"},
	"internal/quote":      {"golang.org/x/text"},
	"internal/format":     {"golang.org/x/text"},
	"internal/mcpserver":  {"schema", "store", "tools", "resources", "internal/quote", "github.com/mark3labs/mcp-go"},
	"internal/mcpclient":  {},
	"internal/transfer":   {"schema", "store", "tools", "resources", "internal/format"},
	"internal/connect":    {"github.com/BurntSushi/toml"},
	"internal/eval":       {"schema", "store", "memory", "tools", "internal/format"},
	"internal/demo":       {"internal/format"},
	"internal/openai":     {"github.com/sashabaranov/go-openai"},
	"internal/layers":     {},
	"internal/logtest":    {},
	"internal/readmetest": {},
	"internal/bench":      {},
	"internal/httpserver": {"schema", "internal/access", "internal/telemetry", "golang.org/x/time"},
	"internal/telemetry":  {"schema", "internal/mcpserver", "github.com/prometheus/client_golang", "go.opentelemetry.io/otel"},

	"internal/view":       {"schema", "resources"},
	"internal/view/build": {"github.com/evanw/esbuild"},

	"internal/openai/openaitest": {},

	"packaging": {"tools"},

	"cmd/custory": {"schema", "store", "memory", "tools", "resources", "internal/mcpserver", "internal/mcpclient", "internal/transfer", "internal/connect",
		"internal/eval", "internal/demo", "internal/format", "internal/openai", "internal/view", "internal/access", "internal/httpserver", "internal/telemetry", "github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term", "golang.org/x/sync"},
}

// homes are the libraries that only one package, or one side of a wire, knows.
var homes = map[string][]string{
	"modernc.org/sqlite":                  {"store"},
	"github.com/philippgille/chromem-go":  {"memory"},
	"github.com/sashabaranov/go-openai":   {"internal/openai"},
	"github.com/mark3labs/mcp-go":         {"internal/mcpserver"},
	"github.com/google/jsonschema-go":     {"tools"},
	"github.com/coreos/go-oidc":           {"internal/access"},
	"github.com/prometheus/client_golang": {"internal/telemetry"},
	"go.opentelemetry.io/otel":            {"internal/telemetry"},
	"golang.org/x/time":                   {"internal/httpserver"},
	"github.com/evanw/esbuild":            {"internal/view/build"},
	"github.com/chromedp/chromedp":        {"internal/view"}, // its tests
}

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); seen++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		may, ok := layers[name]
		if !ok {
			t.Errorf("%s has no layer", name)
		}
		for _, dep := range p.Imports {
			if !allowed(may, dep) {
				t.Errorf("%s must not import %s", name, dep)
			}
			for lib, at := range homes {
				if (dep == lib || strings.HasPrefix(dep, lib+"/")) && !slices.Contains(at, name) {
					t.Errorf("%s imports %s, whose home is %v", name, dep, at)
				}
			}
		}
	}
	if seen < len(layers)/2 {
		t.Errorf("go list named %d packages", seen)
	}
}

// allowed reports whether dep is of the standard library or among may.
func allowed(may []string, dep string) bool {
	own, ours := strings.CutPrefix(dep, module)
	if !ours && !strings.Contains(strings.Split(dep, "/")[0], ".") {
		return true
	}
	return slices.ContainsFunc(may, func(m string) bool {
		return own == m || !ours && (dep == m || strings.HasPrefix(dep, m+"/"))
	})
}
