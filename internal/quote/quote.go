// Package quote finds quotes in texts, so that what is stored as evidence is what
// was said, byte for byte.
//
// A quote that comes from a person or a model differs from its source in ways that
// do not matter: in how accents are composed, in white space, in the shape of
// quotation marks. Find looks past these and past nothing else.
package quote

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Find returns the byte range of the first passage of text that quote repeats; it
// is text[start:end] that must be stored. Case counts. Unicode composition (NFC)
// does not, nor how much white space and of what kind stands between words, nor
// whether quotation marks are straight or curly. White space around the quote is
// ignored.
//
// A range never splits a combining sequence or an emoji joined of several. ok is
// false if text does not hold quote in one piece, or if quote is blank.
func Find(text, quote string) (start, end int, ok bool) {
	return find(text, quote, func(int, int) bool { return true })
}

// find is Find among the ranges that fit.
func find(text, quote string, fits func(start, end int) bool) (start, end int, ok bool) {
	want := fold(quote)
	if len(want) == 0 {
		return 0, 0, false
	}
	// Knuth, Morris and Pratt: time is linear whatever the text.
	back := borders(want)
	starts := make([]int, len(want)) // of the last characters, by their number
	n, k := 0, 0                     // characters read, and matched at their end
	for c := range characters(text) {
		starts[n%len(starts)] = c.start
		n++
		for k > 0 && c.folded != want[k] {
			k = back[k-1]
		}
		if c.folded == want[k] {
			k++
		}
		if k == len(want) {
			if start := starts[n%len(starts)]; fits(start, c.end) {
				return start, c.end, true
			}
			k = back[k-1]
		}
	}
	return 0, 0, false
}

// fold returns the characters of quote, without white space around it.
func fold(quote string) []string {
	var folded []string
	for c := range characters(quote) {
		folded = append(folded, c.folded)
	}
	if len(folded) > 0 && folded[0] == space {
		folded = folded[1:]
	}
	if last := len(folded) - 1; last >= 0 && folded[last] == space {
		folded = folded[:last]
	}
	return folded
}

// borders tells for each beginning of s how long the longest shorter beginning is
// that it also ends with.
func borders(s []string) []int {
	b := make([]int, len(s))
	for i := 1; i < len(s); i++ {
		k := b[i-1]
		for k > 0 && s[i] != s[k] {
			k = b[k-1]
		}
		if s[i] == s[k] {
			k++
		}
		b[i] = k
	}
	return b
}

// space is what any run of white space folds to.
const space = " "

// A character is a combining sequence or a run of white space, and the form by
// which it is compared.
type character struct {
	start, end int
	folded     string
}

func characters(s string) iter.Seq[character] {
	return func(yield func(character) bool) {
		for i := 0; i < len(s); {
			c := character{start: i, end: i + sequence(s[i:])}
			c.folded = foldSequence(s[i:c.end])
			for c.folded == space && c.end < len(s) {
				n := sequence(s[c.end:])
				if foldSequence(s[c.end:c.end+n]) != space {
					break
				}
				c.end += n
			}
			if !yield(c) {
				return
			}
			i = c.end
		}
	}
}

// sequence returns the length of the combining sequence that s begins with. A byte
// that is not UTF-8 stands alone.
func sequence(s string) int {
	last, n := utf8.DecodeRuneInString(s)
	if last == utf8.RuneError && n == 1 {
		return n
	}
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !combines(last, r, s[n:]) {
			break
		}
		last = r
		n += size
	}
	return n
}

const zeroWidthJoiner = '\u200D'

// combines tells whether r, which s begins with, belongs with the rune before it.
func combines(before, r rune, s string) bool {
	switch {
	case r == utf8.RuneError:
		return false
	case unicode.IsMark(r), unicode.Is(unicode.Join_Control, r):
		return true
	case before == zeroWidthJoiner && unicode.Is(unicode.So, r):
		return true // as in a family of emoji
	case '\U0001F3FB' <= r && r <= '\U0001F3FF':
		return true // the colour of a skin
	}
	return !norm.NFC.PropertiesString(s).BoundaryBefore() // as the parts of a Hangul syllable
}

// foldSequence returns the form by which a combining sequence is compared.
func foldSequence(s string) string {
	if len(s) > 1 && !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	switch s {
	case "’", "‘", "`":
		return "'"
	case "“", "”", "„", "«", "»":
		return `"`
	}
	if r, size := utf8.DecodeRuneInString(s); size == len(s) && unicode.IsSpace(r) {
		return space
	}
	return s
}

// Clean returns imported text as it may be shown: valid UTF-8 without control
// characters and without the invisible ones that could hide text, join words or
// turn their order around; an emoji joined of several comes apart. Line breaks of
// every kind become "\n"; tabs stay.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\t':
			return r
		case '\r', '\v', '\f', '\u0085', '\u2028', '\u2029':
			return '\n'
		}
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}

func invisible(r rune) bool {
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return false // format characters that are seen, as the Arabic sign of a number
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// plain reports whether a text is ASCII without control characters, as most
// are.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}
