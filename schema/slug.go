package schema

import (
	"strings"
	"unicode"
)

// MaxSlug is the length of the longest slug that is made from a name, in
// characters. A number that tells it from others may follow.
const MaxSlug = 60

// Slugify turns a name into the readable part of an address: its letters and
// digits in lower case, in any script, joined by hyphens. Accents and vowel
// signs stay. It returns "" if the name has neither.
func Slugify(name string) string { return slugify(name, MaxSlug) }

func slugify(name string, limit int) string {
	var b strings.Builder
	n, gap := 0, ""
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) && n > 0 && gap == "":
			if n += len(gap) + 1; n > limit {
				return b.String()
			}
			b.WriteString(gap)
			b.WriteRune(r)
			gap = ""
		case r == '\'' || r == '’': // customer's → customers
		case n > 0:
			gap = "-"
		}
	}
	return b.String()
}
