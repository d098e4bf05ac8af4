package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A story is the demo while it is told.
type story struct {
	Client
	page
	m       *material
	calls   int
	r       Result
	ids     map[string]string // messages by their key, to signals
	journey string
	undo    string // the call to take back at the end
	undid   string // what that call did
}

// call uses a tool and counts it.
func (s *story) call(ctx context.Context, tool string, args map[string]any, out any) error {
	s.calls++
	if err := s.Call(ctx, tool, args, out); err != nil {
		return fmt.Errorf("%s: %w", tool, err)
	}
	return nil
}

// key tells the messages apart.
func (s *story) key(i int) string {
	if id := s.m.messages[i].ExternalID; id != "" {
		return id
	}
	return fmt.Sprintf("row-%d", s.m.messages[i].Line)
}

// begin makes the journey.
func (s *story) begin(ctx context.Context) error {
	s.title("A journey, from the customer's point of view")
	if s.m.outline == "" {
		s.say("The messages name no steps; the journey is drawn from what they say most.")
		return s.draw(ctx)
	}
	name, _, _ := strings.Cut(s.m.outline, "\n")
	var made struct{}
	if err := s.call(ctx, "edit_journey", map[string]any{"operations": []any{map[string]any{"op": "create_journey", "name": name, "outline": s.m.outline}}}, &made); err != nil {
		return err
	}
	s.journey = name
	return s.steps(ctx)
}

// A journeyAnswer is the part of get_journey's answer that is told.
type journeyAnswer struct {
	ID     string
	Name   string
	Text   string
	Stages []struct {
		Name  string
		Steps []stepAnswer
	}
}

type stepAnswer struct {
	ID       string
	Name     string
	Coverage string
	Signals  struct{ Placed, Proposed int }
	Lanes    []struct {
		Type  string
		Items []struct{ Title string }
	}
}

// steps prints the journey's stages and steps.
func (s *story) steps(ctx context.Context) error {
	var j journeyAnswer
	if err := s.call(ctx, "get_journey", map[string]any{"journey": s.journey, "format": "data"}, &j); err != nil {
		return err
	}
	n := 0
	for _, st := range j.Stages {
		var names []string
		for _, sp := range st.Steps {
			names = append(names, sp.Name)
		}
		n += len(names)
		for i, l := range wrap(strings.Join(names, " → "), s.width-26) {
			head := ""
			if i == 0 {
				head = short(st.Name, 20)
			}
			s.print("   %s  %s\n", s.paint(blue, fmt.Sprintf("%-20s", head)), l)
		}
	}
	s.say("%s, %s.", count(len(j.Stages), "stage"), count(n, "step"))
	return nil
}

// A capturing is the part of capture_signals' answer that is told.
type capturing struct {
	Call                                     string
	Captured, Known, Placed, Proposed, Inbox int
	Signals                                  []struct {
		ID, State, Step, Path string
		Index                 int
		Confidence            float64
	}
}

// capture files every message.
func (s *story) capture(ctx context.Context) error {
	s.title(fmt.Sprintf("%d messages arrive", len(s.m.messages)))
	s.say("They are %s. Nobody has shown the memory a single example yet: it knows the names of the steps.", s.m.name)
	var sum capturing
	for i := 0; i < len(s.m.messages); i += most {
		var signals []any
		for j := i; j < min(i+most, len(s.m.messages)); j++ {
			signals = append(signals, s.signal(j))
		}
		var out capturing
		if err := s.call(ctx, "capture_signals", map[string]any{"signals": signals, "journey": s.journey, "detail": "full"}, &out); err != nil {
			return err
		}
		for _, row := range out.Signals {
			s.ids[s.key(i+row.Index)] = row.ID
		}
		sum.Captured, sum.Known = sum.Captured+out.Captured, sum.Known+out.Known
	}
	s.r.Signals = sum.Captured
	if sum.Known > 0 {
		s.say("%d of them say word for word what another from the same source did, and are one signal with it.", sum.Known)
	}
	return s.standing(ctx, "")
}

// most is how many signals one call takes.
const most = 500

// signal is message i as capture_signals takes it.
func (s *story) signal(i int) map[string]any {
	m := s.m.messages[i]
	v := map[string]any{"text": m.Text, "external_id": s.key(i)}
	for k, x := range map[string]string{"source": m.Source, "source_name": m.SourceName, "author": m.Author, "said_at": m.SaidAt, "thread": m.Thread, "url": m.URL, "language": m.Language, "sentiment": m.Sentiment} {
		if x != "" {
			v[k] = x
		}
	}
	if m.Source == "" {
		v["source"] = "support"
	}
	return v
}

// A signalRow is one signal as query_items tells it.
type signalRow struct{ ID, Path, Status string }

