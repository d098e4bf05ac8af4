package store

import (
	"context"
	"fmt"

	"custory/schema"
)

// NewWorkspace makes a workspace with its first owner and the assistant as
// members, and returns the owner as an actor. A slug that is taken gets a
// number.
func (s *Store) NewWorkspace(ctx context.Context, name, owner string) (schema.Actor, error) {
	a := schema.Actor{Workspace: s.newID(schema.KindWorkspace), Role: schema.Owner}
	err := s.Update(ctx, schema.Call{Tool: "create_workspace", Actor: a}, func(tx *Tx) error {
		ws := &schema.Workspace{Name: name}
		base := schema.Slugify(name)
		if base == "" {
			base = "workspace"
		}
		ws.Slug = base
		for n := 2; ; n++ {
			var taken int
			if _, err := tx.one(`SELECT count(*) FROM workspace WHERE slug = ?`, []any{ws.Slug}, &taken); err != nil {
				return err
			}
			if taken == 0 {
				break
			}
			ws.Slug = fmt.Sprintf("%s-%d", base, n)
		}
		m := &schema.Member{Name: owner, Role: schema.Owner}
		if err := tx.Workspaces.Put(ws); err != nil {
			return err
		}
		if err := tx.Members.Put(m); err != nil {
			return err
		}
		a.ID, tx.Call.Actor.ID = m.ID, m.ID
		tx.Summarize("made the workspace")
		return tx.Members.Put(&schema.Member{Name: "Custory AI", Role: schema.Editor, Assistant: true})
	})
	return a, err
}

// Workspaces lists every workspace in the file, in the order they were made.
func (s *Store) Workspaces(ctx context.Context) (all []*schema.Workspace, err error) {
	err = s.r.within(ctx, func(c *session) error {
		rows, err := c.conn.QueryContext(ctx, `SELECT workspace, id, version, created, updated, name, slug, logo FROM workspace ORDER BY created, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			w := new(schema.Workspace)
			if err := rows.Scan(&w.Workspace, &w.ID, &w.Version, stamp{&w.Created}, stamp{&w.Updated}, &w.Name, &w.Slug, &w.Logo); err != nil {
				return err
			}
			all = append(all, w)
		}
		return rows.Err()
	})
	return all, fault(err)
}

// Owner returns the workspace's first owner, as the actor of a local session.
func (s *Store) Owner(ctx context.Context, workspace schema.ID) (schema.Actor, error) {
	a := schema.Actor{Workspace: workspace}
	err := s.View(ctx, a, func(tx *Tx) error {
		found, err := tx.Members.where("role = ? AND left_at IS NULL ORDER BY created, id LIMIT 1", int(schema.Owner))
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return schema.Errorf(schema.NotFound, "the workspace %s has no owner", workspace)
		}
		a.ID, a.Role = found[0].ID, found[0].Role
		return nil
	})
	return a, err
}
