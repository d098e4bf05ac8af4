package quote

import "strings"

// FindShown is FindWhole for a quote of text as Clean shows it: it returns the range
// of text itself, with what Clean has left out. A range still splits nothing.
func FindShown(text, quote string) (start, end int, ok bool) {
	if plain(text) {
		return FindWhole(text, quote)
	}
	var shown strings.Builder
	var from []character // for each byte that is shown, of what it is a part
	for c := range characters(text) {
		clean := Clean(text[c.start:c.end])
		shown.WriteString(clean)
		for range len(clean) {
			from = append(from, c)
		}
	}
	start, end, ok = FindWhole(shown.String(), Clean(quote))
	if !ok || start > 0 && from[start-1] == from[start] || end < len(from) && from[end-1] == from[end] {
		return 0, 0, false
	}
	return from[start].start, from[end-1].end, true
}

// Head returns the beginning of text that has at most the given number of
// bytes, between two words if it can. It splits nothing, so Find finds it.
func Head(text string, most int) string {
	if len(text) <= most {
		return text
	}
	end, word := 0, 0
	for c := range characters(text) {
		if c.end > most {
			break
		}
		if c.folded == space {
			word = c.start
		}
		end = c.end
	}
	if word >= end/2 && word > 0 {
		end = word
	}
	return text[:end]
}
