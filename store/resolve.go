package store

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"custory/schema"
)

// nameColumns are where the kinds that have a name keep it.
var nameColumns = map[schema.Kind]string{
	schema.KindJourney: "name", schema.KindStage: "name", schema.KindStep: "name", schema.KindItem: "title",
	schema.KindPersona: "name", schema.KindMember: "name", schema.KindKey: "name",
}

// Resolve finds the record of a kind that text names: by its id, its slug or
// an alias, its exact name in any case, or, for stages and steps, the path
// "Journey › Stage › Step" or an end of it. An ambiguous name is a conflict
// that lists the candidates; an unknown one is not found, with those that come
// near.
func (tx *Tx) Resolve(k schema.Kind, text string) (schema.ID, error) {
	text = strings.TrimSpace(text)
	column := nameColumns[k]
	id := schema.ID(text)
	if t := tx.tables[k]; t != nil && id.Kind() == k {
		if _, err := t.get(id); err == nil || column == "" || !errors.Is(err, schema.NotFound) {
			return id, err
		}
	}
	if text == "" || column == "" {
		if id.Kind() != "" && id.Kind() != k {
			return "", id.Want(k)
		}
		return "", id404(k, text)
	}
	if found, err := tx.one(`SELECT id FROM slug WHERE workspace = ? AND kind = ? AND slug = ?`, []any{tx.workspace(), k, text}, &id); err != nil || found {
		return id, err
	}
	ids, err := tx.named(k, text)
	if err != nil {
		return "", err
	}
	switch {
	case len(ids) == 1:
		return ids[0], nil
	case len(ids) > 1:
		return "", tx.ambiguous(k, text, ids)
	case id.Kind() == k:
		return "", missing(k, id)
	case id.Kind() != "": // a name can look like an id, so it is looked for first
		return "", id.Want(k)
	}
	return "", tx.notNamed(k, column, text)
}

// named returns the records of the name, or of the path.
func (tx *Tx) named(k schema.Kind, text string) ([]schema.ID, error) {
	ids, err := tx.called(k, text)
	path := pathOf(text)
	if err != nil || len(ids) > 0 || len(path) < 2 {
		return ids, err
	}
	if ids, err = tx.called(k, path[len(path)-1]); err != nil {
		return nil, err
	}
	return tx.atPath(k, ids, path)
}

// pathOf takes a path apart.
func pathOf(text string) []string {
	path := strings.FieldsFunc(text, func(r rune) bool { return r == '›' || r == '>' })
	for i := range path {
		path[i] = strings.TrimSpace(path[i])
	}
	return path
}

// called returns the records of the name, in any case. The engine folds ASCII
// letters only, so names with others are compared here.
func (tx *Tx) called(k schema.Kind, name string) (ids []schema.ID, err error) {
	column := nameColumns[k]
	if !strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		return tx.ids(fmt.Sprintf(`SELECT id FROM %s WHERE workspace = ? AND lower(%s) = lower(?) ORDER BY created, id`, k, column), tx.workspace(), name)
	}
	err = tx.query(fmt.Sprintf(`SELECT id, %s FROM %s WHERE workspace = ? ORDER BY created, id`, column, k), []any{tx.workspace()}, func(rows *sql.Rows) error {
		var id schema.ID
		var n string
		err := rows.Scan(&id, &n)
		if strings.EqualFold(n, name) {
			ids = append(ids, id)
		}
		return err
	})
	return ids, err
}

// ambiguous lists the candidates.
func (tx *Tx) ambiguous(k schema.Kind, text string, ids []schema.ID) error {
	e := &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("there are %d %ss named %q", len(ids), k, text), Hint: "name one by its id"}
	for _, id := range ids[:min(len(ids), 8)] {
		where, err := tx.Path(id)
		if err != nil {
			return err
		}
		e.Valid = append(e.Valid, fmt.Sprintf("%s (%s)", id, where))
	}
	return e
}

func id404(k schema.Kind, text string) error {
	return &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no %s %q in this workspace", k, text), Hint: fmt.Sprintf("give the id of %s, such as %s_4k7q2m9xtc", schema.An(k), k.Prefix())}
}

