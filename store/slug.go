package store

import (
	"database/sql"
	"fmt"
	"slices"

	"custory/schema"
)

// nameSlug gives a record that is new or was renamed a slug that is free, and
// makes the one it had an alias.
func (tx *Tx) nameSlug(r schema.Sluggable) error {
	s, base := r.SlugsOf(), schema.Slugify(r.Heading())
	if base == "" {
		base = string(r.Kind())
	}
	if s.Slug != "" && schema.Slugify(r.Heading()) == trimCount(s.Slug, base) {
		return nil
	}
	free, err := tx.freeSlug(r.Kind(), r.Self().ID, base)
	if err != nil || free == s.Slug {
		return err
	}
	s.Aliases = slices.DeleteFunc(s.Aliases, func(a string) bool { return a == free || a == s.Slug })
	if s.Slug != "" {
		s.Aliases = append(s.Aliases, s.Slug)
	}
	s.Slug = free
	return nil
}

// trimCount turns base-2 into base.
func trimCount(slug, base string) string {
	var n int
	if _, err := fmt.Sscanf(slug, base+"-%d", &n); err == nil && slug == fmt.Sprintf("%s-%d", base, n) {
		return base
	}
	return slug
}

// freeSlug returns base, or base-2, base-3 … if others have it.
func (tx *Tx) freeSlug(k schema.Kind, self schema.ID, base string) (string, error) {
	taken := map[string]bool{}
	err := tx.query(`SELECT slug FROM slug WHERE workspace = ? AND kind = ? AND id <> ? AND (slug = ? OR (slug >= ? AND slug < ?))`,
		[]any{tx.workspace(), k, self, base, base + "-", base + "."}, func(rows *sql.Rows) error {
			var s string
			err := rows.Scan(&s)
			taken[s] = true
			return err
		})
	slug := base
	for n := 2; taken[slug]; n++ {
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	return slug, err
}

// keepSlugs writes down which slugs lead to r.
func (tx *Tx) keepSlugs(r schema.Record) error {
	s, ok := r.(schema.Sluggable)
	if !ok {
		return nil
	}
	if err := tx.dropSlugs(r.Self().ID); err != nil {
		return err
	}
	for _, slug := range append([]string{s.SlugsOf().Slug}, s.SlugsOf().Aliases...) {
		var holder schema.ID
		if _, err := tx.one(`INSERT INTO slug (workspace, kind, slug, id) VALUES (?, ?, ?, ?) ON CONFLICT (workspace, kind, slug) DO UPDATE SET id = slug.id RETURNING id`,
			[]any{tx.workspace(), r.Kind(), slug, r.Self().ID}, &holder); err != nil {
			return err
		}
		if holder != r.Self().ID {
			return schema.Errorf(schema.Conflict, "the slug %q belongs to %s", slug, holder)
		}
	}
	return nil
}

func (tx *Tx) dropSlugs(id schema.ID) error {
	_, err := tx.exec(`DELETE FROM slug WHERE workspace = ? AND id = ?`, tx.workspace(), id)
	return err
}
