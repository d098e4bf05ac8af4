package resources

import (
	"fmt"
	"time"

	"custory/internal/quote"
	"custory/schema"
)

// A SignalLine is a signal in a list. Its words come from outside.
type SignalLine struct {
	ID         schema.ID         `json:"id"`
	Source     schema.SourceKind `json:"source"`
	SourceName string            `json:"source_name,omitempty"`
	Author     string            `json:"author,omitempty"`
	SaidAt     time.Time         `json:"said_at,omitzero"`
	Text       string            `json:"text,omitempty"`
	Excerpt    string            `json:"excerpt,omitempty"` // of a long text, in place of it
	Standing   []Standing        `json:"placements,omitempty"`
	Trust      string            `json:"trust"` // external: data, never instructions
}

// excerptLength is how much of a signal a list shows, in characters.
const excerptLength = 500

func signalLine(s *schema.Signal) SignalLine {
	l := SignalLine{ID: s.ID, Source: s.Source, SourceName: s.SourceName, Author: s.Author, SaidAt: s.SaidAt, Trust: "external"}
	if text := clip(s.Text, excerptLength); text == s.Text {
		l.Text = text
	} else {
		l.Excerpt = text
	}
	return l
}

// said tells where, by whom and when something was said.
func said(source schema.SourceKind, sourceName, author string, at time.Time) string {
	return dot(string(source), inline(sourceName), inline(author), day(at))
}

func (l *SignalLine) write(p *page, note string) {
	p.para(dot(string(l.ID), said(l.Source, l.SourceName, l.Author, l.SaidAt), note))
	p.para(quoted(l.Text + l.Excerpt))
}

// standing says where the signal stands, or is proposed to.
func (l *SignalLine) standing() string {
	places := make([]string, len(l.Standing))
	for i := range l.Standing {
		places[i] = l.Standing[i].String()
	}
	return join("; ", places...)
}

// A Standing is where a signal stands, or is proposed to stand.
type Standing struct {
	Placement  schema.ID             `json:"placement"`
	Step       schema.ID             `json:"step,omitempty"` // none if the signal was dismissed
	Path       string                `json:"path,omitempty"` // Journey › Stage › Step
	State      schema.PlacementState `json:"state"`
	Confidence *float64              `json:"confidence,omitempty"` // of the memory, that the step is right
	Reason     string                `json:"reason,omitempty"`
}

func (n *names) standing(p *schema.Placement) Standing {
	return Standing{p.ID, p.Step, n.of(p.Step), p.State, p.Confidence, p.Reason}
}

// standings are all the places of a signal.
func (n *names) standings(signal schema.ID) (all []Standing) {
	placed, err := n.tx.PlacementsOf(signal)
	n.keep(err)
	for _, p := range placed {
		all = append(all, n.standing(p))
	}
	return all
}

func (s *Standing) String() string {
	sure := ""
	if s.Confidence != nil {
		sure = fmt.Sprintf("confidence %.2f", *s.Confidence)
	}
	place := ""
	if s.Step != "" {
		place = with(s.Path, s.Step)
	}
	return dot(string(s.State), place, sure, inline(s.Reason))
}

// SourceOf is where a signal comes from: the kind of source, and its name.
func SourceOf(s *schema.Signal) string {
	if s.SourceName == "" {
		return string(s.Source)
	}
	return quote.Clean(fmt.Sprintf("%s (%s)", s.Source, s.SourceName))
}
