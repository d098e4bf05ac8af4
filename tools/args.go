package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"custory/schema"
)

// arguments reads the arguments of a call by the tool's schema. It mends what
// is harmless ("4" for 4, one value where a list is wanted, another case of an
// enumeration's value, a list or object sent as JSON text) and reports
// everything else that is wrong at once.
func arguments(s *jsonschema.Schema, raw json.RawMessage) (map[string]any, error) {
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" {
		raw = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, schema.Errorf(schema.Invalid, "the arguments are not JSON: %v", err)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, &schema.Error{Code: schema.Invalid, Message: "the arguments must be an object", Valid: names(s)}
	}
	var r reader
	r.object("", s, m)
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return m, nil
}

// A reader walks arguments along their schema.
type reader struct{ faults schema.Faults }

func (r *reader) add(field, format string, a ...any) *schema.Error {
	e := &schema.Error{Code: schema.Invalid, Field: field, Message: fmt.Sprintf(format, a...)}
	r.faults = append(r.faults, e)
	return e
}

func (r *reader) object(at string, s *jsonschema.Schema, m map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		field := join(at, k)
		p := s.Properties[k]
		if len(s.Properties) == 0 { // a map
			if p = s.AdditionalProperties; p == nil {
				continue
			}
		}
		if p == nil {
			e := r.add(field, "unknown argument %q", field)
			e.Valid = names(s)
			if near := nearest(k, e.Valid); near != "" {
				e.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			continue
		}
		if m[k] == nil || m[k] == "" && len(p.Enum) > 0 { // not given
			delete(m, k)
			continue
		}
		m[k] = r.value(field, p, m[k])
	}
	for _, k := range s.Required {
		if _, ok := m[k]; !ok {
			e := r.add(join(at, k), "%s is required", join(at, k))
			if p := s.Properties[k]; p != nil {
				e.Hint, e.Valid = p.Description, values(p)
			}
		}
	}
}

func (r *reader) value(at string, s *jsonschema.Schema, v any) any {
	switch s.Type {
	case "object":
		if m, ok := parsed[map[string]any](v); ok {
			r.object(at, s, m)
			return m
		}
		e := r.add(at, "%s must be an object", at)
		e.Valid, e.Hint = names(s), s.Description
	case "array":
		return r.list(at, s, v)
	case "string":
		return r.text(at, s, v)
	case "integer", "number":
		return r.number(at, s, v)
	case "boolean":
		if b, err := strconv.ParseBool(fmt.Sprint(v)); err == nil {
			return b
		}
		r.add(at, "%s must be true or false", at)
	}
	return v
}

func (r *reader) list(at string, s *jsonschema.Schema, v any) any {
	l, ok := v.([]any)
	if !ok {
		if text, isText := v.(string); isText && strings.HasPrefix(strings.TrimSpace(text), "[") {
			l, ok = parsed[[]any](v)
		}
		if !ok {
			l = []any{v}
		}
	}
	for i := range l {
		if s.Items != nil && l[i] != nil {
			l[i] = r.value(fmt.Sprintf("%s[%d]", at, i), s.Items, l[i])
		}
	}
	l = slices.DeleteFunc(l, func(v any) bool { return v == nil })
	return l
}

func (r *reader) text(at string, s *jsonschema.Schema, v any) any {
	switch t := v.(type) {
	case string:
		if len(s.Enum) == 0 {
			return t
		}
		for _, e := range s.Enum {
			if strings.EqualFold(e.(string), strings.TrimSpace(t)) {
				return e
			}
		}
		e := r.add(at, "%s cannot be %q", at, t)
		e.Valid = values(s)
		return v
	case json.Number, bool:
		return r.text(at, s, fmt.Sprint(t))
	}
	r.add(at, "%s must be a text", at).Valid = values(s)
	return v
}

func (r *reader) number(at string, s *jsonschema.Schema, v any) any {
	text := strings.TrimSpace(fmt.Sprint(v))
	switch v.(type) {
	case json.Number, string:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			break
		}
		if s.Type == "integer" && (n != math.Trunc(n) || math.Abs(n) > 1<<53) {
			break
		}
		if s.Type == "integer" {
			return int64(n)
		}
		return n
	}
	r.add(at, "%s must be %s", at, map[string]string{"integer": "a whole number", "number": "a number"}[s.Type])
	return v
}

// parsed returns v, or what it says as JSON text.
func parsed[T any](v any) (T, bool) {
	if t, ok := v.(T); ok {
		return t, true
	}
	var t T
	text, ok := v.(string)
	if !ok {
		return t, false
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return t, d.Decode(&t) == nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}

func names(s *jsonschema.Schema) []string {
	if len(s.PropertyOrder) > 0 {
		return s.PropertyOrder
	}
	return slices.Sorted(maps.Keys(s.Properties))
}

func values(s *jsonschema.Schema) (all []string) {
	if s.Items != nil {
		s = s.Items
	}
	for _, e := range s.Enum {
		all = append(all, e.(string))
	}
	return all
}

// nearest returns the name most like the given one, if any is like it.
func nearest(name string, all []string) string {
	best, least := "", len(name)/2+1
	for _, a := range all {
		if d := distance(name, a); d < least {
			best, least = a, d
		}
	}
	return best
}

// distance is the Levenshtein distance of two short texts.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
