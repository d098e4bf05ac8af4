package resources

import (
	"custory/schema"
	"custory/store"
	"slices"
)

// A WorkspaceView is the workspace at a glance: what there is, who works in
// it and what happened last.
type WorkspaceView struct {
	URI      string                     `json:"uri"`
	ID       schema.ID                  `json:"id"`
	Name     string                     `json:"name"`
	Slug     string                     `json:"slug"`
	Seq      int64                      `json:"seq"` // the place in the log it is the picture of
	Members  []MemberLine               `json:"members,omitempty"`
	Journeys []JourneyCard              `json:"journeys,omitempty"`
	Personas []Named                    `json:"personas,omitempty"`
	Counts   Counts                     `json:"counts,omitzero"` // of all items, placed or not
	Signals  map[schema.SignalState]int `json:"signals,omitempty"`
	Notes    int                        `json:"notes,omitempty"`
	Changes  []Entry                    `json:"changes,omitempty"` // the newest
	LeftOut  []string                   `json:"left_out,omitempty"`
}

// A MemberLine is someone who works in the workspace.
type MemberLine struct {
	ID        schema.ID   `json:"id"`
	Name      string      `json:"name"`
	Role      schema.Role `json:"role"`
	Assistant bool        `json:"assistant,omitempty"`
}

// How many of each the workspace's picture shows.
const (
	maxCards   = 20
	maxMembers = 40
	maxListed  = 100 // journeys in their own list
)

// Workspace pictures the workspace of the transaction.
func Workspace(tx *store.Tx) (*WorkspaceView, error) {
	ws, err := tx.Workspaces.Get(tx.Call.Actor.Workspace)
	if err != nil {
		return nil, err
	}
	n := namesIn(tx)
	v := &WorkspaceView{URI: "custory://workspace", ID: ws.ID, Name: ws.Name, Slug: ws.Slug}
	v.Seq, err = tx.Head()
	n.keep(err)
	n.people(v)
	journeys, err := tx.Journeys.All()
	n.keep(err)
	for _, j := range journeys[:min(len(journeys), maxCards)] {
		v.Journeys = append(v.Journeys, n.card(j.ID))
	}
	v.leave(len(journeys)-len(v.Journeys), "journey", "journeys", "custory://journeys lists them")
	items, err := tx.Items.All()
	n.keep(err)
	for _, i := range items {
		v.Counts.add(i)
	}
	v.Signals, err = tx.SignalCounts()
	n.keep(err)
	notes, err := tx.Notes.All()
	n.keep(err)
	v.Notes = len(notes)
	calls, _, err := tx.Calls(store.CallFilter{Limit: maxHistory})
	n.keep(err)
	for _, k := range calls {
		v.Changes = append(v.Changes, n.entry(k, nil))
	}
	return scrubbed(v), n.err
}

// people are the members and the personas.
func (n *names) people(v *WorkspaceView) {
	members, err := n.tx.Members.All()
	members = slices.DeleteFunc(members, func(m *schema.Member) bool { return !m.Active() })
	n.keep(err)
	for _, m := range members[:min(len(members), maxMembers)] {
		v.Members = append(v.Members, MemberLine{m.ID, m.Name, m.Role, m.Assistant})
	}
	v.leave(len(members)-len(v.Members), "member", "members", "")
	personas, err := n.tx.Personas.All()
	n.keep(err)
	for _, p := range personas[:min(len(personas), maxMembers)] {
		v.Personas = append(v.Personas, Named{p.ID, p.Name})
	}
	v.leave(len(personas)-len(v.Personas), "persona", "personas", "search finds them")
}

func (v *WorkspaceView) leave(n int, one, many, where string) {
	if n > 0 {
		v.LeftOut = append(v.LeftOut, join(": ", count(n, one, many), where))
	}
}

// Markdown tells the workspace as a document.
func (v *WorkspaceView) Markdown() string {
	var p page
	p.head(1, inline(v.Name))
	p.fact("Workspace", dot(string(v.ID), v.URI, "as of change "+thousands(int(v.Seq))))
	p.fact("Items", v.Counts.String())
	p.fact("Signals", states(v.Signals))
	p.fact("Personas", listed(v.Personas))
	p.fact("Notes", count(v.Notes, "note to recall", "notes to recall"))
	p.fact("Left out", join("; ", v.LeftOut...))
	p.head(2, "Journeys")
	for i := range v.Journeys {
		p.item(0, v.Journeys[i].String())
	}
	if len(v.Journeys) == 0 {
		p.para("None yet; edit_journey makes one.")
	}
	p.head(2, "Members")
	for _, m := range v.Members {
		assistant := ""
		if m.Assistant {
			assistant = "assistant"
		}
		p.item(0, dot(with(m.Name, m.ID), m.Role.String(), assistant))
	}
	p.head(2, "Latest changes")
	for _, e := range v.Changes {
		e.write(&p)
	}
	return p.text()
}

// states counts signals by where they stand.
func states(counts map[schema.SignalState]int) string {
	var parts []string
	for _, s := range schema.SignalState("").Values() {
		name := string(s)
		if s == schema.Inbox {
			name = "in the inbox"
		}
		parts = append(parts, count(counts[s], name, name))
	}
	return comma(parts...)
}
