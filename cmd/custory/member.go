package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/schema"
	"custory/store"
)

// memberCommand tells who works in the workspace, and who may.
func memberCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "member",
		Short: "List, invite and remove members",
		Long: `Members work in the workspace as its owner, as editors or as viewers. Who signs
in through an identity provider with an address that is invited becomes one;
without a provider, add them here and make them a key. Alone it prints this.`,
		Example: "  custory member list\n  custory member invite anna@example.com --role editor",
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(listMembersCommand(), requestsCommand(), inviteCommand(), cancelCommand(), addMemberCommand(), roleCommand(), renameCommand(), removeMemberCommand(),
		reviewCommand("approve", "Approve a request to join", "Approve a request to join: the person becomes an editor. Prints who it is."),
		reviewCommand("reject", "Reject a request to join", "Reject a request to join. The person cannot ask again, but can be invited.\nPrints who it is."),
		transferCommand())
	return c
}

// A memberTold is what the tools tell of members and of those who may be.
type memberTold struct {
	ID      schema.ID   `json:"id"`
	Name    string      `json:"name"`
	Email   string      `json:"email"`
	Role    schema.Role `json:"role"`
	State   string      `json:"state"`
	Keys    int         `json:"keys"`
	Since   time.Time   `json:"since"`
	Expires time.Time   `json:"expires"`
	Asked   time.Time   `json:"asked"`
	Revoked int         `json:"keys_revoked"`
}

type membersTold struct{ Members, Invitations, Requests []memberTold }

func listMembersCommand() *cobra.Command {
	var inJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List members, invitations and requests to join",
		Long: `List the members, the invitations that wait and the requests to join. Prints a
table.`,
		Example: "  custory member list",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inWorkspace(cmd, func(o *opened) error {
				if inJSON {
					var all any
					if err := use(cmd, o, o.actor, "list_members", map[string]any{}, &all); err != nil {
						return err
					}
					return printJSON(cmd.OutOrStdout(), all)
				}
				var all membersTold
				if err := use(cmd, o, o.actor, "list_members", map[string]any{}, &all); err != nil {
					return err
				}
				rows := [][]string{{"NAME", "EMAIL", "ROLE", "STATUS", "KEYS"}}
				for _, m := range all.Members {
					rows = append(rows, []string{plain(m.Name), plain(m.Email), m.Role.String(), "member since " + day(m.Since, ""), fmt.Sprint(m.Keys)})
				}
				for _, i := range all.Invitations {
					rows = append(rows, []string{"–", plain(i.Email), i.Role.String(), "invite pending until " + day(i.Expires, ""), ""})
				}
				for _, j := range all.Requests {
					rows = append(rows, []string{plain(j.Name), plain(j.Email), "–", "asked to join on " + day(j.Asked, ""), ""})
				}
				return printTable(cmd.OutOrStdout(), rows...)
			})
		},
	}
	c.Flags().BoolVar(&inJSON, "json", false, "print one JSON object")
	return c
}

func requestsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "requests",
		Short:   "List the requests to join",
		Long:    "List the requests to join that nobody has decided on. Prints a table.",
		Example: "  custory member requests",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return inWorkspace(cmd, func(o *opened) error {
				var all membersTold
				if err := use(cmd, o, o.actor, "list_members", map[string]any{}, &all); err != nil {
					return err
				}
				if len(all.Requests) == 0 {
					_, err := fmt.Fprintln(cmd.OutOrStdout(), "nobody has asked to join")
					return err
				}
				rows := [][]string{{"NAME", "EMAIL", "ASKED"}}
				for _, j := range all.Requests {
					rows = append(rows, []string{plain(j.Name), plain(j.Email), day(j.Asked, "")})
				}
				return printTable(cmd.OutOrStdout(), rows...)
			})
		},
	}
}

// tellsOne is a command that uses a tool on what its one argument names, and
// prints a line about it.
func tellsOne(c *cobra.Command, what, tool string, in func(arg string) map[string]any, line func(memberTold) string) *cobra.Command {
	c.Args = oneOf(what)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		return inWorkspace(cmd, func(o *opened) error {
			var m memberTold
			if err := use(cmd, o, o.actor, tool, in(args[0]), &m); err != nil {
				return err
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), plain(line(m)))
			return err
		})
	}
	return c
}

func inviteCommand() *cobra.Command {
	var role string
	c := &cobra.Command{
		Use:   "invite EMAIL",
		Short: "Invite somebody by email address",
		Long: `Invite an email address, for 14 days. Whoever signs in through the identity
provider with that address, verified, becomes a member. No message is sent.
Prints until when the invitation holds.`,
		Example: "  custory member invite anna@example.com --role editor",
	}
	c.Flags().StringVar(&role, "role", "editor", "the `role`: editor or viewer")
	return tellsOne(c, "email address", "invite_member",
		func(arg string) map[string]any { return map[string]any{"email": arg, "role": role} },
		func(m memberTold) string {
			return fmt.Sprintf("%s is invited as %s until %s; tell them: nothing was sent", m.Email, m.Role, day(m.Expires, ""))
		})
}

func cancelCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "cancel EMAIL",
		Short: "Cancel an invitation",
		Long: `Cancel an invitation that nobody has accepted, by its email address or its id.
Prints which it was.`,
		Example: "  custory member cancel anna@example.com",
	}
	return tellsOne(c, "email address", "cancel_invitation",
		func(arg string) map[string]any { return map[string]any{"invitation": arg} },
		func(m memberTold) string { return fmt.Sprintf("the invitation of %s is %s", m.Email, m.State) })
}

