package transfer

import (
	"encoding/json"
	"time"

	"custory/schema"
)

// formatVersion is the version of the exports that this program writes, and
// the newest it reads.
const formatVersion = 1

// A Count is how much of a workspace went out or in.
type Count struct {
	Workspace *schema.Workspace   `json:"workspace"`
	Records   map[schema.Kind]int `json:"records"` // beside the workspace itself
	Calls     int                 `json:"calls"`
	Changes   int                 `json:"changes"`
	Left      []string            `json:"left_out,omitempty"` // what stayed behind
}

// An export is one JSON object: the header's members, then the lists records,
// calls and changes in this order, each entry on a line of its own.
type header struct {
	Format    int             `json:"custory_export"`
	Schema    int             `json:"schema"` // the version of the tables
	Workspace json.RawMessage `json:"workspace"`
}

// A recordLine is one record as it is now.
type recordLine struct {
	Kind schema.Kind     `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// A callLine is one call of the log.
type callLine struct {
	ID      schema.ID `json:"id"`
	Tool    string    `json:"tool"`
	Actor   schema.ID `json:"actor,omitempty"`
	Client  string    `json:"client,omitempty"`
	Key     schema.ID `json:"key,omitempty"`
	Cause   int64     `json:"cause,omitempty"`
	Undoes  schema.ID `json:"undoes,omitempty"`
	Summary string    `json:"summary,omitempty"`
	At      time.Time `json:"at"`
	Seq     int64     `json:"seq"`
}

// A changeLine is one change of the log. An id tells the kind of its record.
type changeLine struct {
	Seq     int64           `json:"seq"`
	Call    schema.ID       `json:"call"`
	ID      schema.ID       `json:"id"`
	Version int             `json:"version"`
	Body    json.RawMessage `json:"body,omitempty"` // none: the record was removed
	Touches []schema.ID     `json:"touches,omitempty"`
}

func lineOfCall(c schema.LoggedCall) callLine {
	return callLine{ID: c.ID, Tool: c.Tool, Actor: c.Actor, Client: c.Client, Key: c.Key, Cause: c.Cause, Undoes: c.Undoes, Summary: c.Summary, At: c.At, Seq: c.Seq}
}

func (l callLine) call() schema.LoggedCall {
	return schema.LoggedCall{ID: l.ID, Tool: l.Tool, Actor: l.Actor, Client: l.Client, Key: l.Key, Cause: l.Cause, Undoes: l.Undoes, Summary: l.Summary, At: l.At, Seq: l.Seq}
}

func lineOfChange(c schema.Change) changeLine {
	l := changeLine{Seq: c.Seq, Call: c.Call, ID: c.Ref.ID, Version: c.Version, Body: c.After}
	for _, ref := range c.Touches {
		l.Touches = append(l.Touches, ref.ID)
	}
	return l
}

func (l changeLine) change() schema.Change {
	c := schema.Change{Seq: l.Seq, Call: l.Call, Ref: refTo(l.ID), Version: l.Version, After: l.Body}
	for _, id := range l.Touches {
		c.Touches = append(c.Touches, refTo(id))
	}
	return c
}

func refTo(id schema.ID) schema.Ref { return schema.Ref{Kind: id.Kind(), ID: id} }
