package eval

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"custory/memory"
)

func file(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestPlacementIsMeasured places messages on a journey of more steps than one
// edit makes.
func TestPlacementIsMeasured(t *testing.T) {
	const steps = 130
	dir := t.TempDir()
	train, test := "text,step\n", "text,step\n"
	for i := range steps {
		for j := range 3 {
			train += fmt.Sprintf("about thing%03d again %d,step thing%03d\n", i, j, i)
		}
		if i%10 == 0 {
			test += fmt.Sprintf("thing%03d please,step thing%03d\n", i, i)
		}
	}
	p := Placing{Train: file(t, filepath.Join(dir, "train.csv"), train), Test: file(t, filepath.Join(dir, "test.csv"), test),
		OOS: file(t, filepath.Join(dir, "oos.csv"), "text\nquite another matter\n"), Shots: -1, Embedder: memory.NGram(256)}
	r, err := Placement(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if r.N != steps/10 || r.Steps != steps || r.Top1 != 1 || r.Top3 != 1 || *r.OOSN != 1 || *r.OOSAbstain != 1 {
		t.Errorf("messages that name their step are measured as %+v", r)
	}
	var b bytes.Buffer
	if err := r.Print(&b); err != nil || !strings.Contains(b.String(), "100.0 %") {
		t.Errorf("%v, %s", err, b.String())
	}
	p.Shots = 0
	if names, err := Placement(t.Context(), p); err != nil || names.Top1 != 1 {
		t.Errorf("from names alone: %+v, %v", names, err)
	}
}

func TestShotsAreDrawnBySeed(t *testing.T) {
	var all []example
	for i := range 40 {
		all = append(all, example{fmt.Sprint("text ", i), fmt.Sprint("step ", i%4)})
	}
	a, rest := draw(all, 3, 1)
	b, _ := draw(all, 3, 1)
	c, _ := draw(all, 3, 2)
	if fmt.Sprint(a) != fmt.Sprint(b) || fmt.Sprint(a) == fmt.Sprint(c) || len(a) != 12 || len(rest) != 28 {
		t.Errorf("draws of 3: %v, %v and %v", a, b, c)
	}
	if drawn, rest := draw(all, 99, 1); len(drawn) != 40 || rest != nil {
		n := len(drawn)
		t.Errorf("a draw of more than there are has %d", n)
	}
}

func TestRecallIsMeasured(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"one", "two"} { // the same ids in each
		file(t, filepath.Join(dir, folder, "docs.jsonl"), `{"id": "d1", "text": "The harbour freezes in `+folder+`", "author": "Ann", "said_at": "2026-01-02"}
{"id": "d2", "text": "Bread is baked at dawn", "title": "Bakery"}

{"id": "d3", "text": "Nothing to see"}
`)
		file(t, filepath.Join(dir, folder, "queries.jsonl"), `{"id": "q1", "text": "When does the harbour freeze?", "relevant": ["d1"], "category": 1}
{"id": "q2", "text": "bakery bread", "relevant": ["d2", "d9"], "category": "2"}
`)
	}
	r, err := Recall(t.Context(), Recalling{Dir: dir, Embedder: memory.NGram(256)})
	if err != nil {
		t.Fatal(err)
	}
	if r.Queries != 4 || r.RecallAt5 != 0.75 || r.RecallAt10 != 0.75 || r.ByCategory["1"] != (Category{2, 1}) || r.ByCategory["2"] != (Category{2, 0.5}) {
		t.Errorf("the measure is %+v", r)
	}
	if _, err := Recall(t.Context(), Recalling{Dir: t.TempDir(), Embedder: memory.NGram(256)}); err == nil {
		t.Error("an empty folder is measured")
	}
}
