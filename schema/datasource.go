package schema

import "slices"

// StripeMeasures are the measures a Stripe data source offers. Those of
// payment failures and refunds do not support quarterly or yearly evaluation.
func StripeMeasures() []string {
	return []string{"subscription_activity", "new_subscriptions", "canceled_subscriptions", "net_subscription_delta", "payment_failures", "refund_activity"}
}

// PostHogMeasures are the measures a PostHog data source offers.
func PostHogMeasures() []string { return []string{"event count", "unique users", "event ratio"} }

func (d *DataSource) validate(c *check, period EvaluationPeriod) {
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
	case "PostHog":
		among("measure", d.Measure, PostHogMeasures())
		if d.Calculation != "" {
			among("calculation", d.Calculation, []string{"total", "average", "median", "peak"})
		}
		if d.Measure != "event ratio" {
			c.line("data_source.event", d.Event)
			return
		}
		c.line("data_source.numerator", d.Numerator)
		c.line("data_source.denominator", d.Denominator)
		among("ratio_basis", d.RatioBasis, []string{"events", "unique users"})
	default:
		c.add("data_source.provider", "there is no data source %q", d.Provider).Valid = []string{"PostHog", "Stripe"}
	}
}
