package tools

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/schema"
)

// find returns the record of one of the kinds that text names: by a ref, id,
// slug, path or name. Plain names of stages and steps are looked for in the
// editor's journey first, and only there if it has one.
func (e *editor) find(field, text string, kinds ...schema.Kind) (schema.ID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", &schema.Error{Code: schema.Invalid, Field: field, Message: field + " is required: " + oneOfKinds(kinds)}
	}
	if id := e.refs[text]; id != "" {
		return e.ofKind(field, id, kinds)
	}
	if id := schema.ID(text); id.Kind() != "" {
		return e.ofKind(field, id, kinds)
	}
	var found []schema.ID
	var missing error
	for _, k := range kinds {
		ids, err := e.named(k, text)
		if err != nil && !errors.Is(err, schema.NotFound) {
			return "", inField(err, field)
		}
		if missing == nil {
			missing = err
		}
		found = append(found, ids...)
	}
	if e.journey != "" && len(found) > 1 { // what stands in the journey goes before journeys of that name
		inside := slices.DeleteFunc(slices.Clone(found), func(id schema.ID) bool { return id.Kind() == schema.KindJourney })
		if len(inside) == 1 {
			found = inside
		}
	}
	switch len(found) {
	case 0:
		return "", inField(missing, field)
	case 1:
		return found[0], nil
	}
	return "", e.ambiguous(field, text, found)
}

// ofKind demands that the id names a record of one of the kinds.
func (e *editor) ofKind(field string, id schema.ID, kinds []schema.Kind) (schema.ID, error) {
	if !slices.Contains(kinds, id.Kind()) {
		return "", &schema.Error{Code: schema.Invalid, Field: field, Message: fmt.Sprintf("%s is %s; %s is wanted", id, schema.An(id.Kind()), oneOfKinds(kinds))}
	}
	_, err := e.tx.Get(id)
	return id, inField(err, field)
}

// named returns the records of one kind with the name.
func (e *editor) named(k schema.Kind, text string) ([]schema.ID, error) {
	place := k == schema.KindStage || k == schema.KindStep
	if !place || e.journey == "" || strings.ContainsAny(text, "›>") {
		id, err := e.tx.Resolve(k, text)
		if err != nil {
			return nil, err
		}
		return []schema.ID{id}, nil
	}
	all, err := e.places(k)
	if err != nil {
		return nil, err
	}
	var found []schema.ID
	missing := schema.Errorf(schema.NotFound, "there is no %s %q in this journey", k, text)
	missing.Hint = fmt.Sprintf("a %s of another journey is named by its id or path", k)
	for _, s := range all {
		if strings.EqualFold(s.name, text) {
			found = append(found, s.id)
		}
		if len(missing.Valid) < 30 {
			missing.Valid = append(missing.Valid, s.name)
		}
	}
	if len(found) == 0 {
		return nil, missing
	}
	return found, nil
}

// places are the stages or the steps of the editor's journey.
func (e *editor) places(k schema.Kind) (all []sibling, err error) {
	if k == schema.KindStage {
		return e.stages(e.journey)
	}
	steps, err := e.tx.StepsIn(e.journey)
	for _, s := range steps {
		all = append(all, sibling{id: s.ID, name: s.Name})
	}
	return all, err
}

func (e *editor) ambiguous(field, text string, found []schema.ID) error {
	f := &schema.Error{Code: schema.Conflict, Field: field, Message: fmt.Sprintf("%d records are named %q", len(found), text), Hint: "name one by its id"}
	for _, id := range found {
		path, err := e.tx.Path(id)
		if err != nil {
			return err
		}
		f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", id, path))
	}
	return f
}

// journeyOr finds a journey, or the editor's own if none is named.
func (e *editor) journeyOr(field, text string) (schema.ID, error) {
	if text == "" && e.journey != "" {
		return e.journey, nil
	}
	return e.find(field, text, schema.KindJourney)
}

// oneOfKinds is "a journey, stage or step".
func oneOfKinds(kinds []schema.Kind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	if n := len(words); n > 1 {
		return schema.An(strings.Join(words[:n-1], ", ") + " or " + words[n-1])
	}
	return schema.An(words[0])
}
