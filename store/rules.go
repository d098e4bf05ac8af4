package store

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"custory/schema"
)

// check keeps the rules about records together. before is what r replaces, or
// nil.
func (tx *Tx) check(before, r schema.Record) error {
	if err := tx.proposal(before, r); err != nil {
		return err
	}
	switch r := r.(type) {
	case *schema.Signal:
		if before != nil {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot be edited: a signal is kept as it was said", r.ID), Hint: "place it, cite it or comment on what cites it instead"}
		}
	case *schema.Member:
		return tx.checkMember(r)
	case *schema.Key:
		return checkKey(before, r)
	case *schema.Invitation:
		return tx.checkInvitation(r)
	case *schema.Citation:
		return tx.checkCitation(r)
	case *schema.Link:
		return tx.checkLink(r)
	case *schema.Nesting:
		return tx.checkLoop(schema.Ref{Kind: schema.KindStep, ID: r.Step}, r.ID, r.Journey)
	case *schema.Reading:
		return tx.checkMetric(r)
	case *schema.Journey:
		return tx.exist("personas", r.Personas...)
	case *schema.Stage:
		if before == nil || before.Parent() == r.Parent() {
			return nil
		}
		return tx.checkMove(r, `SELECT n.journey FROM nesting n JOIN step t ON t.workspace = n.workspace AND t.id = n.step WHERE n.workspace = ? AND t.stage = ?`)
	case *schema.Step:
		if before == nil || before.Parent() == r.Parent() {
			return tx.exist("personas", r.Personas...)
		}
		return errors.Join(tx.exist("personas", r.Personas...),
			tx.checkMove(r, `SELECT journey FROM nesting WHERE workspace = ? AND step = ?`))
	case *schema.Item:
		if was, ok := before.(*schema.Item); ok && was.Type != r.Type {
			return &schema.Error{Code: schema.Conflict, Field: "type", Message: fmt.Sprintf("%s is %s and cannot become %s", r.ID, schema.An(was.Type), schema.An(r.Type)), Hint: "make a new item, and remove this one"}
		}
		return errors.Join(tx.exist("actor", r.Actor...), tx.exist("affected_segment", r.AffectedSegment...))
	case *schema.Comment:
		if was, ok := before.(*schema.Comment); ok && (was.On != r.On || was.ReplyTo != r.ReplyTo) {
			return &schema.Error{Code: schema.Conflict, Field: "on", Message: fmt.Sprintf("%s stays where it was made, on %s", r.ID, was.On.ID), Hint: "make a new comment"}
		}
		return errors.Join(tx.exist("on", r.On.ID), tx.exist("mentions", r.Mentions...), tx.checkReply(r))
	}
	return nil
}

func (tx *Tx) checkCitation(c *schema.Citation) error {
	sig, err := tx.Signals.Get(c.Signal)
	if err != nil {
		return at("signal", err)
	}
	if c.End > len(sig.Text) || sig.Text[c.Start:c.End] != c.Quote {
		return &schema.Error{Code: schema.Invalid, Field: "quote", Message: fmt.Sprintf("the quote is not what %s says from byte %d to %d", sig.ID, c.Start, c.End), Hint: "quote the signal word for word"}
	}
	return nil
}

func (tx *Tx) checkLink(l *schema.Link) error {
	from, err := tx.Items.Get(l.From)
	if err != nil {
		return at("from", err)
	}
	to, err := tx.Items.Get(l.To)
	if err != nil {
		return at("to", err)
	}
	if slices.Contains(schema.Pairs(), schema.Pair{From: from.Type, To: to.Type}) {
		return nil
	}
	e := schema.Errorf(schema.Invalid, "%s cannot be linked to %s", schema.An(from.Type), schema.An(to.Type))
	e.Field = "to"
	for _, p := range schema.Pairs() {
		e.Valid = append(e.Valid, string(p.From)+" -> "+string(p.To))
	}
	return e
}

