package format

import (
	"html"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape writes runes of s as numeric entities such as mark + "58;": those that
// special picks by their place in s, control characters, and white space at either end, which a
// reader would trim. Bytes that are not UTF-8 become U+FFFD.
func escape(s, mark string, special func(s string, i int, r rune) bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	start := len(s) - len(strings.TrimLeftFunc(s, blank))
	end := len(strings.TrimRightFunc(s, blank))
	var b strings.Builder
	for i, r := range s {
		if i >= start && i < end && !unicode.IsControl(r) && !special(s, i, r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(mark)
		b.WriteString(strconv.Itoa(int(r)))
		b.WriteByte(';')
	}
	return b.String()
}

func blank(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }

// unescape undoes escape, and the entities that have names in HTML.
func unescape(s, mark string) string {
	const longest = 33 // of the names, with the semicolon
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, mark)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		s = after
		name, _, closed := strings.Cut(after[:min(len(after), longest)], ";")
		text, known := entity(name)
		if !closed || !known {
			b.WriteString(mark)
			continue
		}
		b.WriteString(text)
		s = after[len(name)+1:]
	}
}

// entity returns what a decimal number or a name of HTML stands for.
func entity(name string) (text string, ok bool) {
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return string(rune(n)), utf8.ValidRune(rune(n))
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		return "", false
	}
	whole := "&" + name + ";"
	text = html.UnescapeString(whole)
	// More than two runes are an entity and left-over text, as in "&notit;".
	return text, text != whole && utf8.RuneCountInString(text) <= 2
}
