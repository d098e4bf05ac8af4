package store

import (
	"database/sql"
	"strings"
	"time"

	"custory/schema"
)

// StagesOf returns the stages of a journey, in order.
func (tx *Tx) StagesOf(journey schema.ID) ([]*schema.Stage, error) {
	return tx.Stages.where("journey = ? ORDER BY position, created, id", journey)
}

// StepsOf returns the steps of a stage, in order.
func (tx *Tx) StepsOf(stage schema.ID) ([]*schema.Step, error) {
	return tx.Steps.where("stage = ? ORDER BY position, created, id", stage)
}

// StepsIn returns the steps of a journey, in order.
func (tx *Tx) StepsIn(journey schema.ID) (all []*schema.Step, err error) {
	stages, err := tx.StagesOf(journey)
	for _, s := range stages {
		steps, err := tx.StepsOf(s.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, steps...)
	}
	return all, err
}

// NestingsOn returns the journeys hung below a step, in order.
func (tx *Tx) NestingsOn(step schema.ID) ([]*schema.Nesting, error) {
	return tx.Nestings.where("step = ? ORDER BY position, created, id", step)
}

// NestingsOf returns where a journey hangs below the steps of others.
func (tx *Tx) NestingsOf(journey schema.ID) ([]*schema.Nesting, error) {
	return tx.Nestings.where("journey = ? ORDER BY created, id", journey)
}

// ItemPlacementsOn returns the placements of items on a step, in order.
func (tx *Tx) ItemPlacementsOn(step schema.ID) ([]*schema.Placement, error) {
	return tx.Placements.where("step = ? AND item IS NOT NULL ORDER BY position, created, id", step)
}

// SignalPlacementsOn returns the placements of signals on a step, oldest
// first.
func (tx *Tx) SignalPlacementsOn(step schema.ID) ([]*schema.Placement, error) {
	return tx.Placements.where("step = ? AND signal IS NOT NULL ORDER BY created, id", step)
}

// PlacementsOf returns where an item or a signal stands.
func (tx *Tx) PlacementsOf(id schema.ID) ([]*schema.Placement, error) {
	if id.Kind() == schema.KindSignal {
		return tx.Placements.where("signal = ? ORDER BY created, id", id)
	}
	return tx.Placements.where("item = ? ORDER BY created, id", id)
}

// SignalPlacements returns every placement of a signal in the workspace, in
// the order they were made.
func (tx *Tx) SignalPlacements() ([]*schema.Placement, error) {
	return tx.Placements.where("signal IS NOT NULL ORDER BY created, id")
}

// LinksFrom returns the links that lead on from an item.
func (tx *Tx) LinksFrom(item schema.ID) ([]*schema.Link, error) {
	return tx.Links.where("from_item = ? ORDER BY created, id", item)
}

// LinksTo returns the links that lead to an item.
func (tx *Tx) LinksTo(item schema.ID) ([]*schema.Link, error) {
	return tx.Links.where("to_item = ? ORDER BY created, id", item)
}

// LinkBetween returns the link of two items, or nil.
func (tx *Tx) LinkBetween(from, to schema.ID) (*schema.Link, error) {
	return first(tx.Links.where("from_item = ? AND to_item = ?", from, to))
}

// CitationsOf returns the quotes that an item rests on.
func (tx *Tx) CitationsOf(item schema.ID) ([]*schema.Citation, error) {
	return tx.Citations.where("item = ? ORDER BY created, id", item)
}

// CitationsFrom returns the quotes taken from a signal.
func (tx *Tx) CitationsFrom(signal schema.ID) ([]*schema.Citation, error) {
	return tx.Citations.where("signal = ? ORDER BY created, id", signal)
}

// CommentsOn returns what was said about a record, oldest first.
func (tx *Tx) CommentsOn(id schema.ID) ([]*schema.Comment, error) {
	return tx.Comments.where("on_id = ? ORDER BY created, id", id)
}

// AttachmentsOf returns the files of an item.
func (tx *Tx) AttachmentsOf(item schema.ID) ([]*schema.Attachment, error) {
	return tx.Attachments.where("item = ? ORDER BY created, id", item)
}

// WeblinksOf returns the external links of an item.
func (tx *Tx) WeblinksOf(item schema.ID) ([]*schema.Weblink, error) {
	return tx.Weblinks.where("item = ? ORDER BY created, id", item)
}

