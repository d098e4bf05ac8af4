package tools

import (
	"context"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

// finding are the tools that look things up.
func finding() []Tool {
	return []Tool{
		{
			Name:  "search",
			Title: "Search",
			Doc:   "Finds records of every kind by meaning and by words, best first, each with where it stands. Start here to learn ids.",
			Role:  schema.Viewer,
			Run:   consult(search),
		},
		{
			Name:  "fetch",
			Title: "Fetch records",
			Doc:   "Returns up to 20 records in full: fields, places, links both ways, quotes and strength of evidence, tasks, comments.",
			Role:  schema.Viewer,
			Run:   read(fetch),
		},
		{
			Name:  "query_items",
			Title: "Query items or signals",
			Doc:   "Filters, sorts, groups, counts and measures items or signals exactly, and answers with its query and denominators. For how many and which.",
			Role:  schema.Viewer,
			Run:   read(queryItems),
		},
		{
			Name:  "ask",
			Title: "Ask the workspace",
			Doc:   "Answers a question in plain words from this workspace alone: computed facts with their query, and cited passages; or says that it is not here.",
			Role:  schema.Viewer,
			Run:   consult(ask),
			asks:  true,
		},
		{
			Name:  "review_journey",
			Title: "Review a journey",
			Doc:   "Lists what needs work, worst first: steps without evidence, stale or contested insights, unowned items, metrics without values, likely duplicates, what waits.",
			Role:  schema.Viewer,
			Run:   consult(reviewJourney),
		},
	}
}

type searchIn struct {
	Query    string             `json:"query"`
	Kinds    []string           `json:"kinds,omitempty" jsonschema:"journey, stage, step, item, signal, persona, note"`
	Within   string             `json:"within,omitempty" jsonschema:"journey, stage or step"`
	Types    []schema.ItemType  `json:"types,omitempty" jsonschema:"of items"`
	Statuses []string           `json:"statuses,omitempty" jsonschema:"of items"`
	Owner    string             `json:"owner,omitempty" jsonschema:"of items"`
	State    schema.SignalState `json:"state,omitempty" jsonschema:"of signals"`
	Since    When               `json:"since,omitzero" jsonschema:"said or made"`
	Until    When               `json:"until,omitzero"`
	Limit    int                `json:"limit,omitempty" jsonschema:"to 50"`
	Cursor   string             `json:"cursor,omitempty"`
}

type searchOut struct {
	Hits       []hitLine `json:"hits"`
	Total      int       `json:"total"` // ranked; at most 200
	NextCursor string    `json:"next_cursor,omitempty"`
	Next       string    `json:"next,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why
}

// A hitLine is one record that was found.
type hitLine struct {
	ID     schema.ID   `json:"id"`
	Kind   schema.Kind `json:"kind,omitempty"` // not where all are of one kind
	Type   string      `json:"type,omitempty"`
	Title  string      `json:"title,omitempty"`
	Text   string      `json:"text,omitempty"`
	Path   string      `json:"path,omitempty"`
	Status string      `json:"status,omitempty"`
	Review string      `json:"review,omitempty"`
	Author string      `json:"author,omitempty"`
	Said   string      `json:"said,omitempty"`
	Trust  string      `json:"trust,omitempty"` // external: what somebody said, never an instruction
	Score  float64     `json:"score,omitempty"`
}

// searchable are the kinds that can be searched.
var searchable = []schema.Kind{schema.KindJourney, schema.KindStage, schema.KindStep, schema.KindItem, schema.KindSignal, schema.KindPersona, schema.KindNote}

// ranked bounds how far a search looks.
const ranked = 200

func search(ctx context.Context, e *Errand, in searchIn) (out searchOut, err error) {
	if strings.TrimSpace(in.Query) == "" {
		return out, &schema.Error{Code: schema.Invalid, Field: "query", Message: "query is empty", Hint: "query_items lists without words"}
	}
	offset, n, err := page(in.Cursor, in.Limit, 10, 50)
	if err != nil {
		return out, err
	}
	q := memory.Query{Workspace: e.Call.Actor.Workspace, Text: in.Query, Limit: ranked}
	if err := e.View(ctx, func(tx *store.Tx) error { return searchScope(tx, in, &q) }); err != nil {
		return out, err
	}
	found, err := e.Memory.Recollect(ctx, q)
	if err != nil {
		return out, err
	}
	hits := found.Hits
	out = searchOut{Total: len(hits), Hits: []hitLine{}, NextCursor: nextCursor(offset, n, len(hits)), ByWordsOnly: found.ByWordsOnly}
	err = e.View(ctx, func(tx *store.Tx) error {
		paths := &pathBook{tx: tx}
		for _, h := range hits[min(offset, len(hits)):min(offset+n, len(hits))] {
			line, err := hitOf(tx, h.ID, paths)
			if err != nil {
				continue // removed since it was found
			}
			line.Score = round2(h.Score)
			out.Hits = append(out.Hits, line)
		}
		return ctx.Err()
	})
	if len(out.Hits) == 0 {
		out.Next = "nothing fits; try other words or fewer filters"
	}
	return out, err
}

// searchScope turns the arguments into what the memory understands.
func searchScope(tx *store.Tx, in searchIn, q *memory.Query) (err error) {
	for _, k := range in.Kinds {
		kind := schema.Kind(strings.ToLower(strings.TrimSuffix(k, "s")))
		if !slices.Contains(searchable, kind) {
			e := schema.Errorf(schema.Invalid, "cannot search %q", k)
			e.Field = "kinds"
			for _, s := range searchable {
				e.Valid = append(e.Valid, string(s))
			}
			return e
		}
		q.Kinds = append(q.Kinds, kind)
	}
	if q.Within, err = resolvePlace(tx, "within", in.Within); err != nil {
		return err
	}
	items := len(in.Types) > 0 || len(in.Statuses) > 0 || in.Owner != ""
	signals := in.State != ""
	if !items && !signals && in.Since.IsZero() && in.Until.IsZero() {
		return nil
	}
	allowed := map[schema.ID]bool{}
	if !signals {
		if err := allowItems(tx, in, q.Within, allowed); err != nil {
			return err
		}
	}
	if !items {
		f := store.SignalFilter{Within: q.Within, Since: in.Since.Time, Until: in.Until.Time}
		if signals {
			f.States = []schema.SignalState{in.State}
		}
		ids, err := tx.SignalIDs(f)
		if err != nil {
			return err
		}
		for _, id := range ids {
			allowed[id] = true
		}
	}
	q.Allow = func(id schema.ID) bool { return allowed[id] }
	return nil
}

func allowItems(tx *store.Tx, in searchIn, within schema.ID, allowed map[schema.ID]bool) error {
	f := store.ItemFilter{Types: in.Types, Within: within, Drafts: true, CreatedSince: in.Since.Time, CreatedUntil: in.Until.Time}
	var err error
	if f.Statuses, err = statuses(in.Types, in.Statuses); err != nil {
		return err
	}
	if f.Owner, err = resolveMember(tx, "owner", in.Owner); err != nil {
		return err
	}
	ids, err := tx.ItemIDs(f)
	for _, id := range ids {
		allowed[id] = true
	}
	return err
}

// hitOf is a record as one line.
func hitOf(tx *store.Tx, id schema.ID, paths *pathBook) (line hitLine, err error) {
	r, err := tx.Get(id)
	if err != nil {
		return line, err
	}
	line = hitLine{ID: id, Kind: r.Kind()}
	const most = 240
	switch r := r.(type) {
	case *schema.Journey:
		line.Title, line.Text = r.Name, cut(r.Description, most)
	case *schema.Stage:
		line.Title, line.Text = r.Name, cut(r.Description, most)
		line.Path, err = paths.of(id)
	case *schema.Step:
		line.Title, line.Text = r.Name, cut(r.Description, most)
		line.Path, err = paths.of(id)
	case *schema.Item:
		line.Type, line.Title, line.Text, line.Status, line.Review = string(r.Type), r.Title, cut(r.Description, most), r.Status, string(r.Review)
		line.Path, err = placesOf(tx, id)
	case *schema.Persona:
		line.Title, line.Text = r.Name, cut(r.Bio, most)
	case *schema.Note:
		line.Text = cut(r.Text, most)
		if r.Journey != "" {
			line.Path, err = paths.of(r.Journey)
		}
	case *schema.Signal:
		line.Text, line.Author, line.Said, line.Trust = signalText(r.Text, most), quote.Clean(r.Author), day(r.SaidAt), "external"
		line.Path, line.Status, err = signalPlace(tx, id, paths)
	}
	return line, err
}

// signalPlace says where a signal stands, and in which state.
func signalPlace(tx *store.Tx, id schema.ID, paths *pathBook) (path, state string, err error) {
	placements, err := tx.PlacementsOf(id)
	if err != nil {
		return "", "", err
	}
	for _, p := range placements {
		if p.Step != "" {
			path, err = paths.of(p.Step)
			break
		}
	}
	return path, string(stateOf(placements)), err
}

// stateOf is where a signal with these placements stands, as the store has it.
func stateOf(placements []*schema.Placement) (state schema.SignalState) {
	state = schema.Inbox
	for _, p := range placements {
		switch p.State {
		case schema.PlacementProposed:
			state = schema.Proposed
		case schema.PlacementDismissed:
			if state == schema.Inbox {
				state = schema.Dismissed
			}
		default:
			return schema.Placed
		}
	}
	return state
}

// resolveMember finds a member by id, name or "me".
func resolveMember(tx *store.Tx, field, text string) (schema.ID, error) {
	if strings.EqualFold(text, "me") {
		return tx.Call.Actor.ID, nil
	}
	return resolveOptional(tx, schema.KindMember, field, text)
}

// statuses reads statuses in any case, of the given types or of all.
func statuses(types []schema.ItemType, given []string) (all []string, err error) {
	if len(types) == 0 {
		types = schema.ItemType("").Values()
	}
	var valid []string
	for _, t := range types {
		for _, s := range t.Statuses() {
			valid = appendNew(valid, s)
		}
	}
	for _, g := range given {
		i := slices.IndexFunc(valid, func(v string) bool { return strings.EqualFold(v, g) })
		if i < 0 {
			return nil, &schema.Error{Code: schema.Invalid, Field: "statuses", Message: "there is no status " + g, Valid: valid}
		}
		all = append(all, valid[i])
	}
	return all, nil
}
