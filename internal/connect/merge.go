package connect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Merge returns the file's text with the server in it. Everything else stays as
// it is, byte for byte, and so does whatever else the file says of a server of
// that name, such as its environment. changed is false if nothing had to be
// written. A file that is not a plain JSON object is refused.
func (c Client) Merge(old []byte, s Server) (text []byte, changed bool, err error) {
	d, err := read(old)
	if err != nil {
		return nil, false, err
	}
	before := string(d.text)
	at := []string{c.section(), s.Name}
	for i := range at {
		if err := d.open(at[:i], at[i]); err != nil {
			return nil, false, err
		}
	}
	for _, m := range c.entry(s) {
		if err := d.set(at, m.name, m.value); err != nil {
			return nil, false, err
		}
	}
	text = append(d.mark, d.text...)
	return text, string(d.text) != before, nil
}

// A document is JSON text that is changed in place.
type document struct {
	mark   []byte // the byte order mark, if it has one
	text   []byte
	pretty bool   // a member a line
	unit   string // one step of indentation
	eol    string
}

// A member is one name and value of an object.
type member struct {
	name  string
	value any // a text or a list of texts
}

func read(old []byte) (*document, error) {
	d := &document{text: old, pretty: true, unit: "  ", eol: "\n"}
	if rest, ok := bytes.CutPrefix(old, []byte("\xef\xbb\xbf")); ok {
		d.mark, d.text = old[:3:3], rest
	}
	if len(bytes.TrimSpace(d.text)) == 0 {
		d.text = []byte("{}\n")
		return d, nil
	}
	if err := plain(d.text); err != nil {
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

// plain demands JSON, and tells where it ends to be.
func plain(text []byte) error {
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
	p, err := d.object(len(d.text)-len(bytes.TrimLeft(d.text, " \t\r\n")), "the file")
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
	if at >= len(d.text) || d.text[at] != '{' {
		return p, fmt.Errorf("%s is not a JSON object", what)
	}
	dec := json.NewDecoder(bytes.NewReader(d.text[at:]))
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
		f := field{name: name.(string), key: from + bytes.IndexByte(d.text[from:], '"'), end: at + int(dec.InputOffset())}
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

// set gives the object at the path the member, unless it says so already.
func (d *document) set(path []string, name string, value any) error {
	p, err := d.find(path)
	if err != nil {
		return err
	}
	f, ok := p.field(name)
	if !ok {
		d.insert(p, len(path)+1, name, inline(value))
	} else if !same(d.text[f.start:f.end], value) {
		d.replace(f.start, f.end, inline(value))
	}
	return nil
}

// insert adds a member to an object, behind the others and as they are laid
// out.
func (d *document) insert(p place, depth int, name, value string) {
	line := inline(name) + ":" + value
	if d.pretty {
		line = inline(name) + ": " + value
	}
	if len(p.fields) == 0 && !d.pretty {
		d.replace(p.start, p.end, "{"+line+"}")
		return
	}
	if len(p.fields) == 0 {
		outer := d.eol + strings.Repeat(d.unit, depth-1)
		d.replace(p.start, p.end, "{"+outer+d.unit+line+outer+"}")
		return
	}
	last := p.fields[len(p.fields)-1]
	if indent, ok := d.indent(p); ok {
		line = d.eol + indent + line
	} else if d.pretty {
		line = " " + line
	}
	d.replace(last.end, last.end, ","+line)
}

// indent is what stands before the first name of the object, if it has a line
// of its own.
func (d *document) indent(p place) (string, bool) {
	if len(p.fields) == 0 {
		return "", false
	}
	before := string(d.text[p.start+1 : p.fields[0].key])
	i := strings.LastIndexByte(before, '\n')
	return before[i+1:], i >= 0
}

func (d *document) replace(start, end int, with string) {
	d.text = append(append(append([]byte{}, d.text[:start]...), with...), d.text[end:]...)
}

// same reports whether the text says the value.
func same(text []byte, v any) bool {
	var is, want any
	return json.Unmarshal(text, &is) == nil && json.Unmarshal([]byte(inline(v)), &want) == nil && reflect.DeepEqual(is, want)
}

// inline writes a text or a list of texts, without the escapes that only HTML
// needs.
func inline(v any) string {
	if list, ok := v.([]string); ok {
		words := make([]string, len(list))
		for i, w := range list {
			words[i] = inline(w)
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
