package tools

import (
	"encoding/json"

	"custory/schema"
)

// unpack reads an object that the tool's schema leaves open, as strictly and
// as kindly as arguments are read.
func unpack[T any](field string, open any) (v T, err error) {
	s := shape[T]()
	m, ok := parsed[map[string]any](open)
	if !ok {
		return v, &schema.Error{Code: schema.Invalid, Field: field, Message: "an object is wanted", Valid: names(s)}
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return v, err
	}
	args, err := arguments(s, raw)
	if err != nil {
		return v, within(err, field)
	}
	if raw, err = json.Marshal(args); err != nil {
		return v, err
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		return v, within(decodeFault(err), field)
	}
	return v, nil
}

// unpackAll reads a list of such objects.
func unpackAll[T any](field string, open []map[string]any) (all []T, err error) {
	for i, entry := range open {
		v, err := unpack[T]("", entry)
		if err != nil {
			return nil, atEntry(err, field, i)
		}
		all = append(all, v)
	}
	return all, nil
}

// within says in which argument the fields of a fault stand.
func within(err error, field string) error {
	if field == "" {
		return err
	}
	for _, f := range schema.FaultsOf(err) {
		f.Field = join(field, f.Field)
		if f.Field == field+"." {
			f.Field = field
		}
	}
	return err
}

// emptied empties fields of a record by their JSON names.
func emptied[T any, R interface {
	*T
	schema.Record
}](r R, names []string) error {
	if len(names) == 0 {
		return nil
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	for _, n := range names {
		delete(m, n)
	}
	if raw, err = json.Marshal(m); err != nil {
		return err
	}
	rest := R(new(T))
	rest.Self().Workspace = r.Self().Workspace // no part of the JSON
	if err := json.Unmarshal(raw, rest); err != nil {
		return err
	}
	*r = *rest
	return nil
}
