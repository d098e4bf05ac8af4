package schema

import (
	"maps"
	"slices"
)

// StripeMeasures are the measures a Stripe data source offers. Those of
// payment failures and refunds do not support quarterly or yearly evaluation.
func StripeMeasures() []string {
	return []string{"subscription_activity", "new_subscriptions", "canceled_subscriptions", "net_subscription_delta", "payment_failures", "refund_activity"}
}

// PostHogMeasures are the measures a PostHog data source offers.
func PostHogMeasures() []string { return []string{"event count", "unique users", "event ratio"} }

// fields are the settings beyond provider and measure.
func (d *DataSource) fields() map[string]string {
	return map[string]string{"event": d.Event, "numerator": d.Numerator, "denominator": d.Denominator, "ratio_basis": d.RatioBasis, "calculation": d.Calculation}
}

func (d *DataSource) validate(c *check, period EvaluationPeriod) {
	only := func(own ...string) {
		given := d.fields()
		for _, f := range slices.Sorted(maps.Keys(given)) {
			if given[f] != "" && !slices.Contains(own, f) {
				c.add("data_source."+f, "%s is not a setting of %s %s", f, d.Provider, d.Measure).Valid = own
			}
		}
	}
	among := func(field, v string, valid []string) {
		if !slices.Contains(valid, v) {
			c.add("data_source."+field, "%s of a %s data source cannot be %q", field, d.Provider, v).Valid = valid
		}
	}
	switch d.Provider {
	case "Stripe":
		among("measure", d.Measure, StripeMeasures())
		long := period == "Quarterly" || period == "Yearly"
		if long && (d.Measure == "payment_failures" || d.Measure == "refund_activity") {
			c.add("evaluation_period", "%s cannot be evaluated %s", d.Measure, period).Valid = []string{"Daily", "Weekly", "Monthly"}
		}
		only()
	case "PostHog":
		among("measure", d.Measure, PostHogMeasures())
		if d.Calculation != "" {
			among("calculation", d.Calculation, []string{"total", "average", "median", "peak"})
		}
		if d.Measure != "event ratio" {
			c.line("data_source.event", d.Event)
			only("event", "calculation")
			return
		}
		c.line("data_source.numerator", d.Numerator)
		c.line("data_source.denominator", d.Denominator)
		among("ratio_basis", d.RatioBasis, []string{"events", "unique users"})
		only("numerator", "denominator", "ratio_basis", "calculation")
	default:
		c.add("data_source.provider", "there is no data source %q", d.Provider).Valid = []string{"PostHog", "Stripe"}
	}
}
