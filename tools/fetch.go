package tools

import (
	"context"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

type fetchIn struct {
	IDs    []string `json:"ids" jsonschema:"ids, slugs or exact names"`
	Detail string   `json:"detail,omitempty" jsonschema:"concise, or full"`
}

type fetchOut struct {
	Records []any `json:"records"`
}

func fetch(ctx context.Context, tx *store.Tx, in fetchIn) (out fetchOut, err error) {
	if n := len(in.IDs); n == 0 || n > 20 {
		return out, &schema.Error{Code: schema.Invalid, Field: "ids", Message: "ids must name 1 to 20 records", Hint: "search finds them"}
	}
	if err := among("detail", in.Detail, "", "concise", "full"); err != nil {
		return out, err
	}
	out.Records = make([]any, 0, len(in.IDs))
	for i, text := range in.IDs {
		id, err := resolveAny(tx, text)
		if err != nil {
			return out, atEntry(err, "ids", i)
		}
		picture := resources.Brief
		if in.Detail == "full" {
			picture = resources.Picture
		}
		v, err := picture(tx, id)
		if err != nil {
			return out, atEntry(err, "ids", i)
		}
		out.Records = append(out.Records, v)
	}
	return out, nil
}

// resolveAny finds a record that has a name by its slug or exact name, and
// takes an id as it is.
func resolveAny(tx *store.Tx, text string) (schema.ID, error) {
	if id := schema.ID(text); id.Kind() != "" {
		return id, nil // whether it is there, its picture tells
	}
	var found []schema.ID
	for _, k := range []schema.Kind{schema.KindItem, schema.KindStep, schema.KindJourney, schema.KindPersona, schema.KindStage} {
		if id, err := tx.Resolve(k, text); err == nil {
			found = append(found, id)
		} else if schema.FaultsOf(err) == nil {
			return "", err
		} else if f := schema.FaultsOf(err); f[0].Code == schema.Conflict {
			return "", err
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", &schema.Error{Code: schema.NotFound, Message: "nothing in this workspace is named " + text, Hint: "search finds records by meaning and by words"}
	}
	e := &schema.Error{Code: schema.Conflict, Message: "several records are named " + text, Hint: "name one by its id"}
	for _, id := range found {
		e.Valid = append(e.Valid, string(id))
	}
	return "", e
}
