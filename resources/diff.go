package resources

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"custory/schema"
)

// A Changed is one record in an Entry.
type Changed struct {
	Did    string      `json:"did"` // created, updated or removed
	Kind   schema.Kind `json:"kind"`
	ID     schema.ID   `json:"id"`
	Name   string      `json:"name,omitempty"`
	Fields []Field     `json:"fields,omitempty"` // of an update
}

// A Field is what an update did to one field. Long values are left out.
type Field struct {
	Name string `json:"field"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// A body is a record as the log holds it.
type body map[string]json.RawMessage

func (n *names) changed(c schema.Change) Changed {
	var before, after body
	n.keep(unlessEmpty(c.Before, &before))
	n.keep(unlessEmpty(c.After, &after))
	w := Changed{Kind: c.Ref.Kind, ID: c.Ref.ID}
	switch {
	case before == nil:
		w.Did, w.Name = "created", n.called(w.Kind, after)
	case after == nil:
		w.Did, w.Name = "removed", n.called(w.Kind, before)
	default:
		w.Did, w.Name, w.Fields = "updated", n.called(w.Kind, after), diff(before, after)
	}
	return w
}

func unlessEmpty(raw json.RawMessage, b *body) error {
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, b)
}

// called is what a record goes by: its own name, or the names of what it
// joins. A signal goes by its id alone, since its words come from outside.
func (n *names) called(k schema.Kind, b body) string {
	switch k {
	case schema.KindPlacement:
		return join(" on ", n.ref(b, "item")+n.ref(b, "signal"), n.ref(b, "step"))
	case schema.KindLink:
		return join(" → ", n.ref(b, "from"), n.ref(b, "to"))
	case schema.KindNesting:
		return join(" below ", n.ref(b, "journey"), n.ref(b, "step"))
	case schema.KindCitation:
		return join(" for ", n.ref(b, "signal"), n.ref(b, "item"))
	case schema.KindReading:
		return join(" of ", b.text("value"), n.ref(b, "item"))
	case schema.KindComment:
		var on schema.Ref
		n.keep(json.Unmarshal(b["on"], &on))
		return "on " + n.nameOr(on.ID)
	case schema.KindNote:
		return clip(b.text("text"), 80)
	case schema.KindSignal:
		return ""
	}
	for _, f := range []string{"name", "title", "label", "key", "url"} {
		if s := b.text(f); s != "" {
			return clip(s, 120)
		}
	}
	return ""
}

// ref is the name of what a field refers to.
func (n *names) ref(b body, field string) string { return n.nameOr(schema.ID(b.text(field))) }

// nameOr is the record's name, or its id if it has none or is gone.
func (n *names) nameOr(id schema.ID) string {
	if name := n.of(id); name != "" {
		return name
	}
	return string(id)
}

// text is a field's value in words; a string without its quotes.
func (b body) text(field string) string {
	raw := b[field]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// diff says what an update did, field by field.
func diff(before, after body) (fields []Field) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		from, to := before.text(name), after.text(name)
		switch {
		case from == to || name == "version" || name == "updated" || name == "slug" || name == "aliases":
		case len(from) > 120 || len(to) > 120:
			fields = append(fields, Field{Name: name})
		default:
			fields = append(fields, Field{name, from, to})
		}
	}
	return fields
}

// String is the record and what happened to it as one line of Markdown.
func (c *Changed) String() string {
	var fields []string
	for _, f := range c.Fields {
		switch {
		case f.From == "" && f.To == "":
			fields = append(fields, label(f.Name)+" rewritten")
		case f.From == "":
			fields = append(fields, fmt.Sprintf("%s: %s", label(f.Name), inline(f.To)))
		case f.To == "":
			fields = append(fields, fmt.Sprintf("%s: %s removed", label(f.Name), inline(f.From)))
		default:
			fields = append(fields, fmt.Sprintf("%s: %s → %s", label(f.Name), inline(f.From), inline(f.To)))
		}
	}
	return dot(c.Did+" "+string(c.Kind), with(c.Name, c.ID), strings.Join(fields, "; "))
}
