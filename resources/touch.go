package resources

import (
	"slices"

	"custory/schema"
)

// Touched returns the addresses of every resource whose picture the change
// altered. It needs no database: it goes by what the change touches and what
// each resource pictures.
//
// A record may have many addresses, by slug, alias and id, and its slug may be
// other by now, or gone. Touched tells of each by one: that with ids alone,
// custory://journey/jny_1, and for a stage custory://journey/-/stage/stg_1.
// Who watches an address asks Canonical for that one when the watch begins, and
// compares; Read takes either.
func Touched(c schema.Change) (uris []string) {
	for _, r := range All() {
		if r.Of == "" {
			if slices.ContainsFunc(c.Touches, func(t schema.Ref) bool { return slices.Contains(r.hears, t.Kind) }) {
				uris = append(uris, r.URI)
			}
			continue
		}
		for _, t := range c.Touches {
			if t.Kind == r.Of {
				uris = append(uris, r.at(t.ID))
			}
		}
	}
	return uris
}
