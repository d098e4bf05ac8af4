package schema_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"custory/schema"
)

// faults are what is wrong with a record: each fault's field and all it says.
func faults(r schema.Record) (all []string) {
	err := r.Validate()
	for _, f := range schema.FaultsOf(err) {
		if f.Code != schema.Invalid {
			all = append(all, "not invalid, but "+string(f.Code))
		}
		all = append(all, f.Field+" | "+f.Error())
	}
	if err != nil && !errors.Is(err, schema.Invalid) {
		all = append(all, err.Error())
	}
	return all
}

// broken is one of the samples, changed.
func broken[R schema.Record](id schema.ID, change func(R)) schema.Record {
	all := full()
	r := all[slices.IndexFunc(all, func(r schema.Record) bool { return r.Self().ID == id })]
	change(r.(R))
	return r
}

const (
	notALine = " must be one line of valid UTF-8 without control characters"
	notALink = " must be an address that begins with http:// or https://"
)

var long, longText = strings.Repeat("ü", 201), strings.Repeat("ü", 20_001)

func TestValidateReportsAllThatIsWrongAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		record schema.Record
		want   []string
	}{
		{"workspace, empty", &schema.Workspace{}, []string{
			"name | name is required",
			`slug | slug is ""; it must be lower-case letters, digits and hyphens`,
		}},
		{"workspace", &schema.Workspace{Name: "a\nb", Slug: "Not A Slug", Logo: "javascript:alert(1)"}, []string{
			"name | name" + notALine,
			`slug | slug is "Not A Slug"; it must be lower-case letters, digits and hyphens`,
			"logo | logo" + notALink,
		}},
		{"workspace of a long name, the second of it", &schema.Workspace{Name: "a", Slug: strings.Repeat("a", schema.MaxSlug) + "-2"}, nil},
		{"member, empty", &schema.Member{}, []string{"name | name is required", "role | role is required; valid: Viewer, Editor, Owner"}},
		{"member", &schema.Member{Name: " ", Email: "Ann <ann@acme.example>", Role: 4}, []string{
			"name | name is required",
			`email | email is "Ann <ann@acme.example>"; it must be a plain address such as name@example.com`,
			"role | role cannot be Role(4); valid: Viewer, Editor, Owner",
		}},
		{"journey", &schema.Journey{Name: long, Description: longText, Personas: []schema.ID{"per_1", "", "jny_2", "per_1"}, Defaults: schema.Destinations{
			LinearTeam: "\t", JiraProject: long, JiraIssueType: "\xff", NotionDatabase: "\u2028", GitHubRepository: "\x00", FigmaSource: "\x7f"}}, []string{
			"name | name has 201 characters; at most 200 are allowed",
			"description | description has 20001 characters; at most 20000 are allowed",
			"personas | personas is required: the id of a persona",
			"personas | jny_2 is a journey; a persona is wanted",
			"personas | personas names per_1 twice",
			"defaults.linear_team | defaults.linear_team" + notALine,
			"defaults.jira_project | defaults.jira_project has 201 characters; at most 200 are allowed",
			"defaults.jira_issue_type | defaults.jira_issue_type" + notALine,
			"defaults.notion_database | defaults.notion_database" + notALine,
			"defaults.github_repository | defaults.github_repository" + notALine,
			"defaults.figma_source | defaults.figma_source" + notALine,
		}},
		{"journey of too many personas", &schema.Journey{Name: "x", Personas: slices.Repeat([]schema.ID{"per_1"}, 101)}, []string{
			"personas | personas has 101 entries; at most 100 are allowed",
		}},
		{"stage, empty", &schema.Stage{}, []string{"journey | journey is required: the id of a journey", "name | name is required"}},
		{"stage", &schema.Stage{Journey: "stp_1", Name: "x", Description: "a\x00b"}, []string{
			"journey | stp_1 is a step; a journey is wanted",
			"description | description must be valid UTF-8 without null characters",
		}},
		{"step, empty", &schema.Step{}, []string{"stage | stage is required: the id of a stage", "name | name is required"}},
		{"step", &schema.Step{Stage: "?", Name: "\xff", Description: "\xff", Emotion: ptr(0), Personas: []schema.ID{"mem_1"}}, []string{
			`stage | "?" is not an id; the id of a stage looks like stg_4k7q2m9xtc`,
			"name | name" + notALine,
			"description | description must be valid UTF-8 without null characters",
			"emotion | emotion is 0; it must be a whole number from 1 to 5",
			"personas | mem_1 is a member; a persona is wanted",
		}},
		{"nesting, empty", &schema.Nesting{}, []string{"step | step is required: the id of a step", "journey | journey is required: the id of a journey"}},
		{"nesting", &schema.Nesting{Step: "jny_1", Journey: "stp_1"}, []string{"step | jny_1 is a journey; a step is wanted", "journey | stp_1 is a step; a journey is wanted"}},
		{"link, empty", &schema.Link{}, []string{"from | from is required: the id of an item", "to | to is required: the id of an item"}},
		{"link to itself", &schema.Link{From: "itm_1", To: "itm_1"}, []string{"to | an item cannot be linked to itself"}},
		{"persona, empty", &schema.Persona{}, []string{"name | name is required"}},
		{"persona", &schema.Persona{Name: "x", Bio: longText, Role: long, RoleInJourney: "King", JobToBeDone: longText, BuyingInfluence: "All", Budget: "\n", Location: "\n",
			Goals: []string{"ok", " "}, Frustrations: []string{"\x01"}, Motivations: []string{long}, TechSavviness: "Guru", Devices: make([]string, 101), Tools: []string{""}, Hidden: []string{"name"}}, []string{
			"bio | bio has 20001 characters; at most 20000 are allowed",
			"role | role has 201 characters; at most 200 are allowed",
			`role_in_journey | role_in_journey cannot be "King"; valid: End user, Team admin, Manager, Buyer, Approver, Champion`,
			"job_to_be_done | job_to_be_done has 20001 characters; at most 20000 are allowed",
			`buying_influence | buying_influence cannot be "All"; valid: Not involved, Recommends, Evaluates, Approves, Owns budget`,
			"budget | budget" + notALine,
			"location | location" + notALine,
			"goals | goals holds an empty entry",
			"frustrations | frustrations" + notALine,
			"motivations | motivations has 201 characters; at most 200 are allowed",
			`tech_savviness | tech_savviness cannot be "Guru"; valid: Low, Medium, High`,
			"devices | devices has 101 entries; at most 100 are allowed",
			"tools | tools holds an empty entry",
			`hidden | hidden cannot hold "name"; valid: ` + strings.Join(schema.PersonaFields(), ", "),
		}},
		{"signal, empty", &schema.Signal{}, []string{
			"text | text is required: what was said, word for word",
			"source | source is required; valid: support, analytics, billing, research, chat, delivery, sales, manual",
		}},
		{"signal", &schema.Signal{Text: strings.Repeat("ü", 100_001), Source: "rumour", SourceName: "\n", Author: long, URL: "ftp://x.example", ExternalID: "\n", Thread: "\n",
			Language: "\n", Sentiment: ptr(math.NaN()), Persona: "mem_1"}, []string{
			"text | text has 100001 characters; at most 100000 are allowed",
			`source | source cannot be "rumour"; valid: support, analytics, billing, research, chat, delivery, sales, manual`,
			"source_name | source_name" + notALine,
			"author | author has 201 characters; at most 200 are allowed",
			"url | url" + notALink,
			"external_id | external_id" + notALine,
			"thread | thread" + notALine,
			"language | language" + notALine,
			"sentiment | sentiment is NaN; it must be a number from -1 to 1",
			"persona | mem_1 is a member; a persona is wanted",
		}},
		{"signal of too strong a feeling", broken("sig_1", func(s *schema.Signal) { s.Sentiment = ptr(1.01) }), []string{"sentiment | sentiment is 1.01; it must be a number from -1 to 1"}},
		{"citation, empty", &schema.Citation{}, []string{
			"item | item is required: the id of an item",
			"signal | signal is required: the id of a signal",
			"quote | quote must be the bytes from start to end of the signal's text",
			"stance | stance is required; valid: supports, contradicts",
		}},
		{"citation of half a letter", &schema.Citation{Item: "itm_1", Signal: "sig_1", Start: 0, End: 1, Quote: "ü"[:1], Stance: "denies"}, []string{
			"quote | quote must be the bytes from start to end of the signal's text",
			`stance | stance cannot be "denies"; valid: supports, contradicts`,
		}},
		{"citation from before the beginning", broken("cit_1", func(c *schema.Citation) { c.Start, c.End = -1, 4 }), []string{
			"quote | quote must be the bytes from start to end of the signal's text",
		}},
		{"note, empty", &schema.Note{}, []string{
			"text | text is required: what to remember",
			"state | state is required; valid: Queued, Syncing, Ready, Failed, Deleted",
		}},
		{"note", &schema.Note{Text: longText, Journey: "stg_1", SourceType: "\n", SourceID: long, State: "ready"}, []string{
			"text | text has 20001 characters; at most 20000 are allowed",
			"journey | stg_1 is a stage; a journey is wanted",
			"source_type | source_type" + notALine,
			"source_id | source_id has 201 characters; at most 200 are allowed",
			`state | state cannot be "ready"; valid: Queued, Syncing, Ready, Failed, Deleted`,
		}},
		{"comment, empty", &schema.Comment{}, []string{
			"on | on must be the id of a record that can be commented on; valid: item, step, stage, journey, persona",
			"text | text is required",
			"author | author is required: the id of a member",
		}},
		{"comment on what cannot be", &schema.Comment{On: schema.Ref{Kind: schema.KindSignal, ID: "sig_1"}, Text: "x", Author: "per_1", Mentions: []schema.ID{"per_1"}, ReplyTo: "itm_1"}, []string{
			"on | on must be the id of a record that can be commented on; valid: item, step, stage, journey, persona",
			"author | per_1 is a persona; a member is wanted",
			"mentions | per_1 is a persona; a member is wanted",
			"reply_to | itm_1 is an item; a comment is wanted",
		}},
		{"comment on a step that is called an item", broken("cmt_1", func(c *schema.Comment) { c.On.ID = "stp_1" }), []string{
			"on | on must be the id of a record that can be commented on; valid: item, step, stage, journey, persona",
		}},
		{"attachment, empty", &schema.Attachment{}, []string{
			"item | item is required: the id of an item",
			"name | name is required",
			"url | an attachment needs a digest or a url",
		}},
		{"attachment", &schema.Attachment{Item: "itm_1", Name: "x", MediaType: "\n", Size: -1, Digest: "\n", URL: "https://"}, []string{
			"media_type | media_type" + notALine,
			"digest | digest" + notALine,
			"url | url" + notALink,
			"size | size cannot be negative",
		}},
		{"weblink, empty", &schema.Weblink{}, []string{"item | item is required: the id of an item", "url | url is required"}},
		{"weblink", &schema.Weblink{Item: "itm_1", URL: "//example.com", Title: "\n", Description: longText}, []string{
			"url | url" + notALink,
			"title | title" + notALine,
			"description | description has 20001 characters; at most 20000 are allowed",
		}},
		{"weblink of a long address", broken("web_1", func(w *schema.Weblink) { w.URL = "https://example.com/" + strings.Repeat("a", 1900) }), nil},
		{"weblink of too long an address", broken("web_1", func(w *schema.Weblink) { w.URL = "https://example.com/" + strings.Repeat("a", 2000) }), []string{
			"url | url has 2020 bytes; at most 2000 are allowed",
		}},
		{"weblink without a host", broken("web_1", func(w *schema.Weblink) { w.URL = "http://:80/" }), []string{"url | url" + notALink}},
		{"weblink of broken UTF-8", broken("web_1", func(w *schema.Weblink) { w.URL = "http://a.example/\xff" }), []string{"url | url" + notALink}},
		{"task, empty", &schema.Task{}, []string{
			"item | item is required: the id of an item",
			"platform | platform is required; valid: GitHub, Jira, Linear, Notion",
			"key | key is required", "title | title is required", "url | url is required",
		}},
		{"task", broken("tsk_1", func(t *schema.Task) { t.Platform, t.Status, t.URL = "Trello", "\n", "data:text/html,x" }), []string{
			`platform | platform cannot be "Trello"; valid: GitHub, Jira, Linear, Notion`,
			"status | status" + notALine,
			"url | url" + notALink,
		}},
		{"reading, empty", &schema.Reading{}, []string{"item | item is required: the id of an item", "at | at is required: when the value held"}},
		{"reading", broken("rdg_1", func(r *schema.Reading) { r.Value, r.Note = math.Inf(1), longText }), []string{
			"value | value must be a number",
			"note | note has 20001 characters; at most 20000 are allowed",
		}},
		{"key, empty", &schema.Key{}, []string{"member | member is required: the id of a member", "name | name is required", "role | role is required; valid: Viewer, Editor, Owner"}},
		{"invitation, empty", &schema.Invitation{}, []string{
			`email | email is ""; it must be a plain address such as name@example.com`, "role | role is required; valid: Viewer, Editor",
			"invited_by | invited_by is required: the id of a member", "expires | expires is required",
		}},
		{"invitation", broken("inv_1", func(i *schema.Invitation) { i.Role, i.Accepted = schema.Owner, "itm_1" }), []string{
			"role | role cannot be Owner; valid: Viewer, Editor", "accepted | itm_1 is an item; a member is wanted",
		}},
		{"request to join", broken("jrq_1", func(j *schema.JoinRequest) { j.Name, j.State = "\n", "perhaps" }), []string{
			"name | name is required", `state | state cannot be "perhaps"; valid: pending, approved, rejected`,
		}},
		{"bookmark, empty", &schema.Bookmark{}, []string{
			"journey | journey is required: the id of a journey",
			"seq | seq must be a place in the log, from 1",
			"trigger | trigger is required; valid: session start, session end, abandoned session, before restore, manual save",
		}},
		{"bookmark", broken("bmk_1", func(b *schema.Bookmark) { b.Label, b.Trigger = "\n", "whim" }), []string{
			"label | label" + notALine,
			`trigger | trigger cannot be "whim"; valid: session start, session end, abandoned session, before restore, manual save`,
		}},
	} {
		if diff := cmp.Diff(tt.want, faults(tt.record)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAPlacementHoldsOneThing(t *testing.T) {
	const states = "; valid: proposed, placed, confirmed, dismissed"
	for _, tt := range []struct {
		name      string
		placement schema.Placement
		want      []string
	}{
		{"empty", schema.Placement{}, []string{"item | a placement holds one item or one signal", "step | step is required, unless a signal is dismissed"}},
		{"both", schema.Placement{Step: "stp_1", Item: "itm_1", Signal: "sig_1", State: "placed"}, []string{"item | a placement holds one item or one signal"}},
		{"an item with a state", schema.Placement{Step: "stp_1", Item: "itm_1", State: "placed"}, []string{"state | state is required for a signal, and only for a signal" + states}},
		{"a signal without one", schema.Placement{Step: "stp_1", Signal: "sig_1"}, []string{"state | state is required for a signal, and only for a signal" + states}},
		{"no such state", schema.Placement{Step: "stp_1", Signal: "sig_1", State: "lost"}, []string{`state | state cannot be "lost"` + states}},
		{"dismissed from a step", schema.Placement{Step: "stp_1", Signal: "sig_1", State: "dismissed"}, []string{"step | step is required, unless a signal is dismissed"}},
		{"placed nowhere", schema.Placement{Signal: "sig_1", State: "placed"}, []string{"step | step is required, unless a signal is dismissed"}},
		{"an item with a probability", schema.Placement{Step: "stp_1", Item: "itm_1", Confidence: ptr(0.5)}, []string{"confidence | confidence must be a number from 0 to 1, for a signal only"}},
		{"too probable", schema.Placement{Step: "stp_1", Signal: "sig_1", State: "placed", Confidence: ptr(1.5)}, []string{"confidence | confidence must be a number from 0 to 1, for a signal only"}},
		{"not a number", schema.Placement{Step: "stp_1", Signal: "sig_1", State: "placed", Confidence: ptr(math.NaN())}, []string{"confidence | confidence must be a number from 0 to 1, for a signal only"}},
		{"ids of other kinds", schema.Placement{Step: "stg_1", Item: "sig_1", Reason: longText}, []string{
			"item | sig_1 is a signal; an item is wanted", "step | stg_1 is a stage; a step is wanted", "reason | reason has 20001 characters; at most 20000 are allowed",
		}},
	} {
		if diff := cmp.Diff(tt.want, faults(&tt.placement)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
