package schema

import (
	"slices"
	"time"
)

// An Item is one thing known about the experience. It belongs to the
// workspace; placements put it on steps, and editing it changes it wherever it
// stands. Beyond the shared fields, each type has its own, and only its own.
type Item struct {
	Head
	Slugs
	Type          ItemType `json:"type"`
	Title         string   `json:"title"`
	Description   string   `json:"description,omitempty"`
	Status        string   `json:"status"` // one of the type's; the first when new
	Owner         ID       `json:"owner,omitempty"`
	EnabledFields []string `json:"enabled_fields,omitempty"` // none named: all of the type's

	Channel Channel `json:"channel,omitempty"`
	Actor   []ID    `json:"actor,omitempty"` // personas

	InsightType     InsightType `json:"insight_type,omitempty"`
	Confidence      Confidence  `json:"confidence,omitempty"` // a person's own judgement
	Severity        *int        `json:"severity,omitempty"`
	AffectedSegment []ID        `json:"affected_segment,omitempty"` // personas

	Impact       *int         `json:"impact,omitempty"`
	Effort       *int         `json:"effort,omitempty"`
	Priority     Priority     `json:"priority,omitempty"`
	SolutionType SolutionType `json:"solution_type,omitempty"`
	TargetDate   string       `json:"target_date,omitempty"` // 2006-01-02

	MetricType       MetricType       `json:"metric_type,omitempty"`
	Unit             Unit             `json:"unit,omitempty"`
	Baseline         *float64         `json:"baseline,omitempty"`
	Current          *float64         `json:"current,omitempty"`
	Target           *float64         `json:"target,omitempty"`
	Direction        Direction        `json:"direction,omitempty"`
	EvaluationPeriod EvaluationPeriod `json:"evaluation_period,omitempty"`
	DataSource       *DataSource      `json:"data_source,omitempty"` // nil: values are entered by hand

	Review       Review `json:"review,omitempty"` // empty: an ordinary item
	ReviewReason string `json:"review_reason,omitempty"`
}

// An ItemType is the group, or lane, an item belongs to.
type ItemType string

// The types of item, in the order of the chain from evidence to measurement.
const (
	Touchpoint  ItemType = "Touchpoint"
	Insight     ItemType = "Insight"
	Opportunity ItemType = "Opportunity"
	Solution    ItemType = "Solution"
	Metric      ItemType = "Metric"
)

// Values lists the types.
func (ItemType) Values() []ItemType {
	return []ItemType{Touchpoint, Insight, Opportunity, Solution, Metric}
}

// Group is the name of the lane: the type in the plural.
func (t ItemType) Group() string {
	if t == Opportunity {
		return "Opportunities"
	}
	return string(t) + "s"
}

// Statuses lists the lifecycle of the type. A new item has the first; any
// status may follow any other.
func (t ItemType) Statuses() []string {
	switch t {
	case Touchpoint:
		return []string{"Exists", "Suspected", "Confirmed", "Deprecated"}
	case Insight:
		return []string{"New", "Assumption", "Observed", "Validated", "Archived"}
	case Opportunity:
		return []string{"New", "Framed", "Prioritized", "Parked", "Closed"}
	case Solution:
		return []string{"Idea", "Proposed", "Planned", "In progress", "Shipped", "Validated", "Rejected"}
	case Metric:
		return []string{"Draft", "Defined", "Active", "Broken", "Deprecated"}
	}
	return nil
}

// Fields lists the fields that only some types have, those of this type.
func (t ItemType) Fields() []string {
	switch t {
	case Touchpoint:
		return []string{"channel", "actor"}
	case Insight:
		return []string{"insight_type", "confidence", "severity", "affected_segment"}
	case Opportunity:
		return []string{"owner", "impact", "effort", "priority", "confidence"}
	case Solution:
		return []string{"owner", "solution_type", "impact", "effort", "priority", "target_date"}
	case Metric:
		return []string{"owner", "metric_type", "unit", "baseline", "current", "target", "direction", "evaluation_period", "data_source"}
	}
	return nil
}

// A Channel is the medium of a touchpoint.
type Channel string

// Values lists the channels.
func (Channel) Values() []Channel {
	return []Channel{"Website", "App", "Email", "Sales call", "Support", "Docs", "Store", "Other"}
}

// An InsightType says what an insight is about.
type InsightType string

// Values lists the insight types.
func (InsightType) Values() []InsightType { return []InsightType{"Pain", "Need", "Gain"} }

// Confidence is a person's own trust in an insight or opportunity. The
// strength of its evidence is computed, and stands beside it.
type Confidence string

// Values lists the levels of confidence.
func (Confidence) Values() []Confidence {
	return []Confidence{"Low confidence", "Medium confidence", "High confidence"}
}

// A Priority is how soon an opportunity or solution should be taken up.
type Priority string

// Values lists the priorities.
func (Priority) Values() []Priority { return []Priority{"High", "Medium", "Low"} }

// A SolutionType says what a solution would be.
type SolutionType string

// Values lists the solution types.
func (SolutionType) Values() []SolutionType {
	return []SolutionType{"Idea", "Experiment", "Feature", "Process", "Content", "Service"}
}

// A MetricType says what a metric measures.
type MetricType string

// Values lists the metric types.
func (MetricType) Values() []MetricType { return []MetricType{"Customer", "Business", "Operational"} }

// A Unit is what a metric is counted in.
type Unit string

// Values lists the units.
func (Unit) Values() []Unit { return []Unit{"%", "Score", "Count", "Time", "Currency", "Other"} }

