package store

import (
	"errors"
	"fmt"

	"custory/schema"
)

// proposal refuses, to an actor who may only propose, what is more than a
// proposal: neither what a record was, nor what it becomes, may count already.
// Nil is no record. A signal is added, and taken back by undoing that, but not
// changed: others rely on what was said.
func (tx *Tx) proposal(before, after schema.Record) error {
	if !tx.Call.Actor.Proposes {
		return nil
	}
	if was, ok := before.(*schema.Signal); ok && tx.undoes == "" {
		return &schema.Error{Code: schema.Forbidden, Message: fmt.Sprintf("%s is there already, and this key may only propose", was.ID),
			Hint: "add another signal, or have a member with the role Editor change this one"}
	}
	for _, r := range []schema.Record{before, after} {
		if r == nil {
			continue
		}
		ok, err := tx.proposed(r)
		if err != nil {
			return err
		}
		if !ok {
			return &schema.Error{Code: schema.Forbidden, Message: fmt.Sprintf("%s is written that counts at once, and this key may only propose", schema.An(r.Kind())),
				Hint: "make it a draft, or have a member with the role Editor do it"}
		}
	}
	return nil
}

// proposed reports whether a record only proposes: it is a signal, which states
// what was said, stands on a step by proposal, waits for review, or belongs to
// what does.
func (tx *Tx) proposed(r schema.Record) (bool, error) {
	switch r := r.(type) {
	case *schema.Signal:
		return true, nil
	case *schema.Item:
		return r.Review == schema.Pending, nil
	case *schema.Placement:
		if r.Signal != "" {
			return r.State == schema.PlacementProposed, nil
		}
		return tx.anyPending(r.Item)
	case *schema.Link:
		return tx.anyPending(r.From, r.To)
	case *schema.Citation, *schema.Weblink, *schema.Attachment, *schema.Task, *schema.Reading:
		return tx.anyPending(r.Parent().ID)
	}
	return false, nil
}

// anyPending reports whether one of the items waits for review.
func (tx *Tx) anyPending(items ...schema.ID) (bool, error) {
	for _, id := range items {
		i, err := tx.Items.Get(id)
		if err != nil && !errors.Is(err, schema.NotFound) {
			return false, err
		}
		if err == nil && i.Review == schema.Pending {
			return true, nil
		}
	}
	return false, nil
}
