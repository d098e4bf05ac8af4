package schema_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"custory/schema"
)

func ptr[T any](v T) *T { return &v }

// full returns a valid record of each kind with every field set that it may
// have, and an item of each type.
func full() []schema.Record {
	h := func(id schema.ID) schema.Head {
		return schema.Head{ID: id, Workspace: "wsp_1", Version: 3, Created: time.UnixMilli(1893456000123).UTC(), Updated: time.UnixMilli(1893456001000).UTC()}
	}
	slugs := schema.Slugs{Slug: "a-name", Aliases: []string{"an-older-name"}}
	people := []schema.ID{"per_1", "per_2"}
	item := func(id schema.ID, t schema.ItemType, fill func(*schema.Item)) *schema.Item {
		i := &schema.Item{Head: h(id), Slugs: slugs, Type: t, Title: "A title", Description: "Some\nwords", Status: t.Statuses()[0], EnabledFields: t.Fields()[:1]}
		fill(i)
		return i
	}
	all := []schema.Record{
		&schema.Workspace{Head: h("wsp_1"), Name: "Acme", Slug: "acme", Logo: "https://acme.example/logo.png", PlaceAt: 0.9},
		&schema.Member{Head: h("mem_1"), Name: "Ann", Email: "ann@acme.example", Role: schema.Editor, Assistant: true, Left: time.UnixMilli(1890000000000).UTC()},
		&schema.Key{Head: h("key_1"), Member: "mem_1", Name: "Support triage", Role: schema.Viewer, Proposes: true, Expires: time.UnixMilli(1890000000000).UTC(), Revoked: time.UnixMilli(1880000000000).UTC(), Hash: "00"},
		&schema.Invitation{Head: h("inv_1"), Email: "ed@acme.example", Role: schema.Editor, InvitedBy: "mem_1", Expires: time.UnixMilli(1890000000000).UTC(), Accepted: "mem_2", Cancelled: time.UnixMilli(1880000000000).UTC()},
		&schema.JoinRequest{Head: h("jrq_1"), Email: "jo@acme.example", Name: "Jo", State: schema.JoinApproved, DecidedBy: "mem_1"},
		&schema.Journey{Head: h("jny_1"), Slugs: slugs, Name: "Trial", Description: "…", Personas: people,
			Defaults: schema.Destinations{LinearTeam: "a", JiraProject: "b", JiraIssueType: "c", NotionDatabase: "d", GitHubRepository: "e/f", FigmaSource: "g"}},
		&schema.Stage{Head: h("stg_1"), Journey: "jny_1", Name: "Deciding", Description: "…", Position: 2},
		&schema.Step{Head: h("stp_1"), Stage: "stg_1", Name: "I pay", Description: "…", Position: 1, Emotion: ptr(2), Personas: people},
		&schema.Nesting{Head: h("nst_1"), Step: "stp_1", Journey: "jny_2", Position: 1},
		&schema.Placement{Head: h("plc_1"), Step: "stp_1", Item: "itm_1", Position: 3},
		&schema.Placement{Head: h("plc_2"), Step: "stp_1", Signal: "sig_1", State: schema.PlacementPlaced, Confidence: ptr(0.75), Reason: "it says so"},
		&schema.Placement{Head: h("plc_3"), Signal: "sig_1", State: schema.PlacementDismissed, Reason: "spam"},
		&schema.Link{Head: h("lnk_1"), From: "itm_1", To: "itm_2"},
		&schema.Persona{Head: h("per_1"), Slugs: slugs, Name: "Petra", Bio: "…", Role: "Lead", RoleInJourney: "Buyer", JobToBeDone: "…", BuyingInfluence: "Approves",
			Budget: "50", Location: "Graz", Goals: []string{"a"}, Frustrations: []string{"b"}, Motivations: []string{"c"}, TechSavviness: "Low",
			Devices: []string{"d"}, Tools: []string{"e"}, Hidden: []string{"bio", "budget"}},
		&schema.Signal{Head: h("sig_1"), Text: "Where is it?\n", Source: "support", SourceName: "desk", Author: "u-1", SaidAt: time.UnixMilli(1890000000000).UTC(),
			URL: "http://desk.example/1", ExternalID: "1", Thread: "t", Language: "en", Sentiment: ptr(-0.5), Persona: "per_1"},
		&schema.Citation{Head: h("cit_1"), Item: "itm_1", Signal: "sig_1", Start: 6, End: 11, Quote: "is it", Stance: schema.Contradicts},
		&schema.Note{Head: h("nte_1"), Text: "Remember", Journey: "jny_1", SourceType: "chat", SourceID: "7", State: schema.NoteReady},
		&schema.Comment{Head: h("cmt_1"), On: schema.Ref{Kind: schema.KindItem, ID: "itm_1"}, Text: "Hm", Author: "mem_1", Mentions: []schema.ID{"mem_2"}, ReplyTo: "cmt_2"},
		&schema.Attachment{Head: h("att_1"), Item: "itm_1", Name: "a.png", MediaType: "image/png", Size: 7, Digest: "sha256:00", URL: "https://files.example/a"},
		&schema.Weblink{Head: h("web_1"), Item: "itm_1", URL: "https://example.com/?q=1", Title: "Page", Description: "…"},
		&schema.Task{Head: h("tsk_1"), Item: "itm_1", Platform: "Linear", Key: "USE-91", Title: "Do it", Status: "Todo", URL: "https://linear.example/1"},
		&schema.Reading{Head: h("rdg_1"), Item: "itm_1", At: time.UnixMilli(1890000000000).UTC(), Value: 1.5, Note: "…"},
		&schema.Bookmark{Head: h("bmk_1"), Journey: "jny_1", Seq: 7, Label: "Before", Trigger: schema.ManualSave, Stages: 1, Steps: 2, Items: 3},
		item("itm_1", schema.Touchpoint, func(i *schema.Item) { i.Channel, i.Actor = "App", people }),
		item("itm_2", schema.Insight, func(i *schema.Item) {
			i.InsightType, i.Confidence, i.Severity, i.AffectedSegment = "Pain", "Low confidence", ptr(5), people
			i.Review, i.ReviewReason = schema.DismissedReview, "known"
		}),
		item("itm_3", schema.Opportunity, func(i *schema.Item) {
			i.Owner, i.Impact, i.Effort, i.Priority, i.Confidence = "mem_1", ptr(1), ptr(5), "High", "High confidence"
		}),
		item("itm_4", schema.Solution, func(i *schema.Item) {
			i.Owner, i.SolutionType, i.Impact, i.Effort, i.Priority, i.TargetDate = "mem_1", "Process", ptr(3), ptr(3), "Low", "2030-02-28"
		}),
		item("itm_5", schema.Metric, func(i *schema.Item) {
			i.Owner, i.MetricType, i.Unit, i.Baseline, i.Current, i.Target, i.Direction, i.EvaluationPeriod = "mem_1", "Business", "%", ptr(0.), ptr(-1.5), ptr(1e9), "Lower is better", "Weekly"
			i.DataSource = &schema.DataSource{Provider: "PostHog", Measure: "event ratio", Numerator: "a", Denominator: "b", RatioBasis: "events", Calculation: "peak"}
		}),
	}
	return all
}