// A Direction says which way a metric should move.
type Direction string

// Values lists the directions.
func (Direction) Values() []Direction { return []Direction{"Higher is better", "Lower is better"} }

// An EvaluationPeriod is the window a metric is computed over.
type EvaluationPeriod string

// Values lists the periods.
func (EvaluationPeriod) Values() []EvaluationPeriod {
	return []EvaluationPeriod{"Daily", "Weekly", "Monthly", "Quarterly", "Yearly"}
}

// A DataSource says where a metric's live values come from.
type DataSource struct {
	Provider    string `json:"provider"` // PostHog or Stripe
	Measure     string `json:"measure"`
	Event       string `json:"event,omitempty"`
	Numerator   string `json:"numerator,omitempty"`   // event of an event ratio
	Denominator string `json:"denominator,omitempty"` // event of an event ratio
	RatioBasis  string `json:"ratio_basis,omitempty"` // events or unique users
	Calculation string `json:"calculation,omitempty"` // total, average, median or peak
}

// A Review is where a draft stands. An item without one is no draft.
type Review string

// The states of a draft. An accepted draft has no review left: it is an
// ordinary item.
const (
	Pending         Review = "pending"   // waits for a member; counts nowhere
	DismissedReview Review = "dismissed" // refused; kept with the reason
)

// Values lists the states of a draft.
func (Review) Values() []Review { return []Review{Pending, DismissedReview} }

// Kind is KindItem.
func (*Item) Kind() Kind { return KindItem }

// Parent is nothing: an item belongs to the workspace as a whole.
func (*Item) Parent() Ref { return Ref{} }

// Heading is the item's title.
func (i *Item) Heading() string { return i.Title }

// SlugsOf returns the item's readable names.
func (i *Item) SlugsOf() *Slugs { return &i.Slugs }

// Draft reports whether the item is not accepted, and so counts nowhere.
func (i *Item) Draft() bool { return i.Review != "" }

// given tells which of the fields that only some types have are set.
func (i *Item) given() map[string]bool {
	return map[string]bool{
		"owner": i.Owner != "", "channel": i.Channel != "", "actor": len(i.Actor) > 0,
		"insight_type": i.InsightType != "", "confidence": i.Confidence != "",
		"severity": i.Severity != nil, "affected_segment": len(i.AffectedSegment) > 0,
		"impact": i.Impact != nil, "effort": i.Effort != nil, "priority": i.Priority != "",
		"solution_type": i.SolutionType != "", "target_date": i.TargetDate != "",
		"metric_type": i.MetricType != "", "unit": i.Unit != "", "baseline": i.Baseline != nil,
		"current": i.Current != nil, "target": i.Target != nil, "direction": i.Direction != "",
		"evaluation_period": i.EvaluationPeriod != "", "data_source": i.DataSource != nil,
	}
}

// ItemFields lists every field that only some types have, in the order of the
// types.
func ItemFields() []string {
	var all []string
	for _, t := range ItemType("").Values() {
		for _, f := range t.Fields() {
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

// Validate checks the shared fields, that no field of another type is set, and
// each of its own.
func (i *Item) Validate() error {
	var c check
	if i.Type == "" {
		c.add("type", "type is required").Valid = texts(i.Type.Values())
	}
	oneOf(&c, "type", i.Type)
	c.line("title", i.Title)
	c.text("description", i.Description, MaxText)
	if ss := i.Type.Statuses(); ss != nil && !slices.Contains(ss, i.Status) {
		c.add("status", "status of %s cannot be %q", An(i.Type), i.Status).Valid = ss
	}
	if own := i.Type.Fields(); own != nil {
		given := i.given()
		for _, f := range ItemFields() {
			if given[f] && !slices.Contains(own, f) {
				c.add(f, "%s is not a field of %s", f, An(i.Type)).Valid = own
			}
		}
		c.subset("enabled_fields", i.EnabledFields, own)
	}
	i.validateOwn(&c)
	return c.result()
}

// validateOwn checks the fields that only some types have.
func (i *Item) validateOwn(c *check) {
	c.optRef("owner", i.Owner, KindMember)
	oneOf(c, "channel", i.Channel)
	c.refs("actor", i.Actor, KindPersona)
	oneOf(c, "insight_type", i.InsightType)
	oneOf(c, "confidence", i.Confidence)
	c.between("severity", i.Severity, 1, 5)
	c.refs("affected_segment", i.AffectedSegment, KindPersona)
	c.between("impact", i.Impact, 1, 5)
	c.between("effort", i.Effort, 1, 5)
	oneOf(c, "priority", i.Priority)
	oneOf(c, "solution_type", i.SolutionType)
	if i.TargetDate != "" {
		if _, err := time.Parse(time.DateOnly, i.TargetDate); err != nil {
			c.add("target_date", "target_date is %q; it must be a date such as 2026-09-30", i.TargetDate)
		}
	}
	oneOf(c, "metric_type", i.MetricType)
	oneOf(c, "unit", i.Unit)
	c.number("baseline", i.Baseline)
	c.number("current", i.Current)
	c.number("target", i.Target)
	oneOf(c, "direction", i.Direction)
	oneOf(c, "evaluation_period", i.EvaluationPeriod)
	if i.DataSource != nil {
		i.DataSource.validate(c, i.EvaluationPeriod)
	}
	oneOf(c, "review", i.Review)
	c.text("review_reason", i.ReviewReason, MaxText)
	if i.ReviewReason != "" && i.Review != DismissedReview {
		c.add("review_reason", "review_reason belongs to a dismissed draft")
	}
}
