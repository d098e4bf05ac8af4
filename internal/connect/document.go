package connect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// A document is JSON text that is changed in place.
type document struct {
	mark   []byte // the byte order mark, if it has one
	text   []byte
	plain  []byte // the text as plain JSON: each thing stands where it does there
	lax    bool   // comments and trailing commas are read over
	pretty bool   // a member a line
	unit   string // one step of indentation
	eol    string
}

// A member is one name and value of an object.
type member struct {
	name  string
	value any // a text, a truth, a list of texts, or members
}

func read(old []byte, lax bool) (*document, error) {
	d := &document{text: old, lax: lax, pretty: true, unit: "  ", eol: "\n"}
	if rest, ok := bytes.CutPrefix(old, []byte("\xef\xbb\xbf")); ok {
		d.mark, d.text = old[:3:3], rest
	}
	if len(bytes.TrimSpace(d.text)) == 0 {
		d.text = []byte("{}\n")
	}
	d.look()
	if err := valid(d.plain); err != nil {
		return nil, err
	}
	root, err := d.find(nil)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(d.text, []byte("\r\n")) {
		d.eol = "\r\n"
	}
	if len(root.fields) > 0 {
		indent, ok := d.indent(root)
		if d.pretty = ok; ok && indent != "" {
			d.unit = indent
		}
	}
	return d, nil
}

// look brings plain up to the text.
func (d *document) look() {
	d.plain = d.text
	if d.lax {
		d.plain = untrailed(blank(d.text))
	}
}

// valid demands JSON, and tells where it ends to be.
func valid(text []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(text, &any)
	var e *json.SyntaxError
	if !errors.As(err, &e) {
		return err
	}
	at := max(int(e.Offset)-1, 0)
	line := 1 + bytes.Count(text[:min(at, len(text))], []byte("\n"))
	if at < len(text) && (text[at] == '/' || text[at] == '#') {
		return fmt.Errorf("line %d holds a comment, and this program reads only plain JSON", line)
	}
	return fmt.Errorf("line %d is not plain JSON: %w", line, err)
}

// A place is an object in the text.
type place struct {
	start, end int // with its braces
	fields     []field
}

// A field is one member of an object in the text.
type field struct {
	name            string
	key, start, end int // where the name begins, and where the value stands
}

// find returns the object at the path, which must be there.
func (d *document) find(path []string) (place, error) {
	p, err := d.object(len(d.plain)-len(bytes.TrimLeft(d.plain, " \t\r\n")), "the file")
	for _, name := range path {
		if err != nil {
			return p, err
		}
		f, ok := p.field(name)
		if !ok {
			return p, fmt.Errorf("there is no %q", name)
		}
		p, err = d.object(f.start, fmt.Sprintf("%q", name))
	}
	return p, err
}

// object reads the object that stands at an offset.
func (d *document) object(at int, what string) (place, error) {
	p := place{start: at}
	if at >= len(d.plain) || d.plain[at] != '{' {
		return p, fmt.Errorf("%s is not a JSON object", what)
	}
	dec := json.NewDecoder(bytes.NewReader(d.plain[at:]))
	dec.Token() // the brace
	for dec.More() {
		from := at + int(dec.InputOffset())
		name, err := dec.Token()
		if err != nil {
			return p, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return p, err
		}
		f := field{name: name.(string), key: from + bytes.IndexByte(d.plain[from:], '"'), end: at + int(dec.InputOffset())}
		f.start = f.end - len(value)
		if _, twice := p.field(f.name); twice {
			return p, fmt.Errorf("%s names %q twice", what, f.name)
		}
		p.fields = append(p.fields, f)
	}
	dec.Token()
	p.end = at + int(dec.InputOffset())
	return p, nil
}

