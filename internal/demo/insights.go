package demo

import (
	"context"
	"fmt"
	"strings"
)

// A filed insight is the part of submit_insight's answer that is told.
type filed struct {
	Call, ID, Title string
	Steps           []string
	Evidence        struct {
		Quotes, People, Sources int
		Disagree                float64
		Strength                string
	}
}

// evidence files insights that rest on quotes, and shows that an invented one
// is refused.
func (s *story) evidence(ctx context.Context) error {
	s.title("Insights that rest on what was said")
	gathered := len(s.m.insights) == 0 // by step, whatever stands on others
	if gathered {
		if err := s.gather(ctx); err != nil {
			return err
		}
	}
	for i := range s.m.insights {
		in := &s.m.insights[i]
		var quotes []any
		for _, q := range in.Quotes {
			id := q.Signal
			if known := s.ids[q.Signal]; known != "" {
				id = known
			}
			quotes = append(quotes, map[string]any{"signal": id, "quote": q.Quote, "stance": q.Stance})
		}
		args := map[string]any{"title": in.Title, "description": in.Description, "steps": []string{in.Step}, "quotes": quotes, "even_if_alike": true} // they differ, whatever an embedder makes of them
		if in.InsightType != "" {
			args["insight_type"], args["severity"] = in.InsightType, in.Severity
		}
		if i == 0 {
			s.invent(ctx, args)
		}
		var out filed
		if err := s.call(ctx, "submit_insight", args, &out); err != nil {
			return err
		}
		in.id = out.ID
		s.r.Insights++
		s.undo, s.undid = out.Call, out.Title
		s.print("   %s %s\n", s.paint(green, "◆"), s.paint(bold, out.Title))
		where := "on no step"
		if len(out.Steps) > 0 {
			where = last(out.Steps[0])
		}
		s.print("     %s\n", s.paint(faint, fmt.Sprintf("%s · %s, %d for it, %s of source, %.0f %% disagree → %s", where, count(out.Evidence.Quotes, "quote"), out.Evidence.People, count(out.Evidence.Sources, "kind"), 100*out.Evidence.Disagree, out.Evidence.Strength)))
		for j, q := range in.Quotes {
			if j < 2 || q.Stance == "contradicts" {
				if q.Stance == "contradicts" {
					s.print("     %s\n", s.paint(faint, "and one that says otherwise:"))
				}
				s.quoteLine(q.Quote, "")
			}
		}
	}
	return nil
}

// invent tries to file a quote that nobody said.
func (s *story) invent(ctx context.Context, args map[string]any) {
	invented := map[string]any{}
	for k, v := range args {
		invented[k] = v
	}
	first := args["quotes"].([]any)[0].(map[string]any)
	invented["quotes"] = []any{map[string]any{"signal": first["signal"], "quote": "Everybody in my team thinks this is the worst product ever made"}}
	err := s.call(ctx, "submit_insight", invented, &struct{}{})
	if err == nil {
		s.err = fmt.Errorf("an invented quote was accepted")
		return
	}
	why, _, _ := strings.Cut(err.Error(), ";")
	s.say("First, a quote that nobody said is tried, and refused: %s.", s.paint(red, strings.ReplaceAll(why, "submit_insight: ", "")))
}

// gather writes insights from what most signals of the busiest steps say. The
// title is a quote: nobody here could write a better one without reading.
func (s *story) gather(ctx context.Context) error {
	var steps struct {
		Groups []struct {
			Key, ID string
			Count   int
		}
	}
	if err := s.call(ctx, "query_items", map[string]any{"of": "signals", "within": s.journey, "group_by": "step"}, &steps); err != nil {
		return err
	}
	for _, g := range steps.Groups[:min(3, len(steps.Groups))] {
		var d struct {
			Groups []struct {
				Says    string
				Signals int
				Quotes  []quote
			}
		}
		if err := s.call(ctx, "draft_insight", map[string]any{"within": g.ID, "limit": 1}, &d); err != nil {
			return err
		}
		if len(d.Groups) == 0 {
			continue
		}
		top := d.Groups[0]
		s.m.insights = append(s.m.insights, insight{Step: g.ID, Title: short(strings.Join(strings.Fields(top.Says), " "), 150),
			Description: fmt.Sprintf("Said in about these words by %d of the signals on this step.", top.Signals), Quotes: top.Quotes})
	}
	return nil
}

// decide links what follows from the first insight.
func (s *story) decide(ctx context.Context) error {
	if len(s.m.insights) == 0 {
		return nil
	}
	c := s.m.chain
	if c.Opportunity == nil {
		c = chain{
			Opportunity: map[string]any{"title": "Answer the commonest question before it is asked", "impact": 4, "effort": 2, "priority": "High"},
			Solution:    map[string]any{"title": "Say it where the question arises", "solution_type": "Content"},
			Metric:      map[string]any{"title": "Messages about it a month", "unit": "Count", "metric_type": "Operational", "direction": "Lower is better"},
		}
	}
	s.title("From evidence to a decision, and to its measure")
	in := s.m.insights[c.Insight]
	item := func(kind string, fields map[string]any, links ...string) map[string]any {
		v := map[string]any{"type": kind, "place_on": []string{in.Step}}
		for k, x := range fields {
			v[k] = x
		}
		v["link_to"] = links
		return v
	}
	title := func(m map[string]any) string { t, _ := m["title"].(string); return t }
	var out struct{ Call string }
	err := s.call(ctx, "save_items", map[string]any{"items": []any{
		item("Opportunity", c.Opportunity, in.id),
		item("Solution", c.Solution, title(c.Opportunity)),
		item("Metric", c.Metric, title(c.Opportunity), title(c.Solution)),
	}}, &out)
	if err != nil {
		return err
	}
	s.undo, s.undid = out.Call, "the opportunity, the solution and the metric"
	s.print("   %s %s\n", s.paint(blue, "insight    "), short(in.Title, s.width-16))
	for i, m := range []map[string]any{c.Opportunity, c.Solution, c.Metric} {
		s.print("   %s %s%s\n", s.paint(blue, fmt.Sprintf("%-11s", []string{"opportunity", "solution", "metric"}[i])), strings.Repeat(" ", i)+"└ ", short(title(m), s.width-22))
	}
	return nil
}
