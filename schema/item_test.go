package schema_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"custory/schema"
)

// fieldsOf are the fields that only some types have, as the specification
// gives them to each.
var fieldsOf = map[schema.ItemType]string{
	schema.Touchpoint:  "channel actor",
	schema.Insight:     "insight_type confidence severity affected_segment",
	schema.Opportunity: "owner impact effort priority confidence",
	schema.Solution:    "owner solution_type impact effort priority target_date",
	schema.Metric:      "owner metric_type unit baseline current target direction evaluation_period data_source",
}

// setters give each field of an item a valid value.
var setters = map[string]func(*schema.Item){
	"owner":             func(i *schema.Item) { i.Owner = "mem_1" },
	"channel":           func(i *schema.Item) { i.Channel = "App" },
	"actor":             func(i *schema.Item) { i.Actor = []schema.ID{"per_1"} },
	"insight_type":      func(i *schema.Item) { i.InsightType = "Pain" },
	"confidence":        func(i *schema.Item) { i.Confidence = "Low confidence" },
	"severity":          func(i *schema.Item) { i.Severity = ptr(1) },
	"affected_segment":  func(i *schema.Item) { i.AffectedSegment = []schema.ID{"per_1"} },
	"impact":            func(i *schema.Item) { i.Impact = ptr(5) },
	"effort":            func(i *schema.Item) { i.Effort = ptr(1) },
	"priority":          func(i *schema.Item) { i.Priority = "High" },
	"solution_type":     func(i *schema.Item) { i.SolutionType = "Feature" },
	"target_date":       func(i *schema.Item) { i.TargetDate = "2030-12-31" },
	"metric_type":       func(i *schema.Item) { i.MetricType = "Customer" },
	"unit":              func(i *schema.Item) { i.Unit = "%" },
	"baseline":          func(i *schema.Item) { i.Baseline = ptr(0.) },
	"current":           func(i *schema.Item) { i.Current = ptr(0.) },
	"target":            func(i *schema.Item) { i.Target = ptr(0.) },
	"direction":         func(i *schema.Item) { i.Direction = "Lower is better" },
	"evaluation_period": func(i *schema.Item) { i.EvaluationPeriod = "Weekly" },
	"data_source": func(i *schema.Item) {
		i.DataSource = &schema.DataSource{Provider: "PostHog", Measure: "unique users", Event: "signed up"}
	},
}

func TestEachTypeHasItsOwnFields(t *testing.T) {
	for typ, want := range fieldsOf {
		if got := strings.Join(typ.Fields(), " "); got != want {
			t.Errorf("%s.Fields() = %q, want %q", typ, got, want)
		}
	}
	for _, f := range schema.ItemFields() {
		if setters[f] == nil {
			t.Errorf("ItemFields holds %q, which no type should have", f)
		}
	}
	if got, want := len(schema.ItemFields()), len(setters); got != want {
		t.Errorf("ItemFields has %d fields, want %d", got, want)
	}
}

func TestAFieldOfAnotherTypeIsRefused(t *testing.T) {
	for typ, own := range fieldsOf {
		for field, set := range setters {
			i := &schema.Item{Type: typ, Title: "x", Status: typ.Statuses()[0]}
			set(i)
			var want []string
			if !slices.Contains(strings.Fields(own), field) {
				want = []string{field + " | " + field + " is not a field of " + schema.An(typ) + "; valid: " + strings.Join(strings.Fields(own), ", ")}
			}
			if diff := cmp.Diff(want, faults(i)); diff != "" {
				t.Errorf("%s of a %s (-want +got):\n%s", field, typ, diff)
			}
		}
	}
}

