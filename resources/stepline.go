package resources

import (
	"fmt"

	"custory/schema"
	"custory/store"
)

// A StageLine is a stage within a picture, with its steps.
type StageLine struct {
	ID          schema.ID  `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Steps       []StepLine `json:"steps,omitempty"`
	MoreSteps   int        `json:"more_steps,omitempty"` // that are not shown
}

// A StepLine is a step within a picture, with what stands on it.
type StepLine struct {
	ID          schema.ID       `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Emotion     int             `json:"emotion,omitempty"`  // 1 (bad) to 5 (good); none if nobody judged it
	Coverage    schema.Coverage `json:"coverage,omitempty"` // none for a picture of the past
	Personas    []Named         `json:"personas,omitempty"`
	Signals     SignalCount     `json:"signals,omitzero"`
	Lanes       []Lane          `json:"lanes,omitempty"`
	Nested      []JourneyCard   `json:"nested,omitempty"` // journeys that hang below it
}

// A Lane is the items of one type on a step.
type Lane struct {
	Type   schema.ItemType `json:"type"`
	Count  int             `json:"count,omitempty"` // accepted
	Drafts int             `json:"drafts,omitempty"`
	Items  []ItemLine      `json:"items,omitempty"`
	More   int             `json:"more,omitempty"` // that are not shown
}

func (n *names) stageLine(st *store.MapStage) StageLine {
	line := StageLine{ID: st.ID, Name: st.Name, Description: st.Description}
	for _, sp := range st.Steps {
		line.Steps = append(line.Steps, n.stepLine(sp))
	}
	return line
}

func (n *names) stepLine(sp *store.MapStep) StepLine {
	line := StepLine{ID: sp.ID, Name: sp.Name, Description: sp.Description, Emotion: valueOf(sp.Emotion), Personas: n.all(sp.Personas), Lanes: n.lanes(sp)}
	if sp.Evidence != nil {
		line.Coverage = schema.CoverageOf(sp.Items, sp.Evidence)
	}
	for _, p := range sp.Signals {
		if p.State == schema.PlacementProposed {
			line.Signals.Proposed++
		} else {
			line.Signals.Placed++
		}
	}
	for _, c := range sp.Nestings {
		line.Nested = append(line.Nested, n.card(c.Journey))
	}
	return line
}

// lanes sorts the items of a step by their type.
func (n *names) lanes(sp *store.MapStep) (all []Lane) {
	for _, t := range schema.ItemType("").Values() {
		lane := Lane{Type: t}
		for _, i := range sp.Items {
			if i.Type != t || i.Review == schema.DismissedReview {
				continue
			}
			line := n.line(i, evidenceIn(sp, i.ID))
			line.Type = ""
			lane.Items = append(lane.Items, line)
			if line.Draft {
				lane.Drafts++
			} else {
				lane.Count++
			}
		}
		if len(lane.Items) > 0 {
			all = append(all, lane)
		}
	}
	return all
}

// evidenceIn is what an item rests on, or nil if that is not known.
func evidenceIn(sp *store.MapStep, item schema.ID) *schema.Evidence {
	if sp.Evidence == nil {
		return nil
	}
	e, ok := sp.Evidence[item]
	if !ok {
		e.Strength = schema.NoEvidence
	}
	return &e
}

// mapStep gathers one step as a map has it, without the rest of the map.
func mapStep(tx *store.Tx, s *schema.Step) (sp *store.MapStep, err error) {
	sp = &store.MapStep{Step: s, Evidence: map[schema.ID]schema.Evidence{}}
	if sp.Items, err = itemsOn(tx, s.ID); err != nil {
		return nil, err
	}
	if sp.Signals, err = tx.SignalPlacementsOn(s.ID); err != nil {
		return nil, err
	}
	if sp.Nestings, err = tx.NestingsOn(s.ID); err != nil {
		return nil, err
	}
	for _, i := range sp.Items {
		if sp.Evidence[i.ID], err = tx.EvidenceOf(i.ID); err != nil {
			return nil, err
		}
	}
	return sp, nil
}

// head is the heading of a step.
func (s *StepLine) head() string {
	title := with(s.Name, s.ID)
	if s.Coverage != "" {
		title += " — " + string(s.Coverage)
	}
	return title
}

// facts are what a step says beside its name and its items.
func (s *StepLine) facts() string {
	emotion, signals, personas := "", "", ""
	if s.Emotion > 0 {
		emotion = fmt.Sprintf("emotion %d of 5", s.Emotion)
	}
	if text := s.Signals.String(); text != "" {
		signals = "signals: " + text
	}
	if len(s.Personas) > 0 {
		personas = "personas: " + listed(s.Personas)
	}
	return dot(emotion, signals, personas)
}

// holds counts the items of a step.
func (s *StepLine) holds() string {
	var c Counts
	c.ByType = map[schema.ItemType]int{}
	for _, l := range s.Lanes {
		c.ByType[l.Type] = l.Count
		c.Drafts += l.Drafts
	}
	return c.String()
}

// count says how many items the lane has.
func (l *Lane) count() string {
	return comma(thousands(l.Count), count(l.Drafts, "draft", "drafts"))
}
