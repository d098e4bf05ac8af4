package resources

import (
	"slices"
	"time"

	"custory/schema"
	"custory/store"
)

// A ChangesView is who changed what in a record and all it holds, newest
// first.
type ChangesView struct {
	URI     string  `json:"uri,omitempty"`
	Of      Named   `json:"of"`
	Total   int     `json:"total"`
	Changes []Entry `json:"changes,omitempty"`
	Before  int64   `json:"before,omitempty"` // the place in the log to go on from, if there are more
}

// An Entry is one call, with what it changed.
type Entry struct {
	Call    schema.ID `json:"call"`
	Tool    string    `json:"tool"`
	Actor   *Named    `json:"actor,omitempty"` // none made the workspace itself
	Client  string    `json:"client,omitempty"`
	Key     *Named    `json:"key,omitempty"` // the API key it came with
	At      time.Time `json:"at"`
	Summary string    `json:"summary,omitempty"`
	Count   int       `json:"count"`             // how many records it changed
	Changed []Changed `json:"changed,omitempty"` // the first of them that concern what is pictured
	Undoes  schema.ID `json:"undoes,omitempty"`  // the call it took back
	Undone  schema.ID `json:"undone,omitempty"`  // the call that took it back
}

// How much of the history is shown.
const (
	maxEntries = 25
	maxChanged = 6  // records of one entry
	maxCall    = 40 // changes of a call that is read whole to choose those from
)

// Changes pictures the history of a record: of a journey, that of all that
// belongs to it. before is a place in the log to go on from, 0 for the newest.
func Changes(tx *store.Tx, of schema.ID, before int64) (*ChangesView, error) {
	n := namesIn(tx)
	v := &ChangesView{Of: n.named(of)}
	var err error
	if v.Changes, v.Total, err = n.entries(of, before, maxEntries); err != nil {
		return nil, err
	}
	if len(v.Changes) == maxEntries {
		v.Before = n.first(v.Changes[maxEntries-1].Call)
	}
	return scrubbed(v), n.err
}

// journeyChanges is Changes with the address it has.
func journeyChanges(tx *store.Tx, journey schema.ID) (*ChangesView, error) {
	j, err := tx.Journeys.Get(journey)
	if err != nil {
		return nil, err
	}
	v, err := Changes(tx, journey, 0)
	if err == nil {
		v.URI = journeyURI(j.Slug) + "/changes"
	}
	return v, err
}

// entries are the newest calls that altered the record's picture.
func (n *names) entries(of schema.ID, before int64, limit int) (all []Entry, total int, err error) {
	calls, total, err := n.tx.Calls(store.CallFilter{Touching: of, Before: before, Limit: limit})
	if err != nil {
		return nil, 0, err
	}
	for _, k := range calls {
		own, err := n.ownChanges(of, k)
		if err != nil {
			return nil, 0, err
		}
		all = append(all, n.entry(k, own))
	}
	return all, total, nil
}

// ownChanges are changes of a call that altered the record's picture, in order:
// the first of them, or the last if the call made too many to look through.
func (n *names) ownChanges(of schema.ID, k schema.LoggedCall) (own []schema.Change, err error) {
	var all []schema.Change
	if k.Changes <= maxCall {
		all, err = n.tx.ChangesOf(k.ID)
	} else {
		// A call's changes stand side by side in the log.
		all, err = n.tx.History(of, k.Seq+int64(k.Changes), maxChanged)
		slices.Reverse(all)
	}
	for _, c := range all {
		touches := slices.ContainsFunc(c.Touches, func(r schema.Ref) bool { return r.ID == of })
		if c.Call == k.ID && touches && len(own) < maxChanged {
			own = append(own, c)
		}
	}
	return own, err
}

// newest are the last few entries of a record.
func (n *names) newest(of schema.ID) []Entry {
	all, _, err := n.entries(of, 0, maxHistory)
	n.keep(err)
	return all
}

// first is the place in the log of a call's first change.
func (n *names) first(call schema.ID) int64 {
	k, err := n.tx.LoggedCall(call)
	n.keep(err)
	return k.Seq
}

// Tell puts a call and some of its changes into words.
func Tell(tx *store.Tx, k schema.LoggedCall, changes []schema.Change) (*Entry, error) {
	n := namesIn(tx)
	e := n.entry(k, changes)
	return scrubbed(&e), n.err
}

func (n *names) entry(k schema.LoggedCall, changes []schema.Change) Entry {
	e := Entry{Call: k.ID, Tool: k.Tool, Actor: n.one(k.Actor), Client: k.Client, Key: n.one(k.Key), At: k.At, Summary: k.Summary, Count: k.Changes, Undoes: k.Undoes, Undone: k.Undone}
	for _, c := range changes[:min(len(changes), maxChanged)] {
		e.Changed = append(e.Changed, n.changed(c))
	}
	return e
}

// Markdown tells the history as a document.
func (v *ChangesView) Markdown() string {
	var p page
	p.head(1, "Changes of "+v.Of.String())
	p.para(dot(count(v.Total, "call", "calls")+" in all, newest first", "undo takes one back by its id"))
	for _, e := range v.Changes {
		e.write(&p)
	}
	if v.Before > 0 {
		p.para("… older ones: get_changes goes on before change " + thousands(int(v.Before)))
	}
	return p.text()
}

func (e *Entry) write(p *page) {
	who, note, rest := "", "", ""
	if e.Actor != nil {
		who = inline(e.Actor.Name)
	}
	if e.Key != nil {
		who += ", by the key " + inline(e.Key.Name)
	}
	switch {
	case e.Undone != "":
		note = "undone by " + string(e.Undone)
	case e.Undoes != "":
		note = "undoes " + string(e.Undoes)
	}
	if e.Count > len(e.Changed) {
		rest = count(e.Count, "change in all", "changes in all")
	}
	p.item(0, dot("**"+minute(e.At)+"**", who, labelled("through", inline(e.Client)), "`"+e.Tool+"`", inline(e.Summary), string(e.Call), note, rest))
	for i := range e.Changed {
		p.item(1, e.Changed[i].String())
	}
}
