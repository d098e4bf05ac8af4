package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"custory/schema"
)

// openInput opens a file to be read, or standard input for "-". It refuses the
// database itself: reading that by another way would drop its locks.
func openInput(cmd *cobra.Command, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(&interruptible{ctx: cmd.Context(), r: cmd.InOrStdin()}), nil
	}
	if err := notTheDatabase(cmd, name); err != nil {
		return nil, err
	}
	st, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &schema.Error{Code: schema.NotFound, Message: "there is no file " + name}
	case err != nil:
		return nil, err
	case st.IsDir():
		return nil, schema.Errorf(schema.Invalid, "%s is a folder; a file is wanted", name)
	}
	return os.Open(name)
}

// An interruptible reader gives up waiting for input when its context is done.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	rest []byte // read, and not asked for yet
}

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.rest) == 0 {
		type result struct {
			data []byte
			err  error
		}
		read := make(chan result, 1)
		go func() {
			data := make([]byte, max(len(p), 4096))
			n, err := i.r.Read(data)
			read <- result{data[:n], err}
		}()
		select {
		case <-i.ctx.Done():
			return 0, i.ctx.Err()
		case got := <-read:
			if i.rest = got.data; len(got.data) == 0 {
				return 0, got.err
			}
		}
	}
	n := copy(p, i.rest)
	i.rest = i.rest[n:]
	return n, nil
}

// notTheDatabase refuses the files that the command's database consists of.
func notTheDatabase(cmd *cobra.Command, name string) error {
	path, err := pathOf(cmd)
	if err != nil {
		return err
	}
	is, err := os.Stat(name)
	if err != nil {
		return nil // there is none
	}
	for _, f := range besides(path) {
		if st, err := os.Stat(f); err == nil && os.SameFile(is, st) {
			return &schema.Error{Code: schema.Conflict, Message: name + " is the database itself", Hint: "custory backup copies it"}
		}
	}
	return nil
}

// writeFile writes a file whole or not at all: beside its place first, and then
// into it. A file that is there keeps its permissions, and a link stays one.
func writeFile(path string, perm os.FileMode, write func(io.Writer) error) (err error) {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if st, err := os.Stat(path); err == nil && st.IsDir() {
		return schema.Errorf(schema.Invalid, "%s is a folder; a file is wanted", path)
	} else if err == nil {
		perm = st.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if errors.Is(err, os.ErrNotExist) {
		return &schema.Error{Code: schema.NotFound, Message: "there is no folder " + filepath.Dir(path), Hint: "make it first, or write elsewhere"}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // may be closed already
			_ = os.Remove(f.Name())
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Chmod(perm), f.Sync()); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
