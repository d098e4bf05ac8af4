package use

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// space stands for a space in pieces.
const space = '▁'

// special is how many pieces at the beginning of the vocabulary stand for no
// text: unknown, the ends of a sentence, and three that are unused.
const special = 6

// unknown is the token of what no piece begins with.
const unknown = 0

// A trait is what a piece is good for when a text is cut.
type trait uint8

const (
	startsWord trait = 1 << iota
	endsSentence
	knownText // there is something in it, and not only spaces
)

// A vocabulary is a trie of pieces.
type vocabulary struct {
	edges  map[edge]int32
	ends   []int32 // of each node, the piece that ends there, or -1
	scores []float64
	traits []trait
}

type edge struct {
	node int32
	char rune
}

func newVocabulary(size int) *vocabulary {
	return &vocabulary{edges: make(map[edge]int32, 3*size), ends: []int32{-1}}
}

// add adds the next piece.
func (v *vocabulary) add(piece string, score float32) {
	id := int32(len(v.scores))
	v.scores = append(v.scores, float64(score))
	if id < special {
		v.traits = append(v.traits, 0)
		return
	}
	v.traits = append(v.traits, traitsOf(piece))
	node := int32(0)
	for _, char := range piece {
		next, ok := v.edges[edge{node, char}]
		if !ok {
			next = int32(len(v.ends))
			v.ends = append(v.ends, -1)
			v.edges[edge{node, char}] = next
		}
		node = next
	}
	v.ends[node] = id
}

func traitsOf(piece string) trait {
	var t trait
	if strings.HasPrefix(piece, string(space)) {
		t |= startsWord
	}
	if strings.ContainsAny(piece[len(piece)-1:], ".!?") {
		t |= endsSentence
	}
	if strings.Trim(piece, string(space)) != "" {
		t |= knownText
	}
	return t
}

// step is the best way to a place in the text: the last token on it, and where
// that begins. A place without a way has no token.
type step struct {
	score float64
	token int32
	from  int32
}

// tokenise returns the tokens of a text, whose scores add up highest.
func (v *vocabulary) tokenise(text string) []int32 {
	if text == "" {
		return nil
	}
	chars := charsOf(text)
	steps := make([]step, len(chars)+1)
	for i := range steps {
		steps[i].token = -1
	}
	steps[0].token = unknown
	for from := range chars {
		if steps[from].token < 0 {
			continue
		}
		matched := false
		for to, node := from, int32(0); to < len(chars); {
			next, ok := v.edges[edge{node, chars[to]}]
			if !ok {
				break
			}
			node, to = next, to+1
			if id := v.ends[node]; id >= 0 {
				matched = true
				steps[to].offer(step{steps[from].score + v.scores[id], id, int32(from)})
			}
		}
		if !matched {
			steps[from+1].offer(step{steps[from].score, unknown, int32(from)})
		}
	}
	return walk(steps)
}

// charsOf returns the characters of a text as pieces have them.
func charsOf(text string) []rune {
	text = norm.NFKC.String(strings.ToValidUTF8(text, string(utf8.RuneError)))
	chars := make([]rune, 1, len(text)+1)
	chars[0] = space
	for _, char := range text {
		if char == ' ' {
			char = space
		}
		chars = append(chars, char)
	}
	return chars
}

// offer takes another way if it is as good. So the last of equals wins, as it
// does where the network was published.
func (s *step) offer(other step) {
	if s.token < 0 || other.score >= s.score {
		*s = other
	}
}

// walk returns the tokens on the best way to the end.
func walk(steps []step) []int32 {
	var tokens []int32
	for at := int32(len(steps) - 1); at > 0; at = steps[at].from {
		token := steps[at].token
		if n := len(tokens); token == unknown && n > 0 && tokens[n-1] == unknown {
			continue
		}
		tokens = append(tokens, token)
	}
	slices.Reverse(tokens)
	return tokens
}

// knows reports whether there is anything in the tokens to go by.
func (v *vocabulary) knows(tokens []int32) bool {
	for _, token := range tokens {
		if v.traits[token]&knownText != 0 {
			return true
		}
	}
	return false
}
