package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"custory/schema"
)

// prepare fills in what the store decides: the workspace's own id, and slugs.
func (tx *Tx) prepare(r schema.Record) error {
	if s, ok := r.(schema.Sluggable); ok {
		return tx.nameSlug(s)
	}
	return nil
}

// check keeps the rules about records together.
func (tx *Tx) check(before, r schema.Record) error {
	switch r := r.(type) {
	case *schema.Signal:
		if before != nil {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot be edited: a signal is kept as it was said", r.ID), Hint: "place it, cite it or comment on what cites it instead"}
		}
	case *schema.Citation:
		return tx.checkCitation(r)
	case *schema.Link:
		return tx.checkLink(r)
	case *schema.Nesting:
		return tx.checkNesting(r)
	case *schema.Reading:
		return tx.checkMetric(r)
	case *schema.Journey:
		return tx.exist("personas", r.Personas)
	case *schema.Step:
		return tx.exist("personas", r.Personas)
	case *schema.Item:
		return errors.Join(tx.exist("actor", r.Actor), tx.exist("affected_segment", r.AffectedSegment))
	case *schema.Comment:
		return errors.Join(tx.exist("on", []schema.ID{r.On.ID}), tx.exist("mentions", r.Mentions), tx.exist("reply_to", []schema.ID{r.ReplyTo}))
	}
	return nil
}

func (tx *Tx) checkCitation(c *schema.Citation) error {
	sig, err := tx.Signals.Get(c.Signal)
	if err != nil {
		return err
	}
	if c.End > len(sig.Text) || sig.Text[c.Start:c.End] != c.Quote {
		return &schema.Error{Code: schema.Invalid, Field: "quote", Message: fmt.Sprintf("the quote is not what %s says from byte %d to %d", sig.ID, c.Start, c.End), Hint: "quote the signal word for word"}
	}
	return nil
}

func (tx *Tx) checkLink(l *schema.Link) error {
	from, err := tx.Items.Get(l.From)
	if err != nil {
		return err
	}
	to, err := tx.Items.Get(l.To)
	if err != nil {
		return err
	}
	if slices.Contains(schema.Pairs(), schema.Pair{From: from.Type, To: to.Type}) {
		return nil
	}
	e := schema.Errorf(schema.Invalid, "a %s cannot be linked to a %s", from.Type, to.Type)
	e.Field = "to"
	for _, p := range schema.Pairs() {
		e.Valid = append(e.Valid, string(p.From)+" -> "+string(p.To))
	}
	return e
}

// checkNesting refuses to hang a journey below itself, however far.
func (tx *Tx) checkNesting(n *schema.Nesting) error {
	above, err := tx.chain(schema.Ref{Kind: schema.KindStep, ID: n.Step})
	if err != nil {
		return err
	}
	for i := 0; i < len(above); i++ {
		if above[i].Kind != schema.KindJourney {
			continue
		}
		if above[i].ID == n.Journey {
			return &schema.Error{Code: schema.Conflict, Field: "journey", Message: fmt.Sprintf("%s would stand below itself", n.Journey), Hint: "nest a journey that does not lead back to this step"}
		}
		steps, err := tx.refs(schema.KindStep, `SELECT step FROM nesting WHERE workspace = ? AND journey = ?`, above[i].ID)
		if err != nil {
			return err
		}
		more, err := tx.chain(steps...)
		if err != nil {
			return err
		}
		for _, ref := range more {
			if !slices.Contains(above, ref) {
				above = append(above, ref)
			}
		}
	}
	return nil
}

func (tx *Tx) checkMetric(r *schema.Reading) error {
	item, err := tx.Items.Get(r.Item)
	if err != nil {
		return err
	}
	if item.Type != schema.Metric {
		return schema.Errorf(schema.Invalid, "%s is a %s; only a Metric has readings", item.ID, item.Type)
	}
	return nil
}

// exist demands that each id names a record of this workspace.
func (tx *Tx) exist(field string, ids []schema.ID) error {
	for _, id := range ids {
		t := tx.tables[id.Kind()]
		if id == "" || t == nil {
			continue
		}
		if _, err := t.get(id); err != nil {
			var e *schema.Error
			if errors.As(err, &e) {
				e.Field = field
			}
			return err
		}
	}
	return nil
}

// explain tells which reference of r leads nowhere, when the engine has only
// said that one does.
func (tx *Tx) explain(r schema.Record, err error) error {
	err = fault(err)
	if !errors.Is(err, schema.NotFound) {
		return err
	}
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		id, ok := v.Field(i).Interface().(schema.ID)
		if !ok {
			continue
		}
		name := v.Type().Field(i).Tag.Get("json")
		if e := tx.exist(name, []schema.ID{id}); e != nil {
			return e
		}
	}
	return err
}

// newRecordID returns an id that is free in the workspace.
func (tx *Tx) newRecordID(k schema.Kind) schema.ID {
	if k == schema.KindWorkspace {
		return tx.workspace()
	}
	return tx.st.newID(k)
}
