package memory

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"custory/store"
)

// What a hint adds to the score of a record it fits. Each was chosen from 0.05,
// 0.1, 0.15 and 0.2 on the first two of the five conversations of the LoCoMo
// development set, by the R@5 + R@10 of categories 1 to 4. Those of dates and
// times hardly depend on the size. A larger one of authors would gain 0.01
// there, and lose twice that where a question names the wrong author (category
// 5).
const (
	// AuthorBonus is added to what was said by somebody the question names, as
	// a share: half of it if it names one of the two words of a name.
	AuthorBonus = 0.1

	// DateBonus is added to what was said in a month or a year that the
	// question names.
	DateBonus = 0.1

	// TimeBonus is added to what tells a time, if the question asks for one.
	TimeBonus = 0.1
)

// hints are what a question says of the signals it wants besides what they are
// about: whose they are, of when, and that they tell a time.
type hints struct {
	words map[string]bool // in lower case
	dates []date
	when  bool
}

// A date is a month of a year. Either may be 0, for any.
type date struct {
	year  int
	month time.Month
}

func hintsOf(question string) hints {
	words := split(question)
	h := hints{words: make(map[string]bool, len(words)), dates: datesIn(words), when: asksWhen(words)}
	for _, w := range words {
		h.words[strings.ToLower(w)] = true
	}
	return h
}

// bonus is what the hints add to the score of a signal.
func (h hints) bonus(s store.Said) (bonus float64) {
	bonus = AuthorBonus * h.names(s.Author)
	if !s.At.IsZero() && slices.ContainsFunc(h.dates, func(d date) bool { return d.holds(s.At) }) {
		bonus += DateBonus
	}
	if h.when && tellsTime(s.Text) {
		bonus += TimeBonus
	}
	return bonus
}

// names is the share of the words of the author's name that the question has.
func (h hints) names(author string) float64 {
	words := split(strings.ToLower(author))
	n := 0
	for _, w := range words {
		if h.words[w] && !stopword(w) {
			n++
		}
	}
	return float64(n) / float64(max(len(words), 1))
}

func (d date) holds(t time.Time) bool {
	return (d.year == 0 || d.year == t.Year()) && (d.month == 0 || d.month == t.Month())
}

// asksWhen reports whether a question asks for a time.
func asksWhen(words []string) bool {
	for i := range len(words) - 1 {
		this, next := strings.ToLower(words[i]), strings.ToLower(words[i+1])
		switch this {
		case "when":
			if i == 0 {
				return true
			}
		case "what", "which":
			if next == "date" || next == "day" || next == "month" || next == "year" || next == "time" {
				return true
			}
		case "how":
			if next == "long" {
				return true
			}
		}
	}
	return false
}

// tellsTime reports whether a text has a word that tells a time.
func tellsTime(text string) bool {
	words := split(text)
	for i, w := range words {
		switch lower := strings.ToLower(w); lower {
		case "yesterday", "today", "tonight", "tomorrow", "ago", "last", "next", "since", "recently",
			"morning", "night", "weekend", "week", "month", "year",
			"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday":
			return true
		default:
			if yearOf(w) != 0 || months[lower] != 0 && isMonth(words, i) {
				return true
			}
		}
	}
	return false
}

// datesIn are the months and years that the words of a question name. A month
// belongs to the year next to it.
func datesIn(words []string) (dates []date) {
	used := make([]bool, len(words))
	for i, w := range words {
		m := months[strings.ToLower(w)]
		if m == 0 || !isMonth(words, i) {
			continue
		}
		d := date{month: m}
		for j := i + 1; j < min(i+3, len(words)) && d.year == 0; j++ { // a day may be between: May 8, 2023
			if d.year = yearOf(words[j]); d.year != 0 {
				used[j] = true
			}
		}
		dates = append(dates, d)
	}
	for i, w := range words {
		if y := yearOf(w); y != 0 && !used[i] {
			d := date{year: y}
			if i+1 < len(words) { // 2023-05-08
				if m, err := strconv.Atoi(words[i+1]); err == nil && len(words[i+1]) == 2 && m >= 1 && m <= 12 {
					d.month = time.Month(m)
				}
			}
			dates = append(dates, d)
		}
	}
	return dates
}

// isMonth reports whether a word that names a month is meant to: may and march
// are only if they are written as names, or what stands beside them says so.
func isMonth(words []string, i int) bool {
	w := words[i]
	if !verb(strings.ToLower(w)) || i > 0 && w != strings.ToLower(w) {
		return true
	}
	if i+1 < len(words) && unicode.IsDigit(rune(words[i+1][0])) {
		return true
	}
	if i == 0 {
		return false
	}
	switch strings.ToLower(words[i-1]) {
	case "in", "of", "during", "since", "until", "before", "after", "last", "next", "early", "late", "mid":
		return true
	}
	return unicode.IsDigit(rune(words[i-1][0]))
}

func verb(lower string) bool { return lower == "may" || lower == "march" }

// yearOf is the year that a word is, 0 if it is none.
func yearOf(w string) int {
	if y, err := strconv.Atoi(w); err == nil && len(w) == 4 && y >= 1900 && y < 2100 {
		return y
	}
	return 0
}

var months = map[string]time.Month{
	"january": time.January, "february": time.February, "march": time.March, "april": time.April, "may": time.May, "june": time.June,
	"july": time.July, "august": time.August, "september": time.September, "october": time.October, "november": time.November, "december": time.December,
}

// split takes a text apart into its words: letters, marks and digits.
func split(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}
