package format

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestReadMermaid(t *testing.T) {
	me := []string{"Me"}
	for _, tt := range []struct {
		name, in string
		want     Journey
		warnings []string
	}{
		{
			name: "the example of the manual",
			in:   "journey\n    title My working day\n    section Go to work\n      Make tea: 5: Me\n      Do work: 1: Me, Cat\n    section Go home\r\n      Sit down: 5: Me\r\n",
			want: Journey{Name: "My working day", Stages: []Stage{
				{"Go to work", []Step{{Name: "Make tea", Emotion: 5, Actors: me}, {Name: "Do work", Emotion: 1, Actors: []string{"Me", "Cat"}}}},
				{"Go home", []Step{{Name: "Sit down", Emotion: 5, Actors: me}}},
			}},
		},
		{
			name: "front matter, directives, comments and descriptions",
			in:   "---\ntitle: \"Day\"\n---\n%%{init: {\n 'theme': 'dark'}\n}%%\n%% a comment\nJourney\naccTitle: x\naccDescr {\n  one\n  two }\n# a comment\n%% another\nsection A\nB: 3: Me # said he\nsection\n: 2\n",
			want: Journey{Name: "Day", Description: "one\ntwo", Stages: []Stage{
				{"A", []Step{{Name: "B", Emotion: 3, Actors: me}}}, {"Untitled", []Step{{Name: "Untitled", Emotion: 2}}},
			}},
		},
		{
			name: "escapes are undone",
			in:   "journey\ntitle A#58; B#59; #35;1 #quot;x#quot; #bogus; #9999999999;\nsection S\nPay#58; now: 2: A#44; B\n",
			want: Journey{Name: `A: B; #1 "x" #bogus; #9999999999;`, Stages: []Stage{{"S", []Step{{Name: "Pay: now", Emotion: 2, Actors: []string{"A, B"}}}}}},
		},
		{
			name: "words that only begin like keywords",
			in:   "journey\nsection S\ntitle-page: 3\nsections: 4\nTitle: 5\n",
			want: Journey{Stages: []Stage{{"S", []Step{{Name: "title-page", Emotion: 3}, {Name: "sections", Emotion: 4}, {Name: "Title", Emotion: 5}}}}},
		},
		{
			name: "what Mermaid would not take",
			in:   "journey\nA: 9\nB: 2.4: Me: Cat\nC: good: Me\nPay: now: 2: Me\nD\n",
			want: Journey{Stages: []Stage{{"Journey", []Step{
				{Name: "A", Emotion: 5}, {Name: "B", Emotion: 2, Actors: me}, {Name: "C", Actors: me},
				{Name: "Pay: now", Emotion: 2, Actors: me}, {Name: "D"},
			}}}},
			warnings: []string{
				"line 2: the score 9 was taken as 5", "line 3: the score 2.4 was taken as 2", `line 3: " Cat" after`,
				`line 4: the score "good" is not`, `line 5: "Pay: now" was taken as the name`, `line 6: the score "" is not`,
			},
		},
		{
			name:     "fenced in Markdown",
			in:       "# Notes\n\n```mermaid\nflowchart LR\n```\n\n````mermaid\n---\ntitle: T\n---\njourney\nsection A\nB: 7\n````\nafter: 1\n```mermaid\njourney\n```\n",
			want:     Journey{Name: "T", Stages: []Stage{{"A", []Step{{Name: "B", Emotion: 5}}}}},
			warnings: []string{"line 13: the score 7", "line 17: another journey diagram"},
		},
	} {
		got, warn, err := ReadMermaid(strings.NewReader(tt.in))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", tt.name, got, tt.want)
		}
		checkWarnings(t, tt.name, warn, tt.warnings)
	}
}

// checkWarnings compares the beginnings of warnings.
func checkWarnings(t *testing.T, name string, got []Warning, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: warnings %v, want %q", name, got, want)
		return
	}
	for i, w := range got {
		if !strings.HasPrefix(w.String(), want[i]) {
			t.Errorf("%s: warning %q, want %q", name, w, want[i])
		}
	}
}

func TestReadMermaidRefuses(t *testing.T) {
	for _, in := range []string{"", "flowchart LR\n", "# Notes\n```mermaid\npie\n```\n", "%% journey\n", "%%{", "---\njourney"} {
		if _, _, err := ReadMermaid(strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), "journey") {
			t.Errorf("ReadMermaid(%q) = %v, want an error that says how a diagram begins", in, err)
		}
	}
}