// TasksOf returns the external tasks of an item.
func (tx *Tx) TasksOf(item schema.ID) ([]*schema.Task, error) {
	return tx.Tasks.where("item = ? ORDER BY created, id", item)
}

// hanging counts what hangs on an item, by kind.
const hanging = `SELECT 'link', count(*) FROM link WHERE workspace = ? AND from_item = ?
	UNION ALL SELECT 'link', count(*) FROM link WHERE workspace = ? AND to_item = ?
	UNION ALL SELECT 'citation', count(*) FROM citation WHERE workspace = ? AND item = ?
	UNION ALL SELECT 'comment', count(*) FROM comment WHERE workspace = ? AND on_id = ?
	UNION ALL SELECT 'attachment', count(*) FROM attachment WHERE workspace = ? AND item = ?
	UNION ALL SELECT 'weblink', count(*) FROM weblink WHERE workspace = ? AND item = ?
	UNION ALL SELECT 'task', count(*) FROM task WHERE workspace = ? AND item = ?
	UNION ALL SELECT 'reading', count(*) FROM reading WHERE workspace = ? AND item = ?`

// HangingOn counts what hangs on an item, by kind, in one question, so that
// nobody has to ask for what is not there.
func (tx *Tx) HangingOn(item schema.ID) (map[schema.Kind]int, error) {
	var args []any
	for range 8 {
		args = append(args, tx.workspace(), item)
	}
	counts := map[schema.Kind]int{}
	err := tx.query(hanging, args, func(rows *sql.Rows) error {
		var k schema.Kind
		var n int
		err := rows.Scan(&k, &n)
		counts[k] += n
		return err
	})
	return counts, err
}

// ReadingsOf returns the values of a metric, oldest first.
func (tx *Tx) ReadingsOf(item schema.ID) ([]*schema.Reading, error) {
	return tx.Readings.where("item = ? ORDER BY at, created, id", item)
}

// A Point is one value of a metric's line.
type Point struct {
	At    time.Time
	Value float64
}

// PointsIn returns the newest n values of each metric that stands on a
// journey, oldest first.
func (tx *Tx) PointsIn(journey schema.ID, n int) (map[schema.ID][]Point, error) {
	ws, all := tx.workspace(), map[schema.ID][]Point{}
	err := tx.query(`SELECT item, at, value FROM (SELECT item, at, value, row_number() OVER (PARTITION BY item ORDER BY at DESC, created DESC, id DESC) AS age FROM reading
		WHERE workspace = ? AND item IN `+itemsOfJourney+`) AS newest WHERE age <= ? ORDER BY item, age DESC`, []any{ws, ws, ws, journey, n}, func(rows *sql.Rows) error {
		var item schema.ID
		var at int64
		var p Point
		err := rows.Scan(&item, &at, &p.Value)
		p.At = time.UnixMilli(at).UTC()
		all[item] = append(all[item], p)
		return err
	})
	return all, err
}

// NotesOn returns the notes about a journey, or, for "", those about the
// workspace as a whole; newest first.
func (tx *Tx) NotesOn(journey schema.ID) ([]*schema.Note, error) {
	if journey == "" {
		return tx.Notes.where("journey IS NULL ORDER BY created DESC, id")
	}
	return tx.Notes.where("journey = ? ORDER BY created DESC, id", journey)
}

// NewestNotes returns every note of the workspace, newest first.
func (tx *Tx) NewestNotes() ([]*schema.Note, error) {
	return tx.Notes.where("1 = 1 ORDER BY created DESC, id")
}

// BookmarksOf returns the bookmarks of a journey, newest first.
func (tx *Tx) BookmarksOf(journey schema.ID) ([]*schema.Bookmark, error) {
	return tx.Bookmarks.where("journey = ? ORDER BY seq DESC, created DESC, id", journey)
}

// Twin returns the signal that is the same as s by its identity, or nil.
func (tx *Tx) Twin(s *schema.Signal) (*schema.Signal, error) {
	return first(tx.Signals.where("digest = ?", s.Identity()))
}

func first[R any](found []R, err error) (none R, _ error) {
	if err != nil || len(found) == 0 {
		return none, err
	}
	return found[0], nil
}

