package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"custory/schema"
	"custory/store"
)

// items are the tools of the building blocks.
func items() []Tool {
	return []Tool{{
		Name:  "save_items",
		Title: "Save items",
		Doc: "Creates, changes, places, links or removes up to 200 touchpoints, insights, opportunities, solutions and metrics at once, all or none. " +
			"Only what is said changes. An insight with quotes is for submit_insight.",
		Role:     schema.Editor,
		Run:      write(saveItems),
		Proposes: true,
	}}
}

// maxItems bounds one save.
const maxItems = 200

type saveItemsIn struct {
	Items []itemIn `json:"items" jsonschema:"at most 200"`
}

type itemIn struct {
	Item string `json:"item,omitempty" jsonschema:"to change, by id, slug or title; else new"`
	itemFields
	Clear       []string         `json:"clear,omitempty" jsonschema:"fields to empty"`
	PlaceOn     []string         `json:"place_on,omitempty"`
	RemoveFrom  []string         `json:"remove_from,omitempty"`
	LinkTo      []string         `json:"link_to,omitempty" jsonschema:"items, either way"`
	UnlinkFrom  []string         `json:"unlink_from,omitempty"`
	Weblinks    []map[string]any `json:"weblinks,omitempty" jsonschema:"[{url, title, description}]"`
	Attachments []map[string]any `json:"attachments,omitempty" jsonschema:"[{name, url}]"`
	Tasks       []map[string]any `json:"tasks,omitempty" jsonschema:"[{platform, key, title, status, url}]"`
	Readings    []map[string]any `json:"readings,omitempty" jsonschema:"[{at, value}], of a metric"`
	Draft       bool             `json:"draft,omitempty" jsonschema:"for review"`
	EvenIfSame  bool             `json:"even_if_same,omitempty" jsonschema:"though one has that title"`
	Version     int              `json:"version,omitempty" jsonschema:"if it is still at this one"`
	Remove      bool             `json:"remove,omitempty" jsonschema:"from the workspace"`
}

type saveItemsOut struct {
	Receipt
	Items []itemLine `json:"items"`
	Next  string     `json:"next,omitempty"`
}

// An itemLine tells what became of one item.
type itemLine struct {
	ID       schema.ID       `json:"id"`
	Slug     string          `json:"slug"`
	Title    string          `json:"title"`
	Type     schema.ItemType `json:"type"`
	Status   string          `json:"status"`
	Review   schema.Review   `json:"review,omitempty"`
	Did      string          `json:"did"`
	Changed  []string        `json:"changed,omitempty"`
	StandsOn []standing      `json:"stands_on,omitempty"`
}

// A standing is one step something stands on.
type standing struct {
	Step schema.ID `json:"step"`
	Path string    `json:"path"`
}

// A saving is one item on its way in.
type saving struct {
	in   itemIn
	item *schema.Item
	line itemLine
}

func saveItems(ctx context.Context, tx *store.Tx, in saveItemsIn) (out saveItemsOut, err error) {
	if n := len(in.Items); n == 0 || n > maxItems {
		return out, &schema.Error{Code: schema.Limited, Field: "items", Message: "items must hold 1 to 200", Hint: "send more in further calls"}
	}
	var all []*saving
	for _, item := range in.Items {
		all = append(all, &saving{in: item})
	}
	paths := &pathBook{tx: tx}
	if err := forAll(all, func(s *saving) error { return s.save(tx) }); err != nil {
		return out, err
	}
	// Now that each is what it is, links may lead from any to any.
	if err := forAll(all, func(s *saving) error { return s.join(tx, paths) }); err != nil {
		return out, err
	}
	out.Items, out.Next, err = itemLines(tx, all, paths)
	tx.Summarize(itemSummary(out.Items))
	return out, err
}

// forAll does something with every item, and reports all that is wrong with
// any of them.
func forAll(all []*saving, do func(*saving) error) error {
	const most = 30
	var faults schema.Faults
	for i, s := range all {
		err := do(s)
		if err == nil {
			continue
		}
		f := schema.FaultsOf(err)
		if f == nil {
			return err
		}
		if faults = append(faults, at(f, "items", i)...); len(faults) >= most {
			break
		}
	}
	if faults == nil {
		return nil
	}
	return faults
}

func itemSummary(lines []itemLine) string {
	did := map[string]int{}
	for _, l := range lines {
		word, _, _ := strings.Cut(l.Did, " ")
		did[word]++
	}
	var words []string
	for _, w := range []string{"created", "changed", "removed"} {
		if did[w] > 0 {
			words = append(words, w+" "+plural(did[w], "item"))
		}
	}
	return strings.Join(words, ", ")
}

// itemLines tells what became of items. Of many it leaves out where they
// stand.
func itemLines(tx *store.Tx, all []*saving, paths *pathBook) (lines []itemLine, next string, err error) {
	const many = 40
	for _, s := range all {
		if len(all) <= many && !s.in.Remove {
			if s.line.StandsOn, err = standsOn(tx, s.item.ID, paths); err != nil {
				return nil, "", err
			}
		}
		lines = append(lines, s.line)
	}
	if len(all) > many {
		next = "where each stands is left out; fetch shows it"
	}
	return lines, next, nil
}

