package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// A fieldChange is one field that a change altered.
type fieldChange struct {
	Field string `json:"field"`
	From  any    `json:"from,omitempty"`
	To    any    `json:"to,omitempty"`
}

// mechanical fields say nothing about what a record is.
var mechanical = []string{"id", "version", "created", "updated", "slug", "aliases"}

// fieldChanges are the fields in which two versions of a record differ. Nil is
// no record.
func fieldChanges(before, after json.RawMessage) (all []fieldChange) {
	was, is := bodyOf(before), bodyOf(after)
	names := map[string]any{}
	maps.Copy(names, was)
	maps.Copy(names, is)
	for _, k := range slices.Sorted(maps.Keys(names)) {
		if !slices.Contains(mechanical, k) && !reflect.DeepEqual(was[k], is[k]) {
			all = append(all, fieldChange{Field: k, From: was[k], To: is[k]})
		}
	}
	return all
}

func bodyOf(raw json.RawMessage) map[string]any {
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // what the log holds is an object, or nothing
	return m
}

// changedFields names the fields in which a record differs from what it was,
// which was marshalled then.
func changedFields(was json.RawMessage, is schema.Record) (names []string, err error) {
	now, err := json.Marshal(is)
	for _, f := range fieldChanges(was, now) {
		names = append(names, f.Field)
	}
	return names, err
}

// A storyteller puts changes into words. It knows what records were called
// that the changes removed.
type storyteller struct {
	tx    *store.Tx
	names map[schema.ID]string
}

func newStoryteller(tx *store.Tx, changes []schema.Change) *storyteller {
	s := &storyteller{tx: tx, names: map[schema.ID]string{}}
	for _, c := range changes {
		b := bodyOf(newest(c))
		for _, k := range []string{"title", "name"} {
			if name, ok := b[k].(string); ok && c.Ref.Kind != schema.KindAttachment {
				s.names[c.Ref.ID] = name
			}
		}
	}
	return s
}

// newest is what the change speaks about: the record as it became, or as it
// was.
func newest(c schema.Change) json.RawMessage {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// name is what a record is called, or its id if nobody knows.
func (s *storyteller) name(id schema.ID) string {
	if n, err := s.tx.Path(id); err == nil && n != "" {
		return n
	}
	if n := s.names[id]; n != "" {
		return n
	}
	return string(id)
}

// what is the record of a change in words: insight "Prices are hard to find".
// It holds no text that was imported.
func (s *storyteller) what(c schema.Change) string {
	kind := kindWords(c.Ref.Kind)
	if t, ok := bodyOf(newest(c))["type"].(string); ok && c.Ref.Kind == schema.KindItem {
		kind = strings.ToLower(t)
	}
	if called := s.called(c); called != "" {
		return fmt.Sprintf("%s %q (%s)", kind, called, c.Ref.ID)
	}
	return fmt.Sprintf("%s %s", kind, c.Ref.ID)
}

// called is what the record of a change goes by: its own name, or the names of
// what it joins. A signal goes by its id, since its words come from outside.
func (s *storyteller) called(c schema.Change) string {
	b := bodyOf(newest(c))
	text := func(k string) string { v, _ := b[k].(string); return v }
	name := func(k string) string { return s.name(schema.ID(text(k))) }
	switch c.Ref.Kind {
	case schema.KindPlacement:
		who := text("signal")
		if text("item") != "" {
			who = name("item")
		}
		if text("step") == "" {
			return who + " on no step"
		}
		return who + " on " + name("step")
	case schema.KindLink:
		return name("from") + " → " + name("to")
	case schema.KindNesting:
		return name("journey") + " below " + name("step")
	case schema.KindCitation:
		return text("signal") + " for " + name("item")
	case schema.KindAttachment, schema.KindWeblink, schema.KindTask:
		return first(text("key"), text("name"), text("title"), text("url")) + " of " + name("item")
	case schema.KindReading:
		return fmt.Sprint(b["value"], " of ", name("item"))
	case schema.KindNote:
		return shorten(text("text"), 60)
	case schema.KindComment:
		on, _ := b["on"].(map[string]any)
		id, _ := on["id"].(string)
		return "on " + s.name(schema.ID(id))
	case schema.KindInvitation:
		return text("email")
	case schema.KindBookmark:
		return first(text("label"), text("trigger")) + " of " + name("journey")
	}
	return first(text("title"), text("name"))
}

// longest is how much of a text a difference shows, in characters.
const longest = 200

// told makes a value of a field fit to be read: names stand beside ids, and
// long texts are cut.
func (s *storyteller) told(v any) any {
	switch v := v.(type) {
	case string:
		if id := schema.ID(v); id.Kind() != "" {
			if n := s.name(id); n != v {
				return v + " (" + n + ")"
			}
			return v
		}
		return shorten(quote.Clean(v), longest)
	case []any:
		all := make([]any, len(v))
		for i := range v {
			all[i] = s.told(v[i])
		}
		return all
	case map[string]any:
		m := make(map[string]any, len(v))
		for k := range v {
			m[k] = s.told(v[k])
		}
		return m
	}
	return v
}

// shorten cuts a text and says how much of it is missing.
func shorten(text string, limit int) string {
	n := utf8.RuneCountInString(text)
	if n <= limit {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:limit])) + fmt.Sprintf("… (%d more)", n-limit)
}