// standing tells where the signals stand, and how many stand right.
func (s *story) standing(ctx context.Context, after string) error {
	stands, err := s.where(ctx)
	if err != nil {
		return err
	}
	s.count(stands)
	all := s.r.Placed + s.r.Proposed + s.r.Inbox
	placed, proposed := "without asking", "for somebody to confirm"
	if s.r.Judged > 0 {
		placed = fmt.Sprintf("without asking; %s right", share(s.r.PlacedOK, s.r.PlacedN))
		proposed = fmt.Sprintf("for somebody to confirm; %s right", share(s.r.Right-s.r.PlacedOK, s.r.Judged-s.r.PlacedN))
	}
	s.bar("placed", s.r.Placed, all, green, placed)
	s.bar("proposed", s.r.Proposed, all, amber, proposed)
	s.bar("inbox", s.r.Inbox, all, faint, s.inInbox(stands))
	if after != "" {
		s.say("%s", after)
	}
	return nil
}

// where returns where each signal stands, but for those a person has placed.
func (s *story) where(ctx context.Context) (map[string]signalRow, error) {
	stands, cursor := map[string]signalRow{}, ""
	for {
		var out struct {
			Rows       []signalRow
			NextCursor string `json:"next_cursor"`
		}
		args := map[string]any{"of": "signals", "limit": 100}
		if cursor != "" {
			args["cursor"] = cursor
		}
		if err := s.call(ctx, "query_items", args, &out); err != nil {
			return nil, err
		}
		for _, r := range out.Rows {
			stands[r.ID] = r
		}
		if cursor = out.NextCursor; cursor == "" {
			return stands, nil
		}
	}
}

// count judges by the answer key. What a person placed is not judged.
func (s *story) count(stands map[string]signalRow) {
	s.r.Placed, s.r.Proposed, s.r.Inbox, s.r.Judged, s.r.Right, s.r.PlacedN, s.r.PlacedOK = 0, 0, 0, 0, 0, 0, 0
	seen := map[string]bool{}
	for i, m := range s.m.messages {
		id := s.ids[s.key(i)]
		row := stands[id]
		if seen[id] || s.m.messages[i].confirmed {
			continue
		}
		seen[id] = true
		ok := m.right(last(row.Path))
		switch row.Status {
		case "placed":
			s.r.Placed++
			if m.known {
				s.r.PlacedN++
				s.r.PlacedOK += b2i(ok)
			}
		case "proposed":
			s.r.Proposed++
		default:
			s.r.Inbox++
			continue
		}
		if m.known {
			s.r.Judged++
			s.r.Right += b2i(ok)
		}
	}
}

// inInbox says how much of what is left to people is about nothing here.
func (s *story) inInbox(stands map[string]signalRow) string {
	nothing, left := 0, 0
	for i, m := range s.m.messages {
		if m.known && m.step == "" && !m.confirmed {
			nothing++
			if st := stands[s.ids[s.key(i)]].Status; st == "inbox" {
				left++
			}
		}
	}
	if nothing == 0 {
		return "left to people"
	}
	return fmt.Sprintf("left to people; %d of the %d that are about nothing here", left, nothing)
}

// last is the last name of a path.
func last(path string) string {
	all := strings.Split(path, " › ")
	return all[len(all)-1]
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func share(n, of int) string {
	if of == 0 {
		return "none to be"
	}
	return fmt.Sprintf("%d of %d (%.0f %%)", n, of, 100*float64(n)/float64(of))
}

// triage places a few messages of each step, as a person would.
func (s *story) triage(ctx context.Context) error {
	perStep, dismissed := map[string]int{}, 0
	var placements []any
	for i := range s.m.messages {
		m := &s.m.messages[i]
		switch {
		case !m.known || m.second != "":
			continue
		case m.step == "" && dismissed < 2*s.m.shots:
			dismissed++
			placements = append(placements, map[string]any{"signal": s.ids[s.key(i)], "dismiss": true, "reason": "about nothing here"})
		case m.step != "" && perStep[m.step] < s.m.shots:
			perStep[m.step]++
			placements = append(placements, map[string]any{"signal": s.ids[s.key(i)], "steps": []string{m.step}})
		default:
			continue
		}
		m.confirmed = true
	}
	if len(placements) == 0 {
		return nil
	}
	s.title("A person triages a few")
	var moved, confirmed int
	for part := range slices.Chunk(placements, most) {
		var out struct{ Confirmed, Moved, Dismissed int }
		if err := s.call(ctx, "place_signals", map[string]any{"placements": part}, &out); err != nil {
			return err
		}
		moved, confirmed = moved+out.Moved, confirmed+out.Confirmed
	}
	s.r.Confirmed = len(placements)
	s.say("The answer key stands in for the person: %d messages of each step, %d in all. %d stood right already, %d are put where they belong, %d are dismissed.",
		s.m.shots, len(placements), confirmed, moved, dismissed)
	return nil
}

// again lets the memory place what waits, by what it has learned.
func (s *story) again(ctx context.Context) error {
	if s.r.Confirmed == 0 { // nobody has taught it anything
		return nil
	}
	s.title("The memory has learned: what waits is placed again")
	var out struct{}
	if err := s.call(ctx, "place_signals", map[string]any{"retry": true, "journey": s.journey}, &out); err != nil {
		return err
	}
	after := "The messages the person placed are not counted here, so what is left is the harder part. What is not sure waits for somebody; each confirmation teaches."
	return s.standing(ctx, after)
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
