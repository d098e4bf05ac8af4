package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

// journeys are the tools of the map itself.
func journeys() []Tool { return []Tool{getJourneyTool(), editJourneyTool()} }

func editJourneyTool() Tool {
	return Tool{
		Name:  "edit_journey",
		Title: "Edit a journey",
		Doc: "Builds and changes journeys by a list of operations, done in order, all or none. " +
			"Creates them blank, from an outline or a template; orders, nests and removes what is in them.",
		Role: schema.Editor,
		Run:  write(editJourney),
	}
}

// maxOperations bounds one edit.
const maxOperations = 100

type editJourneyIn struct {
	Journey    string      `json:"journey,omitempty" jsonschema:"id, slug or name: where operations look and act"`
	Operations []operation `json:"operations" jsonschema:"at most 100"`
}

type operation struct {
	Op          string            `json:"op" jsonschema:"create_journey, update, add_stage, add_step, move, remove, place, unplace, nest, unnest, link_persona, unlink_persona"`
	Target      string            `json:"target,omitempty" jsonschema:"journey, stage or step: id, name, path or ref"`
	Item        string            `json:"item,omitempty" jsonschema:"to place, unplace or move"`
	In          string            `json:"in,omitempty" jsonschema:"what it goes into or stands on"`
	After       string            `json:"after,omitempty" jsonschema:"a sibling, first or last (default)"`
	Name        string            `json:"name,omitempty"`
	Description *string           `json:"description,omitempty"`
	Emotion     *int              `json:"emotion,omitempty" jsonschema:"1 bad to 5 good, 0 none"`
	Personas    *[]string         `json:"personas,omitempty"`
	Defaults    map[string]string `json:"defaults,omitempty" jsonschema:"linear_team, jira_project, …"`
	Outline     string            `json:"outline,omitempty" jsonschema:"stages, steps indented below; or a template's name"`
	Ref         string            `json:"ref,omitempty" jsonschema:"label for later operations"`
}

type editJourneyOut struct {
	Receipt
	Done     []doneLine `json:"done"`
	Warnings []string   `json:"warnings,omitempty"`
}

// A doneLine tells what one operation did.
type doneLine struct {
	Op   string    `json:"op"`
	ID   schema.ID `json:"id"`
	Slug string    `json:"slug,omitempty"`
	Path string    `json:"path,omitempty"`
	Did  string    `json:"did"`
}

func editJourney(ctx context.Context, tx *store.Tx, in editJourneyIn) (out editJourneyOut, err error) {
	if n := len(in.Operations); n == 0 || n > maxOperations {
		return out, &schema.Error{Code: schema.Limited, Field: "operations", Message: "operations must hold 1 to 100", Hint: "send more in further calls"}
	}
	e := &editor{tx: tx, refs: map[string]schema.ID{}, fixed: in.Journey != ""}
	if e.journey, err = resolveOptional(tx, schema.KindJourney, "journey", in.Journey); err != nil {
		return out, err
	}
	did := map[string]int{}
	for i, o := range in.Operations {
		line, err := e.do(o)
		if err != nil {
			return out, atEntry(err, "operations", i)
		}
		out.Done = append(out.Done, line)
		did[o.Op]++
	}
	out.Warnings = e.warnings
	tx.Summarize(summaryOf(did))
	return out, nil
}

// An editor carries out operations, one after another.
type editor struct {
	tx       *store.Tx
	journey  schema.ID            // where names are looked for; "" is everywhere
	fixed    bool                 // the call has named the journey
	refs     map[string]schema.ID // what operations have labelled
	warnings []string
}

// An edit is how one kind of operation is done, which arguments it takes and
// how a summary counts it.
type edit struct {
	name  string
	takes []string
	noun  string // "added 3 stages"
	do    func(*editor, operation) (doneLine, error)
}

func edits() []edit {
	return []edit{
		{"create_journey", []string{"name", "description", "outline", "personas", "defaults"}, "created %s journey", (*editor).createJourney},
		{"update", []string{"target", "name", "description", "emotion", "personas", "defaults"}, "changed %s record", (*editor).update},
		{"add_stage", []string{"in", "after", "name", "description"}, "added %s stage", (*editor).addStage},
		{"add_step", []string{"in", "after", "name", "description", "emotion", "personas"}, "added %s step", (*editor).addStep},
		{"move", []string{"target", "item", "in", "after"}, "moved %s record", (*editor).move},
		{"remove", []string{"target"}, "removed %s record", (*editor).remove},
		{"place", []string{"item", "in", "after"}, "placed %s item", (*editor).place},
		{"unplace", []string{"item", "in"}, "took away %s item", (*editor).unplace},
		{"nest", []string{"target", "in", "after", "name", "description", "outline", "personas", "defaults"}, "nested %s journey", (*editor).nest},
		{"unnest", []string{"target", "in"}, "unnested %s journey", (*editor).unnest},
		{"link_persona", []string{"target", "personas"}, "linked personas %s time", (*editor).linkPersonas},
		{"unlink_persona", []string{"target", "personas"}, "unlinked personas %s time", (*editor).unlinkPersonas},
	}
}

// do carries out one operation.
func (e *editor) do(o operation) (line doneLine, err error) {
	all := edits()
	i := slices.IndexFunc(all, func(d edit) bool { return d.name == o.Op })
	if i < 0 {
		f := &schema.Error{Code: schema.Invalid, Field: "op", Message: fmt.Sprintf("there is no operation %q", o.Op)}
		for _, d := range all {
			f.Valid = append(f.Valid, d.name)
		}
		return line, f
	}
	for _, name := range o.given() {
		if !slices.Contains(all[i].takes, name) {
			return line, &schema.Error{Code: schema.Invalid, Field: name, Message: fmt.Sprintf("%s takes no %s", o.Op, name), Valid: append(all[i].takes, "ref")}
		}
	}
	if e.refs[o.Ref] != "" {
		return line, &schema.Error{Code: schema.Invalid, Field: "ref", Message: fmt.Sprintf("the ref %q is taken by %s", o.Ref, e.refs[o.Ref])}
	}
	if line, err = all[i].do(e, o); err != nil {
		return line, err
	}
	if o.Ref != "" {
		e.refs[o.Ref] = line.ID
	}
	line.Op = o.Op
	if line.Path == "" && o.Op != "remove" {
		line.Path, err = e.tx.Path(line.ID)
	}
	return line, err
}

// given lists the arguments that are said, but for op and ref.
func (o operation) given() (names []string) {
	for _, a := range []struct {
		name string
		said bool
	}{
		{"target", o.Target != ""}, {"item", o.Item != ""}, {"in", o.In != ""}, {"after", o.After != ""}, {"name", o.Name != ""},
		{"description", o.Description != nil}, {"emotion", o.Emotion != nil}, {"personas", o.Personas != nil}, {"defaults", o.Defaults != nil}, {"outline", o.Outline != ""},
	} {
		if a.said {
			names = append(names, a.name)
		}
	}
	return names
}

// summaryOf says in a few words what operations did.
func summaryOf(did map[string]int) string {
	var words []string
	for _, d := range edits() {
		switch n := did[d.name]; {
		case n == 1:
			words = append(words, fmt.Sprintf(d.noun, "1"))
		case n > 1:
			words = append(words, fmt.Sprintf(d.noun, fmt.Sprint(n))+"s")
		}
	}
	return strings.Join(words, ", ")
}
