package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A Signal is one piece of raw evidence, kept as it was said. Nothing edits it
// once it is stored. Its state is not a field: it follows from its placements.
type Signal struct {
	Head
	Text       string     `json:"text"` // verbatim
	Source     SourceKind `json:"source"`
	SourceName string     `json:"source_name,omitempty"` // the desk, survey or board it came from
	Author     string     `json:"author,omitempty"`      // a stable handle of who said it, so that people can be counted
	SaidAt     time.Time  `json:"said_at,omitzero"`
	URL        string     `json:"url,omitempty"`
	ExternalID string     `json:"external_id,omitempty"` // unique in its source: the same one twice is one signal
	Thread     string     `json:"thread,omitempty"`      // the conversation it is part of
	Language   string     `json:"language,omitempty"`
	Sentiment  *float64   `json:"sentiment,omitempty"` // −1 to 1, if the source gives one
	Persona    ID         `json:"persona,omitempty"`
}

// A SourceKind is the sort of place a signal comes from.
type SourceKind string

// Values lists the kinds of source.
func (SourceKind) Values() []SourceKind {
	return []SourceKind{"support", "analytics", "billing", "research", "chat", "delivery", "sales", "manual"}
}

// A SignalState is where a signal stands, which follows from its placements.
type SignalState string

// The states of a signal.
const (
	Inbox     SignalState = "inbox"     // it waits: no placement
	Proposed  SignalState = "proposed"  // a step is proposed, not sure enough to place
	Placed    SignalState = "placed"    // it stands on a step or more
	Dismissed SignalState = "dismissed" // it speaks about no step here
)

// Values lists the states.
func (SignalState) Values() []SignalState { return []SignalState{Inbox, Proposed, Placed, Dismissed} }

// Kind is KindSignal.
func (*Signal) Kind() Kind { return KindSignal }

// Parent is nothing: a signal belongs to the workspace as a whole.
func (*Signal) Parent() Ref { return Ref{} }

// Validate checks every field.
func (s *Signal) Validate() error {
	var c check
	if strings.TrimSpace(s.Text) == "" {
		c.add("text", "text is required: what was said, word for word")
	}
	c.text("text", s.Text, MaxSignal)
	if s.Source == "" {
		c.add("source", "source is required").Valid = texts(s.Source.Values())
	}
	oneOf(&c, "source", s.Source)
	c.optLine("source_name", s.SourceName)
	c.optLine("author", s.Author)
	c.optLink("url", s.URL)
	c.optLine("external_id", s.ExternalID)
	c.optLine("thread", s.Thread)
	c.optLine("language", s.Language)
	if v := s.Sentiment; v != nil && !(*v >= -1 && *v <= 1) {
		c.add("sentiment", "sentiment is %v; it must be a number from -1 to 1", *v)
	}
	c.optRef("persona", s.Persona, KindPersona)
	return c.result()
}

// A Citation joins an item to a signal by a quote. The store refuses one whose
// quote is not exactly the bytes of the signal's text from Start to End.
type Citation struct {
	Head
	Item   ID     `json:"item"`
	Signal ID     `json:"signal"`
	Start  int    `json:"start"` // byte offset into the signal's text
	End    int    `json:"end"`   // the byte after the last
	Quote  string `json:"quote"`
	Stance Stance `json:"stance"`
}

// A Stance is what a quote does for an item.
type Stance string

// The stances.
const (
	Supports    Stance = "supports"
	Contradicts Stance = "contradicts"
)

// Values lists the stances.
func (Stance) Values() []Stance { return []Stance{Supports, Contradicts} }

// Kind is KindCitation.
func (*Citation) Kind() Kind { return KindCitation }

// Parent is the item.
func (c *Citation) Parent() Ref { return Ref{KindItem, c.Item} }

// Validate checks the ids, the range and the stance.
func (c *Citation) Validate() error {
	var k check
	k.ref("item", c.Item, KindItem)
	k.ref("signal", c.Signal, KindSignal)
	if c.Quote == "" || c.Start < 0 || c.End-c.Start != len(c.Quote) || !utf8.ValidString(c.Quote) {
		k.add("quote", "quote must be the bytes from start to end of the signal's text")
	}
	if c.Stance == "" {
		k.add("stance", "stance is required").Valid = texts(c.Stance.Values())
	}
	oneOf(&k, "stance", c.Stance)
	return k.result()
}

// Identity is a digest that is equal for the same signal: one with the same
// external id from the same source, or, if it has none, the same words of the
// same author there.
func (s *Signal) Identity() string {
	what := []string{"text", s.Author, s.Thread, s.Text}
	if s.ExternalID != "" {
		what = []string{"id", s.ExternalID}
	}
	h := sha256.New()
	for _, v := range append([]string{string(s.Source), s.SourceName}, what...) {
		fmt.Fprintf(h, "%d:%s", len(v), v)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
