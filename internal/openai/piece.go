package openai

import (
	"strings"
	"unicode/utf8"
)

const (
	// longest is how many bytes of a text are embedded in one piece. Small
	// models read 512 tokens and some servers leave out the rest without a
	// word, so it is well below: some 400 tokens in English.
	longest = 1600

	// shortest is where cutting ends for an endpoint that refuses longer ones.
	shortest = 200
)

// pieces cuts a text into pieces of at most n bytes, each about as long as the
// others: behind sentences if it can be, or else between words.
func pieces(text string, n int) (all []string) {
	text = strings.TrimSpace(text)
	for len(text) > n {
		parts := (len(text) + n - 1) / n
		at := cutAt(text, max(len(text)/parts, n/2), n)
		all = append(all, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		all = append(all, text)
	}
	return all
}

// cutAt is where to cut a text: at most bytes from its beginning, and at least
// half as many. It is the best place nearest to aim.
func cutAt(text string, aim, most int) int {
	least := most / 2
	window := text[least:most]
	for _, borders := range [][]string{{"\n", ". ", "! ", "? ", "。"}, {" ", "\t"}} {
		best := -1
		for _, b := range borders {
			for from := 0; ; {
				i := strings.Index(window[from:], b)
				if i < 0 {
					break
				}
				from += i + len(b)
				if at := least + from; best < 0 || apart(at, aim) < apart(best, aim) {
					best = at
				}
			}
		}
		if best > 0 {
			return best
		}
	}
	for aim > least && !utf8.RuneStart(text[aim]) {
		aim--
	}
	return aim
}

func apart(a, b int) int { return max(a-b, b-a) }
