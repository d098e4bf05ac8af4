package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"custory/schema"
	"custory/store"
)

// keyCommand makes, lists and revokes API keys.
func keyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Create, list and revoke API keys",
		Long: `API keys let programs in over HTTP. A key acts for the member who made it, with
at most that member's role; one that may only propose files signals and drafts,
which others accept. Alone it prints this.`,
		Example: "  custory key create --name \"Cursor on MacBook\"\n  custory key list",
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(createKeyCommand(), listKeysCommand(), revokeKeyCommand())
	return c
}

// A keyTold is what the tools tell of a key.
type keyTold struct {
	Token    string           `json:"token"`
	ID       schema.ID        `json:"id"`
	Name     string           `json:"name"`
	Prefix   string           `json:"prefix"`
	By       string           `json:"by"`
	Role     schema.Role      `json:"role"`
	Proposes bool             `json:"proposes"`
	Status   schema.KeyStatus `json:"status"`
	Created  time.Time        `json:"created"`
	LastUsed time.Time        `json:"last_used"`
	Expires  time.Time        `json:"expires"`
}

func createKeyCommand() *cobra.Command {
	var name, role, expires, member string
	var propose bool
	c := &cobra.Command{
		Use:   "create",
		Short: "Create an API key",
		Long: `Create an API key. Prints the token on standard output, and nothing else there:
it is not kept, and cannot be shown again. What the key may do is printed on
standard error.

The key acts for the workspace's owner, or for the member that --member names,
and never has more than that member's role. If the database does not exist it is
made, with one workspace.`,
		Example: `  custory key create --name "Cursor on MacBook"
  custory key create --name "Support triage" --propose --expires never
  custory key create --name "Claude Code on CI" --role viewer --expires 30d --member anna@example.com`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if name == "" {
				return usagef("name the key with --name, after the client and the machine it is for")
			}
			return within(cmd, makeWorkspace, func(o *opened) error {
				in := map[string]any{"name": name, "expires": expires, "proposes": propose}
				if role != "" {
					in["role"] = role
				}
				if member != "" {
					in["member"] = member
				}
				var k keyTold
				if err := use(cmd, o, o.actor, "create_key", in, &k); err != nil {
					return err
				}
				fmt.Fprintf(cmd.ErrOrStderr(), "%s %q acts for %s as %s, expires: %s\nkeep the token now: it is not shown again\n", k.ID, plain(k.Name), plain(k.By), may(k), day(k.Expires, "never"))
				_, err := fmt.Fprintln(cmd.OutOrStdout(), k.Token)
				return err
			})
		},
	}
	f := c.Flags()
	f.StringVar(&name, "name", "", "what the key is called: the client and the machine, such as \"Cursor on MacBook\"")
	f.StringVar(&role, "role", "", "the key's `role`: viewer, editor or owner (default editor, or viewer for a viewer)")
	f.StringVar(&expires, "expires", "90d", "when it ends: 30d, 90d or never")
	f.BoolVar(&propose, "propose", false, "all it writes is a draft")
	f.StringVar(&member, "member", "", "whom it acts for, by `email` address, name or id (default the owner)")
	return c
}

// may tells what a key may do.
func may(k keyTold) string {
	if k.Proposes {
		return k.Role.String() + ", proposing only"
	}
	return k.Role.String()
}

// onBehalf is the member who is named, as an actor, or the owner.
func onBehalf(cmd *cobra.Command, o *opened, member string) (schema.Actor, error) {
	a := o.actor
	if member == "" {
		return a, nil
	}
	err := o.store.View(cmd.Context(), a, func(tx *store.Tx) error {
		m, err := tx.MemberByEmail(member)
		if err != nil {
			return err
		}
		if m == nil {
			id, err := tx.Resolve(schema.KindMember, member)
			if err != nil {
				return err
			}
			if m, err = tx.Members.Get(id); err != nil {
				return err
			}
		}
		if !m.Active() {
			return schema.Errorf(schema.Conflict, "%s has left the workspace", m.Name)
		}
		a.ID, a.Role = m.ID, m.Role
		return nil
	})
	return a, err
}

func listKeysCommand() *cobra.Command {
	var inJSON bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the API keys",
		Long:    "List the API keys of all members. Prints a table, and never a token.",
		Example: "  custory key list",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inWorkspace(cmd, func(o *opened) error {
				if inJSON {
					var all any
					if err := use(cmd, o, o.actor, "list_keys", map[string]any{}, &all); err != nil {
						return err
					}
					return printJSON(cmd.OutOrStdout(), all)
				}
				var all struct{ Keys []keyTold }
				if err := use(cmd, o, o.actor, "list_keys", map[string]any{}, &all); err != nil {
					return err
				}
				return printKeys(cmd, all.Keys)
			})
		},
	}
	c.Flags().BoolVar(&inJSON, "json", false, "print one JSON object")
	return c
}

func printKeys(cmd *cobra.Command, keys []keyTold) error {
	if len(keys) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "there are no keys; custory key create makes one")
		return err
	}
	rows := [][]string{{"NAME", "TOKEN", "BY", "MAY", "CREATED", "LAST USED", "EXPIRES", "STATUS"}}
	for _, k := range keys {
		used := "never"
		if !k.LastUsed.IsZero() {
			used = k.LastUsed.UTC().Format("2006-01-02 15:04")
		}
		rows = append(rows, []string{plain(k.Name), k.Prefix + "_…", plain(k.By), may(k), day(k.Created, ""), used, day(k.Expires, "never"), string(k.Status)})
	}
	return printTable(cmd.OutOrStdout(), rows...)
}

func revokeKeyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke KEY",
		Short: "Revoke an API key",
		Long: `Revoke an API key, by its id, its name, or the token or how it begins. It stops
working at once, for every server on this file, and for good. Prints which it
was.`,
		Example: "  custory key revoke \"Cursor on MacBook\"\n  custory key revoke cus_4k7q2m9xtc",
		Args:    oneOf("key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inWorkspace(cmd, func(o *opened) error {
				var k keyTold
				if err := use(cmd, o, o.actor, "revoke_key", map[string]any{"key": args[0]}, &k); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s %s (%s) is revoked\n", k.ID, plain(k.Name), plain(k.By))
				return err
			})
		},
	}
}

// oneOf demands that one thing is named.
func oneOf(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return usagef("%s takes one %s, not %d", cmd.CommandPath(), what, len(args))
	}
}