func TestTheSamplesHoldEveryKindAndField(t *testing.T) {
	set, kinds := map[string]bool{}, map[schema.Kind]bool{}
	for _, r := range full() {
		kinds[r.Kind()] = true
		v := reflect.ValueOf(r).Elem()
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			set[name] = set[name] || !v.Field(i).IsZero()
		}
	}
	for name, ok := range set {
		if !ok {
			t.Errorf("no sample sets %s", name)
		}
	}
	for _, k := range schema.Kinds() {
		if !kinds[k] {
			t.Errorf("there is no sample of a %s", k)
		}
	}
}

func TestTheSamplesAreValid(t *testing.T) {
	for _, r := range full() {
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", r.Self().ID, err)
		}
		if got := r.Self().ID.Kind(); got != r.Kind() {
			t.Errorf("%s is a %s", r.Self().ID, r.Kind())
		}
	}
}

func TestARecordIsTheSameAfterJSON(t *testing.T) {
	for _, r := range full() {
		b, err := json.Marshal(r)
		if err != nil {
			t.Errorf("%s: %v", r.Self().ID, err)
			continue
		}
		back := reflect.New(reflect.TypeOf(r).Elem()).Interface()
		if err := json.Unmarshal(b, back); err != nil {
			t.Errorf("%s: %v", b, err)
			continue
		}
		if diff := cmp.Diff(r, back, cmpopts.IgnoreFields(schema.Head{}, "Workspace"), cmpopts.IgnoreFields(schema.Key{}, "Hash")); diff != "" {
			t.Errorf("%s differs after JSON (-was +is):\n%s", r.Self().ID, diff)
		}
		if strings.Contains(string(b), "wsp_1") && r.Kind() != schema.KindWorkspace {
			t.Errorf("%s tells its workspace: %s", r.Self().ID, b)
		}
	}
}

