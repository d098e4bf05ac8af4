package store

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"custory/schema"
)

// An ItemFilter chooses items. Its zero fields do not matter, and those that
// are set must all hold.
type ItemFilter struct {
	Types        []schema.ItemType
	Statuses     []string
	Review       schema.Review // drafts in this state; "" leaves drafts out
	Drafts       bool          // accepted items and drafts alike; Review does not matter then
	Owner        schema.ID
	Unowned      bool
	Within       schema.ID          // a journey, stage or step it stands on
	Persona      schema.ID          // as actor or affected segment
	Equal        map[string]string  // enumerated fields by name: priority, channel, …
	Least        map[string]float64 // numeric fields by name: impact, severity, …
	Most         map[string]float64
	Missing      []string // fields by name that are not set, or things that it has none of: quotes, steps, solutions, …
	CreatedSince time.Time
	CreatedUntil time.Time
	UpdatedSince time.Time
	UpdatedUntil time.Time
	Words        string // in the title or description, in any case
}

// itemColumns that may be named in Equal, Least, Most, Missing and in orders.
var (
	itemTexts   = []string{"type", "status", "channel", "insight_type", "confidence", "priority", "solution_type", "target_date", "metric_type", "unit", "direction", "evaluation_period", "review"}
	itemNumbers = []string{"severity", "impact", "effort", "baseline", "current", "target"}
)

// What an item may have none of: what hangs on it, by the table it is in, and
// accepted items it is linked with, either way.
var (
	hangsOn  = map[string]string{"quotes": "citation", "steps": "placement", "tasks": "task", "readings": "reading"}
	linkable = map[string]schema.ItemType{"touchpoints": schema.Touchpoint, "insights": schema.Insight, "opportunities": schema.Opportunity, "solutions": schema.Solution, "metrics": schema.Metric}
)

const linkedWith = `SELECT 1 FROM link l JOIN item o ON o.workspace = l.workspace AND o.id = l.to_item WHERE l.workspace = item.workspace AND l.from_item = item.id AND o.type = ? AND o.review = ''
	UNION ALL SELECT 1 FROM link l JOIN item o ON o.workspace = l.workspace AND o.id = l.from_item WHERE l.workspace = item.workspace AND l.to_item = item.id AND o.type = ? AND o.review = ''`

// ItemOrders lists the fields items can be ordered by.
func ItemOrders() []string {
	return slices.Concat([]string{"title", "created", "updated", "owner"}, itemTexts, itemNumbers)
}

// ItemsWhere returns the items that fit the filter, ordered by a field
// (descending if it begins with "-"; newest first if it is ""), from offset on
// and at most limit of them, and how many there are in all. A limit below 0 is
// no limit.
func (tx *Tx) ItemsWhere(f ItemFilter, order string, offset, limit int) (found []*schema.Item, total int, err error) {
	cond, args, err := f.where(tx.workspace())
	if err != nil {
		return nil, 0, err
	}
	by, err := itemOrder(order)
	if err != nil {
		return nil, 0, err
	}
	if _, err := tx.one(`SELECT count(*) FROM item WHERE workspace = ? AND `+cond, append([]any{tx.workspace()}, args...), &total); err != nil {
		return nil, 0, err
	}
	if limit < 0 {
		limit = total
	}
	found, err = tx.Items.where(cond+" ORDER BY "+by+" LIMIT ? OFFSET ?", append(args, limit, offset)...)
	return found, total, err
}

// itemOrder turns a field into an order in which nothing is equal. Items
// without a value come last.
func itemOrder(order string) (string, error) {
	field, desc := strings.CutPrefix(order, "-")
	if field == "" {
		return "created DESC, id", nil
	}
	if !slices.Contains(ItemOrders(), field) {
		return "", &schema.Error{Code: schema.Invalid, Field: "sort", Message: fmt.Sprintf("items cannot be sorted by %q", field), Valid: ItemOrders()}
	}
	way := ""
	if desc {
		way = " DESC"
	}
	if field == "priority" {
		field = "CASE priority WHEN 'High' THEN 3 WHEN 'Medium' THEN 2 WHEN 'Low' THEN 1 END"
	}
	return fmt.Sprintf("CASE WHEN %[1]s IS NULL OR CAST(%[1]s AS TEXT) = '' THEN 1 ELSE 0 END, %[1]s%[2]s, created, id", field, way), nil
}

