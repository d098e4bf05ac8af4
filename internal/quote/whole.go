package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FindWhole is Find for a quote that shall say what was said: it begins and ends
// with whole words and numbers, since what is left of one may turn it around.
// "possible" is not found in "impossible", nor "can" in "can't", nor "25" in "125"
// or "2.25".
func FindWhole(text, quote string) (start, end int, ok bool) {
	return find(text, quote, func(start, end int) bool { return !splits(text, start) && !splits(text, end) })
}

// longest is how many bytes a word has at most: what is longer is none, and may
// be split.
const longest = 64

// splits tells whether a cut at i splits a word or a number.
func splits(text string, i int) bool {
	if i <= 0 || i >= len(text) {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	if inWord(before) && inWord(after) {
		return wordAround(text, i) <= longest
	}
	_, left := utf8.DecodeLastRuneInString(text[:i])
	_, right := utf8.DecodeRuneInString(text[i:])
	return joins(text, i-left, i) || joins(text, i, i+right)
}

// joins tells whether the mark from start to end joins what stands around it: a
// point or comma within a number, the apostrophe of "can't".
func joins(text string, start, end int) bool {
	left, _ := utf8.DecodeLastRuneInString(text[:start])
	right, _ := utf8.DecodeRuneInString(text[end:])
	switch text[start:end] {
	case ".", ",":
		return unicode.IsDigit(left) && unicode.IsDigit(right)
	case "'", "’":
		return unicode.ToLower(left) == 'n' && unicode.ToLower(right) == 't'
	}
	return false
}

// inWord tells whether r is part of a word, in a script that parts words.
func inWord(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !unparted(r)
}

// unparted tells whether r is of a script that puts no space between words.
func unparted(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// wordAround is how many bytes the word has that a cut at i splits, or more than
// the longest if it has more.
func wordAround(text string, i int) int {
	other := func(r rune) bool { return !inWord(r) }
	before, after := text[max(0, i-longest-utf8.UTFMax):i], text[i:min(len(text), i+longest+utf8.UTFMax)]
	n := len(after)
	if end := strings.IndexFunc(after, other); end >= 0 {
		n = end
	}
	begin := strings.LastIndexFunc(before, other)
	if begin < 0 {
		return n + len(before)
	}
	_, size := utf8.DecodeRuneInString(before[begin:])
	return n + len(before) - begin - size
}
