package tools

import (
	"context"
	"fmt"
	"time"

	"custory/schema"
	"custory/store"
)

// invitations are the tools of who may become a member.
func invitations() []Tool {
	return []Tool{
		{
			Name:    "invite_member",
			Title:   "Invite a member",
			Doc:     "Invites an email address as editor or viewer, for 14 days. Nothing is sent: whoever signs in with that address becomes a member.",
			Toolset: "admin",
			Role:    schema.Owner,
			Run:     write(inviteMember),
		},
		{
			Name:       "cancel_invitation",
			Title:      "Cancel an invitation",
			Doc:        "Takes back an invitation that nobody has accepted.",
			Toolset:    "admin",
			Role:       schema.Owner,
			Idempotent: true,
			Run:        write(cancelInvitation),
		},
		{
			Name:    "review_join_request",
			Title:   "Review a request to join",
			Doc:     "Approves a request to join, which makes the person an editor, or rejects it.",
			Toolset: "admin",
			Role:    schema.Owner,
			Run:     write(reviewJoinRequest),
		},
	}
}

// An inviteLine is an invitation as owners see one.
type inviteLine struct {
	ID      schema.ID              `json:"id"`
	Email   string                 `json:"email"`
	Role    schema.Role            `json:"role"`
	State   schema.InvitationState `json:"state"`
	By      string                 `json:"by"`
	Expires time.Time              `json:"expires"`
}

func inviteLineOf(tx *store.Tx, i *schema.Invitation) (inviteLine, error) {
	by, err := tx.Path(i.InvitedBy)
	return inviteLine{i.ID, i.Email, i.Role, i.State(tx.Now), by, i.Expires}, err
}

func pendingInvitations(tx *store.Tx) (lines []inviteLine, err error) {
	all, err := tx.Invitations.All()
	for _, i := range all {
		if err != nil || i.State(tx.Now) != schema.InvitePending {
			continue
		}
		var line inviteLine
		line, err = inviteLineOf(tx, i)
		lines = append(lines, line)
	}
	return lines, err
}

type inviteMemberIn struct {
	Email string      `json:"email" jsonschema:"who may accept"`
	Role  schema.Role `json:"role" jsonschema:"Editor or Viewer"`
}

type inviteMemberOut struct {
	Receipt
	inviteLine
	Next string `json:"next,omitempty"`
}

func inviteMember(_ context.Context, tx *store.Tx, in inviteMemberIn) (out inviteMemberOut, err error) {
	m, err := tx.MemberByEmail(in.Email)
	if err != nil {
		return out, err
	}
	if m != nil {
		return out, &schema.Error{Code: schema.Conflict, Field: "email", Message: fmt.Sprintf("%s is a member already, with the role %s", m.ID, m.Role), Hint: "save_member, or custory member role, changes it"}
	}
	i := &schema.Invitation{Email: in.Email, Role: in.Role, InvitedBy: tx.Call.Actor.ID, Expires: tx.Now.Add(schema.InvitationLife)}
	tx.Summarize("invited somebody")
	if err := tx.Invitations.Put(i); err != nil {
		return out, err
	}
	out.Next = "tell them: nothing was sent, and signing in with that address accepts"
	out.inviteLine, err = inviteLineOf(tx, i)
	return out, err
}

type cancelInvitationIn struct {
	Invitation string `json:"invitation" jsonschema:"id or email address"`
}

type cancelInvitationOut struct {
	Receipt
	inviteLine
}

func cancelInvitation(_ context.Context, tx *store.Tx, in cancelInvitationIn) (out cancelInvitationOut, err error) {
	i, err := tx.PendingInvitation(in.Invitation)
	if err == nil && i == nil {
		i, err = tx.Invitations.Get(schema.ID(in.Invitation))
	}
	if err != nil {
		return out, inField(err, "invitation")
	}
	switch i.State(tx.Now) {
	case schema.InviteAccepted:
		return out, &schema.Error{Code: schema.Conflict, Field: "invitation", Message: i.Email + " has accepted it", Hint: "remove_member ends a membership"}
	case schema.InvitePending:
		i.Cancelled = tx.Now
		tx.Summarize("cancelled an invitation")
		if err := tx.Invitations.Put(i); err != nil {
			return out, err
		}
	}
	out.inviteLine, err = inviteLineOf(tx, i)
	return out, err
}

// A requestLine is a request to join as owners see one.
type requestLine struct {
	ID    schema.ID        `json:"id"`
	Email string           `json:"email"`
	Name  string           `json:"name"`
	State schema.JoinState `json:"state"`
	Asked time.Time        `json:"asked"`
	Trust string           `json:"trust"` // external: the name is as they gave it
}

func requestLineOf(j *schema.JoinRequest) requestLine {
	return requestLine{j.ID, j.Email, shownName(j.Name), j.State, j.Created, "external"}
}

func pendingRequests(tx *store.Tx) (lines []requestLine, err error) {
	all, err := tx.JoinRequests.All()
	for _, j := range all {
		if j.State == schema.JoinPending {
			lines = append(lines, requestLineOf(j))
		}
	}
	return lines, err
}

type reviewJoinRequestIn struct {
	Request string `json:"request" jsonschema:"id or email address"`
	Action  string `json:"action" jsonschema:"approve or reject"`
}

type reviewJoinRequestOut struct {
	Receipt
	requestLine
	Member schema.ID `json:"member,omitempty"` // whom it made
}

func reviewJoinRequest(_ context.Context, tx *store.Tx, in reviewJoinRequestIn) (out reviewJoinRequestOut, err error) {
	if err := among("action", in.Action, "approve", "reject"); err != nil {
		return out, err
	}
	j, err := tx.JoinRequestOf(in.Request)
	if err == nil && j == nil {
		j, err = tx.JoinRequests.Get(schema.ID(in.Request))
	}
	if err != nil {
		return out, inField(err, "request")
	}
	if j.State != schema.JoinPending {
		return out, &schema.Error{Code: schema.Conflict, Field: "request", Message: fmt.Sprintf("%s was %s already", j.ID, j.State), Hint: "invite_member lets them in"}
	}
	j.State, j.DecidedBy = schema.JoinRejected, tx.Call.Actor.ID
	if in.Action == "approve" {
		j.State = schema.JoinApproved
		if out.Member, err = approve(tx, j); err != nil {
			return out, err
		}
	}
	tx.Summarize(string(j.State) + " a request to join")
	out.requestLine = requestLineOf(j)
	return out, tx.JoinRequests.Put(j)
}

// approve makes an editor of who asked. An invitation that waits is accepted by
// it.
func approve(tx *store.Tx, j *schema.JoinRequest) (schema.ID, error) {
	m, err := tx.Admit(j.Email, j.Name, schema.Editor)
	if err != nil {
		return "", err
	}
	i, err := tx.PendingInvitation(j.Email)
	if err != nil || i == nil {
		return m.ID, err
	}
	i.Accepted = m.ID
	return m.ID, tx.Invitations.Put(i)
}
