package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// people are the tools of who works in the workspace.
func people() []Tool {
	return []Tool{
		{
			Name:    "list_members",
			Title:   "List members",
			Doc:     "Lists the members with their roles, the invitations that wait, and the requests to join.",
			Toolset: "admin",
			Role:    schema.Owner,
			Run:     read(listMembers),
		},
		{
			Name:       "save_member",
			Title:      "Change a member",
			Doc:        "Renames a member, or makes an editor a viewer or the reverse. Ownership is transferred by whoever runs the server.",
			Toolset:    "admin",
			Role:       schema.Owner,
			Idempotent: true,
			Run:        write(saveMember),
		},
		{
			Name:        "remove_member",
			Title:       "Remove a member",
			Doc:         "Ends a membership and revokes the member's API keys for good; what they wrote stays, under their name.",
			Toolset:     "admin",
			Role:        schema.Owner,
			Destructive: true,
			Run:         write(removeMember),
		},
		{
			Name:        "leave_workspace",
			Title:       "Leave the workspace",
			Doc:         "Ends your own membership and revokes your API keys for good. An owner cannot leave.",
			Toolset:     "admin",
			Role:        schema.Viewer,
			Destructive: true,
			Run:         write(leaveWorkspace),
		},
	}
}

type listMembersIn struct{}

type listMembersOut struct {
	Members     []memberLine  `json:"members"`
	Invitations []inviteLine  `json:"invitations,omitempty"` // that wait
	Requests    []requestLine `json:"requests,omitempty"`    // to join, that wait
}

// A memberLine is a member as owners see one.
type memberLine struct {
	ID        schema.ID   `json:"id"`
	Name      string      `json:"name"`
	Email     string      `json:"email,omitempty"`
	Role      schema.Role `json:"role"`
	Assistant bool        `json:"assistant,omitempty"`
	Keys      int         `json:"keys,omitempty"` // that are good
	Since     time.Time   `json:"since"`
	Left      time.Time   `json:"left,omitzero"`
}

func listMembers(_ context.Context, tx *store.Tx, _ listMembersIn) (out listMembersOut, err error) {
	all, err := tx.Members.All()
	if err != nil {
		return out, err
	}
	for _, m := range all {
		if !m.Active() {
			continue
		}
		line, err := memberLineOf(tx, m)
		if err != nil {
			return out, err
		}
		out.Members = append(out.Members, line)
	}
	if out.Invitations, err = pendingInvitations(tx); err != nil {
		return out, err
	}
	out.Requests, err = pendingRequests(tx)
	return out, err
}

func memberLineOf(tx *store.Tx, m *schema.Member) (memberLine, error) {
	line := memberLine{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, Assistant: m.Assistant, Since: m.Created, Left: m.Left}
	keys, err := tx.KeysOf(m.ID)
	for _, k := range keys {
		if k.Status(tx.Now) == schema.ActiveKey {
			line.Keys++
		}
	}
	return line, err
}

// memberNamed finds an active member by id, name or email address.
func memberNamed(tx *store.Tx, text string) (*schema.Member, error) {
	if strings.Contains(text, "@") {
		m, err := tx.MemberByEmail(text)
		if err == nil && m == nil {
			err = &schema.Error{Code: schema.NotFound, Field: "member", Message: fmt.Sprintf("no member has the email address %s", text), Hint: "list_members lists them and who is invited; where nobody signs in, custory member add makes one"}
		}
		return m, err
	}
	id, err := tx.Resolve(schema.KindMember, text)
	if err != nil {
		return nil, inField(err, "member")
	}
	m, err := tx.Members.Get(id)
	if err == nil && !m.Active() {
		err = &schema.Error{Code: schema.Conflict, Field: "member", Message: fmt.Sprintf("%s has left", m.ID), Hint: "invite_member brings them back"}
	}
	return m, err
}

type saveMemberIn struct {
	Member string      `json:"member" jsonschema:"id, name or email address"`
	Name   *string     `json:"name,omitempty"`
	Role   schema.Role `json:"role,omitempty" jsonschema:"Editor or Viewer"`
}

type saveMemberOut struct {
	Receipt
	memberLine
}

func saveMember(_ context.Context, tx *store.Tx, in saveMemberIn) (out saveMemberOut, err error) {
	m, err := memberNamed(tx, in.Member)
	if err != nil {
		return out, err
	}
	if in.Role != 0 && in.Role != m.Role {
		if err := mayChangeRole(m, in.Role); err != nil {
			return out, err
		}
		m.Role = in.Role
	}
	if in.Name != nil {
		m.Name = *in.Name
	}
	tx.Summarize("changed a member")
	if err := tx.Members.Put(m); err != nil {
		return out, err
	}
	out.memberLine, err = memberLineOf(tx, m)
	return out, err
}

// mayChangeRole keeps ownership to whoever runs the server.
func mayChangeRole(m *schema.Member, role schema.Role) error {
	const hint = `whoever runs the server transfers ownership: custory member transfer`
	switch {
	case role == schema.Owner:
		return &schema.Error{Code: schema.Forbidden, Field: "role", Message: "nobody is made an owner by an owner", Hint: hint}
	case m.Role == schema.Owner:
		return &schema.Error{Code: schema.Forbidden, Field: "member", Message: fmt.Sprintf("%s is an owner, and stays one", m.ID), Hint: hint}
	case m.Assistant:
		return &schema.Error{Code: schema.Forbidden, Field: "member", Message: "the assistant stays as it is"}
	}
	return nil
}

type removeMemberIn struct {
	Member string `json:"member" jsonschema:"id, name or email address"`
}

type removeMemberOut struct {
	Receipt
	ID          schema.ID `json:"id"`
	Name        string    `json:"name"`
	KeysRevoked int       `json:"keys_revoked"`
}

func removeMember(_ context.Context, tx *store.Tx, in removeMemberIn) (out removeMemberOut, err error) {
	m, err := memberNamed(tx, in.Member)
	if err != nil {
		return out, err
	}
	if err := mayChangeRole(m, schema.Viewer); err != nil {
		return out, err
	}
	tx.Summarize("removed a member")
	out.ID, out.Name = m.ID, m.Name
	out.KeysRevoked, err = tx.Dismiss(m)
	return out, err
}

type leaveWorkspaceIn struct{}

func leaveWorkspace(_ context.Context, tx *store.Tx, _ leaveWorkspaceIn) (out removeMemberOut, err error) {
	if tx.Call.Actor.Key != "" {
		return out, &schema.Error{Code: schema.Forbidden, Message: "a key does not leave for who made it", Hint: "sign in to leave, or ask an owner of the workspace"}
	}
	m, err := tx.Members.Get(tx.Call.Actor.ID)
	if err != nil {
		return out, err
	}
	if m.Role == schema.Owner {
		return out, &schema.Error{Code: schema.Forbidden, Message: "an owner cannot leave", Hint: "whoever runs the server transfers ownership first: custory member transfer"}
	}
	tx.Summarize("left the workspace")
	out.ID, out.Name = m.ID, m.Name
	out.KeysRevoked, err = tx.Dismiss(m)
	return out, err
}

// shownName is a name that came from outside, as it is shown.
func shownName(name string) string { return cut(quote.Clean(name), schema.MaxName) }
