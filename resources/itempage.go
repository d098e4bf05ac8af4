package resources

import (
	"cmp"
	"fmt"
	"strings"

	"custory/schema"
)

// Markdown tells the item as a document.
func (v *ItemView) Markdown() string {
	var p page
	p.head(1, with(v.Title, v.Item.ID))
	if v.Review == schema.Pending {
		p.para("**Draft:** waits for review and counts nowhere yet; review_drafts accepts or dismisses it.")
	}
	p.para(prose(v.Description))
	v.fields(&p)
	v.places(&p)
	v.quotes(&p)
	v.hangings(&p)
	writeComments(&p, v.Comments)
	if len(v.Changes) > 0 {
		p.head(2, "Latest changes")
	}
	for _, e := range v.Changes {
		e.write(&p)
	}
	return p.text()
}

// fields writes the item's own fields, those of its type in their order.
func (v *ItemView) fields(p *page) {
	p.fact("Type", string(v.Type))
	p.fact("Status", v.Status)
	p.fact("Review", dot(string(v.Review), inline(v.ReviewReason)))
	values := map[string]string{
		"owner": v.Owner.String(), "channel": string(v.Channel), "actor": listed(v.Actor),
		"insight_type": string(v.InsightType), "confidence": string(v.Confidence), "severity": scored(v.Severity), "affected_segment": listed(v.AffectedSegment),
		"impact": scored(v.Impact), "effort": scored(v.Effort), "priority": string(v.Priority), "solution_type": string(v.SolutionType), "target_date": v.TargetDate,
		"metric_type": string(v.MetricType), "unit": string(v.Unit), "baseline": amount(v.Baseline), "current": amount(v.Current), "target": amount(v.Target),
		"direction": string(v.Direction), "evaluation_period": string(v.EvaluationPeriod), "data_source": v.source(),
	}
	for _, f := range v.Type.Fields() {
		p.fact(label(f), values[f])
	}
	p.fact("Slug", dot(v.Slug, labelled("also", strings.Join(v.Aliases, ", "))))
	p.fact("Dates", dot("created "+day(v.Created), "updated "+day(v.Updated), fmt.Sprintf("version %d", v.Version)))
	p.fact("Left out", join("; ", v.LeftOut...))
}

// label turns insight_type into Insight type.
func label(field string) string {
	words := strings.ReplaceAll(field, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

func scored(v *int) string {
	if v == nil {
		return ""
	}
	return fmt.Sprintf("%d of 5", *v)
}

func amount(v *float64) string {
	if v == nil {
		return ""
	}
	return number(*v)
}

func (v *ItemView) source() string {
	d := v.DataSource
	if d == nil {
		return ""
	}
	ratio := ""
	if d.Numerator != "" {
		ratio = inline(d.Numerator) + " / " + inline(d.Denominator)
	}
	return dot(inline(d.Provider), inline(d.Measure), inline(d.Event), ratio, d.RatioBasis, d.Calculation)
}

// places writes where the item stands and what it is linked to.
func (v *ItemView) places(p *page) {
	p.head(2, "Stands on")
	for _, l := range v.Placements {
		p.item(0, dot(with(l.Path, l.Step), string(l.Placement)))
	}
	if len(v.Placements) == 0 {
		p.para("No step: it is in the building blocks only.")
	}
	for _, side := range []struct {
		title string
		links []LinkLine
	}{{"Linked from", v.LinkedFrom}, {"Linked to", v.LinkedTo}} {
		if len(side.links) > 0 {
			p.head(2, side.title)
		}
		for _, l := range side.links {
			p.item(0, dot(string(l.Type), with(l.Title, l.Item), l.Status, labelled("review", string(l.Review)), string(l.Link)))
		}
	}
}

// quotes writes what the item rests on.
func (v *ItemView) quotes(p *page) {
	e := v.Evidence
	if e == nil {
		return
	}
	p.head(2, "Evidence: "+string(e.Strength))
	if e.Quotes == 0 {
		p.para("No quote supports this; submit_insight adds evidence.")
		return
	}
	p.para(dot(count(e.Quotes, "quote", "quotes"), count(e.Signals, "signal", "signals"), cmp.Or(count(e.People, "person supports it", "people support it"), "nobody supports it"),
		count(e.Sources, "kind of source", "kinds of source"), fmt.Sprintf("over %s", cmp.Or(count(e.Days, "day", "days"), "1 day")),
		fmt.Sprintf("newest %s old", cmp.Or(count(e.AgeDays, "day", "days"), "less than a day")), fmt.Sprintf("%.0f %% disagree", 100*e.Disagree)))
	p.para(external)
	for _, c := range v.Citations {
		p.para(dot(string(c.Citation), string(c.Stance), string(c.Signal), said(c.Source, c.SourceName, c.Author, c.SaidAt)))
		p.para(quoted(clip(c.Quote, 1000)))
	}
}

// hangings writes tasks, links, files and readings.
func (v *ItemView) hangings(p *page) {
	heading := func(title string, n int) {
		if n > 0 {
			p.head(2, title)
		}
	}
	heading("Tasks", len(v.Tasks))
	for _, t := range v.Tasks {
		p.item(0, dot(string(t.Platform), inline(t.Key), inline(t.Title), inline(t.Status), inline(t.URL), string(t.ID)))
	}
	heading("Links", len(v.Weblinks))
	for _, w := range v.Weblinks {
		p.item(0, dot(inline(w.Title), inline(w.URL), inline(clip(w.Description, 300)), string(w.ID)))
	}
	heading("Attachments", len(v.Attachments))
	for _, a := range v.Attachments {
		size := ""
		if a.Size > 0 {
			size = thousands(int(a.Size)) + " bytes"
		}
		p.item(0, dot(inline(a.Name), inline(a.MediaType), size, inline(a.URL), string(a.ID)))
	}
	heading("Readings", len(v.Readings))
	for _, r := range v.Readings {
		p.item(0, dot(day(r.At), number(r.Value), inline(clip(r.Note, 200))))
	}
}
