package tools

import (
	"context"
	"maps"
	"slices"

	"custory/schema"
	"custory/store"
)

// queryItemsIn is one question that is counted, not searched.
type queryItemsIn struct {
	Of           string             `json:"of,omitempty" jsonschema:"items (default) or signals"`
	Within       string             `json:"within,omitempty" jsonschema:"journey, stage or step"`
	Types        []schema.ItemType  `json:"types,omitempty"`
	Statuses     []string           `json:"statuses,omitempty"`
	Review       string             `json:"review,omitempty" jsonschema:"pending, dismissed, any; else accepted only"`
	Owner        string             `json:"owner,omitempty" jsonschema:"member, me, or none"`
	Persona      string             `json:"persona,omitempty"`
	Where        map[string]string  `json:"where,omitempty" jsonschema:"{\"priority\": \"High\"}; of signals source, source_name, author, thread"`
	Least        map[string]float64 `json:"least,omitempty" jsonschema:"{\"impact\": 4}"`
	Most         map[string]float64 `json:"most,omitempty" jsonschema:"{\"effort\": 2}"`
	Missing      []string           `json:"missing,omitempty" jsonschema:"fields not set, or quotes, solutions, …"`
	State        schema.SignalState `json:"state,omitempty" jsonschema:"of signals"`
	Words        string             `json:"words,omitempty" jsonschema:"text in it"`
	CreatedSince When               `json:"created_since,omitzero" jsonschema:"signals: said since"`
	CreatedUntil When               `json:"created_until,omitzero"`
	UpdatedSince When               `json:"updated_since,omitzero"`
	UpdatedUntil When               `json:"updated_until,omitzero"`
	GroupBy      string             `json:"group_by,omitempty" jsonschema:"step, stage, journey, month, owner or any field; of signals source, author, persona, state"`
	Measure      string             `json:"measure,omitempty" jsonschema:"avg(severity), sum, min, max; of signals avg(sentiment)"`
	Sort         string             `json:"sort,omitempty" jsonschema:"a field; -field descends"`
	Limit        int                `json:"limit,omitempty" jsonschema:"to 100"`
	Cursor       string             `json:"cursor,omitempty"`
}

type queryItemsOut struct {
	Total      int        `json:"total"`             // that fit
	Of         string     `json:"of"`                // the denominator in words: "12 of 47 insights, 9 people, 3 kinds of source"
	Query      any        `json:"query"`             // what was asked, as it was understood
	Value      *float64   `json:"value,omitempty"`   // of the measure over all that fit
	Counted    int        `json:"counted,omitempty"` // how many had a value to measure
	Groups     []groupRow `json:"groups,omitempty"`
	Rows       []hitLine  `json:"rows,omitempty"`
	NextCursor string     `json:"next_cursor,omitempty"`
	LeftOut    int        `json:"left_out,omitempty"` // groups not shown
}

// A groupRow is one group of what fits.
type groupRow struct {
	Key    string   `json:"key"`
	ID     string   `json:"id,omitempty"`
	Count  int      `json:"count"`
	Share  float64  `json:"share"`            // of all that fit
	People int      `json:"people,omitempty"` // distinct, behind it
	Value  *float64 `json:"value,omitempty"`

	named bool // somebody behind it is known by a handle
}

func queryItems(ctx context.Context, tx *store.Tx, in queryItemsIn) (out queryItemsOut, err error) {
	if err := among("of", in.Of, "", "items", "signals"); err != nil {
		return out, err
	}
	if in.Of = first(in.Of, "items"); in.Of == "signals" {
		return querySignals(tx, in)
	}
	f, err := itemFilter(tx, in)
	if err != nil {
		return out, err
	}
	if in.Sort != "" && in.GroupBy != "" {
		return out, &schema.Error{Code: schema.Invalid, Field: "sort", Message: "sort is for rows; groups come largest first"}
	}
	offset, n, err := in.page()
	if err != nil {
		return out, err
	}
	found, total, err := tx.ItemsWhere(f, in.Sort, in.from(offset), in.most(n))
	if err != nil {
		return out, err
	}
	out = queryItemsOut{Total: total, Query: in}
	if out.Of, err = itemDenominator(tx, f, in, total); err != nil {
		return out, err
	}
	if in.sums() {
		err = sumItems(tx, in, found, &out)
		out.pageGroups(offset, n)
		return out, err
	}
	out.NextCursor = nextCursor(offset, n, total)
	out.Rows, err = rowsOf(tx, found)
	return out, err
}

// rowsOf tells each record in a line.
func rowsOf[R schema.Record](tx *store.Tx, found []R) (rows []hitLine, err error) {
	paths := &pathBook{tx: tx}
	for _, r := range found {
		line, err := hitOf(tx, r.Self().ID, paths)
		if err != nil {
			return nil, err
		}
		line.Kind = ""
		rows = append(rows, line)
	}
	return rows, nil
}

// sums reports whether all that fits is summed up, not listed.
func (in queryItemsIn) sums() bool { return in.GroupBy != "" || in.Measure != "" }

// page is which rows, or groups, are shown.
func (in queryItemsIn) page() (offset, n int, err error) {
	usual := 20
	if in.GroupBy != "" {
		usual = groupsShown
	}
	return page(in.Cursor, in.Limit, usual, 100)
}

// from and most are what is read for that: everything, if it is summed up.
func (in queryItemsIn) from(offset int) int {
	if in.sums() {
		return 0
	}
	return offset
}

func (in queryItemsIn) most(n int) int {
	if in.sums() {
		return -1
	}
	return n
}

