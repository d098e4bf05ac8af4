package tools

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"custory/internal/quote"
	"custory/memory"
)

// A claim is a sentence that a model wrote, with the texts it cites. It is
// borne out by them if
//
//   - each number in it occurs in them, or counts them or the people they are of,
//     or is the percentage of an "a of b" in them;
//   - what it puts in quotation marks stands in one of them word for word;
//   - at least a third of its telling words, and two if it has as many, occur in
//     them, or one of them means the same (a cosine of 0.5 or more);
//   - it does not deny what they say or say what they deny: a clause of theirs
//     that has four fifths of its telling words is denied as it is, or is not.
type claim struct {
	text   string
	cited  []string
	counts []int   // how many are cited, and of how many people
	cosine float64 // of the nearest of them
	loose  bool    // it sums up, in words of its own: one telling word is enough
}

const (
	sharedLeast = 1.0 / 3 // of a claim's telling words
	sameClause  = 0.8     // of them in one clause: it speaks of the same
	sameMeaning = 0.5     // the cosine
)

// fault says why a claim is not borne out; "" if it is.
func (c claim) fault() string {
	if len(c.cited) == 0 {
		return "it cites nothing that was given"
	}
	if n := c.strangeNumber(); n != "" {
		return "the number " + n + " is not in what it cites"
	}
	for _, q := range quoted(c.text) {
		if !slices.ContainsFunc(c.cited, func(text string) bool { return holdsQuote(text, q) }) {
			return "what it quotes is not in what it cites"
		}
	}
	telling := tellingStems(c.text)
	said := tellingStems(strings.Join(c.cited, "\n"))
	least := max(1, int(math.Ceil(sharedLeast*float64(len(telling)))), min(2, len(telling)))
	if c.loose {
		least = 1
	}
	if shared(telling, said) < least && c.cosine < sameMeaning {
		return "what it cites speaks of something else"
	}
	if c.turnsAround(telling) {
		return "what it cites says the opposite"
	}
	return ""
}

// turnsAround reports whether a cited clause of the same words is denied and
// the claim is not, or the other way round.
func (c claim) turnsAround(telling map[string]bool) bool {
	if len(telling) == 0 {
		return false
	}
	opposite := false
	for _, text := range c.cited {
		for _, s := range clauses(text) {
			if float64(shared(telling, tellingStems(s))) < sameClause*float64(len(telling)) {
				continue
			}
			if denies(s) == denies(c.text) {
				return false // somebody says just this
			}
			opposite = true
		}
	}
	return opposite
}

func holdsQuote(text, q string) bool {
	_, _, ok := quote.Find(strings.ToLower(text), strings.ToLower(q))
	return ok
}

var quotedForm = regexp.MustCompile(`"([^"]{2,}?)"|“([^”]{2,}?)”|«([^»]{2,}?)»|„([^“”]{2,}?)[“”]|‘([^’]{4,}?)’(?:\W|$)`)

// quoted are the parts of a text in quotation marks, without the full stop or
// comma that writers put before the last mark.
func quoted(text string) (all []string) {
	for _, m := range quotedForm.FindAllStringSubmatch(text, -1) {
		if q := strings.TrimRight(strings.TrimSpace(strings.Join(m[1:], "")), ".,;"); q != "" {
			all = append(all, q)
		}
	}
	return all
}

var (
	numberForm  = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
	thousands   = regexp.MustCompile(`(\d),(\d{3})\b`)
	percentForm = regexp.MustCompile(`(\d+(?:\.\d+)?) ?(?:%|percent|per cent)`)
	shareForm   = regexp.MustCompile(`(\d+) (?:of|out of) (\d+)`)
)

// numberWords are the numbers people write in letters. "One" is left out: it
// is mostly no number.
var numberWords = map[string]string{"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
	"dozen": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "hundreds": "100", "thousand": "1000", "thousands": "1000", "million": "1000000", "twice": "2", "both": "2"}

