package memory

import (
	"context"
	"fmt"
	"iter"
	"math"
	"unicode"
	"unicode/utf8"
)

// NGram returns an embedder that knows no language: it throws the words of a
// text, its pairs of words and the letters inside its words into a vector of
// the given size. Texts are near each other when they share words or parts of
// words. It takes microseconds and needs no weights.
func NGram(dims int) Embedder {
	if dims < 1 {
		panic(fmt.Sprintf("memory: NGram(%d): a vector has at least one number", dims))
	}
	return ngram(dims)
}

type ngram int

func (n ngram) Model() string { return fmt.Sprintf("ngram-%d/v1", int(n)) }

func (n ngram) Dims() int { return int(n) }

func (ngram) inner() {}

func (n ngram) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vecs := make([][]float32, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vec := make([]float32, n)
		for hash, weight := range ngramRecipe.grams(text) {
			scatter(vec, hash, weight)
		}
		normalise(vec)
		vecs[i] = vec
	}
	return vecs, nil
}

// ngramRecipe is what NGram's vectors are made of. A change makes another
// model.
var ngramRecipe = recipe{
	word: 1, stop: 0.25,
	pair: 0.5, stopPair: 0.25,
	runs: 0.6, shortest: 3, longest: 5,
}

// scatter adds weight to, or takes it from, eight places of vec that hash
// chooses (splitmix64), so that two grams rarely meet in more than one.
func scatter(vec []float32, hash uint64, weight float32) {
	dims := uint64(len(vec))
	for range 8 {
		hash += 0x9e3779b97f4a7c15
		z := hash
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		if z&1 == 0 {
			vec[(z>>1)%dims] += weight
		} else {
			vec[(z>>1)%dims] -= weight
		}
	}
}

// normalise gives vec the length 1, if it has any.
func normalise(vec []float32) {
	var sum float64
	for _, v := range vec {
		sum += float64(v) * float64(v)
	}
	if sum == 0 {
		return
	}
	scale := 1 / math.Sqrt(sum)
	for i, v := range vec {
		vec[i] = float32(float64(v) * scale)
	}
}

// maxText is how many bytes of a text are read. What comes after them is as if
// it were not there, so that no text takes long.
const maxText = 64 << 10

// A recipe says which grams of a text count, and how much: its words, its
// pairs of neighbouring words, and the runs of letters inside its words.
type recipe struct {
	stem     int     // how many letters of a word tell it apart; 0: all
	word     float32 // a word
	stop     float32 // a word that is a stopword
	pair     float32 // two words
	stopPair float32 // two words, at least one of them a stopword
	runs     float32 // all runs of one length in a word, as the length of a vector

	shortest, longest int // how many letters a run has, counting the word's two ends
}

// grams yields each gram of the text, as often as it occurs: a hash that names
// it, and its weight. Stopwords have no runs of letters.
func (r recipe) grams(text string) iter.Seq2[uint64, float32] {
	return func(yield func(uint64, float32) bool) {
		var before uint64 // the word before, as the first half of a pair
		var beforeStop bool
		for bounded := range words(text) {
			word := bounded[1 : len(bounded)-1]
			stop := stopword(string(word))
			stem := cut(word, r.stem)
			weight, pair := r.word, r.pair
			if stop {
				weight = r.stop
			}
			if stop || beforeStop {
				pair = r.stopPair
			}
			if !yield(fnv(wordSeed, stem), weight) {
				return
			}
			if before != 0 && !yield(fnv(before, stem), pair) {
				return
			}
			before, beforeStop = (fnv(pairSeed, stem)^' ')*fnvPrime, stop
			if !stop && !r.lettersOf(bounded, yield) {
				return
			}
		}
	}
}

// lettersOf yields the runs of letters in a word with its bounds. A word of
// one letter has none: they would say the same again.
func (r recipe) lettersOf(bounded []byte, yield func(uint64, float32) bool) bool {
	letters := utf8.RuneCount(bounded)
	if r.runs == 0 || letters <= 3 {
		return true
	}
	for rest := bounded; len(rest) > 0; rest = rest[width(rest):] {
		hash, end := uint64(runSeed), 0
		for n := 1; n <= r.longest && end < len(rest); n++ {
			next := end + width(rest[end:])
			hash, end = fnv(hash, rest[end:next]), next
			if n < r.shortest {
				continue
			}
			count := letters - n + 1
			if !yield(hash, r.runs/float32(math.Sqrt(float64(count)))) {
				return false
			}
		}
	}
	return true
}

// words yields the words of a text in lower case, each between the bounds ^
// and $. A word is letters, marks and digits, with apostrophes inside; in
// scripts that put no spaces between words, each letter is a word. What is not
// UTF-8 belongs to no word. The bytes are good until the next word.
func words(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		word := append(make([]byte, 0, 64), '^')
		flush := func() bool {
			if word = trimApostrophes(word); len(word) == 1 {
				return true
			}
			ok := yield(append(word, '$'))
			word = word[:1]
			return ok
		}
		for at, r := range text {
			if at >= maxText {
				break
			}
			if r == '’' {
				r = '\''
			}
			switch {
			case unspaced(r):
				if !flush() {
					return
				}
				word = utf8.AppendRune(word, r)
				if !flush() {
					return
				}
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				word = utf8.AppendRune(word, unicode.ToLower(unicode.ToUpper(r))) // ς, too, is σ
			case len(word) > 1 && (r == '\'' || unicode.IsMark(r)):
				word = utf8.AppendRune(word, r)
			default:
				if !flush() {
					return
				}
			}
		}
		flush()
	}
}

// unspaced reports whether a letter is of a script that is written without
// spaces and has so many letters that one of them says much.
func unspaced(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func trimApostrophes(word []byte) []byte {
	for word[len(word)-1] == '\'' {
		word = word[:len(word)-1]
	}
	return word
}

// cut returns the first letters of a word, or all of it if letters is 0.
func cut(word []byte, letters int) []byte {
	if letters == 0 {
		return word
	}
	end := 0
	for range letters {
		if end == len(word) {
			break
		}
		end += width(word[end:])
	}
	return word[:end]
}

// width is how many bytes the first letter has.
func width(word []byte) int {
	if word[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRune(word)
	return n
}

// The three sorts of grams begin their hashes differently, as FNV-1a would
// after one more byte.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211

	wordSeed = (fnvOffset ^ 'w') * fnvPrime % (1 << 64)
	pairSeed = (fnvOffset ^ 'b') * fnvPrime % (1 << 64)
	runSeed  = (fnvOffset ^ 'c') * fnvPrime % (1 << 64)
)

// fnv goes on with an FNV-1a hash.
func fnv(hash uint64, data []byte) uint64 {
	for _, b := range data {
		hash = (hash ^ uint64(b)) * fnvPrime
	}
	return hash
}
