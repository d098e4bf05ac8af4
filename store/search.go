package store

import (
	"context"
	"database/sql"
	"strings"
	"unicode"

	"custory/schema"
)

// What bounds a search: words beyond these are not looked for.
const (
	maxTerms  = 32
	maxPhrase = 16 // words that have to follow one another
)

// bm25 weighs the columns of the full text: the scope only narrows, the record's
// own words count 1, what it stands in and what is next to it half, and what is
// farther off a quarter. A little less of either makes no difference on the
// conversations that reach was chosen on; more of what is farther off does harm.
const bm25 = `bm25(full_text, 0.0, 1.0, 0.5, 0.25)`

// A Found is one record found by its words.
type Found struct {
	ID    schema.ID
	Kind  schema.Kind
	Score float64 // BM25: more is better
}

// A Search says what to look for and where.
type Search struct {
	Words  []string                // any of them
	Within schema.ID               // a journey, stage or step, or "" for the workspace
	Kinds  []schema.Kind           // none: all
	Allow  func(id schema.ID) bool // which may be found; nil: all
	Limit  int
}

// SearchWords finds records by their words, best first. The words may hold
// anything: none is taken for an operator.
func (tx *Tx) SearchWords(q Search) (found []Found, err error) {
	scope, err := tx.searchScope()
	if err != nil {
		return nil, err
	}
	match := matchQuery(scope, q)
	if match == "" || q.Limit <= 0 {
		return nil, nil
	}
	limit := q.Limit
	if q.Allow != nil {
		limit = -1
	}
	// Ranked first and looked up then: of what is found, few rows are asked for.
	query := `SELECT d.id, d.kind, -f.score FROM (SELECT rowid AS r, ` + bm25 + ` AS score FROM full_text WHERE full_text MATCH ? ORDER BY score, rowid LIMIT ?) f
		JOIN doc d ON d."row" = f.r WHERE d.workspace = ? ORDER BY f.score, f.r`
	args := []any{match, limit, tx.workspace()}
	err = tx.long(query, args, func(rows *sql.Rows) (more bool, err error) {
		var f Found
		if err := rows.Scan(&f.ID, &f.Kind, &f.Score); err != nil {
			return false, err
		}
		if q.Allow == nil || q.Allow(f.ID) {
			found = append(found, f)
		}
		return len(found) < q.Limit, nil
	})
	return found, err
}

// searchScope is the workspace if there are others in the file, whose records a
// search has to leave out. Where it is alone, to ask for it would only cost: the
// full text goes through all that has a word, however little the word tells.
func (tx *Tx) searchScope() (scope schema.ID, err error) {
	_, err = tx.one(`SELECT workspace FROM (SELECT ? AS workspace) WHERE EXISTS (SELECT 1 FROM workspace w WHERE w.workspace <> ?)`, []any{tx.workspace(), tx.workspace()}, &scope)
	return scope, err
}

// long runs a query that may take a while: it ends with the caller.
func (tx *Tx) long(query string, args []any, scan func(*sql.Rows) (more bool, err error)) error {
	ctx, cancel := context.WithCancel(tx.ctx)
	defer cancel()
	st, err := tx.s.prepare(query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := scan(rows); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// matchQuery builds the full-text question: quoted words only, so that
// whatever a user types is harmless. It is "" if there is nothing to look for.
// The workspace may be "", for all.
func matchQuery(workspace schema.ID, q Search) string {
	var terms []string
	for _, w := range q.Words {
		if t := quoteTerm(w); t != "" && len(terms) < maxTerms {
			terms = append(terms, t)
		}
	}
	if len(terms) == 0 {
		return ""
	}
	var all []string
	if workspace != "" {
		all = append(all, "scope:"+scopeWord(workspace))
	}
	if q.Within != "" {
		all = append(all, "scope:"+quoteTerm(scopeWord(q.Within)))
	}
	if len(q.Kinds) > 0 {
		kinds := make([]string, len(q.Kinds))
		for i, k := range q.Kinds {
			kinds[i] = quoteTerm(kindWord(k))
		}
		all = append(all, "scope:("+strings.Join(kinds, " OR ")+")")
	}
	return strings.Join(append(all, "{body ctx far}:("+strings.Join(terms, " OR ")+")"), " AND ")
}

// quoteTerm makes a word, or a phrase, harmless: its letters and digits, as the
// full text takes them apart, in quotes. It is "" if there are none.
func quoteTerm(w string) string {
	if !strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		return ""
	}
	words := strings.FieldsFunc(w, func(r rune) bool {
		return r == unicode.ReplacementChar || !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co)
	})
	return `"` + strings.Join(words[:min(len(words), maxPhrase)], " ") + `"`
}

// writeDoc writes or replaces the full text of a record.
func (tx *Tx) writeDoc(d doc) error {
	_, err := tx.exec(`INSERT OR REPLACE INTO full_text (rowid, scope, body, ctx, far) VALUES (?, ?, ?, ?, ?)`, d.row, d.scope, d.body, d.ctx, d.far)
	return err
}

// dropDoc takes a record out of the full text.
func (tx *Tx) dropDoc(id schema.ID) error {
	var row int64
	found, err := tx.one(`DELETE FROM doc WHERE workspace = ? AND id = ? RETURNING "row"`, []any{tx.workspace(), id}, &row)
	if err != nil || !found {
		return err
	}
	_, err = tx.exec(`DELETE FROM full_text WHERE rowid = ?`, row)
	return err
}
