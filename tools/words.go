package tools

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// plural is a count with its noun: "1 signal", "3 signals".
func plural(n int, noun string) string {
	switch {
	case noun == "":
		return fmt.Sprint(n)
	case n == 1:
		return "1 " + noun
	case noun == "person":
		return fmt.Sprintf("%d people", n)
	case strings.HasSuffix(noun, "y") && !strings.ContainsAny(noun[len(noun)-2:len(noun)-1], "aeiou"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// cut shortens a text to at most limit bytes, between two words if it can, and
// says so by an ellipsis.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit - len("…")
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	if i := strings.LastIndexByte(text[:end], ' '); i > end/2 {
		end = i
	}
	return text[:end] + "…"
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }
func round3(x float64) float64 { return math.Round(x*1000) / 1000 }

// first is the first of the values that is not empty.
func first[E ~string](vs ...E) E {
	for _, v := range vs {
		if v != "" {
			return v
		}
	}
	return ""
}

func appendNew[E comparable](all []E, v E) []E {
	if slices.Contains(all, v) {
		return all
	}
	return append(all, v)
}

// given counts what was said.
func given(said ...bool) (n int) {
	for _, s := range said {
		if s {
			n++
		}
	}
	return n
}

// nextPosition is the place behind all siblings.
func nextPosition[R any](siblings []R, position func(R) int) (next int) {
	for _, s := range siblings {
		next = max(next, position(s)+1)
	}
	return next
}
