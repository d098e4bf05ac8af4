package quote

import (
	"strings"
	"testing"
)

func TestFindShown(t *testing.T) {
	const family = "Nice 👩\u200D👩\u200D👧 photo"
	for _, tt := range []struct {
		name, text, quote, want string // want is "" if the quote is not there
	}{
		{"plain", "I pay, and wait", "pay, and", "pay, and"},
		{"a heart of two runes", "I ❤\uFE0F it. Love!", "I ❤ it.", "I ❤\uFE0F it."},
		{"a zero-width space", "pa\u200Bid late", "paid late", "pa\u200Bid late"},
		{"line breaks", "one\r\ntwo\u2028three", "two\nthree", "two\u2028three"},
		{"a joined emoji", family, "👩👩👧 photo", "👩\u200D👩\u200D👧 photo"},
		{"text turned around", "see \u202Egnp.exe\u202C now", "see gnp.exe now", "see \u202Egnp.exe\u202C now"},
		{"as it stands", "I ❤\uFE0F it", "❤\uFE0F it", "❤\uFE0F it"},
		{"a part of a joined emoji", family, "👧 photo", ""},
		{"what is not there", "I ❤\uFE0F it", "I hate it", ""},
		{"nothing that is seen", "I ❤\uFE0F it", "\u200B", ""},
		{"in nothing that is seen", "\u200B\u200B", "x", ""},
	} {
		start, end, ok := FindShown(tt.text, tt.quote)
		if got := tt.text[start:end]; got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: FindShown(%+q, %+q) = %+q, %v, want %+q", tt.name, tt.text, tt.quote, got, ok, tt.want)
		}
	}
}

func TestHead(t *testing.T) {
	for _, tt := range []struct {
		text string
		most int
		want string
	}{
		{"short", 10, "short"},
		{"one two three", 9, "one two"},
		{"one  two", 6, "one"},
		{"unbroken", 4, "unbr"},
		{"a verylongword", 9, "a verylon"},
		{"cafe\u0301 bar", 5, "caf"},
		{"日本語", 7, "日本"},
		{strings.Repeat("\u0301", 9), 4, ""},
	} {
		if got := Head(tt.text, tt.most); got != tt.want {
			t.Errorf("Head(%+q, %d) = %+q, want %+q", tt.text, tt.most, got, tt.want)
		}
	}
}

func FuzzFindShown(f *testing.F) {
	for _, a := range seeds {
		for _, b := range seeds {
			f.Add(a + "❤\uFE0F" + b)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.ToValidUTF8(text, "") // as every signal is
		head := Clean(Head(text, 40))
		start, end, ok := FindShown(text, head)
		if !ok { // what is hidden may join what is shown
			return
		}
		if !border(text, start) || !border(text, end) || plainly(Clean(text[start:end])) != plainly(head) {
			t.Errorf("FindShown(%+q, %+q) = %d, %d", text, head, start, end)
		}
	})
}
