package resources

import (
	"net/url"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// anyJourney stands in the address of a stage for whichever journey it is in.
const anyJourney = "-"

// An address is a resource with what stands in the place of its variables.
type address struct {
	resource Resource
	keys     []string
	json     bool
}

// parse takes an address apart.
func parse(uri string) (a address, err error) {
	path, query, _ := strings.Cut(uri, "?")
	if a.json, err = wantsJSON(query); err != nil {
		return a, err
	}
	var known []string
	for _, r := range All() {
		if keys, ok := match(r.URI, path); ok {
			a.resource, a.keys = r, keys
			return a, nil
		}
		known = append(known, r.URI)
	}
	return a, &schema.Error{Code: schema.NotFound, Field: "uri", Message: "there is no resource " + clip(quote.Clean(path), 200), Valid: known, Hint: "put an id or slug in the place of {id} or {slug}"}
}

func wantsJSON(query string) (bool, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return false, schema.Errorf(schema.Invalid, "%q cannot follow the ? of an address; it may be format=json", clip(quote.Clean(query), 80))
	}
	for name, vs := range values {
		if name != "format" {
			return false, &schema.Error{Code: schema.Invalid, Field: clip(quote.Clean(name), 40), Message: "an address takes no " + clip(quote.Clean(name), 40), Valid: []string{"format"}}
		}
		for _, v := range vs {
			if v != "json" && v != "markdown" {
				return false, &schema.Error{Code: schema.Invalid, Field: "format", Message: "there is no format " + clip(quote.Clean(v), 40), Valid: []string{"markdown", "json"}}
			}
		}
	}
	return slices.Contains(values["format"], "json"), nil
}

// match returns what stands in a path in the place of a template's variables.
func match(template, path string) (keys []string, ok bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i, w := range want {
		if !variable(w) {
			if w != have[i] {
				return nil, false
			}
			continue
		}
		key, err := url.PathUnescape(have[i])
		if err != nil || strings.TrimSpace(key) == "" {
			return nil, false
		}
		keys = append(keys, key)
	}
	return keys, true
}

func variable(segment string) bool { return strings.HasPrefix(segment, "{") }

// keysFor are the keys of the resource for the record it pictures.
func (r *Resource) keysFor(id schema.ID) (keys []string) {
	for _, segment := range strings.Split(r.URI, "/") {
		if variable(segment) {
			keys = append(keys, anyJourney)
		}
	}
	keys[len(keys)-1] = string(id)
	return keys
}

// at is the address of the record that the resource pictures, by ids alone.
func (r *Resource) at(id schema.ID) string {
	keys := r.keysFor(id)
	segments := strings.Split(r.URI, "/")
	for i, s := range segments {
		if variable(s) {
			segments[i], keys = keys[0], keys[1:]
		}
	}
	return strings.Join(segments, "/")
}

// Canonical is the address by ids alone of what an address names by slug,
// alias, name or id: the one that Touched tells of. It outlives a new name. What
// has none cannot be read.
func Canonical(tx *store.Tx, uri string) (string, error) {
	a, err := parse(uri)
	if err != nil {
		return "", err
	}
	r := a.resource
	if len(a.keys) == 0 {
		return r.URI, nil
	}
	id, err := r.find(tx, a.keys)
	if err != nil {
		return "", err
	}
	return r.at(id), nil
}

// journeyURI is the address of a journey, by slug or id.
func journeyURI(slug string) string { return "custory://journey/" + url.PathEscape(slug) }
