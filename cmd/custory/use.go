package main

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"custory/schema"
	"custory/tools"
)

// inWorkspace opens the command's workspace for fn.
func inWorkspace(cmd *cobra.Command, fn func(*opened) error) error {
	return within(cmd, openWorkspace, fn)
}

// within opens a workspace for fn, as open does.
func within(cmd *cobra.Command, open func(*cobra.Command) (*opened, error), fn func(*opened) error) (err error) {
	o, err := open(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	o.actor.Client = cmd.CommandPath()
	return fn(o)
}

// use uses one of the owners' tools, and reads what it answers into out.
func use(cmd *cobra.Command, o *opened, actor schema.Actor, tool string, in, out any) error {
	set, err := openTools(cmd, o, tools.Options{Toolsets: []string{"admin"}})
	if err != nil {
		return err
	}
	args, err := json.Marshal(in)
	if err != nil {
		return err
	}
	res, err := set.Call(cmd.Context(), schema.Call{Tool: tool, Actor: actor}, args)
	if err != nil {
		return err
	}
	b, err := json.Marshal(res)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, out)
}

// day is the date of a time, or what stands for none.
func day(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format(time.DateOnly)
}
