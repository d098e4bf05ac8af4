package store_test

import (
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

func TestAWorkspaceKeepsAnOwner(t *testing.T) {
	w := newManned(t)
	words := []string{"without an owner"}
	owner := func(tx *store.Tx) *schema.Member {
		m, err := tx.Members.Get(w.actor.ID)
		must(t, err)
		return m
	}
	w.refuse(t, "demote", schema.Conflict, words, func(tx *store.Tx) error { m := owner(tx); m.Role = schema.Editor; return tx.Members.Put(m) })
	w.refuse(t, "leave", schema.Conflict, words, func(tx *store.Tx) error { _, err := tx.Dismiss(owner(tx)); return err })
	w.refuse(t, "remove", schema.Conflict, words, func(tx *store.Tx) error { return tx.Members.Remove(w.actor.ID) })
	w.refuse(t, "try to", schema.Conflict, words, func(tx *store.Tx) error {
		m := owner(tx)
		m.Role = schema.Viewer
		must(t, tx.Members.Put(m))
		return store.ErrDry
	})
	transfer := w.update(t, "transfer", func(tx *store.Tx) error {
		m := owner(tx)
		m.Role = schema.Editor
		must(t, tx.Members.Put(m))
		ed, err := tx.Members.Get(w.editor)
		must(t, err)
		ed.Role = schema.Owner
		return tx.Members.Put(ed)
	})
	w.undo(t, w.undo(t, w.undo(t, transfer)))
	if a, err := w.st.Owner(t.Context(), w.actor.Workspace); err != nil || a.ID != w.actor.ID {
		t.Errorf("the owner is %v, %v", a, err)
	}
}

func TestAnAddressIsOneMembersAndOneInvitations(t *testing.T) {
	w := newManned(t)
	w.refuse(t, "a second member", schema.Conflict, []string{string(w.editor)}, func(tx *store.Tx) error {
		return tx.Members.Put(&schema.Member{Name: "Eddy", Email: "ED@acme.example", Role: schema.Viewer})
	})
	invite := func(life time.Duration) *schema.Invitation {
		return &schema.Invitation{Email: "cy@acme.example", Role: schema.Editor, InvitedBy: w.actor.ID, Expires: w.st.Now().Add(life)}
	}
	w.put(t, invite(-time.Hour)) // has expired, and is in nobody's way
	id := w.put(t, invite(schema.InvitationLife))
	w.refuse(t, "a second invitation", schema.Conflict, []string{string(id), "cancel"}, func(tx *store.Tx) error { return tx.Invitations.Put(invite(time.Hour)) })
	w.update(t, "cancel", func(tx *store.Tx) error {
		i, err := tx.Invitations.Get(id)
		must(t, err)
		i.Cancelled = tx.Now
		return tx.Invitations.Put(i)
	})
	w.put(t, invite(time.Hour))
}