// numbersIn are the numbers of a text, in digits.
func numbersIn(text string) (all []string) {
	text = thousands.ReplaceAllString(thousands.ReplaceAllString(text, "$1$2"), "$1$2")
	for _, n := range numberForm.FindAllString(text, -1) {
		n = strings.ReplaceAll(n, ",", ".")
		if t := strings.TrimLeft(n, "0"); t != "" && t[0] != '.' {
			n = t
		}
		if strings.Contains(n, ".") {
			n = strings.TrimSuffix(strings.TrimRight(n, "0"), ".")
		}
		all = append(all, n)
	}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notLetter) {
		if n := numberWords[w]; n != "" {
			all = append(all, n)
		}
	}
	return all
}

// strangeNumber is a number of the claim that what it cites does not give.
func (c claim) strangeNumber() string {
	known := map[string]bool{}
	for _, n := range c.counts {
		known[fmt.Sprint(n)] = true
	}
	cited := strings.Join(c.cited, "\n")
	for _, n := range numbersIn(cited) {
		known[n] = true
	}
	percents := map[string]bool{}
	for _, m := range shareForm.FindAllStringSubmatch(thousands.ReplaceAllString(cited, "$1$2"), -1) {
		var a, b int
		if _, err := fmt.Sscan(m[1]+" "+m[2], &a, &b); err == nil && b > 0 {
			percents[fmt.Sprintf("%.0f", 100*float64(a)/float64(b))] = true
		}
	}
	rest := percentForm.ReplaceAllStringFunc(c.text, func(p string) string {
		if n := numbersIn(p); percents[n[0]] {
			return ""
		}
		return p
	})
	for _, n := range numbersIn(rest) {
		if !known[n] {
			return n
		}
	}
	return ""
}

// denials turn a sentence around.
var denials = map[string]bool{"no": true, "not": true, "never": true, "nobody": true, "none": true, "nothing": true, "nowhere": true, "neither": true, "nor": true, "cannot": true, "without": true, "hardly": true,
	"cant": true, "dont": true, "doesnt": true, "didnt": true, "isnt": true, "wasnt": true, "wont": true, "couldnt": true, "unable": true, "impossible": true, "lack": true, "lacks": true, "fail": true, "fails": true, "failed": true, "missing": true}

// denies reports whether a sentence is turned around an odd number of times.
func denies(sentence string) bool {
	odd := false
	text := strings.NewReplacer("’", "'", "n't", " not ").Replace(strings.ToLower(sentence))
	for _, w := range strings.FieldsFunc(text, notLetter) {
		if denials[w] {
			odd = !odd
		}
	}
	return odd
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// splitSentences parts a text after each full stop, exclamation or question
// mark that a blank follows, but not within quotation marks.
func splitSentences(text string) (all []string) {
	start, depth, straight := 0, 0, false
	rs := []rune(text)
	for i, r := range rs {
		switch r {
		case '“', '«', '„':
			depth++
		case '”', '»':
			depth = max(0, depth-1)
		case '"':
			straight = !straight
		case ' ':
			end := i - 1
			for end > start && strings.ContainsRune(`"”»')`, rs[end]) {
				end--
			}
			if depth == 0 && !straight && i > 0 && strings.ContainsRune(".!?", rs[end]) {
				all, start = append(all, string(rs[start:i])), i+1
			}
		}
	}
	return append(all, string(rs[start:]))
}

// clauses are the parts of what was cited that say one thing each.
func clauses(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".!?;:,\n–—。！？、，", r) })
}

// speaking are the words by which one speaks about what people said. They are
// not what it is about.
var speaking = strings.Fields("customer customers user users people person persons say says said saying think thinks tell tells told talk speak speaks report reports reported mention mentions mentioned " +
	"describe describes described one someone somebody everyone everybody several many most some few signal signals passage passages quote quotes")

// tellingStems are the words that say what a text is about, without their
// endings.
func tellingStems(text string) map[string]bool {
	var telling []string
	for _, w := range memory.Words(text) {
		if !slices.Contains(speaking, w) && !denials[w] && numberWords[w] == "" {
			telling = append(telling, w)
		}
	}
	return stems(telling)
}

// shared counts the words of a that b has too.
func shared(a, b map[string]bool) (n int) {
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n
}