// placedWithin chooses the items that stand on the step, stage or journey.
var placedWithin = map[schema.Kind]string{
	schema.KindStep: `SELECT p.item FROM placement p WHERE p.workspace = ? AND p.step = ? AND p.item IS NOT NULL`,
	schema.KindStage: `SELECT p.item FROM placement p JOIN step t ON t.workspace = p.workspace AND t.id = p.step
		WHERE p.workspace = ? AND t.stage = ? AND p.item IS NOT NULL`,
	schema.KindJourney: `SELECT p.item FROM placement p JOIN step t ON t.workspace = p.workspace AND t.id = p.step JOIN stage g ON g.workspace = t.workspace AND g.id = t.stage
		WHERE p.workspace = ? AND g.journey = ? AND p.item IS NOT NULL`,
}

// canHold refuses what nothing can stand on. "" is no matter.
func canHold(within schema.ID) error {
	if within != "" && placedWithin[within.Kind()] == "" {
		return &schema.Error{Code: schema.Invalid, Field: "within", Message: fmt.Sprintf("%q is not the id of a journey, a stage or a step", string(within))}
	}
	return nil
}

func (f ItemFilter) where(workspace schema.ID) (string, []any, error) {
	w := where{}
	if err := canHold(f.Within); err != nil {
		return "", nil, err
	}
	in(&w, "type", f.Types)
	in(&w, "status", f.Statuses)
	if !f.Drafts {
		w.add("review = ?", f.Review)
	}
	if f.Owner != "" {
		w.add("owner = ?", f.Owner)
	}
	if f.Unowned {
		w.add("owner IS NULL")
	}
	if f.Within != "" {
		w.add("id IN ("+placedWithin[f.Within.Kind()]+")", workspace, f.Within)
	}
	if f.Persona != "" {
		w.add(`actor || affected_segment LIKE '%"' || ? || '"%'`, f.Persona)
	}
	if err := f.fields(&w); err != nil {
		return "", nil, err
	}
	w.time("created", f.CreatedSince, f.CreatedUntil)
	w.time("updated", f.UpdatedSince, f.UpdatedUntil)
	if f.Words != "" {
		w.add(`lower(title || ' ' || description) LIKE '%' || lower(?) || '%' ESCAPE '\'`, escapeLike(f.Words))
	}
	return w.text(), w.args, nil
}

// fields adds the conditions on fields that are named.
func (f ItemFilter) fields(w *where) error {
	if err := errors.Join(known("equal", maps.Keys(f.Equal), itemTexts), known("least", maps.Keys(f.Least), itemNumbers), known("most", maps.Keys(f.Most), itemNumbers),
		known("missing", slices.Values(f.Missing), slices.Concat([]string{"owner", "description"}, itemTexts, itemNumbers, slices.Sorted(maps.Keys(hangsOn)), slices.Sorted(maps.Keys(linkable))))); err != nil {
		return err
	}
	for _, c := range itemTexts {
		if v := f.Equal[c]; v != "" {
			w.add(c+" = ?", v)
		}
	}
	for _, c := range itemNumbers {
		if v, ok := f.Least[c]; ok {
			w.add(c+" >= ?", v)
		}
		if v, ok := f.Most[c]; ok {
			w.add(c+" <= ?", v)
		}
	}
	for _, c := range f.Missing {
		if table := hangsOn[c]; table != "" {
			w.add("NOT EXISTS (SELECT 1 FROM " + table + " h WHERE h.workspace = item.workspace AND h.item = item.id)")
			continue
		}
		if t := linkable[c]; t != "" {
			w.add("NOT EXISTS ("+linkedWith+")", string(t), string(t))
			continue
		}
		w.add(fmt.Sprintf("(%[1]s IS NULL OR CAST(%[1]s AS TEXT) = '')", c))
	}
	return nil
}

