package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// A Set is the tools of a server, ready to be called.
type Set struct {
	store    *store.Store
	memory   *memory.Memory
	writer   Writer
	patience time.Duration
	log      *slog.Logger
	tools    map[string]Tool
	list     []Tool
}

// Options choose the tools of a set. The zero value is the core toolset.
type Options struct {
	Toolsets []string // beside core
	ReadOnly bool     // only tools that read
	Log      *slog.Logger

	Writer   Writer        // nil: the assistants write, and the server quotes
	Patience time.Duration // how long one answer of the writer may take; 0: a minute
}

// New returns the set of tools that work on the store and its memory.
func New(st *store.Store, mem *memory.Memory, opt Options) (*Set, error) {
	s := &Set{store: st, memory: mem, writer: opt.Writer, patience: cmp.Or(opt.Patience, writerPatience), log: opt.Log, tools: map[string]Tool{}}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, ts := range opt.Toolsets {
		if !slices.Contains(Toolsets(), ts) {
			return nil, &schema.Error{Code: schema.Invalid, Message: fmt.Sprintf("there is no toolset %q", ts), Valid: Toolsets()}
		}
	}
	for _, t := range All() {
		if t.Toolset != Core && !slices.Contains(opt.Toolsets, t.Toolset) || opt.ReadOnly && t.Run.Effect != Reads {
			continue
		}
		t.OpenWorld = t.OpenWorld || t.asks && s.writer != nil
		s.tools[t.Name] = t
		s.list = append(s.list, t)
	}
	return s, nil
}

// Core is the toolset that is always offered.
const Core = ""

// Toolsets lists the toolsets beside core.
func Toolsets() []string {
	var all []string
	for _, t := range All() {
		if t.Toolset != Core && !slices.Contains(all, t.Toolset) {
			all = append(all, t.Toolset)
		}
	}
	return all
}

// All lists every tool there is, in the order of their names.
func All() []Tool {
	all := slices.Concat(finding(), journeys(), items(), signals(), insights(), drafts(), personas(), comments(), notes(), history(), versions(), workspaces(), people(), invitations(), keys())
	slices.SortFunc(all, func(a, b Tool) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// List is the tools of the set, in the order of their names.
func (s *Set) List() []Tool { return s.list }

// ListFor is those tools of the set that the actor may use.
func (s *Set) ListFor(a schema.Actor) []Tool {
	return slices.DeleteFunc(slices.Clone(s.list), func(t Tool) bool { return t.allows(a) != nil })
}

// allows returns nil if the actor may use the tool, and otherwise says who can.
func (t Tool) allows(a schema.Actor) error {
	switch {
	case !a.Role.Includes(t.Role):
		return &schema.Error{Code: schema.Forbidden, Message: fmt.Sprintf("%s needs the role %s; yours is %s", t.Name, t.Role, a.Role), Hint: "ask an owner of the workspace"}
	case a.Proposes && t.Run.Effect != Reads && !t.Proposes:
		return proposesOnly(fmt.Sprintf("%s is not for those who may only propose", t.Name))
	}
	return nil
}

// proposesOnly refuses what is more than a proposal.
func proposesOnly(message string) *schema.Error {
	return &schema.Error{Code: schema.Forbidden, Message: message, Hint: "a member with the role Editor does it, or a key that does not only propose; this one files signals and drafts"}
}

// Store is what the tools work on.
func (s *Set) Store() *store.Store { return s.store }

// Call uses the tool the call names. The result marshals to a JSON object. An
// error that schema.FaultsOf knows is the caller's to mend.
func (s *Set) Call(ctx context.Context, c schema.Call, args json.RawMessage) (out any, err error) {
	if c.ID == "" {
		c.ID = s.store.NewID(schema.KindCall)
	}
	start := time.Now()
	out, err = s.call(ctx, c, args)
	attrs := []any{"call", c.ID, "tool", c.Tool, "workspace", c.Actor.Workspace, "actor", c.Actor.ID, "ms", time.Since(start).Milliseconds()}
	if c.Actor.Key != "" {
		attrs = append(attrs, "key", c.Actor.Key)
	}
	if err != nil {
		attrs = append(attrs, "err", codeOf(err))
	}
	s.log.Info("call", attrs...)
	return out, err
}

func (s *Set) call(ctx context.Context, c schema.Call, args json.RawMessage) (any, error) {
	t, ok := s.tools[c.Tool]
	if !ok {
		e := &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no tool %q", c.Tool)}
		for _, t := range s.ListFor(c.Actor) {
			e.Valid = append(e.Valid, t.Name)
		}
		return nil, e
	}
	if err := t.allows(c.Actor); err != nil {
		return nil, err
	}
	return t.Run.run(ctx, s, c, args)
}

// codeOf tells an error's class without its words, which may hold what a user
// typed. Who called writes those of a failure of our own into the log.
func codeOf(err error) string {
	if f := schema.FaultsOf(err); len(f) > 0 {
		return string(f[0].Code)
	}
	return "internal"
}