func TestAStatusOfAnotherTypeIsRefused(t *testing.T) {
	all := []string{""}
	for typ := range fieldsOf {
		all = append(all, typ.Statuses()...)
	}
	for typ := range fieldsOf {
		for _, status := range all {
			i := &schema.Item{Type: typ, Title: "x", Status: status}
			var want []string
			if !slices.Contains(typ.Statuses(), status) {
				want = []string{"status | status of " + schema.An(typ) + ` cannot be "` + status + `"; valid: ` + strings.Join(typ.Statuses(), ", ")}
			}
			if diff := cmp.Diff(want, faults(i)); diff != "" {
				t.Errorf("%q of a %s (-want +got):\n%s", status, typ, diff)
			}
		}
	}
}

func TestAnItemReportsAllThatIsWrongAtOnce(t *testing.T) {
	const types = "; valid: Touchpoint, Insight, Opportunity, Solution, Metric"
	for _, tt := range []struct {
		name string
		item schema.Record
		want []string
	}{
		{"empty", &schema.Item{}, []string{"type | type is required" + types, "title | title is required"}},
		{"of no type", &schema.Item{Type: "Pigeon", Title: "x", Status: "?", EnabledFields: []string{"wings"}}, []string{`type | type cannot be "Pigeon"` + types}},
		{"touchpoint", broken("itm_1", func(i *schema.Item) {
			i.Title, i.Description, i.Status, i.EnabledFields, i.Channel, i.Actor = "\n", longText, "New", []string{"channel", "severity"}, "Pigeon", []schema.ID{"per_1", "per_1"}
		}), []string{
			"title | title is required",
			"description | description has 20001 characters; at most 20000 are allowed",
			`status | status of a Touchpoint cannot be "New"; valid: Exists, Suspected, Confirmed, Deprecated`,
			`enabled_fields | enabled_fields cannot hold "severity"; valid: channel, actor`,
			`channel | channel cannot be "Pigeon"; valid: Website, App, Email, Sales call, Support, Docs, Store, Other`,
			"actor | actor names per_1 twice",
		}},
		{"insight", broken("itm_2", func(i *schema.Item) {
			i.InsightType, i.Confidence, i.Severity, i.AffectedSegment, i.Review = "Ouch", "High", ptr(6), []schema.ID{"mem_1"}, "accepted"
		}), []string{
			`insight_type | insight_type cannot be "Ouch"; valid: Pain, Need, Gain`,
			`confidence | confidence cannot be "High"; valid: Low confidence, Medium confidence, High confidence`,
			"severity | severity is 6; it must be a whole number from 1 to 5",
			"affected_segment | mem_1 is a member; a persona is wanted",
			`review | review cannot be "accepted"; valid: pending, dismissed`,
			"review_reason | review_reason belongs to a dismissed draft",
		}},
		{"opportunity", broken("itm_3", func(i *schema.Item) { i.Owner, i.Impact, i.Effort, i.Priority = "per_1", ptr(0), ptr(-1), "Urgent" }), []string{
			"owner | per_1 is a persona; a member is wanted",
			"impact | impact is 0; it must be a whole number from 1 to 5",
			"effort | effort is -1; it must be a whole number from 1 to 5",
			`priority | priority cannot be "Urgent"; valid: High, Medium, Low`,
		}},
		{"solution", broken("itm_4", func(i *schema.Item) { i.SolutionType, i.TargetDate = "Magic", "2030-02-30" }), []string{
			`solution_type | solution_type cannot be "Magic"; valid: Idea, Experiment, Feature, Process, Content, Service`,
			`target_date | target_date is "2030-02-30"; it must be a date such as 2026-09-30`,
		}},
		{"metric", broken("itm_5", func(i *schema.Item) {
			i.MetricType, i.Unit, i.Direction, i.EvaluationPeriod = "Vanity", "£", "Up", "Hourly"
			i.Baseline, i.Current, i.Target, i.DataSource = ptr(math.NaN()), ptr(math.Inf(1)), ptr(math.Inf(-1)), &schema.DataSource{}
		}), []string{
			`metric_type | metric_type cannot be "Vanity"; valid: Customer, Business, Operational`,
			`unit | unit cannot be "£"; valid: %, Score, Count, Time, Currency, Other`,
			"baseline | baseline must be a number", "current | current must be a number", "target | target must be a number",
			`direction | direction cannot be "Up"; valid: Higher is better, Lower is better`,
			`evaluation_period | evaluation_period cannot be "Hourly"; valid: Daily, Weekly, Monthly, Quarterly, Yearly`,
			`data_source.provider | there is no data source ""; valid: PostHog, Stripe`,
		}},
	} {
		if diff := cmp.Diff(tt.want, faults(tt.item)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestADataSourceHasTheSettingsOfItsMeasure(t *testing.T) {
	for _, tt := range []struct {
		name   string
		source schema.DataSource
		period schema.EvaluationPeriod
		want   []string
	}{
		{"PostHog, events", schema.DataSource{Provider: "PostHog", Measure: "event count", Event: "signed up", Calculation: "total"}, "Yearly", nil},
		{"PostHog, ratio", schema.DataSource{Provider: "PostHog", Measure: "event ratio", Numerator: "a", Denominator: "b", RatioBasis: "unique users"}, "", nil},
		{"Stripe", schema.DataSource{Provider: "Stripe", Measure: "refund_activity"}, "Monthly", nil},
		{"Stripe, long", schema.DataSource{Provider: "Stripe", Measure: "new_subscriptions"}, "Yearly", nil},
		{"PostHog, without a measure", schema.DataSource{Provider: "PostHog"}, "", []string{
			`data_source.measure | measure of a PostHog data source cannot be ""; valid: event count, unique users, event ratio`,
			"data_source.event | data_source.event is required",
		}},
		{"PostHog, events with the settings of a ratio", schema.DataSource{Provider: "PostHog", Measure: "unique users", Event: "x", Numerator: "a", RatioBasis: "events", Calculation: "sum"}, "", []string{
			`data_source.calculation | calculation of a PostHog data source cannot be "sum"; valid: total, average, median, peak`,
			"data_source.numerator | numerator is not a setting of PostHog unique users; valid: event, calculation",
			"data_source.ratio_basis | ratio_basis is not a setting of PostHog unique users; valid: event, calculation",
		}},
		{"PostHog, half a ratio", schema.DataSource{Provider: "PostHog", Measure: "event ratio", Event: "x", Numerator: "a"}, "", []string{
			"data_source.denominator | data_source.denominator is required",
			`data_source.ratio_basis | ratio_basis of a PostHog data source cannot be ""; valid: events, unique users`,
			"data_source.event | event is not a setting of PostHog event ratio; valid: numerator, denominator, ratio_basis, calculation",
		}},
		{"Stripe, another's measure", schema.DataSource{Provider: "Stripe", Measure: "event count", Event: "x"}, "", []string{
			`data_source.measure | measure of a Stripe data source cannot be "event count"; valid: ` + strings.Join(schema.StripeMeasures(), ", "),
			"data_source.event | event is not a setting of Stripe event count",
		}},
		{"Stripe, refunds by the year", schema.DataSource{Provider: "Stripe", Measure: "refund_activity"}, "Yearly", []string{
			"evaluation_period | refund_activity cannot be evaluated Yearly; valid: Daily, Weekly, Monthly",
		}},
		{"Stripe, failures by the quarter", schema.DataSource{Provider: "Stripe", Measure: "payment_failures"}, "Quarterly", []string{
			"evaluation_period | payment_failures cannot be evaluated Quarterly; valid: Daily, Weekly, Monthly",
		}},
		{"no such provider", schema.DataSource{Provider: "Excel"}, "", []string{`data_source.provider | there is no data source "Excel"; valid: PostHog, Stripe`}},
	} {
		i := broken("itm_5", func(i *schema.Item) { i.DataSource, i.EvaluationPeriod = &tt.source, tt.period })
		if diff := cmp.Diff(tt.want, faults(i)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
