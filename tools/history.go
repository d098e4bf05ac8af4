package tools

import (
	"context"
	"math"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

// history are the tools of the log.
func history() []Tool {
	return []Tool{
		{
			Name:  "get_changes",
			Title: "See what changed",
			Doc:   "Tells who changed what and when, newest first: of the workspace or one record; field by field for a call or in full detail.",
			Role:  schema.Viewer,
			Run:   read(getChanges),
		},
		{
			Name:  "undo",
			Title: "Undo a call",
			Doc:   "Takes back a whole call, or your last one that stands. Undoing an undo does the call again. It refuses if something was changed since, and names what to undo first.",
			Role:  schema.Editor,
			Run:   write(undo),

			Proposes: true, // they take back what their key proposed
		},
	}
}

type getChangesIn struct {
	Of     string `json:"of,omitempty" jsonschema:"a record: id, slug or name"`
	Call   string `json:"call,omitempty" jsonschema:"one call, field by field"`
	Since  When   `json:"since,omitzero"`
	Until  When   `json:"until,omitzero"`
	Actor  string `json:"actor,omitempty" jsonschema:"member, or me"`
	Tool   string `json:"tool,omitempty"`
	Detail string `json:"detail,omitempty" jsonschema:"concise or full"`
	Limit  int    `json:"limit,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

type getChangesOut struct {
	Calls      []callLine `json:"calls"`
	Total      int        `json:"total"` // calls; with call, its changes
	NextCursor string     `json:"next_cursor,omitempty"`
}

// A callLine is one use of a tool that changed something.
type callLine struct {
	*resources.Entry
	Records []changeLine `json:"records,omitempty"`
	LeftOut int          `json:"left_out,omitempty"` // records not shown
}

// A changeLine is what a call did to one record.
type changeLine struct {
	Did    string        `json:"did"`
	Kind   schema.Kind   `json:"kind"`
	ID     schema.ID     `json:"id"`
	Name   string        `json:"name,omitempty"`
	Fields []fieldChange `json:"fields,omitempty"`
	Trust  string        `json:"trust,omitempty"` // external: fields hold what somebody said
}

func getChanges(ctx context.Context, tx *store.Tx, in getChangesIn) (out getChangesOut, err error) {
	if err := among("detail", in.Detail, "", "concise", "full"); err != nil {
		return out, err
	}
	if in.Call != "" {
		return oneCall(tx, in)
	}
	f, err := callFilter(tx, in)
	if err != nil {
		return out, err
	}
	calls, total, err := tx.Calls(f)
	if err != nil {
		return out, err
	}
	out = getChangesOut{Total: total, Calls: []callLine{}}
	if total == 0 && f.Touching != "" { // gone records have a history; those that never were have none
		if _, err := tx.Get(f.Touching); err != nil {
			return out, inField(err, "of")
		}
	}
	more := len(calls) == f.Limit
	for _, c := range calls[:min(len(calls), f.Limit-1)] {
		line, err := callLineOf(tx, c)
		if err == nil && in.Detail == "full" {
			err = line.tell(tx, f.Touching)
		}
		if err != nil {
			return out, err
		}
		out.Calls = append(out.Calls, line)
		if more {
			out.NextCursor = nextCursor(int(c.Seq), 0, math.MaxInt) // it leads on from a place in the log
		}
	}
	return out, nil
}

// callFilter turns the arguments into a filter that asks for one call more
// than is shown.
func callFilter(tx *store.Tx, in getChangesIn) (f store.CallFilter, err error) {
	usual, most := 20, 100
	if in.Detail == "full" {
		usual, most = 5, 20
	}
	before, n, err := page(in.Cursor, in.Limit, usual, most)
	if err != nil {
		return f, err
	}
	f = store.CallFilter{Tool: in.Tool, Since: in.Since.Time, Until: in.Until.Time, Before: int64(before), Limit: n + 1}
	if f.Actor, err = resolveMember(tx, "actor", in.Actor); err != nil {
		return f, err
	}
	if id := schema.ID(in.Of); id.Kind() != "" {
		f.Touching = id
	} else if in.Of != "" {
		f.Touching, err = resolveAny(tx, in.Of)
	}
	return f, inField(err, "of")
}

// oneCall tells all that one call did, a page of records at a time.
func oneCall(tx *store.Tx, in getChangesIn) (out getChangesOut, err error) {
	if given(in.Of != "", in.Actor != "", in.Tool != "", !in.Since.IsZero(), !in.Until.IsZero()) > 0 {
		return out, &schema.Error{Code: schema.Invalid, Field: "call", Message: "call names one call; of, actor, tool, since and until choose among calls"}
	}
	offset, n, err := page(in.Cursor, in.Limit, 50, 100)
	if err != nil {
		return out, err
	}
	c, err := tx.LoggedCall(schema.ID(in.Call))
	if err != nil {
		return out, inField(err, "call")
	}
	changes, err := tx.ChangesOf(c.ID)
	if err != nil {
		return out, err
	}
	line, err := callLineOf(tx, c)
	if err != nil {
		return out, err
	}
	s := newStoryteller(tx, changes)
	for _, c := range changes[min(offset, len(changes)):min(offset+n, len(changes))] {
		line.Records = append(line.Records, s.line(c))
	}
	return getChangesOut{Calls: []callLine{line}, Total: len(changes), NextCursor: nextCursor(offset, n, len(changes))}, nil
}

func callLineOf(tx *store.Tx, c schema.LoggedCall) (callLine, error) {
	e, err := resources.Tell(tx, c, nil)
	return callLine{Entry: e}, err
}

// tell adds what the call did, to the record that is asked about or to all.
func (l *callLine) tell(tx *store.Tx, of schema.ID) error {
	const most = 20
	changes, err := tx.ChangesOf(l.Call)
	if err != nil {
		return err
	}
	s := newStoryteller(tx, changes)
	for _, c := range changes {
		if of != "" && !touches(c, of) {
			continue
		}
		if len(l.Records) == most {
			l.LeftOut++
			continue
		}
		l.Records = append(l.Records, s.line(c))
	}
	return nil
}

func touches(c schema.Change, id schema.ID) bool {
	for _, t := range c.Touches {
		if t.ID == id {
			return true
		}
	}
	return false
}

// line tells one change, field by field.
func (s *storyteller) line(c schema.Change) changeLine {
	line := changeLine{Did: didOf(c, "created", "removed", "updated"), Kind: c.Ref.Kind, ID: c.Ref.ID, Name: s.called(c)}
	for _, f := range fieldChanges(c.Before, c.After) {
		line.Fields = append(line.Fields, fieldChange{f.Field, s.told(f.From), s.told(f.To)})
	}
	switch c.Ref.Kind {
	case schema.KindSignal, schema.KindCitation, schema.KindJoinRequest:
		line.Trust = "external"
	}
	return line
}

func didOf(c schema.Change, added, removed, changed string) string {
	switch {
	case c.Before == nil:
		return added
	case c.After == nil:
		return removed
	}
	return changed
}
