package quote

import (
	"strings"
	"testing"
)

func TestFindWhole(t *testing.T) {
	const text = "It's impossible to pay 1,250.50 € within 125 days; I can’t, we don't. Not possible: l’équipe, 価格が高い. 25 % of 3. "
	for _, tt := range []struct{ quote, want string }{
		{"impossible to pay", "impossible to pay"},
		{"possible", "possible"},
		{"possible to pay", ""},
		{"pay 1,250.50", "pay 1,250.50"},
		{"pay 1", ""},
		{"250.50 €", ""},
		{"50 €", ""},
		{"25 days", ""},
		{"25", "25"},
		{"of 3.", "of 3."},
		{"of 3", "of 3"},
		{"I can", ""},
		{"I can’", ""},
		{"I can't", "I can’t"},
		{"we don", ""},
		{"t. Not", ""},
		{"équipe", "équipe"},
		{"価格", "価格"},
		{"I", "I"},
		{"mpossible", ""},
		{"It's", "It's"},
	} {
		start, end, ok := FindWhole(text, tt.quote)
		if got := text[start:end]; got != tt.want || ok != (tt.want != "") {
			t.Errorf("FindWhole(%q) = %q, %v, want %q", tt.quote, got, ok, tt.want)
		}
	}
	if _, _, ok := FindWhole(strings.Repeat("x", 1000), strings.Repeat("x", 300)); !ok {
		t.Error("what is too long for a word is not found in part")
	}
}

// FuzzFindWhole checks that it finds nothing that Find does not.
func FuzzFindWhole(f *testing.F) {
	for _, a := range seeds {
		for _, b := range seeds {
			f.Add(a+"1.5 can't "+b, b)
		}
	}
	f.Fuzz(func(t *testing.T, text, quote string) {
		start, end, ok := FindWhole(text, quote)
		if first, _, found := Find(text, quote); ok && (!found || first > start || plainly(text[start:end]) != plainly(quote)) {
			t.Errorf("FindWhole(%+q, %+q) = %d, %d", text, quote, start, end)
		}
	})
}
