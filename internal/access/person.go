package access

import (
	"context"
	"errors"
	"strings"

	"custory/schema"
	"custory/store"
)

// A person is somebody the provider knows, by an address it has verified.
type person struct{ email, name string }

// member finds who the person is here. An invitation that waits for the address
// is accepted by coming.
func (d *Door) member(ctx context.Context, who person) (schema.Actor, error) {
	a, err := d.enter(ctx, who)
	if errors.Is(err, stranger) { // or the invitation was accepted between two questions, by coming twice at once
		a, err = d.enter(ctx, who)
	}
	return a, err
}

func (d *Door) enter(ctx context.Context, who person) (schema.Actor, error) {
	found, err := d.store.MembersByEmail(ctx, who.email)
	if err != nil {
		return schema.Actor{}, err
	}
	if d.workspace != "" {
		for _, a := range found {
			if a.Workspace == d.workspace {
				return a, nil
			}
		}
		return d.accept(ctx, d.workspace, who)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return d.invited(ctx, who)
	}
	return schema.Actor{}, severalWorkspaces
}

var severalWorkspaces = &Refusal{NotMember, "you are a member of several workspaces of this server, and it does not know which one you mean; use an API key of the one, or have the server started with --workspace"}

// invited finds the only workspace that has invited the person.
func (d *Door) invited(ctx context.Context, who person) (schema.Actor, error) {
	to, err := d.store.InvitedByEmail(ctx, who.email)
	switch {
	case err != nil:
		return schema.Actor{}, err
	case len(to) == 0:
		return schema.Actor{}, stranger
	case len(to) > 1:
		return schema.Actor{}, severalWorkspaces
	}
	return d.accept(ctx, to[0], who)
}

var stranger = &Refusal{NotMember, "your address is that of no member; ask for access with POST /join, or ask an owner of the workspace to invite it"}

// accept makes a member of who was invited to the workspace.
func (d *Door) accept(ctx context.Context, workspace schema.ID, who person) (a schema.Actor, err error) {
	a = schema.Actor{Workspace: workspace, Client: "sign-in"}
	var waits *schema.Invitation
	err = d.store.View(ctx, a, func(tx *store.Tx) error {
		waits, err = tx.PendingInvitation(who.email)
		return err
	})
	if err != nil {
		return schema.Actor{}, err
	}
	if waits == nil { // the usual stranger takes no write lock
		return schema.Actor{}, stranger
	}
	err = d.store.Update(ctx, schema.Call{Tool: "accept_invitation", Actor: a}, func(tx *store.Tx) error {
		m, err := tx.MemberByEmail(who.email) // of two who come at once, the other was first
		if err != nil || m != nil {
			return into(&a, m, err)
		}
		i, err := tx.PendingInvitation(who.email)
		if err != nil {
			return err
		}
		if i == nil {
			return stranger
		}
		if m, err = tx.Admit(i.Email, who.name, i.Role); err != nil {
			return err
		}
		i.Accepted, tx.Call.Actor.ID = m.ID, m.ID
		tx.Summarize("accepted an invitation")
		return into(&a, m, tx.Invitations.Put(i))
	})
	if err != nil {
		return schema.Actor{}, err
	}
	a.Client = "" // from now on it is what the client calls itself
	return a, nil
}

// into makes the actor the member.
func into(a *schema.Actor, m *schema.Member, err error) error {
	if err == nil {
		a.ID, a.Role = m.ID, m.Role
	}
	return err
}

// Join records that the person behind an access token of the provider asks to
// become a member, under the name, or the one the provider tells. To ask again
// changes nothing.
func (d *Door) Join(ctx context.Context, text, name string) error {
	if d.provider == nil {
		return &schema.Error{Code: schema.Forbidden, Message: "nobody can ask to join here: the server knows no identity provider", Hint: "ask an owner of the workspace for an API key"}
	}
	if text == "" {
		return &Refusal{Missing, "there is no token; send Authorization: Bearer with an access token of the identity provider"}
	}
	who, err := d.provider.verify(ctx, text)
	if err != nil {
		return err
	}
	workspace, err := d.onlyWorkspace(ctx)
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = who.name
	}
	return d.store.Update(ctx, schema.Call{Tool: "ask_to_join", Actor: schema.Actor{Workspace: workspace, Client: "sign-in"}}, func(tx *store.Tx) error {
		return ask(tx, who.email, name)
	})
}

// onlyWorkspace is the one the server is for, or the only one there is.
func (d *Door) onlyWorkspace(ctx context.Context) (schema.ID, error) {
	if d.workspace != "" {
		return d.workspace, nil
	}
	all, err := d.store.Workspaces(ctx)
	if err == nil && len(all) != 1 {
		err = &schema.Error{Code: schema.Conflict, Message: "this server has several workspaces, or none, to join", Hint: "ask an owner of the one to invite you"}
	}
	if err != nil {
		return "", err
	}
	return all[0].ID, nil
}

// ask files a request, unless the address needs none or has one.
func ask(tx *store.Tx, email, name string) error {
	m, err := tx.MemberByEmail(email)
	if err != nil {
		return err
	}
	i, err := tx.PendingInvitation(email)
	if err != nil {
		return err
	}
	if m != nil || i != nil {
		return &schema.Error{Code: schema.Conflict, Message: "you are a member, or invited: there is nothing to ask for", Hint: "connect with this token"}
	}
	j, err := tx.JoinRequestOf(email)
	switch {
	case err != nil:
		return err
	case j != nil && j.State == schema.JoinPending:
		return nil
	case j != nil && j.State == schema.JoinRejected:
		return &schema.Error{Code: schema.Forbidden, Message: "an owner of the workspace has turned your request down", Hint: "ask an owner to invite you"}
	}
	tx.Summarize("asked to join")
	return tx.JoinRequests.Put(&schema.JoinRequest{Email: email, Name: name, State: schema.JoinPending})
}
