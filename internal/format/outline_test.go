package format

import (
	"reflect"
	"strings"
	"testing"
)

// TestAnOutlineMayHaveNoName reads outlines whose first line is a stage, and
// others that look like it.
func TestAnOutlineMayHaveNoName(t *testing.T) {
	for in, want := range map[string]Journey{
		"Asking\n  I ask\n  I wait\nDone\n  I leave":            {Stages: []Stage{{"Asking", []Step{{Name: "I ask"}, {Name: "I wait"}}}, {"Done", []Step{{Name: "I leave"}}}}},
		"Help\nAsking\n  I ask\nDone\n  I leave":                {Name: "Help", Stages: []Stage{{"Asking", []Step{{Name: "I ask"}}}, {"Done", []Step{{Name: "I leave"}}}}},
		"Help\n  Asking\n    I ask\n  Done\n    I leave":        {Name: "Help", Stages: []Stage{{"Asking", []Step{{Name: "I ask"}}}, {"Done", []Step{{Name: "I leave"}}}}},
		"Help\n  Asking\n  Done":                                {Name: "Help", Stages: []Stage{{Name: "Asking"}, {Name: "Done"}}},
		"- Asking\n  - I ask\n- Done\n  - I leave\n\n  - twice": {Stages: []Stage{{"Asking", []Step{{Name: "I ask"}}}, {"Done", []Step{{Name: "I leave"}, {Name: "twice"}}}}},
	} {
		if got, _, err := ReadOutline(strings.NewReader(in), false); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v; want %+v", in, got, err, want)
		}
	}
}

func TestReadOutline(t *testing.T) {
	want := Journey{Name: "Onboarding", Stages: []Stage{
		{"Sign up: web", []Step{
			{Name: "Sees the form", Description: "On the site\nand again", Emotion: 4, Actors: []string{"Ann", "Bob"}, Items: []Item{
				{Group: "Touchpoint", Title: "Web form"},
				{Group: "Insight", Title: "Too long", Description: "12 fields"},
			}},
			{Name: "Confirms"},
		}},
		{"First use", []Step{{Name: "Opens the app", Items: []Item{{Group: "Metric", Title: "Opens: daily"}}}}},
	}}
	for name, in := range map[string]string{
		"white space": `
Onboarding
  Sign up: web
    Sees the form -- On the site
      touchpoint: Web form
        and again
      Insight: Too long — 12 fields
      emotion: 4
      actors: Ann, Bob
    Confirms
  First use
    Opens the app
      metric: Opens: daily
`,
		"tabs, no indent for stages": "# Onboarding\r\nSign up: web\r\n\tSees the form — On the site\r\n\t\ttouchpoint: Web form\r\n\t\tinsight: Too long -- 12 fields\r\n\t\tand again\r\n\t\temotion: 4\r\n\t\tactors: Ann, Bob\r\n\tConfirms\r\nFirst use\r\n\tOpens the app\r\n\t\tmetric: Opens: daily\r\n",
		"bullets": `Onboarding
* Sign up: web
   - Sees the form — On the site
       1. touchpoint: Web form
       2. insight: Too long — 12 fields
       3. emotion: 4
       4. actor: Ann, Bob
       5. and again
   - Confirms
* First use
   - Opens the app
       - metric: Opens: daily
`,
		"headings and bullets": `# Onboarding

## Sign up: web

- Sees the form — On the site
  - touchpoint: Web form
  - insight: Too long — 12 fields
  - emotion: 4
  - actors: Ann, Bob
  - and again
- Confirms

---

## 2. First use
  1) Opens the app
     metric: Opens: daily
`,
		"headings all the way": `# Onboarding
## Sign up: web
### Sees the form
On the site
- touchpoint: Web form
- insight: Too long — 12 fields
- emotion: 4
- actors: Ann, Bob

and again
### Confirms
## First use
### Opens the app
metric: Opens: daily
`,
	} {
		got, warn, err := ReadOutline(strings.NewReader(in), false)
		if err != nil || len(warn) > 0 {
			t.Errorf("%s: %v, %v", name, err, warn)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, got, want)
		}
	}
}

func TestReadOutlineSays(t *testing.T) {
	for _, tt := range []struct {
		name, in, err string
		want          Journey
		warnings      []string
	}{
		{name: "nothing", in: " \n\n---\n", err: "the outline is empty"},
		{name: "a step before the stages", in: "J\n    Step\n  Stage\n", err: `line 2: "Step" is indented as a step but no stage`},
		{name: "part of a step before the steps", in: "# J\n## S\n#### detail\n", err: `line 3: "detail" is indented as part of a step but no step`},
		{name: "binary", in: "PK\x03\x04\x00", err: "the file is not text"},
		{
			name: "a preamble", in: "# J — about\n\nwhy\nhow\n\n## S\n",
			want: Journey{Name: "J", Description: "about\nwhy\nhow", Stages: []Stage{{Name: "S"}}},
		},
		{
			name: "text below a stage", in: "# J\n## S\nwhat\n### T\nnote: x\ninsight:\n",
			want:     Journey{Name: "J", Stages: []Stage{{"S", []Step{{Name: "T", Description: "note: x\ninsight:"}}}}},
			warnings: []string{`line 3: "what" was left out`},
		},
		{
			name: "stages alone, or one stage with its steps", in: "S\n T\n",
			want:     Journey{Name: "S", Stages: []Stage{{Name: "T"}}},
			warnings: []string{`line 1: "S" was taken for the name of the journey`},
		},
		{
			name: "a score out of range", in: "J\nS\n T\n  emotion: 0\n",
			want:     Journey{Name: "J", Stages: []Stage{{"S", []Step{{Name: "T", Emotion: 1}}}}},
			warnings: []string{"line 4: the score 0 was taken as 1"},
		},
	} {
		got, warn, err := ReadOutline(strings.NewReader(tt.in), false)
		if tt.err != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want %q", tt.name, err, tt.err)
			}
			continue
		}
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\ngot  %+v, %v\nwant %+v", tt.name, got, err, tt.want)
		}
		checkWarnings(t, tt.name, warn, tt.warnings)
	}
}

func FuzzOutlineRoundTrip(f *testing.F) {
	for _, name := range names {
		f.Add(name, name, name, name, name)
	}
	f.Add("A", "B", "C", "line\n\n", "x")
	f.Fuzz(func(t *testing.T, name, stage, step, description, title string) {
		item := Item{Group: "Insight", Title: orUntitled(title), Description: description}
		j := Journey{Name: name, Description: description, Stages: []Stage{
			{stage, []Step{
				{Name: step, Description: description, Emotion: 2, Actors: []string{title}, Items: []Item{item}},
				{Name: title},
			}},
			{Name: title},
		}}
		var b strings.Builder
		if err := WriteOutline(&b, j); err != nil {
			t.Fatal(err)
		}
		got, warn, err := ReadOutline(strings.NewReader(b.String()), true)
		if err != nil || len(warn) > 0 {
			t.Fatalf("ReadOutline: %v, %v of\n%s", err, warn, &b)
		}
		if want := written(j, orUntitled(name)); !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v\nfrom\n%s", got, want, &b)
		}
	})
}

func FuzzReadOutline(f *testing.F) {
	f.Add("J\n S\n  T -- d\n   insight: x\n")
	f.Add("# J\nabout\n## S\n### T\n- emotion: 9\n#### more\n")
	f.Add("J\n\t- S\n\t\t* T\n  1. U\n")
	f.Fuzz(func(t *testing.T, in string) {
		j, _, err := ReadOutline(strings.NewReader(in), false)
		if err == nil {
			checkEmotions(t, j)
		}
	})
}
