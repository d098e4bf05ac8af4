package tools_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/tools/txtar"

	"custory/schema"
	"custory/tools"
)

// A face is a tool as a client sees it.
type face struct {
	Name         string             `json:"name"`
	Title        string             `json:"title"`
	Description  string             `json:"description"`
	InputSchema  *jsonschema.Schema `json:"inputSchema"`
	OutputSchema *jsonschema.Schema `json:"outputSchema"`
	Annotations  map[string]bool    `json:"annotations"`
}

func faceOf(t tools.Tool) face {
	return face{t.Name, t.Title, t.Doc, t.Run.In, t.Run.Out, map[string]bool{
		"readOnlyHint": t.Run.Effect == tools.Reads, "destructiveHint": t.Destructive, "idempotentHint": t.Idempotent, "openWorldHint": t.OpenWorld,
	}}
}

func TestFacesAreAsFrozen(t *testing.T) {
	var names []string
	for _, tool := range tools.All() {
		file := filepath.Join("testdata", "tools", tool.Name+".json")
		names = append(names, filepath.Base(file))
		got := inJSON(t, faceOf(tool))
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s has another face than in %s (%v); if it should, run with -update and read the diff", tool.Name, file, err)
		}
	}
	files, _ := filepath.Glob("testdata/tools/*.json")
	for _, f := range files {
		if !slices.Contains(names, filepath.Base(f)) {
			t.Errorf("%s is the face of no tool", f)
		}
	}
}

func TestManners(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]+_[a-z]+(_[a-z]+)?$`)
	verbs := strings.Fields("search fetch ask recall comment remember forget undo")
	for _, tool := range tools.All() {
		if !name.MatchString(tool.Name) && !slices.Contains(verbs, tool.Name) {
			t.Errorf("%s is neither verb_noun nor a known verb", tool.Name)
		}
		if n := len(regexp.MustCompile(`[.?!](\s|$)`).FindAllString(tool.Doc, -1)); n < 1 || n > 3 || !strings.HasSuffix(tool.Doc, ".") {
			t.Errorf("%s: the doc must be one to three sentences that end in a full stop: %q", tool.Name, tool.Doc)
		}
		if tool.Title == "" || tool.Role == 0 {
			t.Errorf("%s lacks a title or a role", tool.Name)
		}
		in := string(inJSON(t, tool.Run.In))
		for _, word := range []string{`"anyOf"`, `"oneOf"`, `"allOf"`, `"null"`} {
			if strings.Contains(in, word) {
				t.Errorf("%s: its arguments hold %s", tool.Name, word)
			}
		}
		typed(t, tool.Name, tool.Run.In)
		described(t, tool.Name, tool.Run.In)
	}
}

// plain are arguments that their name describes.
var plain = strings.Fields(`query title description text name status owner type types state since until limit cursor detail bio role location budget goals frustrations motivations devices tools
	role_in_journey job_to_be_done buying_influence tech_savviness insight_type severity tool question persona statuses created_until updated_since updated_until dry_run`)

// typed checks that everything has a type: some clients drop what has none, and
// some models' interfaces refuse it.
func typed(t *testing.T, at string, s *jsonschema.Schema) {
	t.Helper()
	if s == nil || s.Type == "" {
		t.Errorf("%s has no type", at)
		return
	}
	for name, p := range s.Properties {
		typed(t, at+"."+name, p)
	}
	if s.Type == "array" {
		typed(t, at+"[]", s.Items)
	}
	if s.AdditionalProperties != nil {
		typed(t, at+"{}", s.AdditionalProperties)
	}
}

// described checks that each argument is described, or has a name that does
// it, or lists its values.
func described(t *testing.T, at string, s *jsonschema.Schema) {
	t.Helper()
	for name, p := range s.Properties {
		listed := len(p.Enum) > 0 || p.Items != nil && len(p.Items.Enum) > 0
		if p.Description == "" && !listed && !slices.Contains(plain, name) {
			t.Errorf("%s: the argument %s is not described", at, name)
		}
	}
}

func TestExactlyTheReadingToolsAreForViewers(t *testing.T) {
	for _, tool := range tools.All() {
		if tool.Toolset == "admin" { // of who may come in, which viewers need not know, but to go
			continue
		}
		if viewer, reads := tool.Role == schema.Viewer, tool.Run.Effect == tools.Reads; viewer != reads {
			t.Errorf("%s: for viewers: %v, only reads: %v", tool.Name, viewer, reads)
		}
	}
}

func TestEachToolHasAStory(t *testing.T) {
	told := map[string]bool{}
	for _, file := range stories(t) {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(ar.Files); i += 2 {
			for line := range strings.Lines(string(ar.Files[i].Data)) {
				tool, _, _ := strings.Cut(strings.TrimSpace(line), " ")
				told[tool] = true
			}
		}
	}
	for _, tool := range tools.All() {
		if !told[tool.Name] {
			t.Errorf("no story tells of %s", tool.Name)
		}
	}
}

// budget is how many bytes tools/list may have: each is paid for in every
// conversation.
const budget = 24_000

func TestTheListStaysWithinItsBudget(t *testing.T) {
	total := 220 // the frame of the answer, in the newer protocol
	for _, tool := range tools.All() {
		b, err := json.Marshal(faceOf(tool))
		if err != nil {
			t.Fatal(err)
		}
		in, _ := json.Marshal(tool.Run.In)
		t.Logf("%5d %5d %s", len(b), len(in), tool.Name)
		if len(tool.Doc) > 250 {
			t.Errorf("%s: the doc has %d bytes; at most 250 are allowed", tool.Name, len(tool.Doc))
		}
		if tool.Toolset == tools.Core {
			total += len(b) + len(`"title":"",,`) + len(tool.Title) // the server repeats it among the annotations
		}
	}
	t.Logf("%d bytes of %d", total, budget)
	if total > budget {
		t.Errorf("the core tools have %d bytes; at most %d are allowed", total, budget)
	}
}
