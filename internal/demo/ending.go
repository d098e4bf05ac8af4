package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// draw makes the journey of messages that name no steps: a step for each of the
// largest groups that say the same. The messages it reads for that are taken
// back, and arrive in their own chapter.
func (s *story) draw(ctx context.Context) error {
	const read = 400
	var signals []any
	for i := range s.m.messages[:min(read, len(s.m.messages))] {
		signals = append(signals, s.signal(i))
	}
	var out capturing
	if err := s.call(ctx, "capture_signals", map[string]any{"signals": signals, "place": "none", "detail": "full"}, &out); err != nil {
		return err
	}
	var ids []string
	for _, r := range out.Signals {
		ids = append(ids, r.ID)
	}
	var d struct {
		Groups []struct{ Says string }
	}
	if err := s.call(ctx, "draft_insight", map[string]any{"signals": ids, "limit": 12}, &d); err != nil {
		return err
	}
	var gone struct{}
	if err := s.call(ctx, "undo", map[string]any{"call": out.Call}, &gone); err != nil {
		return err
	}
	s.journey = "What customers write about"
	outline := s.journey + "\nDrawn from the messages\n"
	for _, g := range d.Groups {
		outline += "  " + short(strings.Join(strings.Fields(strings.ReplaceAll(g.Says, " — ", ", ")), " "), 80) + "\n"
	}
	var made struct{}
	if err := s.call(ctx, "edit_journey", map[string]any{"operations": []any{map[string]any{"op": "create_journey", "name": s.journey, "outline": outline}}}, &made); err != nil {
		return err
	}
	return s.steps(ctx)
}

// ask asks three questions.
func (s *story) ask(ctx context.Context) error {
	s.title("Three questions in plain words")
	questions := []string{"What hurts most?", "What do people say about invitations that never arrive?", "Which airline do our customers prefer?"}
	if s.m.chain.Opportunity == nil && len(s.m.insights) > 0 {
		questions[1] = "What do people say about " + strings.ToLower(strings.TrimRight(short(s.m.insights[0].Title, 60), "?.!…")) + "?"
	}
	for _, q := range questions {
		var a struct {
			Held     bool
			Answer   string
			Passages []struct{ Signal, Quote, Author, Source, Said string }
		}
		if err := s.call(ctx, "ask", map[string]any{"question": q, "limit": 2}, &a); err != nil {
			return err
		}
		s.print("   %s\n", s.paint(bold, q))
		for _, fact := range strings.Split(a.Answer, "\n") {
			for i, l := range wrap(fact, s.width-7) {
				s.print("     %s %s\n", []string{"–", " "}[min(i, 1)], l)
			}
		}
		for _, p := range a.Passages {
			s.quoteLine(p.Quote, strings.Join(slices.DeleteFunc([]string{p.Signal, p.Author, p.Source, p.Said}, func(v string) bool { return v == "" }), " · "))
		}
	}
	return nil
}

// show prints the map.
func (s *story) show(ctx context.Context) error {
	s.title("The map")
	var j journeyAnswer
	if err := s.call(ctx, "get_journey", map[string]any{"journey": s.journey, "format": "data"}, &j); err != nil {
		return err
	}
	marks := map[string]string{"evidenced": s.paint(green, "●"), "partly evidenced": s.paint(amber, "◐"), "assumed": s.paint(faint, "○")}
	busiest := 1
	for _, st := range j.Stages {
		for _, sp := range st.Steps {
			busiest = max(busiest, sp.Signals.Placed+sp.Signals.Proposed)
		}
	}
	rows := 0
	for _, st := range j.Stages {
		s.print("   %s\n", s.paint(blue, st.Name))
		for _, sp := range st.Steps {
			if rows++; rows > 30 {
				continue
			}
			n := sp.Signals.Placed + sp.Signals.Proposed
			s.print("   %s %-34s %4d %s\n", marks[sp.Coverage], short(sp.Name, 34), n, s.paint(blue, strings.Repeat("▇", (n*24+busiest-1)/busiest)))
			for _, l := range sp.Lanes {
				for _, i := range l.Items {
					s.print("        %s %s\n", s.paint(faint, strings.ToLower(l.Type)), short(i.Title, s.width-24))
				}
			}
		}
	}
	if rows > 30 {
		s.say("… and %d more steps.", rows-30)
	}
	s.print("   %s\n", s.paint(faint, "● evidenced  ◐ partly evidenced  ○ assumed  ▇ signals, placed and proposed"))
	return nil
}

// takeBack undoes one call, and shows that it is gone and can come back.
func (s *story) takeBack(ctx context.Context) error {
	if s.undo == "" {
		return nil
	}
	s.title("And take it back")
	count := func() (n int, err error) {
		var out struct{ Total int }
		err = s.call(ctx, "query_items", map[string]any{}, &out)
		return out.Total, err
	}
	before, err := count()
	if err != nil {
		return err
	}
	var undone struct{ Call string }
	if err := s.call(ctx, "undo", map[string]any{"call": s.undo}, &undone); err != nil {
		return err
	}
	between, err := count()
	if err != nil {
		return err
	}
	var redone struct{}
	if err := s.call(ctx, "undo", map[string]any{"call": undone.Call}, &redone); err != nil {
		return err
	}
	after, err := count()
	if err != nil {
		return err
	}
	if between >= before || after != before {
		return fmt.Errorf("undo did not take back what it should: %d items, then %d, then %d", before, between, after)
	}
	s.say("Undoing %s leaves %d of %d items; undoing the undo brings them back. Nothing is lost: the log holds all three.", s.undid, between, before)
	return nil
}
