package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"custory/schema"
)

func (e *editor) update(o operation) (line doneLine, err error) {
	id := e.journey
	if o.Target != "" || id == "" {
		if id, err = e.find("target", o.Target, schema.KindStage, schema.KindStep, schema.KindJourney); err != nil {
			return line, err
		}
	}
	r, err := e.tx.Get(id)
	if err != nil {
		return line, err
	}
	was, err := json.Marshal(r)
	if err != nil {
		return line, err
	}
	line = doneLine{ID: id, Did: "nothing to change"}
	switch r := r.(type) {
	case *schema.Journey:
		if err := e.fill(o, r); err != nil {
			return line, err
		}
		err = e.tx.Journeys.Put(r)
		line.Slug = r.Slug
	case *schema.Stage:
		if f := firstOf(o.given(), "emotion", "personas", "defaults"); f != "" {
			return line, &schema.Error{Code: schema.Invalid, Field: f, Message: "a stage has no " + f, Valid: []string{"name", "description"}}
		}
		rename(o, &r.Name, &r.Description)
		err = e.tx.Stages.Put(r)
	case *schema.Step:
		if err := e.describe(o, r); err != nil {
			return line, err
		}
		err = e.tx.Steps.Put(r)
	}
	if err != nil {
		return line, err
	}
	changed, err := changedFields(was, r)
	if len(changed) > 0 {
		line.Did = "changed " + strings.Join(changed, ", ")
	}
	return line, err
}

// firstOf is the first of the wanted that is in the list, or "".
func firstOf(list []string, wanted ...string) string {
	for _, w := range wanted {
		if slices.Contains(list, w) {
			return w
		}
	}
	return ""
}

func rename(o operation, name, description *string) {
	if o.Name != "" {
		*name = o.Name
	}
	if o.Description != nil {
		*description = *o.Description
	}
}

// describe gives a step what the operation says of it.
func (e *editor) describe(o operation, s *schema.Step) (err error) {
	if o.Defaults != nil {
		return &schema.Error{Code: schema.Invalid, Field: "defaults", Message: "a step has no defaults", Hint: "they belong to the journey"}
	}
	rename(o, &s.Name, &s.Description)
	if o.Emotion != nil {
		s.Emotion = o.Emotion
		if *o.Emotion == 0 {
			s.Emotion = nil
		}
	}
	if o.Personas != nil {
		s.Personas, err = resolveAll(e.tx, schema.KindPersona, "personas", *o.Personas)
	}
	return err
}

// fill gives a journey what the operation says of it.
func (e *editor) fill(o operation, j *schema.Journey) (err error) {
	if o.Emotion != nil {
		return &schema.Error{Code: schema.Invalid, Field: "emotion", Message: "a journey has no emotion", Hint: "it belongs to the steps"}
	}
	rename(o, &j.Name, &j.Description)
	if o.Personas != nil {
		if j.Personas, err = resolveAll(e.tx, schema.KindPersona, "personas", *o.Personas); err != nil {
			return err
		}
	}
	d := &j.Defaults
	places := map[string]*string{
		"linear_team": &d.LinearTeam, "jira_project": &d.JiraProject, "jira_issue_type": &d.JiraIssueType,
		"notion_database": &d.NotionDatabase, "github_repository": &d.GitHubRepository, "figma_source": &d.FigmaSource,
	}
	for k, v := range o.Defaults {
		if places[k] == nil {
			return &schema.Error{Code: schema.Invalid, Field: "defaults." + k, Message: fmt.Sprintf("there is no default %q", k), Valid: slices.Sorted(maps.Keys(places))}
		}
		*places[k] = v
	}
	return nil
}

func (e *editor) addStage(o operation) (line doneLine, err error) {
	journey, err := e.journeyOr("in", o.In)
	if err != nil {
		return line, err
	}
	all, err := e.stages(journey)
	if err != nil {
		return line, err
	}
	s := &schema.Stage{Journey: journey}
	rename(o, &s.Name, &s.Description)
	if s.Position, err = e.room(all, "", o.After); err != nil {
		return line, err
	}
	err = e.tx.Stages.Put(s)
	return doneLine{ID: s.ID, Did: "added"}, err
}

func (e *editor) addStep(o operation) (line doneLine, err error) {
	stage, err := e.stageFor(o)
	if err != nil {
		return line, err
	}
	all, err := e.steps(stage)
	if err != nil {
		return line, err
	}
	s := &schema.Step{Stage: stage}
	if err := e.describe(o, s); err != nil {
		return line, err
	}
	if s.Position, err = e.room(all, "", o.After); err != nil {
		return line, err
	}
	err = e.tx.Steps.Put(s)
	return doneLine{ID: s.ID, Did: "added"}, err
}

// stageFor is the stage a step goes into: the one named, or that of the step
// it is to follow.
func (e *editor) stageFor(o operation) (schema.ID, error) {
	if o.In == "" && !atEnd(o.After) {
		id, err := e.find("after", o.After, schema.KindStep)
		if err != nil {
			return "", err
		}
		step, err := e.tx.Steps.Get(id)
		if err != nil {
			return "", err
		}
		return step.Stage, nil
	}
	return e.find("in", o.In, schema.KindStage)
}

// remove removes a journey, stage or step, and tells what went with it.
func (e *editor) remove(o operation) (line doneLine, err error) {
	id, err := e.find("target", o.Target, schema.KindStage, schema.KindStep, schema.KindJourney)
	if err != nil {
		return line, err
	}
	if line.Path, err = e.tx.Path(id); err != nil {
		return line, err
	}
	line.ID = id
	line.Did, err = removeWhole(e.tx, id)
	if id == e.journey {
		e.journey = ""
	}
	return line, err
}

func (e *editor) linkPersonas(o operation) (doneLine, error) {
	return e.personas(o, "linked", func(have []schema.ID, p schema.ID) []schema.ID { return appendNew(have, p) })
}

func (e *editor) unlinkPersonas(o operation) (doneLine, error) {
	return e.personas(o, "unlinked", func(have []schema.ID, p schema.ID) []schema.ID {
		return slices.DeleteFunc(have, func(id schema.ID) bool { return id == p })
	})
}

// personas changes whom a journey or step is about, one persona after another.
func (e *editor) personas(o operation, did string, change func(have []schema.ID, p schema.ID) []schema.ID) (line doneLine, err error) {
	line.ID = e.journey
	if o.Target != "" || e.journey == "" {
		if line.ID, err = e.find("target", o.Target, schema.KindStep, schema.KindJourney); err != nil {
			return line, err
		}
	}
	if o.Personas == nil || len(*o.Personas) == 0 {
		return line, &schema.Error{Code: schema.Invalid, Field: "personas", Message: "personas is required: ids, slugs or names"}
	}
	ids, err := resolveAll(e.tx, schema.KindPersona, "personas", *o.Personas)
	if err != nil {
		return line, err
	}
	r, err := e.tx.Get(line.ID)
	if err != nil {
		return line, err
	}
	apply := func(have *[]schema.ID) (changed bool) {
		was := len(*have)
		for _, id := range ids {
			*have = change(*have, id)
		}
		return len(*have) != was
	}
	line.Did = did + " " + plural(len(ids), "persona")
	changed := false
	switch r := r.(type) {
	case *schema.Journey:
		changed, line.Slug = apply(&r.Personas), r.Slug
		err = e.tx.Journeys.Put(r)
	case *schema.Step:
		changed = apply(&r.Personas)
		err = e.tx.Steps.Put(r)
	}
	if !changed {
		line.Did = "nothing to change"
	}
	return line, err
}
