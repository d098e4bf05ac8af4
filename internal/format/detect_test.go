package format

import (
	"strings"
	"testing"
)

func TestDetectJourney(t *testing.T) {
	for _, tt := range []struct {
		path, head string
		want       Kind
	}{
		{"x.csv", "journey\n", CSV},
		{"x.TSV", "", CSV},
		{"x.mmd", "", Mermaid},
		{"x.mermaid", "stage,step", Mermaid},
		{"x.md", "# Notes\n```mermaid\njourney\n", Mermaid},
		{"x.md", "# Notes\n```mermaid\nflowchart LR\n```\n## Stage\n", Outline},
		{"x.md", "# Notes\n## Stage\n", Outline},
		{"x.txt", "---\ntitle: T\n---\n%% comment\njourney\n", Mermaid},
		{"x.txt", "Journey to work\n  Stage\n", Outline},
		{"", "Phase;Customer step;Owner\n", CSV},
		{"", "\xff\xfes\x00t\x00a\x00g\x00e\x00,\x00s\x00t\x00e\x00p\x00\n\x00", CSV},
		{"", "", Outline},
		{"x", "\x00\x01", Outline},
	} {
		if got := DetectJourney(tt.path, []byte(tt.head)); got != tt.want {
			t.Errorf("DetectJourney(%q, %q) = %s, want %s", tt.path, tt.head, got, tt.want)
		}
	}
}

func TestWriteMarkdown(t *testing.T) {
	j := Journey{Name: "# A\n*b*", Description: "one\n\n- two", Stages: []Stage{{"1. S", []Step{
		{Name: "<b>", Description: "d", Emotion: 4, Actors: []string{"Ann", "B_b"}, Items: []Item{
			{Group: "Insight", Title: "x\u202e", Description: "y\nz", Status: "New"}, {Group: "Metric", Owner: "Cy"},
		}},
		{Name: "T"},
	}}}}
	var b strings.Builder
	if err := WriteMarkdown(&b, j); err != nil {
		t.Fatal(err)
	}
	want := `# \# A \*b\*

one

\- two

## 1\. S

### \<b\>

*Emotion: 4 of 5 · Actors: Ann, B\_b*

d

- **Insight:** x⟨U+202E⟩ (New) — y z
- **Metric:** Untitled (owner Cy)

### T
`
	if b.String() != want {
		t.Errorf("WriteMarkdown wrote\n%swant\n%s", &b, want)
	}
}