func standsOn(tx *store.Tx, item schema.ID, paths *pathBook) (all []standing, err error) {
	placements, err := tx.PlacementsOf(item)
	if err != nil {
		return nil, err
	}
	for _, p := range placements {
		path, err := paths.of(p.Step)
		if err != nil {
			return nil, err
		}
		all = append(all, standing{p.Step, path})
	}
	return all, nil
}

// save makes, changes or removes the item itself.
func (s *saving) save(tx *store.Tx) (err error) {
	if tx.Call.Actor.Proposes {
		if s.in.Item != "" || s.in.Remove {
			return inField(proposesOnly("items are not changed, placed or removed by those who may only propose"), "item")
		}
		s.in.Draft = true
	}
	if err := s.find(tx); err != nil {
		return err
	}
	if s.in.Remove {
		s.describe("")
		s.line.Did, err = removeWhole(tx, s.item.ID)
		return err
	}
	before, err := json.Marshal(s.item)
	if err != nil {
		return err
	}
	isNew, accepted := s.item.ID == "", s.item.Review == ""
	readings, err := s.in.readings(tx, s.item)
	if err != nil {
		return err
	}
	if err := s.in.itemFields.fill(tx, s.item, s.in.Clear); err != nil {
		return err
	}
	if s.in.Draft {
		if !isNew && accepted {
			return &schema.Error{Code: schema.Conflict, Field: "draft", Message: string(s.item.ID) + " is no draft: it was accepted, and counts", Hint: "propose a change by a comment, or make a new draft"}
		}
		s.item.Review, s.item.ReviewReason = schema.Pending, ""
	}
	if err := tx.Items.Put(s.item); err != nil {
		return err
	}
	s.describe("created")
	if !isNew {
		if s.line.Changed, err = changedFields(before, s.item); err != nil {
			return err
		}
		s.line.Did = map[bool]string{true: "changed", false: "unchanged"}[len(s.line.Changed) > 0]
	}
	return s.keepReadings(tx, readings)
}

func (s *saving) describe(did string) {
	i := s.item
	s.line.ID, s.line.Slug, s.line.Title, s.line.Type, s.line.Status, s.line.Review, s.line.Did = i.ID, i.Slug, i.Title, i.Type, i.Status, i.Review, did
}

// note adds to what has changed about an item beside its fields.
func (s *saving) note(format string, a ...any) {
	s.line.Changed = append(s.line.Changed, fmt.Sprintf(format, a...))
	if s.line.Did == "unchanged" {
		s.line.Did = "changed"
	}
}

// find gets the item that is named, or begins a new one.
func (s *saving) find(tx *store.Tx) error {
	if s.in.Item == "" {
		return s.begin(tx)
	}
	id, err := tx.Resolve(schema.KindItem, s.in.Item)
	if err != nil {
		return inField(err, "item")
	}
	if s.item, err = tx.Items.Get(id); err != nil {
		return err
	}
	if v := s.in.Version; v != 0 && v != s.item.Version {
		return &schema.Error{Code: schema.Conflict, Field: "version", Message: fmt.Sprintf("%s is at version %d, not %d", id, s.item.Version, v), Hint: "somebody has changed it; fetch it and try again"}
	}
	if t := s.in.Type; t != "" && t != s.item.Type {
		return &schema.Error{Code: schema.Conflict, Field: "type", Message: fmt.Sprintf("%s is %s; the type of an item stays", id, schema.An(s.item.Type)), Hint: "make a new item, and link or remove this one"}
	}
	return nil
}

// begin begins a new item, unless there is one of that type and title.
func (s *saving) begin(tx *store.Tx) error {
	switch {
	case s.in.Remove:
		return &schema.Error{Code: schema.Invalid, Field: "item", Message: "item is required: the one to remove"}
	case s.in.Version != 0:
		return &schema.Error{Code: schema.Invalid, Field: "version", Message: "a new item has no version yet", Hint: "name the one to change as item"}
	case s.in.Type == "":
		return &schema.Error{Code: schema.Invalid, Field: "type", Message: "type is required for a new item", Valid: typeNames(), Hint: "to change one, name it as item"}
	}
	twin, err := sameTitle(tx, s.in.Type, s.in.Title)
	if err != nil {
		return err
	}
	if twin != nil && !s.in.EvenIfSame {
		return &schema.Error{Code: schema.Conflict, Field: "title", Message: fmt.Sprintf("there is such %s already: %s %q", schema.An(s.in.Type), twin.ID, twin.Title),
			Hint: fmt.Sprintf("change or place it with item %q, or make another with even_if_same", twin.ID)}
	}
	s.item = &schema.Item{Type: s.in.Type, Status: s.in.Type.Statuses()[0]}
	return nil
}

func typeNames() (names []string) {
	for _, t := range schema.ItemType("").Values() {
		names = append(names, string(t))
	}
	return names
}

// sameTitle is the item of the type that has the title, in any case, or nil.
func sameTitle(tx *store.Tx, t schema.ItemType, title string) (*schema.Item, error) {
	title = strings.TrimSpace(title)
	if title == "" {
		return nil, nil
	}
	found, _, err := tx.ItemsWhere(store.ItemFilter{Types: []schema.ItemType{t}, Words: title, Drafts: true}, "", 0, -1)
	for _, i := range found {
		if strings.EqualFold(strings.TrimSpace(i.Title), title) {
			return i, nil
		}
	}
	return nil, err
}
