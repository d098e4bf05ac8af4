package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// run carries out a command line of the program and returns the exit code: 0 if all went well,
// 2 if the command line was not understood, 1 for everything else.
func run(ctx context.Context, root *cobra.Command, args []string) int {
	understood := false
	whenRun(root, func() { understood = true })
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return 0
	case !understood || isUsage(err):
		report(os.Stderr, err)
		fmt.Fprintf(os.Stderr, "  %s --help shows how it is used\n", cmd.CommandPath())
		return 2
	}
	report(os.Stderr, err)
	return 1
}

// whenRun has each command call fn as it begins, once its arguments have been
// understood.
func whenRun(c *cobra.Command, fn func()) {
	if inner := c.RunE; inner != nil {
		c.RunE = func(cmd *cobra.Command, args []string) error {
			fn()
			return inner(cmd, args)
		}
	}
	for _, sub := range c.Commands() {
		whenRun(sub, fn)
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "custory",
		Short: "Customer journeys, and the evidence behind them, for AI assistants",
		Long: `custory keeps customer journeys and the evidence they rest on, and lets AI
assistants work on them through the Model Context Protocol.

New here? Begin with these two:

  custory demo                  watch the whole story on sample messages
  custory connect claude-code   give custory to your assistant

Everything is kept in one file: --db PATH, or $CUSTORY_DB, or the one that
"custory doctor" names.`,
		Example: "  custory demo\n  custory connect claude-code\n  custory import signals tickets.csv --source support",
		Args:    noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			_, err := logger(cmd, 0)
			return err
		},
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetVersionTemplate("custory {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	f := root.PersistentFlags()
	f.String("db", "", "the database `file` (default $CUSTORY_DB, or one in your data folder)")
	f.String("workspace", "", "the `workspace`, by id, slug or name (default the only one)")
	f.String("log-level", "", "the least `level` to log to standard error: debug, info, warn or error")
	modelFlags(root)
	showModelsWhereUsed(root)
	add := func(id, title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, c := range commands {
			c.GroupID = id
			root.AddCommand(c)
		}
	}
	add("start", "Start", demoCommand(), connectCommand(), serveCommand())
	add("transfer", "Bring in and take out", importCommand(), exportCommand())
	add("care", "Look after", doctorCommand(), backupCommand(), restoreCommand(), workspaceCommand(), memberCommand(), keyCommand(), evalCommand(), versionCommand())
	root.SetHelpCommandGroupID("care")
	return root
}

// noSuchCommand refuses what follows a command that takes only commands.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if found := cmd.SuggestionsFor(args[0]); len(found) > 0 {
		near = "; did you mean " + strings.Join(found, " or ") + "?"
	}
	return usagef("there is no command %q%s", args[0], near)
}

// noArgs refuses what follows a command that takes only flags.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("%s takes only flags; what is %q?", cmd.CommandPath(), args[0])
}

// oneFile demands the name of one file.
func oneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usagef("%s takes one file, not %d", cmd.CommandPath(), len(args))
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Tell which build this is",
		Long:    "Tell which build this is.\n\nPrints one line on standard output, as custory --version does.",
		Example: "  custory version",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "custory", version())
			return err
		},
	}
}

// version tells which build this is.
func version() string {
	v := "devel"
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" && b.Main.Version != "(devel)" {
		v = b.Main.Version
	}
	return fmt.Sprintf("%s (%s, %s/%s)", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
