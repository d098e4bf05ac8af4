package resources

import (
	"cmp"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/schema"
)

// A row is one item of the table, with the steps it stands on.
type row struct {
	*ItemLine
	item  *schema.Item
	order int // its place in the journey
	steps []string
}

// A sortKey is what the table can be sorted by: a number or a text, and
// whether the row has it.
type sortKey struct {
	name  string
	value func(*row) (n float64, text string, has bool)
}

func sortKeys() []sortKey {
	number := func(name string, of func(*schema.Item) *int) sortKey {
		return sortKey{name, func(r *row) (float64, string, bool) { v := of(r.item); return float64(valueOf(v)), "", v != nil }}
	}
	amount := func(name string, of func(*schema.Item) *float64) sortKey {
		return sortKey{name, func(r *row) (float64, string, bool) {
			if v := of(r.item); v != nil {
				return *v, "", true
			}
			return 0, "", false
		}}
	}
	return []sortKey{
		{"step", func(r *row) (float64, string, bool) { return float64(r.order), "", true }},
		{"title", func(r *row) (float64, string, bool) { return 0, strings.ToLower(r.Title), true }},
		{"type", func(r *row) (float64, string, bool) { return place(r.item.Type, r.item.Type.Values()) }},
		{"status", func(r *row) (float64, string, bool) { return place(r.Status, r.item.Type.Statuses()) }},
		{"owner", func(r *row) (float64, string, bool) { return 0, strings.ToLower(ownerOf(r)), r.Owner != nil }},
		{"created", func(r *row) (float64, string, bool) { return float64(r.item.Created.UnixMilli()), "", true }},
		{"updated", func(r *row) (float64, string, bool) { return float64(r.item.Updated.UnixMilli()), "", true }},
		number("impact", func(i *schema.Item) *int { return i.Impact }),
		number("effort", func(i *schema.Item) *int { return i.Effort }),
		number("severity", func(i *schema.Item) *int { return i.Severity }),
		{"priority", func(r *row) (float64, string, bool) { return place(r.Priority, r.Priority.Values()) }},
		{"confidence", func(r *row) (float64, string, bool) { return place(r.item.Confidence, r.item.Confidence.Values()) }},
		{"evidence", func(r *row) (float64, string, bool) { return place(r.Evidence, r.Evidence.Values()) }},
		{"target_date", func(r *row) (float64, string, bool) { return 0, r.TargetDate, r.TargetDate != "" }},
		amount("baseline", func(i *schema.Item) *float64 { return i.Baseline }),
		amount("current", func(i *schema.Item) *float64 { return i.Current }),
		amount("target", func(i *schema.Item) *float64 { return i.Target }),
	}
}

// place is where a value stands in its list.
func place[V ~string](v V, list []V) (float64, string, bool) {
	i := slices.Index(list, v)
	return float64(i), "", i >= 0
}

func ownerOf(r *row) string {
	if r.Owner == nil {
		return ""
	}
	return r.Owner.Name
}

// SortKeys lists what Table can sort by.
func SortKeys() []string {
	var all []string
	for _, k := range sortKeys() {
		all = append(all, k.name)
	}
	return all
}

// Table tells the journey as a table with a row for each item, sorted by one
// of SortKeys: "" is by step, "-impact" is by impact from high to low. Items
// that lack the key come last.
func (v *JourneyView) Table(sort string) (string, error) {
	name, down := strings.CutPrefix(cmp.Or(sort, "step"), "-")
	keys := sortKeys()
	i := slices.IndexFunc(keys, func(k sortKey) bool { return k.name == name })
	if i < 0 {
		return "", &schema.Error{Code: schema.Invalid, Field: "sort", Message: "a journey's table cannot be sorted by " + clip(quote.Clean(name), 40),
			Valid: SortKeys(), Hint: "put - before the name to sort from high to low"}
	}
	rows := v.rows()
	slices.SortStableFunc(rows, func(a, b *row) int {
		an, at, ah := keys[i].value(a)
		bn, bt, bh := keys[i].value(b)
		if ah != bh {
			return cmp.Compare(truth(bh), truth(ah))
		}
		c := cmp.Or(cmp.Compare(an, bn), cmp.Compare(at, bt))
		if down {
			return -c
		}
		return c
	})
	return v.table(rows, dot("sorted by "+name, map[bool]string{true: "from high to low"}[down])), nil
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rows are the items of the journey, each once.
func (v *JourneyView) rows() (all []*row) {
	byID := map[schema.ID]*row{}
	for _, sp := range v.lines() {
		for l := range sp.Lanes {
			for i := range sp.Lanes[l].Items {
				line := &sp.Lanes[l].Items[i]
				r := byID[line.ID]
				if r == nil {
					r = &row{ItemLine: line, item: line.item, order: len(all)}
					byID[line.ID], all = r, append(all, r)
				}
				r.steps = append(r.steps, with(clip(sp.Name, 60), sp.ID))
			}
		}
	}
	return all
}

func (v *JourneyView) table(rows []*row, order string) string {
	var p page
	p.head(1, inline(v.Name))
	p.para(dot(string(v.ID), comma(count(v.Steps, "step", "steps"), v.Counts.String()), order))
	p.WriteString("| Item | Type | Status | Steps | Owner | Severity | Impact | Effort | Priority | Value | Evidence | Updated |\n")
	p.WriteString(strings.Repeat("| --- ", 12) + "|\n")
	for n, r := range rows {
		text := r.text()
		if p.Len()+len(text) > MaxBytes-300 {
			p.para(more(len(rows)-n, "items", "query_items filters and pages through them"))
			break
		}
		p.WriteString(text)
	}
	return p.text()
}

// text is the row in Markdown. It names three steps at most.
func (r *row) text() string {
	steps := comma(r.steps[:min(len(r.steps), 3)]...)
	if n := len(r.steps) - 3; n > 0 {
		steps += " and " + thousands(n) + " more"
	}
	cells := []string{r.name(), string(r.item.Type), r.Status, steps, inline(ownerOf(r)), numbered("", r.Severity), numbered("", r.Impact), numbered("", r.Effort),
		string(r.Priority), r.values(), r.support(), day(r.item.Updated)}
	for i, c := range cells {
		cells[i] = strings.TrimSpace(c)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
