package schema

import (
	"encoding/json"
	"time"
)

// An Actor is who makes a call: a member, with the role that counts for it.
type Actor struct {
	ID        ID
	Workspace ID
	Role      Role
	Client    string // the program the member spoke through, as it names itself
	Key       ID     // the API key the member came with, or ""
	Proposes  bool   // may only propose: everything it writes is a draft
}

// A Call is one use of a tool. Its changes stand or fall together, and are
// undone together. Its ID is an idempotency key: the same call twice is a
// conflict.
type Call struct {
	ID    ID
	Tool  string
	Actor Actor
	Cause int64 // the change an automation answered, or 0
}

// A LoggedCall is a call as the log holds it.
type LoggedCall struct {
	ID      ID        `json:"call"`
	Tool    string    `json:"tool"`
	Actor   ID        `json:"actor"`
	Client  string    `json:"client,omitempty"`
	Key     ID        `json:"key,omitempty"` // the API key it came with
	Cause   int64     `json:"cause,omitempty"`
	At      time.Time `json:"at"`
	Changes int       `json:"changes"`           // how many records it changed
	Undoes  ID        `json:"undoes,omitempty"`  // the call it took back
	Undone  ID        `json:"undone,omitempty"`  // the call that took it back
	Summary string    `json:"summary,omitempty"` // what it did, in a few words
	Seq     int64     `json:"seq"`               // of its first change
}

// A Change is one new version of one record.
type Change struct {
	Seq     int64           `json:"seq"` // its place in the workspace's log, from 1 without gaps
	Call    ID              `json:"call"`
	Tool    string          `json:"tool"`
	Actor   ID              `json:"actor"`
	Client  string          `json:"client,omitempty"`
	Cause   int64           `json:"cause,omitempty"`
	At      time.Time       `json:"at"`
	Ref     Ref             `json:"ref"`
	Version int             `json:"version"`
	Before  json.RawMessage `json:"before,omitempty"` // nil if the record was created
	After   json.RawMessage `json:"after,omitempty"`  // nil if it was removed
	Touches []Ref           `json:"touches"`          // every record whose picture it alters, itself first
}

// A Bookmark is a named place in the log of a journey: a version one can look
// at and go back to. It holds no data.
type Bookmark struct {
	Head
	Journey ID      `json:"journey"`
	Seq     int64   `json:"seq"`
	Label   string  `json:"label,omitempty"`
	Trigger Trigger `json:"trigger"`
	Stages  int     `json:"stages"` // counts at that moment
	Steps   int     `json:"steps"`
	Items   int     `json:"items"`
}

// A Trigger is why a bookmark was made.
type Trigger string

// The triggers of bookmarks.
const (
	SessionStarted   Trigger = "session start"
	SessionEnded     Trigger = "session end"
	SessionAbandoned Trigger = "abandoned session"
	BeforeRestore    Trigger = "before restore"
	ManualSave       Trigger = "manual save"
)

// Values lists the triggers.
func (Trigger) Values() []Trigger {
	return []Trigger{SessionStarted, SessionEnded, SessionAbandoned, BeforeRestore, ManualSave}
}

// Kind is KindBookmark.
func (*Bookmark) Kind() Kind { return KindBookmark }

// Parent is the journey.
func (b *Bookmark) Parent() Ref { return Ref{KindJourney, b.Journey} }

// Validate checks every field.
func (b *Bookmark) Validate() error {
	var c check
	c.ref("journey", b.Journey, KindJourney)
	if b.Seq < 1 {
		c.add("seq", "seq must be a place in the log, from 1")
	}
	c.optLine("label", b.Label)
	if b.Trigger == "" {
		c.add("trigger", "trigger is required").Valid = texts(b.Trigger.Values())
	}
	oneOf(&c, "trigger", b.Trigger)
	return c.result()
}
