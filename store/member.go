package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"custory/schema"
)

// MemberByEmail returns the active member with the address, or nil.
func (tx *Tx) MemberByEmail(email string) (*schema.Member, error) {
	return first(tx.Members.where("lower(email) = lower(?) AND email <> '' AND left_at IS NULL", email))
}

// FormerMember returns the member with the address who left last, or nil.
func (tx *Tx) FormerMember(email string) (*schema.Member, error) {
	return first(tx.Members.where("lower(email) = lower(?) AND email <> '' AND left_at IS NOT NULL ORDER BY left_at DESC, id", email))
}

// PendingInvitation returns the invitation that the address can accept now, or
// nil.
func (tx *Tx) PendingInvitation(email string) (*schema.Invitation, error) {
	return first(tx.Invitations.where("lower(email) = lower(?) AND accepted IS NULL AND cancelled IS NULL AND expires > ?", email, tx.Now.UnixMilli()))
}

// JoinRequestOf returns the last request of the address, or nil.
func (tx *Tx) JoinRequestOf(email string) (*schema.JoinRequest, error) {
	return first(tx.JoinRequests.where("lower(email) = lower(?) ORDER BY created DESC, id DESC", email))
}

// Admit makes the person a member with the role, or one again who had left: the
// name in the history is then theirs as before.
func (tx *Tx) Admit(email, name string, role schema.Role) (*schema.Member, error) {
	m, err := tx.FormerMember(email)
	if err != nil {
		return nil, err
	}
	if m == nil {
		m = &schema.Member{Name: name, Email: email}
	}
	m.Role, m.Left = role, time.Time{}
	return m, tx.Members.Put(m)
}

// Dismiss ends a membership and revokes the member's keys. The record stays, so
// that the history still knows the name.
func (tx *Tx) Dismiss(m *schema.Member) (revoked int, err error) {
	keys, err := tx.KeysOf(m.ID)
	if err != nil {
		return 0, err
	}
	for _, k := range keys {
		if !k.Revoked.IsZero() {
			continue
		}
		k.Revoked = tx.Now
		if err := tx.Keys.Put(k); err != nil {
			return revoked, err
		}
		revoked++
	}
	m.Left = tx.Now
	return revoked, tx.Members.Put(m)
}

// checkMember keeps an address to one member.
func (tx *Tx) checkMember(m *schema.Member) error {
	tx.people = true
	if !m.Active() {
		return nil
	}
	twin, err := first(tx.Members.where("lower(email) = lower(?) AND email <> '' AND left_at IS NULL AND id <> ?", m.Email, m.ID))
	if err != nil || twin == nil {
		return err
	}
	return &schema.Error{Code: schema.Conflict, Field: "email", Message: fmt.Sprintf("%s has that email address already", twin.ID), Hint: "change that member instead"}
}

// checkInvitation keeps an address to one invitation at a time.
func (tx *Tx) checkInvitation(i *schema.Invitation) error {
	if i.State(tx.Now) != schema.InvitePending {
		return nil
	}
	twin, err := first(tx.Invitations.where("lower(email) = lower(?) AND accepted IS NULL AND cancelled IS NULL AND expires > ? AND id <> ?", i.Email, tx.Now.UnixMilli(), i.ID))
	if err != nil || twin == nil {
		return err
	}
	return &schema.Error{Code: schema.Conflict, Field: "email", Message: fmt.Sprintf("%s is invited already, by %s", i.Email, twin.ID), Hint: "cancel that invitation first"}
}

// owned demands, of a call that changed a member, that an owner is left.
func (tx *Tx) owned() error {
	if !tx.people {
		return nil
	}
	owners, err := tx.Members.where("role = ? AND left_at IS NULL LIMIT 1", int(schema.Owner))
	if err == nil && len(owners) == 0 {
		err = &schema.Error{Code: schema.Conflict, Message: "the workspace would be left without an owner", Hint: "whoever runs the server makes another member the owner first: custory member transfer"}
	}
	return err
}

// MembersByEmail returns the active members with the address, one of each
// workspace in the file that has one, as actors.
func (s *Store) MembersByEmail(ctx context.Context, email string) (found []schema.Actor, err error) {
	err = s.r.within(ctx, func(c *session) error {
		return c.query(`SELECT workspace, id, role FROM member WHERE lower(email) = lower(?) AND email <> '' AND left_at IS NULL ORDER BY workspace`, []any{email}, func(rows *sql.Rows) error {
			var a schema.Actor
			err := rows.Scan(&a.Workspace, &a.ID, (*int)(&a.Role))
			found = append(found, a)
			return err
		})
	})
	return found, fault(err)
}

// InvitedByEmail returns the workspaces in the file to which the address has an
// invitation that can be accepted now.
func (s *Store) InvitedByEmail(ctx context.Context, email string) (found []schema.ID, err error) {
	now := s.Now()
	err = s.r.within(ctx, func(c *session) error {
		return c.query(`SELECT DISTINCT workspace FROM invitation WHERE lower(email) = lower(?) AND accepted IS NULL AND cancelled IS NULL AND expires > ?`, []any{email, stamp{&now}}, func(rows *sql.Rows) error {
			var ws schema.ID
			err := rows.Scan(&ws)
			found = append(found, ws)
			return err
		})
	})
	return found, fault(err)
}
