package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"custory/schema"
)

// KeysOf returns the keys that a member made, or those of all for "", oldest
// first.
func (tx *Tx) KeysOf(member schema.ID) ([]*schema.Key, error) {
	if member == "" {
		return tx.Keys.All()
	}
	return tx.Keys.where("member = ? ORDER BY created, id", member)
}

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

// checkKey keeps a key what it was made: it can only be revoked, once.
func checkKey(before schema.Record, k *schema.Key) error {
	was, ok := before.(*schema.Key)
	if !ok {
		return nil
	}
	is := *k
	is.Revoked, is.Head = was.Revoked, was.Head
	if is != *was || !was.Revoked.IsZero() && !k.Revoked.Equal(was.Revoked) {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s cannot be changed, only revoked, and stays so", k.ID), Hint: "make a new key"}
	}
	return nil
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

// A Held key is one with what counts when it is used.
type Held struct {
	Key    *schema.Key
	Member *schema.Member // who made it
	Used   time.Time      // last, to the minute; zero: never
}

// KeysWithID returns the keys that have the id, of whatever workspace. Nothing
// is remembered between two calls: what any process has revoked is revoked.
func (s *Store) KeysWithID(ctx context.Context, id schema.ID) (found []Held, err error) {
	err = s.r.within(ctx, func(c *session) error {
		return c.query(heldQuery, []any{id}, func(rows *sql.Rows) error {
			h := Held{Key: new(schema.Key), Member: new(schema.Member)}
			var at []any
			for _, col := range heldColumns(h) {
				at = append(at, col.at)
			}
			err := rows.Scan(append(at, stamp{&h.Used})...)
			found = append(found, h)
			return err
		})
	})
	return found, fault(err)
}

func heldColumns(h Held) []column {
	return slices.Concat(head(h.Key), keyColumns(h.Key), head(h.Member), memberColumns(h.Member))
}

// heldQuery asks for all of it at once: it is asked with every request.
var heldQuery = func() string {
	k, m := new(schema.Key), new(schema.Member)
	return fmt.Sprintf(`SELECT k.%s, m.%s, u.at FROM key k JOIN member m ON m.workspace = k.workspace AND m.id = k.member
		LEFT JOIN key_use u ON u.workspace = k.workspace AND u.key = k.id WHERE k.id = ?`,
		strings.Join(names(head(k), keyColumns(k)), ", k."), strings.Join(names(head(m), memberColumns(m)), ", m."))
}()

// UseEvery is how often the use of a key is written down.
const UseEvery = time.Minute

// UseKey writes down that a key is used now, unless that was done within the
// last minute. It is no change, and not in the log.
func (s *Store) UseKey(ctx context.Context, h Held) error {
	now := s.Now()
	if now.Sub(h.Used) < UseEvery {
		return nil
	}
	return fault(s.w.within(ctx, func(c *session) error {
		_, err := c.exec(`INSERT INTO key_use (workspace, key, at) VALUES (?, ?, ?) ON CONFLICT (workspace, key) DO UPDATE SET at = excluded.at WHERE excluded.at - at >= ?`,
			h.Key.Workspace, h.Key.ID, stamp{&now}, UseEvery.Milliseconds())
		return err
	}))
}

// LastUse tells when each key of the workspace was last used, to the minute.
func (tx *Tx) LastUse() (map[schema.ID]time.Time, error) {
	used := map[schema.ID]time.Time{}
	return used, tx.query(`SELECT key, at FROM key_use WHERE workspace = ?`, []any{tx.workspace()}, func(rows *sql.Rows) error {
		var id schema.ID
		var at time.Time
		err := rows.Scan(&id, stamp{&at})
		used[id] = at
		return err
	})
}

// Secret returns the secret of the name, 32 random bytes that are made at its
// first use. Every process on this file has the same; exports have none.
func (s *Store) Secret(ctx context.Context, name string) (secret []byte, err error) {
	if name == "" {
		return nil, errors.New("a secret has a name")
	}
	fresh := make([]byte, 32)
	_, _ = rand.Read(fresh) // never fails
	read := func(c *session) error {
		return c.query(`SELECT value FROM secret WHERE name = ?`, []any{name}, func(rows *sql.Rows) error { return rows.Scan(&secret) })
	}
	if err := s.r.within(ctx, read); err != nil || secret != nil {
		return secret, fault(err)
	}
	err = s.w.within(ctx, func(c *session) error {
		if _, err := c.exec(`INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, fresh); err != nil {
			return err
		}
		return read(c)
	})
	return secret, fault(err)
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