func TestWriteMermaid(t *testing.T) {
	j := Journey{Name: "Buy; now", Description: "How\nit goes", Stages: []Stage{
		{"Pay: card", []Step{
			{Name: "Journey ends", Description: "d", Emotion: 4, Actors: []string{"Ann, Bob", "", "Cy"}, Items: []Item{{Group: "Insight", Title: "i"}}},
			{Name: "%% 5%% off <br>"},
			{},
		}},
		{Name: ""},
	}}
	var b strings.Builder
	dropped, err := WriteMermaid(&b, j)
	if err != nil {
		t.Fatal(err)
	}
	want := `journey
    title Buy#59; now
    accDescr: How#10;it goes
    section Pay#58; card
      #74;ourney ends: 4: Ann#44; Bob, Cy
      #37;#37; 5#37;#37; off #60;br>: 3
      Untitled: 3
    section Untitled
`
	if b.String() != want {
		t.Errorf("WriteMermaid wrote\n%swant\n%s", &b, want)
	}
	wantDropped := []string{
		`no emotion is told for "%% 5%% off <br>", ""; the score is written as 3`,
		`the descriptions of these steps are left out: "Journey ends"`,
		`these items are left out: "i"`,
	}
	if !slices.Equal(dropped, wantDropped) {
		t.Errorf("WriteMermaid dropped %q, want %q", dropped, wantDropped)
	}
}

// names are hard on every format.
var names = []string{
	"Pay", "Pay: now: 2: X", "a;b", "#35;", "&#35;", "# heading", "- bullet", "1. first", "12) x", "1.", "%%", "a%%b", "%%{init}%%", "%", "% of users", "5% off",
	"title", "section x", "Journey", "accDescr {", " spaced ", "\t", "a\nb", "a\r\nb", "\u0085", "\uFEFF", "\u2028", "---", "journey\n",
	"a — b", "a -- b", "— b", "a —", "a --", "--", "insight: x", "emotion: 3", "=1+1", "'=1", "+x", "-x", "@x", `"quoted"`, `a,"b"`,
	"```mermaid", "_", "*", "naïve café", "👩‍💻", "a\xffb", "Untitled", "", "\\.", "title: x",
}

func FuzzMermaidRoundTrip(f *testing.F) {
	for _, name := range names {
		f.Add(name, name, name, name)
	}
	f.Fuzz(func(t *testing.T, name, stage, step, actor string) {
		j := Journey{Name: name, Description: name, Stages: []Stage{{stage, []Step{
			{Name: step, Emotion: 1, Actors: []string{actor}},
			{Name: actor, Emotion: 5},
		}}}}
		var b strings.Builder
		if _, err := WriteMermaid(&b, j); err != nil {
			t.Fatal(err)
		}
		got, warn, err := ReadMermaid(strings.NewReader(b.String()))
		if err != nil || len(warn) > 0 {
			t.Fatalf("ReadMermaid: %v, %v of\n%s", err, warn, &b)
		}
		if want := written(j, name); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v\nfrom\n%s", got, want, &b)
		}
	})
}

// written is j as any format writes it: text is UTF-8, no name is empty but that of
// the journey, which is as given, and no actor is.
func written(j Journey, name string) Journey {
	valid := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
	j.Name, j.Description = valid(name), valid(j.Description)
	for i := range j.Stages {
		stage := &j.Stages[i]
		stage.Name = valid(orUntitled(stage.Name))
		for i := range stage.Steps {
			step := &stage.Steps[i]
			step.Name, step.Description = valid(orUntitled(step.Name)), valid(step.Description)
			var actors []string
			for _, a := range step.Actors {
				if a != "" {
					actors = append(actors, valid(a))
				}
			}
			step.Actors = actors
			for i, item := range step.Items {
				step.Items[i] = Item{Group: item.Group, Title: valid(item.Title), Description: valid(item.Description), Status: valid(item.Status), Owner: valid(item.Owner)}
			}
		}
	}
	return j
}

func FuzzReadMermaid(f *testing.F) {
	f.Add("journey\ntitle T\nsection S\nA: 3: Me, You\nPay: now: 2: X\n")
	f.Add("---\ntitle: x\n---\n%%{init: {}}%%\njourney\naccDescr {\nx\n}\n# c\nA: 9\n")
	f.Add("```mermaid\njourney\nA: 1#58;: B\n```\n")
	f.Fuzz(func(t *testing.T, in string) {
		j, _, err := ReadMermaid(strings.NewReader(in))
		if err != nil {
			return
		}
		checkEmotions(t, j)
	})
}

func checkEmotions(t *testing.T, j Journey) {
	t.Helper()
	for _, stage := range j.Stages {
		for _, step := range stage.Steps {
			if step.Emotion < 0 || step.Emotion > 5 {
				t.Errorf("the emotion of %q is %d", step.Name, step.Emotion)
			}
		}
	}
}
