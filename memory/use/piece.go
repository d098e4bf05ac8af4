package use

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// maxText is how many bytes of a text are read. What comes after them is
	// as if it were not there.
	maxText = 64 << 10

	// maxTokens is what the network takes at once.
	maxTokens = 128

	// maxPieces is how many pieces of a text are embedded. If there are more,
	// it is as many of them, evenly spread.
	maxPieces = 32
)

// plain returns a text as it is read: its first maxText bytes, with one space
// where there is white space.
func plain(text string) string {
	if len(text) > maxText {
		end := maxText
		for end > maxText-utf8.UTFMax && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	return strings.Join(strings.Fields(text), " ")
}

// pieces returns the tokens of a text in pieces that the network takes. There
// are none if there is nothing in the text that it knows.
func (v *vocabulary) pieces(text string) [][]int32 {
	tokens := v.tokenise(plain(text))
	if !v.knows(tokens) {
		return nil
	}
	var pieces [][]int32
	for len(tokens) > maxTokens {
		at := v.cut(tokens)
		pieces = append(pieces, tokens[:at])
		tokens = tokens[at:]
	}
	return spread(append(pieces, tokens), maxPieces)
}

// cut returns where to cut tokens that are too many: after the last sentence
// that fits, if it leaves a piece at least half full, or else the last word.
func (v *vocabulary) cut(tokens []int32) int {
	word := maxTokens
	for at := maxTokens; at > maxTokens/2; at-- {
		if v.traits[tokens[at]]&startsWord == 0 {
			continue
		}
		if v.traits[tokens[at-1]]&endsSentence != 0 {
			return at
		}
		if word == maxTokens {
			word = at
		}
	}
	return word
}

// spread returns n of the pieces, the first and the last among them, or all if
// there are no more than n.
func spread(pieces [][]int32, n int) [][]int32 {
	if len(pieces) <= n {
		return pieces
	}
	for i := range n {
		pieces[i] = pieces[i*(len(pieces)-1)/(n-1)]
	}
	return slices.Clip(pieces[:n])
}