func addMemberCommand() *cobra.Command {
	var name, role string
	c := &cobra.Command{
		Use:   "add EMAIL",
		Short: "Add a member without an invitation",
		Long: `Add a member, without an identity provider and without asking. They come in by a
key that "custory key create --member EMAIL" makes. Prints the member's id.`,
		Example: "  custory member add anna@example.com --name \"Anna Berg\" --role editor",
		Args:    oneOf("email address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var r schema.Role
			if err := r.UnmarshalText([]byte(role)); err != nil || r == schema.Owner {
				return usagef("--role is %q; it can be editor or viewer", role)
			}
			if name == "" {
				name, _, _ = strings.Cut(args[0], "@")
			}
			return inWorkspace(cmd, func(o *opened) error { return addMember(cmd, o, args[0], name, r) })
		},
	}
	c.Flags().StringVar(&name, "name", "", "what they are `called` (default what stands before the @)")
	c.Flags().StringVar(&role, "role", "editor", "the `role`: editor or viewer")
	return c
}

func addMember(cmd *cobra.Command, o *opened, email, name string, role schema.Role) error {
	var m *schema.Member
	err := o.store.Update(cmd.Context(), schema.Call{Tool: "add_member", Actor: o.actor}, func(tx *store.Tx) (err error) {
		tx.Summarize("added a member")
		if m, err = tx.MemberByEmail(email); err == nil && m != nil {
			return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s is a member already: %s, %s", email, m.Name, m.Role), Hint: "custory member role changes the role"}
		}
		if err == nil {
			m, err = tx.Admit(email, name, role)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s %s (%s) is a member, as %s\n", m.ID, plain(m.Name), m.Email, m.Role)
	return err
}

func roleCommand() *cobra.Command {
	var role string
	c := &cobra.Command{
		Use:   "role MEMBER",
		Short: "Make an editor a viewer, or the reverse",
		Long: `Give a member, named by email address, name or id, another role. The member's
keys follow at once. Prints the role.`,
		Example: "  custory member role anna@example.com --to viewer",
	}
	c.Flags().StringVar(&role, "to", "", "the `role`: editor or viewer")
	_ = c.MarkFlagRequired("to") // the flag is there
	return tellsOne(c, "member", "save_member",
		func(arg string) map[string]any { return map[string]any{"member": arg, "role": role} },
		func(m memberTold) string { return fmt.Sprintf("%s is now %s", m.Name, schema.An(m.Role.String())) })
}

func renameCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "rename MEMBER",
		Short: "Call a member something else",
		Long: `Give a member, named by email address, name or id, another name. It stands in
the history from the beginning. Prints the name.`,
		Example: "  custory member rename Owner --to \"Anna Berg\"",
	}
	c.Flags().StringVar(&name, "to", "", "the `name`")
	_ = c.MarkFlagRequired("to") // the flag is there
	return tellsOne(c, "member", "save_member",
		func(arg string) map[string]any { return map[string]any{"member": arg, "name": name} },
		func(m memberTold) string { return fmt.Sprintf("the member is called %s now", m.Name) })
}

func removeMemberCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "remove MEMBER",
		Short: "Remove a member",
		Long: `Remove a member, named by email address, name or id, and revoke the member's
keys for good. What they wrote stays, under their name. Prints who it was.`,
		Example: "  custory member remove anna@example.com",
	}
	return tellsOne(c, "member", "remove_member",
		func(arg string) map[string]any { return map[string]any{"member": arg} },
		func(m memberTold) string {
			return fmt.Sprintf("%s is no longer a member; %s revoked", m.Name, count(m.Revoked, "key"))
		})
}

func reviewCommand(action, short, long string) *cobra.Command {
	c := &cobra.Command{Use: action + " EMAIL", Short: short, Long: long, Example: "  custory member " + action + " jo@example.com"}
	return tellsOne(c, "email address", "review_join_request",
		func(arg string) map[string]any { return map[string]any{"request": arg, "action": action} },
		func(m memberTold) string {
			return fmt.Sprintf("the request of %s (%s) is %s", m.Name, m.Email, m.State)
		})
}

func transferCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "transfer MEMBER",
		Short: "Make another member the owner",
		Long: `Make another member, named by email address, name or id, the owner of the
workspace. Who owned it becomes an editor. Nobody but whoever can write this
file does that. Prints the owner.`,
		Example: "  custory member transfer anna@example.com",
		Args:    oneOf("member"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return inWorkspace(cmd, func(o *opened) error { return transferOwnership(cmd, o, args[0]) })
		},
	}
}

func transferOwnership(cmd *cobra.Command, o *opened, to string) error {
	a, err := onBehalf(cmd, o, to)
	if err != nil {
		return err
	}
	var name string
	err = o.store.Update(cmd.Context(), schema.Call{Tool: "transfer_ownership", Actor: o.actor}, func(tx *store.Tx) error {
		tx.Summarize("transferred the ownership")
		all, err := tx.Members.All()
		if err != nil {
			return err
		}
		for _, m := range all {
			switch {
			case m.ID == a.ID && m.Assistant:
				return schema.Errorf(schema.Forbidden, "the assistant cannot own the workspace")
			case m.ID == a.ID:
				m.Role, name = schema.Owner, m.Name
			case m.Role == schema.Owner && m.Active():
				m.Role = schema.Editor
			default:
				continue
			}
			if err := tx.Members.Put(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s now owns the workspace %s\n", plain(name), plain(o.workspace.Name))
	return err
}