// checkLoop refuses to hang journeys below a step, or what stands in for it,
// that they lead to themselves, however far. Of the nestings there are, the one
// with the given id does not count.
func (tx *Tx) checkLoop(from schema.Ref, but schema.ID, journeys ...schema.ID) error {
	above, err := tx.chain(from)
	if err != nil {
		return err
	}
	for i := 0; i < len(above); i++ {
		if above[i].Kind != schema.KindJourney {
			continue
		}
		if slices.Contains(journeys, above[i].ID) {
			return &schema.Error{Code: schema.Conflict, Field: "journey", Message: fmt.Sprintf("%s would stand below itself", above[i].ID), Hint: "nest a journey that does not lead back to this step"}
		}
		steps, err := tx.ids(`SELECT step FROM nesting WHERE workspace = ? AND journey = ? AND id <> ?`, tx.workspace(), above[i].ID, but)
		if err != nil {
			return err
		}
		for _, step := range steps {
			more, err := tx.chain(schema.Ref{Kind: schema.KindStep, ID: step})
			if err != nil {
				return err
			}
			for _, ref := range more {
				if !slices.Contains(above, ref) {
					above = append(above, ref)
				}
			}
		}
	}
	return nil
}

// checkMove refuses to move a stage or step below a journey that the query
// finds nested in it.
func (tx *Tx) checkMove(r schema.Record, nested string) error {
	journeys, err := tx.ids(nested, tx.workspace(), r.Self().ID)
	if err != nil || len(journeys) == 0 {
		return err
	}
	return tx.checkLoop(r.Parent(), "", journeys...)
}

// checkReply demands that a reply is about what it replies to is about.
func (tx *Tx) checkReply(c *schema.Comment) error {
	if c.ReplyTo == "" {
		return nil
	}
	to, err := tx.Comments.Get(c.ReplyTo)
	if err != nil {
		return at("reply_to", err)
	}
	if to.On != c.On {
		return &schema.Error{Code: schema.Invalid, Field: "reply_to", Message: fmt.Sprintf("%s is a comment on %s, not on %s", to.ID, to.On.ID, c.On.ID)}
	}
	return nil
}

func (tx *Tx) checkMetric(r *schema.Reading) error {
	item, err := tx.Items.Get(r.Item)
	if err != nil {
		return at("item", err)
	}
	if item.Type != schema.Metric {
		return &schema.Error{Code: schema.Invalid, Field: "item", Message: fmt.Sprintf("%s is %s; only a Metric has readings", item.ID, schema.An(item.Type))}
	}
	return nil
}

// exist demands that each id names a record of this workspace.
func (tx *Tx) exist(field string, ids ...schema.ID) error {
	for _, id := range ids {
		t := tx.tables[id.Kind()]
		if id == "" || t == nil {
			continue
		}
		if _, err := t.get(id); err != nil {
			return at(field, err)
		}
	}
	return nil
}

// at says which field a fault is about.
func at(field string, err error) error {
	for _, f := range schema.FaultsOf(err) {
		f.Field = field
	}
	return err
}

// references are the ids that r holds in fields of their own, by field.
func references(r schema.Record) (fields []string, ids []schema.ID) {
	v := reflect.ValueOf(r).Elem()
	for i := range v.NumField() {
		if id, ok := v.Field(i).Interface().(schema.ID); ok {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			fields, ids = append(fields, name), append(ids, id)
		}
	}
	return fields, ids
}

// explain tells what is in r's way, when the engine has only said that
// something is: which reference leads nowhere, or which record is there
// already.
func (tx *Tx) explain(r schema.Record, err error) error {
	err = fault(err)
	switch {
	case errors.Is(err, schema.NotFound):
		fields, ids := references(r)
		for i, id := range ids {
			if e := tx.exist(fields[i], id); e != nil {
				return e
			}
		}
	case errors.Is(err, schema.Conflict):
		twin, message, e := tx.twin(r)
		if e != nil {
			return e
		}
		if twin != "" {
			return &schema.Error{Code: schema.Conflict, Message: message, Err: err}
		}
	}
	return err
}

// newRecordID returns an id for a new record. There is one workspace in a
// workspace: itself.
func (tx *Tx) newRecordID(k schema.Kind) schema.ID {
	if k == schema.KindWorkspace {
		return tx.workspace()
	}
	return tx.st.newID(k)
}