func (p place) field(name string) (field, bool) {
	for _, f := range p.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// open makes sure that the object at the path has an object of the name.
func (d *document) open(path []string, name string) error {
	p, err := d.find(path)
	if err != nil {
		return err
	}
	if f, ok := p.field(name); ok {
		_, err := d.object(f.start, fmt.Sprintf("%q", name))
		return err
	}
	d.insert(p, len(path)+1, name, "{}")
	return nil
}

// setAll gives the object at the path the members. What else it has stays, and
// so does what else the objects in it have.
func (d *document) setAll(path []string, members []member) error {
	for _, m := range members {
		inner, ok := m.value.([]member)
		if !ok {
			if err := d.set(path, m.name, m.value); err != nil {
				return err
			}
			continue
		}
		if err := d.open(path, m.name); err != nil {
			return err
		}
		if err := d.setAll(append(path[:len(path):len(path)], m.name), inner); err != nil {
			return err
		}
	}
	return nil
}

// set gives the object at the path the member, unless it says so already.
func (d *document) set(path []string, name string, value any) error {
	p, err := d.find(path)
	if err != nil {
		return err
	}
	f, ok := p.field(name)
	if !ok {
		d.insert(p, len(path)+1, name, inline(value))
	} else if !same(d.plain[f.start:f.end], value) {
		d.replace(f.start, f.end, inline(value))
	}
	return nil
}

// include adds an object to the list of the name, which the file has or is
// given, unless one with the same value for key stands there.
func (d *document) include(name, key, value string, object []member) error {
	root, err := d.find(nil)
	if err != nil {
		return err
	}
	f, ok := root.field(name)
	if !ok {
		d.insert(root, 1, name, "["+inline(object)+"]")
		return nil
	}
	var all []map[string]any
	if err := json.Unmarshal(d.plain[f.start:f.end], &all); err != nil {
		return fmt.Errorf("%q is not a list of JSON objects", name)
	}
	for _, one := range all {
		if one[key] == value {
			return nil
		}
	}
	text := inline(object)
	if len(all) > 0 {
		text += ","
		if d.pretty {
			text += " "
		}
	}
	d.replace(f.start+1, f.start+1, text)
	return nil
}

// insert adds a member to an object, behind the others and as they are laid
// out. A comment behind the last of them stays with it.
func (d *document) insert(p place, depth int, name, value string) {
	line := inline(name) + ":" + value
	if d.pretty {
		line = inline(name) + ": " + value
	}
	if len(p.fields) == 0 {
		d.fill(p, depth, line)
		return
	}
	last := p.fields[len(p.fields)-1].end
	indent, ok := d.indent(p)
	if !ok && d.pretty {
		line = " " + line
	}
	if !ok {
		d.replace(last, last, ","+line)
		return
	}
	comma, behind := ",", last
	if d.lax {
		rest := blank(d.text)[last:]
		if trimmed := bytes.TrimLeft(rest, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == ',' {
			comma, behind = "", last+len(rest)-len(trimmed)+1
		}
	}
	end := behind + lineRest(d.plain[behind:])
	d.replace(last, end, comma+string(d.text[last:end])+d.eol+indent+line)
}

// lineRest is how far it is to the end of the line, if nothing else stands on
// it, and else 0.
func lineRest(text []byte) int {
	n := len(text) - len(bytes.TrimLeft(text, " \t"))
	if n < len(text) && (text[n] == '\n' || text[n] == '\r') {
		return n
	}
	return 0
}

// fill gives an object its first member. Comments in it stay before that.
func (d *document) fill(p place, depth int, line string) {
	inside := strings.TrimRight(string(d.text[p.start+1:p.end-1]), " \t\r\n")
	if !d.pretty && inside == "" {
		d.replace(p.start, p.end, "{"+line+"}")
		return
	}
	outer := d.eol + strings.Repeat(d.unit, depth-1)
	d.replace(p.start, p.end, "{"+inside+outer+d.unit+line+outer+"}")
}

// indent is the space before the first name of the object, if it has a line of
// its own.
func (d *document) indent(p place) (string, bool) {
	if len(p.fields) == 0 {
		return "", false
	}
	i := bytes.LastIndexByte(d.plain[p.start+1:p.fields[0].key], '\n')
	line := d.text[p.start+1+i+1 : p.fields[0].key]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))]), i >= 0
}

func (d *document) replace(start, end int, with string) {
	d.text = append(append(append([]byte{}, d.text[:start]...), with...), d.text[end:]...)
	d.look()
}

// same reports whether the text says the value.
func same(text []byte, v any) bool {
	var is, want any
	return json.Unmarshal(text, &is) == nil && json.Unmarshal([]byte(inline(v)), &want) == nil && reflect.DeepEqual(is, want)
}

// inline writes a value on one line, without the escapes that only HTML needs.
func inline(v any) string {
	var parts []string
	switch v := v.(type) {
	case []string:
		for _, w := range v {
			parts = append(parts, inline(w))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case []member:
		for _, m := range v {
			parts = append(parts, inline(m.name)+": "+inline(m.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
