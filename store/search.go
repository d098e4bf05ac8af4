package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"

	"custory/schema"
)

// What bounds a search: words beyond these are not looked for.
const (
	maxTerms  = 32
	maxPhrase = 16 // words that have to follow one another
)

// What narrows a search that finds much. To rank a record takes ten times as
// long as to find it.
const (
	broad       = 1500 // records are ranked, all of them
	wide        = 5000 // records that have a word, or of a scope, are not counted further
	enough      = 2    // times as many as are asked for are enough to choose from
	maxCombined = 6    // terms are combined with each other
	few         = 500  // records that have a rare word are ranked, all of them
	frequent    = 3000 // records have a word that is none of the rare ones
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
// anything: none is taken for an operator. Where many records have one of the
// words, only those are ranked that have a rare one, or one as their own, or of
// very many one as their own and another anywhere, if they are enough: what is
// left out would hardly ever be among the best.
func (tx *Tx) SearchWords(q Search) (found []Found, err error) {
	scope, err := tx.searchScope()
	if err != nil {
		return nil, err
	}
	terms := termsOf(q.Words)
	match := matchQuery(scope, q, anyOf(terms))
	if match == "" || q.Limit <= 0 {
		return nil, nil
	}
	if large, err := tx.findsMuch(q, terms, match); err != nil {
		return nil, err
	} else if large {
		rows, err := tx.telling(scope, q, terms)
		if err != nil {
			return nil, err
		}
		if found, err = tx.rankedOf(rows, q, terms); err != nil || len(found) == q.Limit {
			return found, err
		}
	}
	return tx.ranked(q, "", match)
}

// rankedOf are the best of the rows, none if they are too few to choose from.
// They are within the scope, which the full text need not go through again.
func (tx *Tx) rankedOf(rows []int64, q Search, terms []string) ([]Found, error) {
	if len(rows) < enough*q.Limit {
		return nil, nil
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	return tx.ranked(q, ` AND +rowid IN (SELECT value FROM json_each(?))`, anyOf(terms), string(list))
}

// ranked are the best of what matches, and fulfils a condition on the row.
func (tx *Tx) ranked(q Search, condition string, args ...any) (found []Found, err error) {
	limit := q.Limit
	if q.Allow != nil {
		limit = -1
	}
	// Ranked first and looked up then: of what is found, few rows are asked for.
	query := `SELECT d.id, d.kind, -f.score FROM (SELECT rowid AS r, ` + bm25 + ` AS score FROM full_text WHERE full_text MATCH ?` + condition + ` ORDER BY score, rowid LIMIT ?) f
		JOIN doc d ON d."row" = f.r WHERE d.workspace = ? ORDER BY f.score, f.r`
	err = tx.long(query, append(args, limit, tx.workspace()), func(rows *sql.Rows) (more bool, err error) {
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

// telling are the rows of what has one of the rarest words of the question, or
// any word as its own. Where these are many, it has to have another as well,
// anywhere, unless too few have. Of a long question, only the rarer words are asked for.
func (tx *Tx) telling(scope schema.ID, q Search, terms []string) ([]int64, error) {
	terms, alone, err := tx.rarest(terms)
	if err != nil {
		return nil, err
	}
	own := "body:(" + strings.Join(terms, " OR ") + ")"
	n, err := tx.matches(matchQuery(scope, q, own), broad+1)
	if err != nil {
		return nil, err
	}
	if n > broad && len(terms) > 1 {
		two := "(" + own + " AND (" + twoOf(terms) + "))"
		rows, err := tx.rows(matchQuery(scope, q, strings.Join(append(alone, two), " OR ")))
		if err != nil || len(rows) >= enough*q.Limit {
			return rows, err
		}
	}
	return tx.rows(matchQuery(scope, q, strings.Join(append(alone, own), " OR ")))
}

// rarest are the terms that the fewest records have, as many as are worth
// combining with each other, and of them those so rare that all that has them
// may be ranked.
func (tx *Tx) rarest(terms []string) (rare, alone []string, err error) {
	at := make(map[string]int, len(terms))
	for _, t := range terms {
		limit := few + 1
		if len(terms) > maxCombined {
			limit = frequent
		}
		if at[t], err = tx.matches(anyOf([]string{t}), limit); err != nil {
			return nil, nil, err
		}
	}
	rare = slices.SortedStableFunc(maps.Keys(at), func(a, b string) int { return cmp.Or(cmp.Compare(at[a], at[b]), cmp.Compare(a, b)) })
	rare = rare[:min(len(rare), maxCombined)]
	room := few
	for _, t := range rare {
		if room -= at[t]; room < 0 {
			break
		}
		alone = append(alone, anyOf([]string{t}))
	}
	return rare, alone, nil
}

// findsMuch reports whether it would take long to rank all that matches. In a
// scope, it takes nearly as long to count it, which is worth it only where much
// has the terms.
func (tx *Tx) findsMuch(q Search, terms []string, match string) (bool, error) {
	if q.Within == "" && len(q.Kinds) == 0 {
		n, err := tx.matches(match, broad+1)
		return n > broad, err
	}
	if n, err := tx.matches(anyOf(terms), wide+1); err != nil || n <= wide {
		return false, err
	}
	if q.Within != "" {
		if n, err := tx.matches("scope:"+quoteTerm(scopeWord(q.Within)), wide+1); err != nil || n <= wide {
			return false, err
		}
	}
	n, err := tx.matches(match, broad+1)
	return n > broad, err
}

// matches is how many rows match, up to a limit.
func (tx *Tx) matches(match string, limit int) (n int, err error) {
	_, err = tx.one(`SELECT count(*) FROM (SELECT 1 FROM full_text WHERE full_text MATCH ? LIMIT ?)`, []any{match, limit}, &n)
	return n, err
}

// rows are those that match, in no order.
func (tx *Tx) rows(match string) (all []int64, err error) {
	err = tx.long(`SELECT rowid FROM full_text WHERE full_text MATCH ?`, []any{match}, func(rows *sql.Rows) (bool, error) {
		var row int64
		err := rows.Scan(&row)
		all = append(all, row)
		return true, err
	})
	return all, err
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

// matchQuery builds the full-text question for what has to match, narrowed to
// the scope: quoted words only, so that whatever a user types is harmless. It is
// "" if there is nothing to look for. The workspace may be "", for all.
func matchQuery(workspace schema.ID, q Search, match string) string {
	if match == "" {
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
	return strings.Join(append(all, "("+match+")"), " AND ")
}

// termsOf are the words, harmless, without those that are none.
func termsOf(words []string) (terms []string) {
	for _, w := range words {
		if t := quoteTerm(w); t != "" && len(terms) < maxTerms {
			terms = append(terms, t)
		}
	}
	return terms
}

// anyOf matches what has any of the terms in a text. Each word of a scope has a
// 0: without one in the terms, the columns need not be told apart, which costs
// as much as the search.
func anyOf(terms []string) string {
	any := strings.Join(terms, " OR ")
	if strings.Contains(any, "0") {
		return "{body ctx far}:(" + any + ")"
	}
	return any
}

// twoOf matches what has two of the terms, anywhere. A term is asked for as
// often as the terms can be halved, which costs less than each pair would.
func twoOf(terms []string) string {
	a, b := terms[:len(terms)/2], terms[len(terms)/2:]
	match := "((" + strings.Join(a, " OR ") + ") AND (" + strings.Join(b, " OR ") + "))"
	for _, half := range [][]string{a, b} {
		if len(half) > 1 {
			match += " OR " + twoOf(half)
		}
	}
	return match
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
