package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// workspaceCommand tells of the workspace, and changes what its owner decides.
func workspaceCommand() *cobra.Command {
	var name string
	var placeAt float64
	c := &cobra.Command{
		Use:   "workspace",
		Short: "Show the workspace or change its settings",
		Long: `Show the workspace, or change it. Prints its name, slug and id, and from which
probability signals are placed without asking.

--place-at is the probability from which a signal is placed without asking; what
is less sure is proposed, or waits in the inbox. "custory eval placement
--workspace" shows what came of it so far. 0 brings back the usual.`,
		Example: "  custory workspace\n  custory workspace --place-at 0.95",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in := map[string]any{}
			if cmd.Flag("name").Changed {
				in["name"] = name
			}
			if cmd.Flag("place-at").Changed {
				in["place_at"] = placeAt
			}
			return inWorkspace(cmd, func(o *opened) error { return saveWorkspace(cmd, o, in) })
		},
	}
	c.Flags().StringVar(&name, "name", "", "call it by this `name`; the slug stays")
	c.Flags().Float64Var(&placeAt, "place-at", 0, "the `probability` from which a signal is placed without asking, from 0.5 to 1")
	return c
}

// saveWorkspace uses the owners' tool, and prints what holds now.
func saveWorkspace(cmd *cobra.Command, o *opened, in map[string]any) error {
	var ws struct {
		ID, Name, Slug string
		PlaceAt        float64 `json:"place_at"`
	}
	if err := use(cmd, o, o.actor, "save_workspace", in, &ws); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "workspace  %s (%s, %s)\nplaces signals without asking from a probability of %v\n", ws.Name, ws.Slug, ws.ID, ws.PlaceAt)
	return err
}