// stateOf computes where a signal stands from its placements.
const stateOf = `CASE
	WHEN EXISTS (SELECT 1 FROM placement p WHERE p.workspace = signal.workspace AND p.signal = signal.id AND p.state IN ('placed', 'confirmed')) THEN 'placed'
	WHEN EXISTS (SELECT 1 FROM placement p WHERE p.workspace = signal.workspace AND p.signal = signal.id AND p.state = 'proposed') THEN 'proposed'
	WHEN EXISTS (SELECT 1 FROM placement p WHERE p.workspace = signal.workspace AND p.signal = signal.id AND p.state = 'dismissed') THEN 'dismissed'
	ELSE 'inbox' END`

// SignalState tells where a signal stands.
func (tx *Tx) SignalState(id schema.ID) (state schema.SignalState, err error) {
	found, err := tx.one(`SELECT `+stateOf+` FROM signal WHERE workspace = ? AND id = ?`, []any{tx.workspace(), id}, &state)
	if err == nil && !found {
		err = missing(schema.KindSignal, id)
	}
	return state, err
}

// SignalCounts counts the workspace's signals by state.
func (tx *Tx) SignalCounts() (map[schema.SignalState]int, error) {
	counts := map[schema.SignalState]int{}
	err := tx.query(`SELECT `+stateOf+` AS state, count(*) FROM signal WHERE workspace = ? GROUP BY 1`, []any{tx.workspace()}, func(rows *sql.Rows) error {
		var s schema.SignalState
		var n int
		err := rows.Scan(&s, &n)
		counts[s] = n
		return err
	})
	return counts, err
}

// A SignalFilter chooses signals. Its zero fields do not matter.
type SignalFilter struct {
	States     []schema.SignalState
	Within     schema.ID // a journey, stage or step they stand on
	Source     schema.SourceKind
	SourceName string
	Author     string
	Thread     string
	Persona    schema.ID
	Since      time.Time // said at or after; captured, if it is not known when it was said
	Until      time.Time // said before
	Words      string    // in the text, in any case

	LeastSentiment, MostSentiment *float64
}

// SignalsWhere returns the signals that fit the filter, newest first, from
// offset on and at most limit of them, and how many there are in all. A limit
// below 0 is no limit.
func (tx *Tx) SignalsWhere(f SignalFilter, offset, limit int) (found []*schema.Signal, total int, err error) {
	if err := canHold(f.Within); err != nil {
		return nil, 0, err
	}
	cond, args := f.where(tx.workspace())
	if _, err := tx.one(`SELECT count(*) FROM signal WHERE workspace = ? AND `+cond, append([]any{tx.workspace()}, args...), &total); err != nil {
		return nil, 0, err
	}
	if limit < 0 {
		limit = total
	}
	found, err = tx.Signals.where(cond+` ORDER BY coalesce(said_at, created) DESC, id LIMIT ? OFFSET ?`, append(args, limit, offset)...)
	return found, total, err
}

func (f SignalFilter) where(workspace schema.ID) (string, []any) {
	cond, args := []string{"1 = 1"}, []any{}
	add := func(c string, a ...any) { cond, args = append(cond, c), append(args, a...) }
	if len(f.States) > 0 {
		a := make([]any, len(f.States))
		for i, s := range f.States {
			a[i] = s
		}
		add(stateOf+` IN (?`+strings.Repeat(", ?", len(a)-1)+`)`, a...)
	}
	if f.Within != "" {
		add("id IN ("+strings.ReplaceAll(placedWithin[f.Within.Kind()], "p.item", "p.signal")+")", workspace, f.Within)
	}
	for _, c := range []struct{ column, value string }{
		{"source", string(f.Source)}, {"source_name", f.SourceName}, {"author", f.Author}, {"thread", f.Thread}, {"persona", string(f.Persona)},
	} {
		if c.value != "" {
			add(c.column+" = ?", c.value)
		}
	}
	if !f.Since.IsZero() {
		add("coalesce(said_at, created) >= ?", f.Since.UnixMilli())
	}
	if !f.Until.IsZero() {
		add("coalesce(said_at, created) < ?", f.Until.UnixMilli())
	}
	if f.LeastSentiment != nil {
		add("sentiment >= ?", *f.LeastSentiment)
	}
	if f.MostSentiment != nil {
		add("sentiment <= ?", *f.MostSentiment)
	}
	if f.Words != "" {
		add(`lower(text) LIKE '%' || lower(?) || '%' ESCAPE '\'`, escapeLike(f.Words))
	}
	return strings.Join(cond, " AND "), args
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
