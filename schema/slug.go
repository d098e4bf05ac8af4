package schema

import (
	"strings"
	"unicode"
)

// MaxSlug is the length of the longest slug, in characters.
const MaxSlug = 60

// Slugify turns a name into the readable part of an address: its letters and
// digits in lower case, in any script, joined by hyphens. Accents of Latin
// letters stay. It returns "" if the name has neither.
func Slugify(name string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) && b.Len() > 0:
			if n >= MaxSlug {
				return b.String()
			}
			if gap && b.Len() > 0 {
				b.WriteByte('-')
				n++
			}
			gap = false
			b.WriteRune(r)
			n++
		case r == '\'' || r == '’': // customer's → customers
		default:
			gap = true
		}
	}
	return b.String()
}
