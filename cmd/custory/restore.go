package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/schema"
	"custory/store"
)

func restoreCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "restore COPY",
		Short: "Go back to a copy that custory backup made",
		Long: `Put a copy that custory backup made in the place of the database. The copy is
checked first, and stays where it is. Nobody may have the database open; of one
that is damaged this cannot be told, so see to it.

What stood there is kept beside it, and nothing is lost: restore that file to
come back. Keys that were revoked since the copy was made are good again; revoke
them once more.

Prints what was put where, and where the file before is.`,
		Example: "  custory restore custory-2027-01-31.db",
		Args:    oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			path, err := pathOf(cmd)
			if err != nil {
				return err
			}
			if err := notTheDatabase(cmd, args[0]); err != nil {
				return err
			}
			before, err := restore(cmd, args[0], path)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintf(out, "restored %s from %s\n", path, args[0])
			if before != "" {
				fmt.Fprintf(out, "what stood there before is %s\n", before)
			}
			return nil
		},
	}
}

// restore puts a sound copy of the file from at path, and what stood there
// beside it, under the name it returns.
func restore(cmd *cobra.Command, from, path string) (before string, err error) {
	if _, err := os.Stat(from); err != nil {
		return "", noCopy(from, err)
	}
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to // a link stays one
	}
	if err := store.Alone(cmd.Context(), path); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".restoring-*")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fresh := filepath.Join(folder, filepath.Base(path))
	if err := store.Copy(cmd.Context(), from, fresh); err != nil {
		return "", fmt.Errorf("read %s: %w", from, err)
	}
	if err := sound(cmd, fresh); err != nil {
		return "", fmt.Errorf("%s cannot be restored: %w", from, err)
	}
	if err := store.Alone(cmd.Context(), path); err != nil { // that took a while
		return "", err
	}
	return replace(path, fresh)
}

// replace puts a file in the place of a database, which goes on under the name it
// returns, with what stands beside it.
func replace(path, fresh string) (before string, err error) {
	before = path + ".before-" + time.Now().UTC().Format("20060102-150405.000")
	was, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	default:
		if err := giveToOwner(fresh, was); err != nil {
			return "", err
		}
		if os.Link(path, before) != nil { // a moment without a file, where the disk has no links
			if err := os.Rename(path, before); err != nil {
				return "", err
			}
		}
	}
	for i, f := range besides(path)[1:] { // what is left there belongs to the file before
		if err := os.Rename(f, besides(before)[i+1]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%w; what stood there is in %s too", err, before)
		}
	}
	if err := os.Rename(fresh, path); err != nil {
		return "", fmt.Errorf("%w; what stood there is in %s", err, before)
	}
	if was == nil {
		before = ""
	}
	return before, nil
}

// sound demands that a file is custory's, and nothing is wrong with it. The file
// has to be there.
func sound(cmd *cobra.Command, path string) (err error) {
	st, err := store.Open(cmd.Context(), path, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	wrong, err := st.Check(cmd.Context())
	if err == nil && len(wrong) > 0 {
		err = &schema.Error{Code: schema.Conflict, Message: strings.Join(wrong[:min(3, len(wrong))], "; "), Hint: "restore an older copy"}
	}
	return err
}

func noCopy(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &schema.Error{Code: schema.NotFound, Message: "there is no file " + path, Hint: "name a copy that custory backup made"}
}
