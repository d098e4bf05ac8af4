package schema

import (
	"net/mail"
	"strings"
	"time"
)

// A Key lets a program in on behalf of a member, who made it or for whom an owner
// did, with at most that member's role at the time. Who has the token has the key, so only a hash
// of its secret is kept: in the table, and neither in the log nor in exports.
type Key struct {
	Head
	Member   ID        `json:"member"` // whom it acts for
	Name     string    `json:"name"`   // of the client and the machine
	Role     Role      `json:"role"`
	Proposes bool      `json:"proposes,omitempty"` // all it writes is a draft
	Expires  time.Time `json:"expires,omitzero"`   // zero: never
	Revoked  time.Time `json:"revoked,omitzero"`
	Hash     string    `json:"-"` // none: the key came from an export, and opens nothing
}

// A KeyStatus is whether a key is good.
type KeyStatus string

// The statuses of keys.
const (
	ActiveKey  KeyStatus = "active"
	ExpiredKey KeyStatus = "expired"
	RevokedKey KeyStatus = "revoked"
)

// Values lists the statuses.
func (KeyStatus) Values() []KeyStatus { return []KeyStatus{ActiveKey, ExpiredKey, RevokedKey} }

// Status tells whether the key is good now, whoever made it.
func (k *Key) Status(now time.Time) KeyStatus {
	switch {
	case !k.Revoked.IsZero() || k.Hash == "":
		return RevokedKey
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return ExpiredKey
	}
	return ActiveKey
}

// Kind is KindKey.
func (*Key) Kind() Kind { return KindKey }

// Parent is nothing: a key opens the workspace as a whole.
func (*Key) Parent() Ref { return Ref{} }

// Validate checks every field.
func (k *Key) Validate() error {
	var c check
	c.ref("member", k.Member, KindMember)
	c.line("name", k.Name)
	c.role("role", k.Role, Viewer, Owner)
	return c.result()
}

// An Invitation lets whoever has the email address join once, with the role
// that was chosen up front.
type Invitation struct {
	Head
	Email     string    `json:"email"`
	Role      Role      `json:"role"` // Editor or Viewer
	InvitedBy ID        `json:"invited_by"`
	Expires   time.Time `json:"expires"`
	Accepted  ID        `json:"accepted,omitempty"` // the member who came of it
	Cancelled time.Time `json:"cancelled,omitzero"`
}

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 14 * 24 * time.Hour

// An InvitationState is what became of an invitation.
type InvitationState string

// The states of invitations.
const (
	InvitePending   InvitationState = "pending"
	InviteAccepted  InvitationState = "accepted"
	InviteCancelled InvitationState = "cancelled"
	InviteExpired   InvitationState = "expired"
)

// Values lists the states.
func (InvitationState) Values() []InvitationState {
	return []InvitationState{InvitePending, InviteAccepted, InviteCancelled, InviteExpired}
}

// State tells what became of the invitation until now.
func (i *Invitation) State(now time.Time) InvitationState {
	switch {
	case i.Accepted != "":
		return InviteAccepted
	case !i.Cancelled.IsZero():
		return InviteCancelled
	case !now.Before(i.Expires):
		return InviteExpired
	}
	return InvitePending
}

// Kind is KindInvitation.
func (*Invitation) Kind() Kind { return KindInvitation }

// Parent is nothing: one is invited to the workspace as a whole.
func (*Invitation) Parent() Ref { return Ref{} }

// Validate checks every field.
func (i *Invitation) Validate() error {
	var c check
	c.email("email", i.Email)
	c.role("role", i.Role, Viewer, Editor)
	c.ref("invited_by", i.InvitedBy, KindMember)
	c.optRef("accepted", i.Accepted, KindMember)
	if i.Expires.IsZero() {
		c.add("expires", "expires is required")
	}
	return c.result()
}

// A JoinRequest is somebody's wish to become a member.
type JoinRequest struct {
	Head
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	State     JoinState `json:"state"`
	DecidedBy ID        `json:"decided_by,omitempty"`
}

// A JoinState is what became of a request to join.
type JoinState string

// The states of requests to join.
const (
	JoinPending  JoinState = "pending"
	JoinApproved JoinState = "approved"
	JoinRejected JoinState = "rejected"
)

// Values lists the states.
func (JoinState) Values() []JoinState { return []JoinState{JoinPending, JoinApproved, JoinRejected} }

// Kind is KindJoinRequest.
func (*JoinRequest) Kind() Kind { return KindJoinRequest }

// Parent is nothing: one joins the workspace as a whole.
func (*JoinRequest) Parent() Ref { return Ref{} }

// Validate checks every field.
func (j *JoinRequest) Validate() error {
	var c check
	c.email("email", j.Email)
	c.line("name", j.Name)
	if j.State == "" {
		c.add("state", "state is required").Valid = texts(j.State.Values())
	}
	oneOf(&c, "state", j.State)
	c.optRef("decided_by", j.DecidedBy, KindMember)
	return c.result()
}

// email demands a plain address.
func (c *check) email(field, v string) {
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v || len(v) > MaxName {
		c.add(field, "%s is %q; it must be a plain address such as name@example.com", field, v)
	}
}

// role demands one of the roles from least to most.
func (c *check) role(field string, r, least, most Role) {
	switch {
	case r == 0:
		c.add(field, "%s is required", field).Valid = roleNames[least : most+1]
	case r < least || r > most:
		c.add(field, "%s cannot be %s", field, r).Valid = roleNames[least : most+1]
	}
}

// SameEmail reports whether two addresses are one, however they are written.
func SameEmail(a, b string) bool { return a != "" && strings.EqualFold(a, b) }
