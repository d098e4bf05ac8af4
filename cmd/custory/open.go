package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/internal/mcpserver"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// openStore opens the command's database, and makes it if there is none.
func openStore(cmd *cobra.Command) (*store.Store, error) {
	path, err := pathOf(cmd)
	if err != nil {
		return nil, err
	}
	log, err := logger(cmd, slog.LevelWarn)
	if err != nil {
		return nil, err
	}
	_, err = os.Stat(path)
	isNew := errors.Is(err, os.ErrNotExist)
	st, err := store.Open(cmd.Context(), path, store.Options{Log: log})
	if err == nil && isNew {
		keepPrivate(path)
	}
	return st, err
}

// openExisting is openStore for commands that have nothing to do in a new file.
func openExisting(cmd *cobra.Command) (*store.Store, error) {
	path, err := pathOf(cmd)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, noDatabase(path, err)
	}
	return openStore(cmd)
}

func noDatabase(path string, err error) error {
	if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return &schema.Error{Code: schema.NotFound, Message: "there is no database at " + path, Hint: "name another with --db; custory serve and custory import make one"}
}

// An opened workspace is what most commands work with.
type opened struct {
	store     *store.Store
	workspace *schema.Workspace
	actor     schema.Actor // the workspace's owner, who sits at this terminal
	temporary string       // a folder that goes when it is closed
}

func (o *opened) close() error {
	err := o.store.Close()
	if o.temporary != "" {
		err = errors.Join(err, os.RemoveAll(o.temporary))
	}
	return err
}

// openWorkspace opens the command's database and workspace, which must be
// there.
func openWorkspace(cmd *cobra.Command) (*opened, error) {
	st, err := openExisting(cmd)
	if err != nil {
		return nil, err
	}
	return enter(cmd, st, false)
}

// makeWorkspace is openWorkspace that makes the database and a first workspace
// if there are none.
func makeWorkspace(cmd *cobra.Command) (*opened, error) {
	st, err := openStore(cmd)
	if err != nil {
		return nil, err
	}
	return enter(cmd, st, true)
}

// tryWorkspace is makeWorkspace for a dry run: what is not there is made in a
// folder that goes again.
func tryWorkspace(cmd *cobra.Command) (*opened, error) {
	path, err := pathOf(cmd)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return openWorkspace(cmd)
	}
	folder, err := os.MkdirTemp("", "custory-")
	if err != nil {
		return nil, err
	}
	st, err := store.Open(cmd.Context(), filepath.Join(folder, "custory.db"), store.Options{})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	o, err := enter(cmd, st, true)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	o.temporary = folder
	return o, nil
}

// copyWorkspace opens the workspace of the name in a copy of the command's
// database, made in a folder that goes again. The database is only read.
func copyWorkspace(cmd *cobra.Command, name string) (_ *opened, err error) {
	ctx := cmd.Context()
	path, err := pathOf(cmd)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, noDatabase(path, err)
	}
	folder, err := os.MkdirTemp("", "custory-")
	if err != nil {
		return nil, err
	}
	o := &opened{temporary: folder}
	defer func() {
		if err != nil {
			if o.store != nil {
				err = errors.Join(err, o.store.Close())
			}
			err = errors.Join(err, os.RemoveAll(folder))
		}
	}()
	copied := filepath.Join(folder, "custory.db")
	if err := store.Copy(ctx, path, copied); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if o.store, err = store.Open(ctx, copied, store.Options{}); err != nil {
		return nil, err
	}
	o.workspace, err = chooseFrom(ctx, o.store, path, name)
	return o, err
}

func enter(cmd *cobra.Command, st *store.Store, first bool) (*opened, error) {
	ctx := cmd.Context()
	o := &opened{store: st}
	err := func() (err error) {
		if first {
			if err := firstWorkspace(ctx, st); err != nil {
				return err
			}
		}
		if o.workspace, err = chooseWorkspace(ctx, st, cmd.Flag("workspace").Value.String()); err != nil {
			return err
		}
		o.actor, err = st.Owner(ctx, o.workspace.ID)
		o.actor.Client = "custory " + cmd.Name()
		return err
	}()
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return o, nil
}