// atPath keeps those whose path ends as given.
func (tx *Tx) atPath(k schema.Kind, ids []schema.ID, path []string) (kept []schema.ID, err error) {
	if k != schema.KindStep && k != schema.KindStage {
		return nil, nil
	}
	for _, id := range ids {
		where, err := tx.Path(id)
		if err != nil {
			return nil, err
		}
		whole := pathOf(where) // a name may hold such a sign itself
		if n := len(whole) - len(path); n >= 0 && slices.EqualFunc(whole[n:], path, strings.EqualFold) {
			kept = append(kept, id)
		}
	}
	return kept, nil
}

// gone are those of a kind that are kept and not offered any more.
var gone = map[schema.Kind]string{schema.KindMember: "left_at IS NOT NULL", schema.KindKey: "revoked IS NOT NULL"}

// notNamed says what there is instead.
func (tx *Tx) notNamed(k schema.Kind, column, text string) error {
	e := &schema.Error{Code: schema.NotFound, Message: fmt.Sprintf("there is no %s %q in this workspace", k, text)}
	words := strings.Fields(text)
	like := "%" + escapeLike(words[0]) + "%"
	err := tx.query(fmt.Sprintf(`SELECT id, %s FROM %s WHERE workspace = ? AND NOT (%s) ORDER BY CASE WHEN lower(%s) LIKE lower(?) ESCAPE '\' THEN 0 ELSE 1 END, created, id LIMIT 8`, column, k, cmp.Or(gone[k], "1 = 0"), column),
		[]any{tx.workspace(), like}, func(rows *sql.Rows) error {
			var id, name string
			err := rows.Scan(&id, &name)
			e.Valid = append(e.Valid, fmt.Sprintf("%s (%s)", name, id))
			return err
		})
	if err != nil {
		return err
	}
	e.Hint = schema.HintSearch
	if len(e.Valid) == 0 {
		e.Hint = fmt.Sprintf("this workspace has no %s yet", k)
	}
	return e
}

// paths are the questions for the names of a record and of all it stands in,
// from the top.
var paths = map[schema.Kind]string{
	schema.KindStep: `SELECT j.name, g.name, t.name FROM step t JOIN stage g ON g.workspace = t.workspace AND g.id = t.stage
		JOIN journey j ON j.workspace = g.workspace AND j.id = g.journey WHERE t.workspace = ? AND t.id = ?`,
	schema.KindStage:   `SELECT j.name, g.name, '' FROM stage g JOIN journey j ON j.workspace = g.workspace AND j.id = g.journey WHERE g.workspace = ? AND g.id = ?`,
	schema.KindJourney: `SELECT name, '', '' FROM journey WHERE workspace = ? AND id = ?`,
	schema.KindItem:    `SELECT title, '', '' FROM item WHERE workspace = ? AND id = ?`,
	schema.KindPersona: `SELECT name, '', '' FROM persona WHERE workspace = ? AND id = ?`,
	schema.KindMember:  `SELECT name, '', '' FROM member WHERE workspace = ? AND id = ?`,
	schema.KindKey:     `SELECT name, '', '' FROM key WHERE workspace = ? AND id = ?`,
}

// Path is where a journey, stage or step stands, as names:
// "Journey › Stage › Step". Of other records it is the name, or "" if they have
// none.
func (tx *Tx) Path(id schema.ID) (string, error) {
	query := paths[id.Kind()]
	if query == "" {
		return "", nil
	}
	var names [3]string
	_, err := tx.one(query, []any{tx.workspace(), id}, &names[0], &names[1], &names[2])
	return strings.TrimSuffix(strings.TrimSuffix(strings.Join(names[:], " › "), " › "), " › "), err
}

// JourneyOf returns the journey a stage or step stands in, or "" if it is in
// none.
func (tx *Tx) JourneyOf(id schema.ID) (schema.ID, error) {
	refs, err := tx.chain(schema.Ref{Kind: id.Kind(), ID: id})
	for _, ref := range refs {
		if ref.Kind == schema.KindJourney {
			return ref.ID, err
		}
	}
	return "", err
}

// Get returns any record by its id.
func (tx *Tx) Get(id schema.ID) (schema.Record, error) {
	t := tx.tables[id.Kind()]
	if t == nil {
		return nil, &schema.Error{Code: schema.Invalid, Message: fmt.Sprintf("%q is not the id of a record", string(id)), Hint: "an id looks like itm_4k7q2m9xtc; " + schema.HintSearch}
	}
	return t.get(id)
}

// Remove removes any record by its id, and what stands in it.
func (tx *Tx) Remove(id schema.ID) error {
	if _, err := tx.Get(id); err != nil {
		return err
	}
	return tx.tables[id.Kind()].Remove(id)
}
