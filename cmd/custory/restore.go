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
checked first, and stays where it is. Nobody may have the database open.

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
	if err := store.Alone(cmd.Context(), path); err != nil {
		return "", err
	}
	fresh := path + ".restoring"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) { // of one that was stopped
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	if err := store.Copy(cmd.Context(), from, fresh); err != nil {
		return "", fmt.Errorf("read %s: %w", from, err)
	}
	defer func() {
		for _, f := range besides(fresh) {
			_ = os.Remove(f) // gone, if all went well
		}
	}()
	if err := sound(cmd, fresh); err != nil {
		return "", fmt.Errorf("%s cannot be restored: %w", from, err)
	}
	was, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", os.Rename(fresh, path)
	}
	if err != nil {
		return "", err
	}
	if err := giveToOwner(fresh, was); err != nil {
		return "", err
	}
	before = path + ".before-" + time.Now().UTC().Format("20060102-150405.000")
	if err := setAside(path, before); err != nil {
		return "", err
	}
	return before, os.Rename(fresh, path)
}

// sound demands that a file is custory's, and nothing is wrong with it.
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

// setAside gives a database, with what stands beside it, another name. The file
// itself keeps its old one too until another takes its place, where the disk can
// do that: there is no moment without it.
func setAside(path, to string) error {
	parts, renamed := besides(path), besides(to)
	for i := 1; i < len(parts); i++ {
		if err := os.Rename(parts[i], renamed[i]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if os.Link(path, to) == nil {
		return nil
	}
	return os.Rename(path, to)
}

func noCopy(path string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &schema.Error{Code: schema.NotFound, Message: "there is no file " + path, Hint: "name a copy that custory backup made"}
}
