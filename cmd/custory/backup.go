package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

func backupCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database while it is in use",
		Long: `Copy the database to a new file, whole and consistent, while assistants go on
working in it. The copy is a database like any other: custory serve --db FILE.

Copying the file by other means can miss what was written last. Prints where the
copy is and how large.`,
		Example: "  custory backup custory-2027-01-31.db",
		Args:    oneFile,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			path, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			st, err := openExisting(cmd)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, st.Close()) }()
			if err := st.Backup(cmd.Context(), path); err != nil {
				return err
			}
			copied, err := os.Stat(path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "copied %s to %s (%s)\n", st.Path(), path, size(copied.Size()))
			return err
		},
	}
}
