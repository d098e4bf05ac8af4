package resources

import (
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"custory/internal/quote"
)

// scrubbed cleans every text of a view.
func scrubbed[V any](v *V) *V {
	scrub(reflect.ValueOf(v))
	return v
}

func scrub(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scrub(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scrub(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			scrub(v.Index(i))
		}
	case reflect.String:
		v.SetString(quote.Clean(v.String()))
	}
}

// inline makes a text safe to stand within a line of Markdown, or to be one:
// it stays text, whatever it holds.
func inline(s string) string {
	words := strings.Fields(quote.Clean(s))
	for i, w := range words {
		words[i] = escapeWord(w)
	}
	if len(words) > 0 {
		words[0] = escapeStart(words[0])
	}
	return strings.Join(words, " ")
}

// escapeWord takes from a word what Markdown would read as a mark. A word that
// readers would turn into a link becomes code.
func escapeWord(w string) string {
	if linkish(w) {
		return code(w)
	}
	var b strings.Builder
	for i, r := range w {
		if strings.ContainsRune("\\`*[]<#|~", r) || r == '_' && !within(w, i) || r == '&' && strings.Contains(w[i:], ";") {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// within reports whether the byte at i stands between letters or digits, where
// an underscore marks nothing.
func within(w string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(w[:i])
	after, _ := utf8.DecodeRuneInString(w[i+1:])
	return (unicode.IsLetter(before) || unicode.IsDigit(before)) && (unicode.IsLetter(after) || unicode.IsDigit(after))
}

// linkish reports whether the word holds a web or mail address, as the readers
// of Markdown find them.
func linkish(w string) bool {
	w = strings.ToLower(w)
	at := strings.IndexByte(w, '@')
	return strings.Contains(w, "://") || strings.Contains(w, "www.") || strings.Contains(w, "mailto:") || strings.Contains(w, "xmpp:") ||
		at > 0 && strings.Contains(w[at:], ".")
}

// code writes a word as code. A bar would end the cell of a table, and a
// backtick the code, so those stand between.
func code(w string) string {
	var b strings.Builder
	for w != "" {
		i := strings.IndexAny(w, "|`")
		if i < 0 {
			i = len(w)
		}
		if i > 0 {
			b.WriteString("`" + w[:i] + "`")
		}
		if i < len(w) {
			b.WriteString(`\` + w[i:i+1])
			i++
		}
		w = w[i:]
	}
	return b.String()
}

// escapeStart takes from the first word of a line what would make the line a
// list, a quote, a rule or a heading.
func escapeStart(w string) string {
	if strings.ContainsRune("-+=>:", rune(w[0])) {
		return `\` + w
	}
	digits := strings.TrimLeft(w, "0123456789")
	if digits != w && (digits == "." || digits == ")") {
		return w[:len(w)-1] + `\` + digits
	}
	return w
}

// quoted sets a text as a quotation: each line begins with a mark, and none
// can be taken for anything but words.
func quoted(s string) string {
	lines := strings.Split(strings.TrimSpace(quote.Clean(s)), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight("> "+inline(l), " ")
	}
	return strings.Join(lines, "\n")
}

// prose sets a text of several lines as plain paragraphs.
func prose(s string) string {
	lines := strings.Split(strings.TrimSpace(quote.Clean(s)), "\n")
	for i, l := range lines {
		lines[i] = inline(l)
	}
	return strings.Join(lines, "\n")
}

// clip shortens a text to at most n characters, and shows that it did.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:max(n-1, 0)])) + "…"
}
