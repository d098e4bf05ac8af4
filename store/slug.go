package store

import (
	"database/sql"
	"fmt"
	"slices"

	"custory/schema"
)

// nameSlug gives a record that is new or was renamed a slug that is free, and
// makes the one it had an alias.
func (tx *Tx) nameSlug(r schema.Record) error {
	n, ok := r.(schema.Sluggable)
	if !ok {
		return nil
	}
	s, base := n.SlugsOf(), schema.Slugify(n.Heading())
	if base == "" {
		base = string(r.Kind())
	}
	if s.Slug != "" && trimCount(s.Slug, base) == base {
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

// slugsOf are all that lead to the record.
func slugsOf(s schema.Sluggable) []string {
	return append([]string{s.SlugsOf().Slug}, s.SlugsOf().Aliases...)
}

// keepSlugs writes down which slugs lead to a record that was written.
func (tx *Tx) keepSlugs(before, after schema.Record) error {
	s, ok := after.(schema.Sluggable)
	if !ok {
		return nil
	}
	id, want := after.Self().ID, slugsOf(s)
	if before != nil {
		have, err := list[string](tx, `SELECT slug FROM slug WHERE workspace = ? AND id = ?`, tx.workspace(), id)
		if slices.Sort(have); err != nil || slices.Equal(have, slices.Sorted(slices.Values(want))) {
			return err
		}
		if err := tx.dropSlugs(after); err != nil {
			return err
		}
	}
	for _, slug := range want {
		if _, err := tx.exec(`INSERT INTO slug (workspace, kind, slug, id) VALUES (?, ?, ?, ?)`, tx.workspace(), after.Kind(), slug, id); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) dropSlugs(r schema.Record) error {
	if _, ok := r.(schema.Sluggable); !ok {
		return nil
	}
	_, err := tx.exec(`DELETE FROM slug WHERE workspace = ? AND id = ?`, tx.workspace(), r.Self().ID)
	return err
}

// freeSlugs takes from a record that comes back the slugs that others have got
// meanwhile.
func (tx *Tx) freeSlugs(r schema.Record) error {
	s, ok := r.(schema.Sluggable)
	if !ok {
		return nil
	}
	slugs := s.SlugsOf()
	for _, slug := range slugsOf(s) {
		var holder schema.ID
		taken, err := tx.one(`SELECT id FROM slug WHERE workspace = ? AND kind = ? AND slug = ? AND id <> ?`, []any{tx.workspace(), r.Kind(), slug, r.Self().ID}, &holder)
		if err != nil {
			return err
		}
		if taken && slug == slugs.Slug {
			slugs.Slug = ""
		}
		if taken {
			slugs.Aliases = slices.DeleteFunc(slugs.Aliases, func(a string) bool { return a == slug })
		}
	}
	return nil
}
