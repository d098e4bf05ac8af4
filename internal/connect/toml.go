package connect

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// mergeTOML is Merge for a file of tables. It changes the text, and then has it
// read: unless what was there and what was to come, and nothing else, is what
// it says now, the file is left alone.
func mergeTOML(old []byte, section string, s Server, entry []member) ([]byte, bool, error) {
	before, err := tables(old)
	if err != nil {
		return nil, false, err
	}
	servers, ok := before[section].(map[string]any)
	if _, there := before[section]; there && !ok {
		return nil, false, fmt.Errorf("%q is not a table", section)
	}
	is, ok := servers[s.Name].(map[string]any)
	if _, there := servers[s.Name]; there && !ok {
		return nil, false, fmt.Errorf("%q is not a table", s.Name)
	}
	for _, name := range s.other() {
		if _, there := is[name]; there {
			return nil, false, s.taken()
		}
	}
	t := lines{text: string(old), eol: "\n"}
	if strings.Contains(t.text, "\r\n") {
		t.eol = "\r\n"
	}
	header := "[" + bare(section) + "." + bare(s.Name) + "]"
	for _, m := range entry {
		if is != nil && reflect.DeepEqual(is[m.name], plainly(m.value)) {
			continue
		}
		t.set(header, m)
	}
	if servers != nil && !regexp.MustCompile(`(?m)^[ \t]*\[[ \t]*"?`+section+`\b`).Match(old) {
		return nil, false, fmt.Errorf("%q does not stand in it as tables of their own, which is all that this program can change", section)
	}
	want := merged(before, section, s.Name, entry)
	if after, err := tables([]byte(t.text)); err != nil || !reflect.DeepEqual(after, want) {
		return nil, false, fmt.Errorf("%s stands in it in a way that this program cannot change", header)
	}
	return []byte(t.text), t.text != string(old), nil
}

// tables reads TOML.
func tables(text []byte) (map[string]any, error) {
	all := map[string]any{}
	_, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&all)
	if err != nil {
		return nil, fmt.Errorf("it is not TOML: %w", err)
	}
	return all, nil
}

// merged is what the file shall say.
func merged(before map[string]any, section, name string, entry []member) map[string]any {
	all := copied(before)
	servers := copied(all[section])
	own := copied(servers[name])
	for _, m := range entry {
		own[m.name] = plainly(m.value)
	}
	servers[name], all[section] = own, servers
	return all
}

// copied is a table like the one given, or an empty one.
func copied(table any) map[string]any {
	out := map[string]any{}
	old, _ := table.(map[string]any)
	for name, v := range old {
		out[name] = v
	}
	return out
}

// plainly is a value as a reader of TOML returns it.
func plainly(v any) any {
	switch v := v.(type) {
	case []string:
		list := make([]any, len(v))
		for i, w := range v {
			list[i] = w
		}
		return list
	case []member:
		table := map[string]any{}
		for _, m := range v {
			table[m.name] = plainly(m.value)
		}
		return table
	}
	return v
}

// lines are the text of a file of tables.
type lines struct{ text, eol string }

var anyHeader = regexp.MustCompile(`(?m)^[ \t]*\[`)

// set gives the table under the header the member: in the place of the one it
// has, or behind its last. The table is made at the end if there is none.
func (t *lines) set(header string, m member) {
	line := bare(m.name) + " = " + tomlValue(m.value)
	found := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(header) + `[^\n]*(\n|$)`).FindStringIndex(t.text)
	if found == nil {
		if t.text != "" && !strings.HasSuffix(t.text, "\n") {
			t.text += t.eol
		}
		if t.text != "" {
			t.text += t.eol
		}
		t.text += header + t.eol + line + t.eol
		return
	}
	start, end := found[1], len(t.text)
	if next := anyHeader.FindStringIndex(t.text[start:]); next != nil {
		end = start + next[0]
	}
	body := t.text[start:end]
	if at := regexp.MustCompile(`(?m)^[ \t]*` + regexp.QuoteMeta(bare(m.name)) + `[ \t]*=[ \t]*`).FindStringIndex(body); at != nil {
		value := body[at[1] : at[1]+valueEnd(body[at[1]:])]
		t.text = t.text[:start+at[1]] + tomlValue(m.value) + t.text[start+at[1]+len(value):]
		return
	}
	written := strings.TrimRight(body, " \t\r\n")
	rest := body[len(written):]
	if written != "" {
		written += t.eol
	}
	if !strings.HasPrefix(rest, t.eol) {
		rest = t.eol
	}
	t.text = t.text[:start] + written + line + rest + t.text[end:]
}

// valueEnd is where the value that the text begins with ends: before a comment
// or the end of the line, unless a bracket is open.
func valueEnd(text string) int {
	open := 0
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '"' || ch == '\'':
			i = quotedEnd(text, i) - 1
		case ch == '[' || ch == '{':
			open++
		case ch == ']' || ch == '}':
			open--
		case ch == '#' && open > 0:
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case open == 0 && (ch == '#' || ch == '\n'):
			return len(strings.TrimRight(text[:i], " \t\r"))
		}
	}
	return len(strings.TrimRight(text, " \t\r"))
}

// quotedEnd is where the string that begins at an offset ends, with one mark or
// three at each end.
func quotedEnd(text string, at int) int {
	mark := text[at : at+1]
	if three := strings.Repeat(mark, 3); strings.HasPrefix(text[at:], three) {
		mark = three
	}
	for i := at + len(mark); i < len(text); i++ {
		if text[i] == '\\' && mark[0] == '"' {
			i++
		} else if strings.HasPrefix(text[i:], mark) {
			return i + len(mark)
		}
	}
	return len(text)
}

// bare writes a name, between quotes if it is more than letters.
func bare(name string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(name) {
		return name
	}
	return tomlValue(name)
}

// tomlValue writes a value on one line. A basic string of TOML has the escapes
// of JSON's.
func tomlValue(v any) string {
	table, ok := v.([]member)
	if !ok {
		return strings.ReplaceAll(inline(v), "\x7f", `\u007f`)
	}
	var parts []string
	for _, m := range table {
		parts = append(parts, bare(m.name)+" = "+tomlValue(m.value))
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}
