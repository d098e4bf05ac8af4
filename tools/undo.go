package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

type undoIn struct {
	Call string `json:"call,omitempty" jsonschema:"else your last that stands"`
}

type undoOut struct {
	Receipt
	Undid    callLine `json:"undid"`
	TookBack []string `json:"took_back"`
	LeftOut  int      `json:"left_out,omitempty"` // not shown
}

func undo(ctx context.Context, tx *store.Tx, in undoIn) (out undoOut, err error) {
	c, err := callToUndo(tx, in.Call)
	if err != nil {
		return out, err
	}
	changes, err := tx.ChangesOf(c.ID)
	if err != nil {
		return out, err
	}
	if err := mayUndo(tx.Call.Actor, c, changes); err != nil {
		return out, err
	}
	if err := tx.Undo(c.ID); err != nil {
		return out, changedSince(tx, changes, err)
	}
	if out.Undid, err = callLineOf(tx, c); err != nil {
		return out, err
	}
	if out.TookBack, out.LeftOut, err = tookBack(tx); err != nil {
		return out, err
	}
	tx.Summarize("took back " + c.Tool)
	return out, nil
}

// callToUndo is the call that is named, or the last that this member made
// through this client, with this key if there is one, stands, and is no undo
// itself: several assistants may act for one member.
func callToUndo(tx *store.Tx, call string) (schema.LoggedCall, error) {
	if call != "" {
		c, err := tx.LoggedCall(schema.ID(call))
		return c, inField(err, "call")
	}
	f := store.CallFilter{Actor: tx.Call.Actor.ID, Limit: 50}
	for {
		calls, _, err := tx.Calls(f)
		if err != nil {
			return schema.LoggedCall{}, err
		}
		for _, c := range calls {
			if c.Undone == "" && c.Undoes == "" && c.Client == tx.Call.Actor.Client && c.Key == tx.Call.Actor.Key {
				return c, nil
			}
			f.Before = c.Seq
		}
		if len(calls) < f.Limit {
			return schema.LoggedCall{}, &schema.Error{Code: schema.NotFound, Field: "call", Message: "there is no call of yours to take back", Hint: "get_changes lists the calls of others"}
		}
	}
}

// mayUndo keeps the workspace itself, and who works in it, to its owners, keys
// to who made them too, and those who may only propose to what they proposed.
func mayUndo(a schema.Actor, call schema.LoggedCall, changes []schema.Change) error {
	if a.Proposes && (a.Key == "" || call.Key != a.Key) {
		return inField(proposesOnly("that call was not made with this key; those who may only propose take back what they proposed"), "call")
	}
	for _, c := range changes {
		switch c.Ref.Kind {
		case schema.KindWorkspace, schema.KindMember, schema.KindInvitation, schema.KindJoinRequest:
			if c.Ref.Kind == schema.KindWorkspace && c.Before == nil {
				return schema.Errorf(schema.Forbidden, "that call made the workspace; it cannot be taken back")
			}
		case schema.KindKey:
			if bodyOf(newest(c))["member"] == string(a.ID) {
				continue
			}
		default:
			continue
		}
		if !a.Role.Includes(schema.Owner) {
			return &schema.Error{Code: schema.Forbidden, Field: "call", Message: fmt.Sprintf("that call changed the %s; only an owner takes it back", kindWords(c.Ref.Kind)), Hint: "ask an owner of the workspace"}
		}
	}
	return nil
}

// kindWords is a kind as people call it.
func kindWords(k schema.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }

// changedSince names, when an undo was refused, the records that have changed
// since and the calls to take back first.
func changedSince(tx *store.Tx, changes []schema.Change, refusal error) error {
	if !errors.Is(refusal, schema.Conflict) {
		return refusal
	}
	s, f := newStoryteller(tx, changes), &schema.Error{Code: schema.Conflict, Field: "call", Err: refusal}
	var records, calls []string
	for _, c := range lastOfEach(changes) {
		later, err := laterCalls(tx, c)
		if err != nil {
			return err
		}
		if len(later) > 0 && len(records) < 5 {
			records = append(records, s.what(c))
		}
		for _, l := range later {
			calls = appendNew(calls, fmt.Sprintf("%s (%s)", l.ID, l.Tool))
		}
	}
	if len(calls) == 0 {
		return refusal
	}
	f.Message = fmt.Sprintf("%s changed since", strings.Join(records, ", "))
	f.Valid, f.Hint = calls[:min(len(calls), 10)], "undo these first, in this order"
	return f
}

// lastOfEach keeps the last change of each record.
func lastOfEach(changes []schema.Change) (last []schema.Change) {
	at := map[schema.ID]int{}
	for _, c := range changes {
		if i, ok := at[c.Ref.ID]; ok {
			last[i] = c
			continue
		}
		at[c.Ref.ID] = len(last)
		last = append(last, c)
	}
	return last
}

// laterCalls are the calls that stand and have changed the record since,
// newest first.
func laterCalls(tx *store.Tx, c schema.Change) (calls []schema.LoggedCall, err error) {
	changes, err := tx.History(c.Ref.ID, 0, 50)
	if err != nil {
		return nil, err
	}
	for _, h := range changes {
		if h.Ref.ID != c.Ref.ID || h.Seq <= c.Seq || h.Call == tx.Call.ID { // this call is refused, and will not have been
			continue
		}
		call, err := tx.LoggedCall(h.Call)
		if err != nil {
			return nil, err
		}
		if call.Undone == "" && call.Undoes == "" {
			calls = append(calls, call)
		}
	}
	return calls, nil
}

// tookBack puts into words what this call has given back or taken away.
func tookBack(tx *store.Tx) (words []string, leftOut int, err error) {
	const most = 50
	words = []string{}
	changes, err := tx.ChangesOf(tx.Call.ID)
	if err != nil {
		return nil, 0, err
	}
	s, order := newStoryteller(tx, changes), schema.Kinds()
	slices.SortStableFunc(changes, func(a, b schema.Change) int { // what things are before what joins them
		return slices.Index(order, a.Ref.Kind) - slices.Index(order, b.Ref.Kind)
	})
	for _, c := range changes {
		if c.Ref.Kind == schema.KindBookmark {
			continue
		}
		if len(words) == most {
			leftOut++
			continue
		}
		w := didOf(c, "put back ", "removed ", "changed back ") + s.what(c)
		if c.Before != nil && c.After != nil {
			var fields []string
			for _, f := range fieldChanges(c.Before, c.After) {
				fields = append(fields, f.Field)
			}
			w += ": " + strings.Join(fields, ", ")
		}
		words = append(words, w)
	}
	return words, leftOut, nil
}
