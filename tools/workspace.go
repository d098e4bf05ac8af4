package tools

import (
	"context"

	"custory/schema"
	"custory/store"
)

// workspaces are the tools of the workspace itself, for its owners.
func workspaces() []Tool {
	return []Tool{{
		Name:       "save_workspace",
		Title:      "Change the workspace",
		Doc:        "Changes the workspace's name, its logo, and from which probability signals are placed without asking; below it they are proposed. Only what is said changes.",
		Toolset:    "admin",
		Role:       schema.Owner,
		Idempotent: true,
		Run:        write(saveWorkspace),
	}}
}

type saveWorkspaceIn struct {
	Name    *string  `json:"name,omitempty"`
	Logo    *string  `json:"logo,omitempty" jsonschema:"a web address"`
	PlaceAt *float64 `json:"place_at,omitempty" jsonschema:"0.5 to 1; 0 for the usual"`
}

type saveWorkspaceOut struct {
	Receipt
	ID      schema.ID `json:"id"`
	Name    string    `json:"name"`
	Slug    string    `json:"slug"`
	Logo    string    `json:"logo,omitempty"`
	PlaceAt float64   `json:"place_at"` // what holds now
}

func saveWorkspace(_ context.Context, tx *store.Tx, in saveWorkspaceIn) (out saveWorkspaceOut, err error) {
	ws, err := tx.Workspaces.Get(tx.Call.Actor.Workspace)
	if err != nil {
		return out, err
	}
	before := *ws
	if in.Name != nil {
		ws.Name = *in.Name
	}
	if in.Logo != nil {
		ws.Logo = *in.Logo
	}
	if in.PlaceAt != nil {
		ws.PlaceAt = *in.PlaceAt
	}
	if *ws != before {
		if err := tx.Workspaces.Put(ws); err != nil {
			return out, err
		}
		tx.Summarize("changed the workspace")
	}
	return saveWorkspaceOut{ID: ws.ID, Name: ws.Name, Slug: ws.Slug, Logo: ws.Logo, PlaceAt: placeAt(tx)}, nil
}
