package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Nearest returns the passage of text that shares most words with quote, for a hint
// to whoever quoted wrongly. It begins and ends with shared words and has no more
// words than quote, at most 60. It is "" if fewer than two in five are shared.
func Nearest(text, quote string) string {
	const most = 60
	want := words(quote)
	want = want[:min(len(want), most)]
	if len(want) == 0 {
		return ""
	}
	wanted := map[string]int{} // how many of each word the window still lacks
	for _, w := range want {
		wanted[w.folded]++
	}
	have := words(text)
	shared, best, at := 0, 0, 0
	for i, w := range have { // the window ends with w
		if n, ok := wanted[w.folded]; ok {
			if n > 0 {
				shared++
			}
			wanted[w.folded]--
		}
		if i >= len(want) {
			if n, ok := wanted[have[i-len(want)].folded]; ok {
				if n >= 0 {
					shared--
				}
				wanted[have[i-len(want)].folded]++
			}
		}
		if shared > best {
			best, at = shared, i
		}
	}
	if best*5 < len(want)*2 {
		return ""
	}
	window := have[max(0, at+1-len(want)) : at+1]
	for _, ok := wanted[window[0].folded]; !ok; _, ok = wanted[window[0].folded] {
		window = window[1:]
	}
	return text[window[0].start:window[len(window)-1].end]
}

// words returns the words of s, folded and in lower case. Where a script puts no
// space between words, each character is one.
func words(s string) []character {
	var list []character
	var word strings.Builder // the last of the list, folded
	end := func() {
		if word.Len() > 0 {
			list[len(list)-1].folded = word.String()
			word.Reset()
		}
	}
	for c := range characters(s) {
		r, _ := utf8.DecodeRuneInString(s[c.start:])
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) {
			if c.folded != "'" { // which may stand within a word
				end()
			}
			continue
		}
		alone := unparted(r)
		if alone {
			end()
		}
		if word.Len() == 0 {
			list = append(list, character{start: c.start})
		}
		word.WriteString(strings.ToLower(c.folded))
		list[len(list)-1].end = c.end
		if alone {
			end()
		}
	}
	end()
	return list
}
