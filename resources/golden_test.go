package resources_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as it was; go test ./resources -update writes it anew:\n%s", path, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer than the other"
}

// addresses are those of a world, one or more for each resource.
func (w *world) addresses() map[string]string {
	return map[string]string{
		"workspace":       "custory://workspace",
		"journeys":        "custory://journeys",
		"journey":         "custory://journey/trial-to-customer",
		"journey_child":   "custory://journey/" + string(w.child),
		"stage":           "custory://journey/trial-to-customer/stage/" + string(w.finding),
		"step":            "custory://step/" + string(w.cost),
		"step_nested":     "custory://step/" + string(w.pay),
		"item_insight":    "custory://item/prices-are-hard-to-find",
		"item_draft":      "custory://item/" + string(w.draft),
		"item_solution":   "custory://item/" + string(w.solution),
		"item_metric":     "custory://item/" + string(w.metric),
		"signal":          "custory://signal/" + string(w.said),
		"signal_proposed": "custory://signal/" + string(w.proposed),
		"persona":         "custory://persona/" + string(w.admin),
		"journey_changes": "custory://journey/trial-to-customer/changes",
		"journey_map":     "custory://journey/trial-to-customer/map",
		"inbox":           "custory://inbox",
		"vocabulary":      "custory://vocabulary",
	}
}

func TestEveryResourceReadsAsItsGolden(t *testing.T) {
	w := newWorld(t)
	read := map[string]bool{}
	for name, uri := range w.addresses() {
		w.view(t, func(tx *store.Tx) error {
			text, mime, err := resources.Read(t.Context(), tx, uri)
			if err != nil || mime != "text/markdown" {
				t.Errorf("Read(%s) is %s, %v", uri, mime, err)
				return nil
			}
			golden(t, "resource/"+name+".md", text)
			text, mime, err = resources.Read(t.Context(), tx, uri+"?format=json")
			if err != nil || mime != "application/json" {
				t.Errorf("Read(%s?format=json) is %s, %v", uri, mime, err)
				return nil
			}
			golden(t, "resource/"+name+".json", indented(t, text))
			noEmptiness(t, uri, text)
			return nil
		})
		for _, r := range resources.All() {
			if r.Name == name || strings.HasPrefix(name, r.Name+"_") {
				read[r.Name] = true
			}
		}
	}
	for _, r := range resources.All() {
		if !read[r.Name] {
			t.Errorf("no test reads the resource %s", r.Name)
		}
	}
}

func indented(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(text), "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

// noEmptiness demands JSON without nulls, empty texts, lists and objects.
func noEmptiness(t *testing.T, where, text string) {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case nil:
			t.Errorf("%s: %s is null", where, path)
		case string:
			if v == "" {
				t.Errorf("%s: %s is empty", where, path)
			}
		case []any:
			if len(v) == 0 {
				t.Errorf("%s: %s is empty", where, path)
			}
			for _, e := range v {
				walk(path+"[]", e)
			}
		case map[string]any:
			if len(v) == 0 {
				t.Errorf("%s: %s is empty", where, path)
			}
			for k, e := range v {
				walk(path+"."+k, e)
			}
		}
	}
	walk("", v)
}

func (w *world) journeyView(t testing.TB, id schema.ID) (v *resources.JourneyView) {
	t.Helper()
	w.view(t, func(tx *store.Tx) error {
		m, err := tx.Map(id)
		if err != nil {
			return err
		}
		v, err = resources.Journey(tx, m)
		return err
	})
	return v
}

func TestEveryRenderingIsAsItsGolden(t *testing.T) {
	w := newWorld(t)
	for name, id := range map[string]schema.ID{"journey": w.journey, "blank": w.blank(t)} {
		v := w.journeyView(t, id)
		table, err := v.Table("")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "rendering/"+name+".document.md", v.Markdown())
		golden(t, "rendering/"+name+".grid.md", v.Grid())
		golden(t, "rendering/"+name+".outline.md", v.Outline())
		golden(t, "rendering/"+name+".table.md", table)
		golden(t, "rendering/"+name+".matrix.md", v.Matrix())
		golden(t, "rendering/"+name+".mmd", v.Mermaid())
	}
}

// blank makes a journey without stages.
func (w *world) blank(t testing.TB) (id schema.ID) {
	w.update(t, "edit_journey", "", func(tx *store.Tx) error {
		j := &schema.Journey{Name: "Blank"}
		err := tx.Journeys.Put(j)
		id = j.ID
		return err
	})
	return id
}

func TestTheJourneyOfThePastHasNoCoverage(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		then, err := tx.LoggedCall(w.calls["capture_signals"])
		if err != nil {
			return err
		}
		m, err := tx.At(w.journey, then.Seq-1)
		if err != nil {
			return err
		}
		v, err := resources.Journey(tx, m)
		if err != nil {
			return err
		}
		golden(t, "rendering/past.outline.md", v.Outline())
		if strings.Contains(v.Markdown(), "assumed") {
			t.Error("a journey of the past is called assumed, though its evidence is not known")
		}
		return nil
	})
}