// itemFilter turns the arguments into the store's filter.
func itemFilter(tx *store.Tx, in queryItemsIn) (f store.ItemFilter, err error) {
	f = store.ItemFilter{Types: in.Types, Words: in.Words, Least: in.Least, Most: in.Most, Missing: in.Missing,
		CreatedSince: in.CreatedSince.Time, CreatedUntil: in.CreatedUntil.Time, UpdatedSince: in.UpdatedSince.Time, UpdatedUntil: in.UpdatedUntil.Time}
	if in.State != "" {
		return f, &schema.Error{Code: schema.Invalid, Field: "state", Message: "items have no state", Hint: `say of "signals", or use statuses`}
	}
	switch in.Review {
	case "", "pending", "dismissed":
		f.Review = schema.Review(in.Review)
	case "any":
		f.Drafts = true
	default:
		return f, among("review", in.Review, "pending", "dismissed", "any")
	}
	if f.Statuses, err = statuses(in.Types, in.Statuses); err != nil {
		return f, err
	}
	if in.Owner == "none" {
		f.Unowned = true
	} else if f.Owner, err = resolveMember(tx, "owner", in.Owner); err != nil {
		return f, err
	}
	if f.Within, err = resolvePlace(tx, "within", in.Within); err != nil {
		return f, err
	}
	if f.Persona, err = resolveOptional(tx, schema.KindPersona, "persona", in.Persona); err != nil {
		return f, err
	}
	f.Equal, err = equals(in.Where)
	return f, err
}

// itemDenominator says how many of how many fit, and how many people stand
// behind them.
func itemDenominator(tx *store.Tx, f store.ItemFilter, in queryItemsIn, total int) (string, error) {
	_, all, err := tx.ItemsWhere(store.ItemFilter{Types: in.Types, Review: f.Review, Drafts: f.Drafts}, "", 0, 0)
	if err != nil {
		return "", err
	}
	reach, err := tx.ItemReach(f)
	noun := "item"
	if len(in.Types) == 1 {
		noun = string(in.Types[0])
	}
	return denominator(total, all, noun, reach), err
}

func querySignals(tx *store.Tx, in queryItemsIn) (out queryItemsOut, err error) {
	f, err := signalFilter(tx, in)
	if err != nil {
		return out, err
	}
	offset, n, err := in.page()
	if err != nil {
		return out, err
	}
	found, total, err := tx.SignalsWhere(f, in.from(offset), in.most(n))
	if err != nil {
		return out, err
	}
	out = queryItemsOut{Total: total, Query: in}
	_, all, err := tx.SignalsWhere(store.SignalFilter{}, 0, 0)
	if err != nil {
		return out, err
	}
	reach, err := tx.SignalReach(f)
	if err != nil {
		return out, err
	}
	out.Of = denominator(total, all, "signal", reach)
	if in.sums() {
		err = sumSignals(tx, in, found, &out)
		out.pageGroups(offset, n)
		return out, err
	}
	out.NextCursor = nextCursor(offset, n, total)
	out.Rows, err = rowsOf(tx, found)
	return out, err
}

// signalFilter turns the arguments into the store's filter, and names those
// that only make sense for items.
func signalFilter(tx *store.Tx, in queryItemsIn) (f store.SignalFilter, err error) {
	for _, x := range []struct {
		field string
		said  bool
	}{
		{"types", len(in.Types) > 0}, {"statuses", len(in.Statuses) > 0}, {"review", in.Review != ""}, {"owner", in.Owner != ""}, {"missing", len(in.Missing) > 0},
		{"updated_since", !in.UpdatedSince.IsZero()}, {"updated_until", !in.UpdatedUntil.IsZero()}, {"sort", in.Sort != ""},
	} {
		if x.said {
			return f, &schema.Error{Code: schema.Invalid, Field: x.field, Message: x.field + " is for items, not signals", Hint: "signals are filtered by state, within, persona, words, where and the dates"}
		}
	}
	f = store.SignalFilter{Words: in.Words, Since: in.CreatedSince.Time, Until: in.CreatedUntil.Time}
	if in.State != "" {
		f.States = []schema.SignalState{in.State}
	}
	if f.Within, err = resolvePlace(tx, "within", in.Within); err != nil {
		return f, err
	}
	if f.Persona, err = resolveOptional(tx, schema.KindPersona, "persona", in.Persona); err != nil {
		return f, err
	}
	if f.LeastSentiment, err = sentimentIn(in.Least, "least"); err != nil {
		return f, err
	}
	if f.MostSentiment, err = sentimentIn(in.Most, "most"); err != nil {
		return f, err
	}
	return f, signalsWhere(in.Where, &f)
}

// signalsWhere reads the fields that signals must have.
func signalsWhere(where map[string]string, f *store.SignalFilter) error {
	for _, k := range slices.Sorted(maps.Keys(where)) {
		v := where[k]
		switch k {
		case "source":
			f.Source = sourceKind(v, "")
			if err := among("where.source", string(f.Source), asTexts(f.Source.Values())...); err != nil {
				return err
			}
		case "source_name":
			f.SourceName = v
		case "author":
			f.Author = v
		case "thread":
			f.Thread = v
		default:
			return among("where", k, "source", "source_name", "author", "thread")
		}
		if v == "" {
			return &schema.Error{Code: schema.Invalid, Field: "where." + k, Message: "where." + k + " is empty"}
		}
	}
	return nil
}

func asTexts[E ~string](vs []E) []string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = string(v)
	}
	return texts
}

// sentimentIn reads the bound on the one number that signals have.
func sentimentIn(bounds map[string]float64, field string) (*float64, error) {
	for _, k := range slices.Sorted(maps.Keys(bounds)) {
		if err := among(field, k, "sentiment"); err != nil {
			return nil, err
		}
	}
	if v, said := bounds["sentiment"]; said {
		return &v, nil
	}
	return nil, nil
}