func TestJSONHoldsNoNullAndNothingEmptyButWhatIsRequired(t *testing.T) {
	always := map[string]bool{"id": true, "version": true, "created": true, "updated": true}
	for _, r := range full() {
		empty := reflect.New(reflect.TypeOf(r).Elem()).Interface().(schema.Record)
		for _, r := range []schema.Record{r, empty} {
			b, err := json.Marshal(r)
			if err != nil {
				if !strings.Contains(err.Error(), "Role(0)") {
					t.Errorf("%s: %v", r.Kind(), err)
				}
				continue
			}
			if strings.Contains(string(b), "null") {
				t.Errorf("a %s holds null: %s", r.Kind(), b)
			}
			var fields map[string]any
			if err := json.Unmarshal(b, &fields); err != nil {
				t.Fatal(err)
			}
			for name := range always {
				if _, ok := fields[name]; !ok {
					t.Errorf("the JSON of a %s lacks %s: %s", r.Kind(), name, b)
				}
			}
			for name := range fields {
				if name != strings.ToLower(name) || strings.Contains(name, " ") {
					t.Errorf("a %s has the field %q", r.Kind(), name)
				}
			}
		}
	}
}

func TestWhatARecordStandsIn(t *testing.T) {
	want := map[schema.ID]schema.Ref{
		"stg_1": {Kind: schema.KindJourney, ID: "jny_1"}, "stp_1": {Kind: schema.KindStage, ID: "stg_1"}, "nst_1": {Kind: schema.KindStep, ID: "stp_1"},
		"plc_1": {Kind: schema.KindStep, ID: "stp_1"}, "plc_2": {Kind: schema.KindStep, ID: "stp_1"}, "plc_3": {Kind: schema.KindSignal, ID: "sig_1"},
		"lnk_1": {Kind: schema.KindItem, ID: "itm_1"}, "cit_1": {Kind: schema.KindItem, ID: "itm_1"}, "nte_1": {Kind: schema.KindJourney, ID: "jny_1"},
		"cmt_1": {Kind: schema.KindItem, ID: "itm_1"}, "att_1": {Kind: schema.KindItem, ID: "itm_1"}, "web_1": {Kind: schema.KindItem, ID: "itm_1"},
		"tsk_1": {Kind: schema.KindItem, ID: "itm_1"}, "rdg_1": {Kind: schema.KindItem, ID: "itm_1"}, "bmk_1": {Kind: schema.KindJourney, ID: "jny_1"},
	}
	for _, r := range full() {
		if got := r.Parent(); got != want[r.Self().ID] {
			t.Errorf("%s.Parent() = %v, want %v", r.Self().ID, got, want[r.Self().ID])
		}
	}
	if got := (&schema.Note{}).Parent(); got != (schema.Ref{}) {
		t.Errorf("a note about no journey stands in %v", got)
	}
}

func TestASignalIsKnownAgain(t *testing.T) {
	base := schema.Signal{Text: "Where is it?", Source: "support", SourceName: "desk", Author: "u-1"}
	with := func(change func(*schema.Signal)) string {
		s := base
		change(&s)
		return s.Identity()
	}
	for _, tt := range []struct {
		name   string
		change func(*schema.Signal)
		same   bool
	}{
		{"the same", func(*schema.Signal) {}, true},
		{"seen at another time", func(s *schema.Signal) { s.SaidAt, s.ID, s.Language, s.URL = now, "sig_9", "en", "http://x.example" }, true},
		{"other words", func(s *schema.Signal) { s.Text += " " }, false},
		{"another author", func(s *schema.Signal) { s.Author = "u-2" }, false},
		{"another conversation", func(s *schema.Signal) { s.Thread = "t" }, false},
		{"another source", func(s *schema.Signal) { s.Source = "chat" }, false},
		{"another desk", func(s *schema.Signal) { s.SourceName = "desk 2" }, false},
		{"an external id", func(s *schema.Signal) { s.ExternalID = "1" }, false},
		{"words moved between fields", func(s *schema.Signal) { s.SourceName, s.Author = "des", "ku-1" }, false},
	} {
		if got := with(tt.change) == base.Identity(); got != tt.same {
			t.Errorf("%s: the same signal is %v, want %v", tt.name, got, tt.same)
		}
	}
	base.ExternalID = "1"
	if with(func(s *schema.Signal) { s.Text, s.Author, s.Thread = "edited", "other", "t" }) != base.Identity() {
		t.Error("the same external id of the same source is another signal")
	}
	if with(func(s *schema.Signal) { s.ExternalID = "2" }) == base.Identity() {
		t.Error("another external id is the same signal")
	}
}
