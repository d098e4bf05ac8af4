package schema_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"custory/schema"
)

// vocabulary are the closed lists as the product's specification spells them,
// and those of the project's own design.
var vocabulary = map[string]string{
	"item type":         "Touchpoint|Insight|Opportunity|Solution|Metric",
	"channel":           "Website|App|Email|Sales call|Support|Docs|Store|Other",
	"insight type":      "Pain|Need|Gain",
	"confidence":        "Low confidence|Medium confidence|High confidence",
	"priority":          "High|Medium|Low",
	"solution type":     "Idea|Experiment|Feature|Process|Content|Service",
	"metric type":       "Customer|Business|Operational",
	"unit":              "%|Score|Count|Time|Currency|Other",
	"direction":         "Higher is better|Lower is better",
	"evaluation period": "Daily|Weekly|Monthly|Quarterly|Yearly",
	"review":            "pending|dismissed",
	"role in journey":   "End user|Team admin|Manager|Buyer|Approver|Champion",
	"buying influence":  "Not involved|Recommends|Evaluates|Approves|Owns budget",
	"tech savviness":    "Low|Medium|High",
	"source":            "support|analytics|billing|research|chat|delivery|sales|manual",
	"signal state":      "inbox|proposed|placed|dismissed",
	"placement state":   "proposed|placed|confirmed|dismissed",
	"stance":            "supports|contradicts",
	"strength":          "none|weak|moderate|strong|contested",
	"coverage":          "assumed|partly evidenced|evidenced",
	"note state":        "Queued|Syncing|Ready|Failed|Deleted",
	"platform":          "GitHub|Jira|Linear|Notion",
	"trigger":           "session start|session end|abandoned session|before restore|manual save",
	"key status":        "active|expired|revoked",
	"invitation state":  "pending|accepted|cancelled|expired",

	"join request state": "pending|approved|rejected",

	"role": "Viewer|Editor|Owner",
}

func TestEveryEnumerationIsAsSpecified(t *testing.T) {
	seen := map[string]bool{}
	types := map[reflect.Type]bool{}
	for _, e := range schema.Enumerations() {
		if want, ok := vocabulary[e.Name]; !ok || strings.Join(e.Values, "|") != want {
			t.Errorf("the values of %s are %q, want %q", e.Name, e.Values, want)
		}
		if seen[e.Name] || types[e.Type] {
			t.Errorf("%s is listed twice", e.Name)
		}
		seen[e.Name], types[e.Type] = true, true
	}
	for name := range vocabulary {
		if !seen[name] {
			t.Errorf("%s is not among the enumerations", name)
		}
	}
}

func TestStatusesOfEachTypeAreAsSpecified(t *testing.T) {
	for typ, want := range map[schema.ItemType]string{
		schema.Touchpoint:  "Exists|Suspected|Confirmed|Deprecated",
		schema.Insight:     "New|Assumption|Observed|Validated|Archived",
		schema.Opportunity: "New|Framed|Prioritized|Parked|Closed",
		schema.Solution:    "Idea|Proposed|Planned|In progress|Shipped|Validated|Rejected",
		schema.Metric:      "Draft|Defined|Active|Broken|Deprecated",
		"Pigeon":           "",
	} {
		if got := strings.Join(typ.Statuses(), "|"); got != want {
			t.Errorf("%s.Statuses() = %q, want %q", typ, got, want)
		}
	}
}

func TestGroupsAndPairsAreAsSpecified(t *testing.T) {
	var groups, pairs []string
	for _, typ := range schema.ItemType("").Values() {
		groups = append(groups, typ.Group())
	}
	if want := []string{"Touchpoints", "Insights", "Opportunities", "Solutions", "Metrics"}; !slices.Equal(groups, want) {
		t.Errorf("the groups are %q, want %q", groups, want)
	}
	for _, p := range schema.Pairs() {
		pairs = append(pairs, string(p.From)+" -> "+string(p.To))
	}
	want := []string{"Touchpoint -> Insight", "Insight -> Opportunity", "Opportunity -> Solution", "Opportunity -> Metric", "Solution -> Metric"}
	if !slices.Equal(pairs, want) {
		t.Errorf("the pairs are %q, want %q", pairs, want)
	}
}

func TestMeasuresAreAsSpecified(t *testing.T) {
	if got, want := strings.Join(schema.PostHogMeasures(), "|"), "event count|unique users|event ratio"; got != want {
		t.Errorf("PostHog measures %q, want %q", got, want)
	}
	if got, want := strings.Join(schema.StripeMeasures(), "|"), "subscription_activity|new_subscriptions|canceled_subscriptions|net_subscription_delta|payment_failures|refund_activity"; got != want {
		t.Errorf("Stripe measures %q, want %q", got, want)
	}
}

func TestARoleIncludesTheLesser(t *testing.T) {
	roles := []schema.Role{schema.Viewer, schema.Editor, schema.Owner}
	for i, has := range roles {
		for j, needs := range roles {
			if got, want := has.Includes(needs), i >= j; got != want {
				t.Errorf("%v.Includes(%v) = %v, want %v", has, needs, got, want)
			}
		}
		if schema.Role(0).Includes(has) {
			t.Errorf("no role at all includes %v", has)
		}
	}
}

func TestARoleReadsAndWritesItsName(t *testing.T) {
	for _, tt := range []struct {
		role schema.Role
		text string
	}{{schema.Viewer, "Viewer"}, {schema.Editor, "Editor"}, {schema.Owner, "Owner"}} {
		b, err := json.Marshal(tt.role)
		if err != nil || string(b) != `"`+tt.text+`"` {
			t.Errorf("json.Marshal(%v) = %s, %v", tt.role, b, err)
		}
		for _, text := range []string{tt.text, strings.ToLower(tt.text), strings.ToUpper(tt.text)} {
			var got schema.Role
			if err := got.UnmarshalText([]byte(text)); err != nil || got != tt.role {
				t.Errorf("reading %q gives %v, %v; want %v", text, got, err, tt.role)
			}
		}
	}
	if got, want := schema.Role(7).String(), "Role(7)"; got != want {
		t.Errorf("Role(7).String() = %q, want %q", got, want)
	}
	var r schema.Role
	err := json.Unmarshal([]byte(`"Emperor"`), &r)
	f := schema.FaultsOf(err)
	if len(f) != 1 || f[0].Field != "role" || f[0].Error() != `there is no role "Emperor"; valid: Viewer, Editor, Owner` {
		t.Errorf(`reading the role "Emperor": %v`, err)
	}
}