// firstWorkspace makes a workspace in a file that has none. Of several processes
// that start at once one makes it, and the others wait for it.
func firstWorkspace(ctx context.Context, st *store.Store) error {
	turn := st.Cursor("", "first workspace", string(schema.NewID(schema.KindCall)))
	for mine := false; ; {
		all, err := st.Workspaces(ctx)
		if err != nil || len(all) > 0 {
			return err
		}
		if mine {
			_, err := st.NewWorkspace(ctx, "My workspace", "Owner")
			return errors.Join(err, turn.Release(ctx))
		}
		if mine, err = turn.Each(ctx, func(schema.Change) error { return nil }); err != nil {
			return err
		}
		if !mine {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

// chooseWorkspace returns the workspace of the id, slug or name, or the only
// one if none is named.
func chooseWorkspace(ctx context.Context, st *store.Store, name string) (*schema.Workspace, error) {
	return chooseFrom(ctx, st, st.Path(), name)
}

// chooseFrom is chooseWorkspace in a store whose file the caller knows as path.
func chooseFrom(ctx context.Context, st *store.Store, path, name string) (*schema.Workspace, error) {
	all, err := st.Workspaces(ctx)
	if err != nil {
		return nil, err
	}
	var fit []*schema.Workspace
	for _, w := range all {
		switch {
		case name == string(w.ID) || name == w.Slug:
			return w, nil
		case name == "" || strings.EqualFold(name, w.Name):
			fit = append(fit, w)
		}
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	f := &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no workspace %q in %s", name, path), Hint: "name one with --workspace, by its id, slug or name"}
	switch {
	case len(all) == 0:
		f.Message, f.Hint = "there is no workspace in "+path+" yet", "custory serve, custory import and custory key create make one"
	case len(fit) > 1:
		f.Code, f.Message = schema.Conflict, fmt.Sprintf("there are %d workspaces to choose from in %s", len(fit), path)
	}
	for _, w := range all {
		f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", w.Slug, w.Name))
	}
	return nil, f
}

// openTools returns the tools on an opened workspace.
func openTools(cmd *cobra.Command, o *opened, opt tools.Options) (*tools.Set, error) {
	log, err := logger(cmd, slog.LevelWarn)
	if err != nil {
		return nil, err
	}
	if opt.Log == nil {
		opt.Log = log
	}
	mem, err := openMemory(cmd, o, opt.Log)
	if err != nil {
		return nil, err
	}
	return newTools(cmd, o, mem, opt)
}

// newTools returns the tools on an opened workspace and its memory.
func newTools(cmd *cobra.Command, o *opened, mem *memory.Memory, opt tools.Options) (*tools.Set, error) {
	if err := writeWith(cmd, &opt); err != nil {
		return nil, err
	}
	return tools.New(o.store, mem, opt)
}

// openMemory returns the memory of an opened workspace.
func openMemory(cmd *cobra.Command, o *opened, log *slog.Logger) (*memory.Memory, error) {
	e, err := embedder(cmd)
	if err != nil {
		return nil, err
	}
	return memory.New(o.store, e, log), nil
}

// logger writes to standard error, from the level that --log-level names, or
// else from the usual one.
func logger(cmd *cobra.Command, usual slog.Level) (*slog.Logger, error) {
	level := usual
	if text := cmd.Flag("log-level").Value.String(); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return nil, usagef("--log-level is %q; it can be debug, info, warn or error", text)
		}
	}
	return logTo(cmd, level)
}

// logTo writes to standard error from a level on, in the format that
// --log-format names where a command has it. What is written of a client's call
// the client can hear, too.
func logTo(cmd *cobra.Command, level slog.Level) (*slog.Logger, error) {
	opt, format := &slog.HandlerOptions{Level: level}, ""
	if cmd.Flag("log-format") != nil {
		format = setting(cmd, "log-format")
	}
	switch format {
	case "", "text":
		return mcpserver.Telling(slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), opt))), nil
	case "json":
		return mcpserver.Telling(slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), opt))), nil
	}
	return nil, usagef("--log-format is %q; it can be text or json", format)
}
