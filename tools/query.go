package tools

import (
	"context"

	"custory/schema"
	"custory/store"
)

// queryItemsIn is one question that is counted, not searched.
type queryItemsIn struct {
	Of           string             `json:"of,omitempty" jsonschema:"items (default) or signals"`
	Within       string             `json:"within,omitempty" jsonschema:"journey, stage or step"`
	Types        []schema.ItemType  `json:"types,omitempty"`
	Statuses     []string           `json:"statuses,omitempty"`
	Review       string             `json:"review,omitempty" jsonschema:"pending, dismissed or any; else accepted items only"`
	Owner        string             `json:"owner,omitempty" jsonschema:"member, me, or none"`
	Persona      string             `json:"persona,omitempty"`
	Where        map[string]string  `json:"where,omitempty" jsonschema:"{\"priority\": \"High\"}; of signals source, source_name, author, thread"`
	Least        map[string]float64 `json:"least,omitempty" jsonschema:"{\"impact\": 4}"`
	Most         map[string]float64 `json:"most,omitempty" jsonschema:"{\"effort\": 2}"`
	Missing      []string           `json:"missing,omitempty" jsonschema:"fields not set"`
	State        schema.SignalState `json:"state,omitempty" jsonschema:"of signals"`
	Words        string             `json:"words,omitempty" jsonschema:"this text occurs"`
	CreatedSince When               `json:"created_since,omitzero" jsonschema:"of signals: said at or after"`
	CreatedUntil When               `json:"created_until,omitzero"`
	UpdatedSince When               `json:"updated_since,omitzero"`
	UpdatedUntil When               `json:"updated_until,omitzero"`
	GroupBy      string             `json:"group_by,omitempty" jsonschema:"step, stage, journey, month, owner or any field; of signals also source, author, state"`
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
	offset, n, err := page(in.Cursor, in.Limit, 20, 100)
	if err != nil {
		return out, err
	}
	summing := in.GroupBy != "" || in.Measure != ""
	limit := n
	if summing {
		offset, limit = 0, -1
	}
	found, total, err := tx.ItemsWhere(f, in.Sort, offset, limit)
	if err != nil {
		return out, err
	}
	out = queryItemsOut{Total: total, Query: in}
	if out.Of, err = itemDenominator(tx, f, in, total); err != nil {
		return out, err
	}
	if summing {
		return out, sumItems(tx, in, found, &out)
	}
	paths := &pathBook{tx: tx}
	for _, i := range found {
		line, err := hitOf(tx, i.ID, paths)
		if err != nil {
			return out, err
		}
		line.Kind = ""
		out.Rows = append(out.Rows, line)
	}
	out.NextCursor = nextCursor(offset, n, total)
	return out, nil
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
	people, sources, err := tx.ItemReach(f)
	noun := "item"
	if len(in.Types) == 1 {
		noun = string(in.Types[0])
	}
	return denominator(total, all, noun, people, sources), err
}

func querySignals(tx *store.Tx, in queryItemsIn) (out queryItemsOut, err error) {
	f, err := signalFilter(tx, in)
	if err != nil {
		return out, err
	}
	offset, n, err := page(in.Cursor, in.Limit, 20, 100)
	if err != nil {
		return out, err
	}
	limit := n
	if in.GroupBy != "" || in.Measure != "" {
		offset, limit = 0, -1
	}
	found, total, err := tx.SignalsWhere(f, offset, limit)
	if err != nil {
		return out, err
	}
	out = queryItemsOut{Total: total, Query: in}
	_, all, err := tx.SignalsWhere(store.SignalFilter{}, 0, 0)
	if err != nil {
		return out, err
	}
	people, sources, err := tx.SignalReach(f)
	if err != nil {
		return out, err
	}
	out.Of = denominator(total, all, "signal", people, sources)
	if limit < 0 {
		return out, sumSignals(tx, in, found, &out)
	}
	paths := &pathBook{tx: tx}
	for _, s := range found {
		line, err := hitOf(tx, s.ID, paths)
		if err != nil {
			return out, err
		}
		line.Kind = ""
		out.Rows = append(out.Rows, line)
	}
	out.NextCursor = nextCursor(offset, n, total)
	return out, nil
}

// signalFilter turns the arguments into the store's filter, and names those
// that only make sense for items.
func signalFilter(tx *store.Tx, in queryItemsIn) (f store.SignalFilter, err error) {
	for field, said := range map[string]bool{"types": len(in.Types) > 0, "statuses": len(in.Statuses) > 0, "review": in.Review != "", "owner": in.Owner != "",
		"missing": len(in.Missing) > 0, "updated_since": !in.UpdatedSince.IsZero(), "updated_until": !in.UpdatedUntil.IsZero(), "sort": in.Sort != ""} {
		if said {
			return f, &schema.Error{Code: schema.Invalid, Field: field, Message: field + " is for items, not signals", Hint: "signals are filtered by state, within, persona, words, where and the dates"}
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
	for k, v := range in.Where {
		switch k {
		case "source":
			f.Source = schema.SourceKind(v)
		case "source_name":
			f.SourceName = v
		case "author":
			f.Author = v
		case "thread":
			f.Thread = v
		default:
			return f, among("where", k, "source", "source_name", "author", "thread")
		}
	}
	return f, nil
}

// sentimentIn reads the bound on the one number that signals have.
func sentimentIn(bounds map[string]float64, field string) (*float64, error) {
	for k, v := range bounds {
		if k != "sentiment" {
			return nil, among(field, k, "sentiment")
		}
		return &v, nil
	}
	return nil, nil
}
