package schema

import (
	"slices"
	"strings"
)

// A Note is one thing the assistants were told to remember, as they were told
// it. A note on a journey is recalled before those of the workspace.
type Note struct {
	Head
	Text       string    `json:"text"`
	Journey    ID        `json:"journey,omitempty"`
	SourceType string    `json:"source_type,omitempty"` // chat, document, decision, …: in the words of whoever files it
	SourceID   string    `json:"source_id,omitempty"`
	State      NoteState `json:"state"`
}

// A NoteState is how far a note has come on its way into memory.
type NoteState string

// The states of a note. What is written here directly is Ready at once.
const (
	NoteQueued  NoteState = "Queued"
	NoteSyncing NoteState = "Syncing"
	NoteReady   NoteState = "Ready"
	NoteFailed  NoteState = "Failed"
	NoteDeleted NoteState = "Deleted"
)

// Values lists the states.
func (NoteState) Values() []NoteState {
	return []NoteState{NoteQueued, NoteSyncing, NoteReady, NoteFailed, NoteDeleted}
}

// Kind is KindNote.
func (*Note) Kind() Kind { return KindNote }

// Parent is the journey, if it is about one.
func (n *Note) Parent() Ref {
	if n.Journey == "" {
		return Ref{}
	}
	return Ref{KindJourney, n.Journey}
}

// Validate checks every field.
func (n *Note) Validate() error {
	var c check
	if strings.TrimSpace(n.Text) == "" {
		c.add("text", "text is required: what to remember")
	}
	c.text("text", n.Text, MaxText)
	c.optRef("journey", n.Journey, KindJourney)
	c.optLine("source_type", n.SourceType)
	c.optLine("source_id", n.SourceID)
	if n.State == "" {
		c.add("state", "state is required").Valid = texts(n.State.Values())
	}
	oneOf(&c, "state", n.State)
	return c.result()
}

// A Comment is what somebody said about a record: an item, a step, a journey
// or a persona.
type Comment struct {
	Head
	On       Ref    `json:"on"`
	Text     string `json:"text"`
	Author   ID     `json:"author"` // a member
	Mentions []ID   `json:"mentions,omitempty"`
	ReplyTo  ID     `json:"reply_to,omitempty"` // the comment it answers
}

// Kind is KindComment.
func (*Comment) Kind() Kind { return KindComment }

// Parent is the record it is about.
func (c *Comment) Parent() Ref { return c.On }

// CommentKinds are the kinds of record that can be commented on.
func CommentKinds() []Kind { return []Kind{KindItem, KindStep, KindStage, KindJourney, KindPersona} }

// Validate checks every field.
func (c *Comment) Validate() error {
	var k check
	if c.On.ID.Kind() != c.On.Kind || !slices.Contains(CommentKinds(), c.On.Kind) {
		k.add("on", "on must be the id of a record that can be commented on").Valid = texts(CommentKinds())
	}
	if strings.TrimSpace(c.Text) == "" {
		k.add("text", "text is required")
	}
	k.text("text", c.Text, MaxText)
	k.ref("author", c.Author, KindMember)
	k.refs("mentions", c.Mentions, KindMember)
	k.optRef("reply_to", c.ReplyTo, KindComment)
	return k.result()
}
