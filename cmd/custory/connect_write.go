package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"custory/internal/connect"
	"custory/schema"
)

// merge puts the server into the client's file.
func merge(w io.Writer, c connect.Client, s connect.Server, file string) error {
	old, err := os.ReadFile(file)
	isNew := errors.Is(err, os.ErrNotExist)
	if err != nil && !isNew {
		return err
	}
	text, changed, err := c.Merge(old, s)
	if err != nil {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("%s was left as it is: %v", file, err), Hint: fmt.Sprintf("custory connect %s prints what to put there", c)}
	}
	if !changed {
		_, err := fmt.Fprintf(w, "%s has it already\n", file)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if !isNew {
		if err := keepBackup(file, old); err != nil {
			return err
		}
	}
	perm := os.FileMode(0o600)
	if c.Project() {
		perm = 0o644
	}
	if err := writeFile(file, perm, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return err
	}
	fmt.Fprintf(w, "wrote %s\nThen %s.\n", file, c.Afterwards())
	environment(w, c, s)
	if c.Project() && s.Command != "" {
		fmt.Fprintf(w, "The file names a path of this machine (%s): mind that before you share it.\n", s.Command)
	}
	return nil
}

// keepBackup keeps a file as it was, with its permissions.
func keepBackup(file string, old []byte) error {
	st, err := os.Stat(file)
	if err != nil {
		return err
	}
	return writeFile(file+".bak", st.Mode().Perm(), func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(old))
		return err
	})
}
