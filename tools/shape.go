package tools

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"custory/schema"
)

// shape derives the JSON Schema of a tool's arguments: enumerations from the
// model, and no nulls.
func shape[T any]() *jsonschema.Schema {
	s, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: typeSchemas()})
	if err != nil {
		panic(err) // a tool's types are fixed when the program is written
	}
	tidy(s)
	if s.Properties == nil {
		s.Properties = map[string]*jsonschema.Schema{}
	}
	return s
}

// typeSchemas are the schemas of types that are not what they are made of.
func typeSchemas() map[reflect.Type]*jsonschema.Schema {
	all := map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[When](): {Type: "string"},
	}
	for _, e := range schema.Enumerations() {
		s := &jsonschema.Schema{Type: "string"}
		for _, v := range e.Values {
			s.Enum = append(s.Enum, v)
		}
		all[e.Type] = s
	}
	return all
}

// tidy makes lists and pointers plain types, as clients like them, and drops
// what costs bytes and says nothing: that no other argument is taken is what
// the fault says which names it.
func tidy(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if i := slices.Index(s.Types, "null"); i >= 0 {
		if rest := slices.Delete(slices.Clone(s.Types), i, i+1); len(rest) == 1 {
			s.Type, s.Types = rest[0], nil
		}
	}
	if len(s.Properties) > 0 || s.AdditionalProperties != nil && s.AdditionalProperties.Type == "" {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		tidy(p)
	}
	tidy(s.Items)
}

// outline derives the JSON Schema of a tool's result: the fields that are
// always there, one level deep. What lies deeper, or is there at times, tells
// itself, and each byte of it would be paid for in every conversation.
func outline[T any]() *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: map[string]*jsonschema.Schema{}}
	addFields(s, reflect.TypeFor[T]())
	return s
}

func addFields(s *jsonschema.Schema, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			addFields(s, f.Type)
			continue
		case !f.IsExported() || name == "-" || name == "" || strings.Contains(opts, "omit"):
			continue
		}
		s.Properties[name] = &jsonschema.Schema{Type: jsonType(f.Type)}
		s.PropertyOrder = append(s.PropertyOrder, name)
	}
}

// jsonType is the type a Go value has in JSON. Where it can be of several Go
// types, all of them are objects.
func jsonType(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return "string"
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "array"
	case reflect.Map:
		return "object"
	case reflect.Struct:
		return "object"
	case reflect.Interface:
		return "object"
	}
	panic(fmt.Sprintf("no JSON type for %v", t)) // fixed when the program is written
}