// known demands that each name is among those that may stand there.
func known(field string, names iter.Seq[string], valid []string) error {
	for _, n := range slices.Sorted(names) {
		if !slices.Contains(valid, n) {
			return &schema.Error{Code: schema.Invalid, Field: field, Message: fmt.Sprintf("items have no field %q to look at", n), Valid: valid}
		}
	}
	return nil
}

// A where gathers conditions that must all hold.
type where struct {
	cond []string
	args []any
}

func (w *where) add(cond string, args ...any) {
	w.cond, w.args = append(w.cond, cond), append(w.args, args...)
}

func (w *where) time(column string, since, until time.Time) {
	if !since.IsZero() {
		w.add(column+" >= ?", since.UnixMilli())
	}
	if !until.IsZero() {
		w.add(column+" < ?", until.UnixMilli())
	}
}

func (w *where) text() string {
	if len(w.cond) == 0 {
		return "1 = 1"
	}
	return strings.Join(w.cond, " AND ")
}

func in[E ~string](w *where, column string, values []E) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	w.add(column+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// A Reach is how many distinct people stand behind something, as schema.Voice
// tells them apart, how many of them have a name, and from how many kinds of
// source they speak.
type Reach struct{ People, Named, Sources int }

// ItemReach counts the distinct people and kinds of source behind the
// citations of the items that fit the filter.
func (tx *Tx) ItemReach(f ItemFilter) (r Reach, err error) {
	cond, args, err := f.where(tx.workspace())
	if err != nil {
		return r, err
	}
	_, err = tx.one(`SELECT `+reachOf+` FROM citation c JOIN signal ON signal.workspace = c.workspace AND signal.id = c.signal
		WHERE c.workspace = ? AND c.item IN (SELECT id FROM item WHERE workspace = ? AND `+cond+`)`, append([]any{tx.workspace(), tx.workspace()}, args...), &r.People, &r.Named, &r.Sources)
	return r, err
}

const reachOf = `count(DISTINCT ` + whoSaid + `), count(DISTINCT nullif(signal.author, '')), count(DISTINCT signal.source)`

// whoSaid tells the people behind signals s apart, as schema.Voice does.
const whoSaid = `CASE signal.author WHEN '' THEN '(unknown, ' || signal.source || ')' ELSE signal.author END`

// PeopleBehind are the distinct people whom an item cites.
func (tx *Tx) PeopleBehind(item schema.ID) (people []string, err error) {
	err = tx.query(`SELECT DISTINCT `+whoSaid+` FROM citation c JOIN signal ON signal.workspace = c.workspace AND signal.id = c.signal WHERE c.workspace = ? AND c.item = ?`,
		[]any{tx.workspace(), item}, func(rows *sql.Rows) error {
			var p string
			err := rows.Scan(&p)
			people = append(people, p)
			return err
		})
	return people, err
}

// SignalReach counts the distinct people and kinds of source of the signals
// that fit the filter.
func (tx *Tx) SignalReach(f SignalFilter) (r Reach, err error) {
	cond, args := f.where(tx.workspace())
	_, err = tx.one(`SELECT `+reachOf+` FROM signal WHERE workspace = ? AND `+cond, append([]any{tx.workspace()}, args...), &r.People, &r.Named, &r.Sources)
	return r, err
}

// ItemIDs returns the ids of the items that fit the filter, in no particular
// order.
func (tx *Tx) ItemIDs(f ItemFilter) ([]schema.ID, error) {
	cond, args, err := f.where(tx.workspace())
	if err != nil {
		return nil, err
	}
	return tx.ids(`SELECT id FROM item WHERE workspace = ? AND `+cond, append([]any{tx.workspace()}, args...)...)
}

// SignalIDs returns the ids of the signals that fit the filter, in no
// particular order.
func (tx *Tx) SignalIDs(f SignalFilter) ([]schema.ID, error) {
	cond, args := f.where(tx.workspace())
	return tx.ids(`SELECT id FROM signal WHERE workspace = ? AND `+cond, append([]any{tx.workspace()}, args...)...)
}
