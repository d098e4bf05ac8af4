package quote

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFind(t *testing.T) {
	const decomposed = "Le cafe\u0301 ferme a\u0300 midi"
	const family = "Nice 👩\u200D👩\u200D👧 photo 👍\U0001F3FD!"
	for _, tt := range []struct {
		name, text, quote, want string // want is "" if the quote is not there
	}{
		{"the whole text", "Hello", "Hello", "Hello"},
		{"a part", "Hello world", "lo w", "lo w"},
		{"the first of two", "aba", "a", "a"},
		{"one that overlaps itself", "aabaabaaab", "aabaaab", "aabaaab"},
		{"white space around the quote", "Hello world", "\t world \n", "world"},
		{"other white space", "I\u00A0was\r\n  not\u2003\tamused", "was not amused", "was\r\n  not\u2003\tamused"},
		{"more white space in the quote", "not amused", "not \n amused", "not amused"},
		{"composed for decomposed", decomposed, "café ferme", "cafe\u0301 ferme"},
		{"decomposed for composed", "Le café", "cafe\u0301", "café"},
		{"marks in another order", "a\u0323\u0307b", "a\u0307\u0323", "a\u0323\u0307"},
		{"Hangul parts for syllables", "안녕하세요", "\u1112\u1161\u1109\u1166\u110B\u116D", "하세요"},
		{"Hangul syllables for parts", "\u110B\u1161\u11AB\u1102\u1167\u11BC", "녕", "\u1102\u1167\u11BC"},
		{"quotation marks", "She said “it’s «not» „on‘` \"", `said "it's "not" "on'' "`, "said “it’s «not» „on‘` \""},
		{"curly for straight", `it's "on"`, "it’s “on”", `it's "on"`},
		{"emoji", family, "👩\u200D👩\u200D👧 photo 👍\U0001F3FD", "👩\u200D👩\u200D👧 photo 👍\U0001F3FD"},
		{"a word next to bytes that are not UTF-8", "\xffabc\xc3", "abc", "abc"},
		{"bytes that are not UTF-8", "ab\xff\xfec", "b\xff", "b\xff"},
		{"a later place, where the first would split a sequence", "ae\u0301 ae", "ae", "ae"},

		{"empty", "Hello", "", ""},
		{"blank", "Hello world", " \n\u00A0", ""},
		{"empty in empty", "", "", ""},
		{"in empty", "", "a", ""},
		{"longer than the text", "Hello", "Hello world", ""},
		{"other case", "Hello", "hello", ""},
		{"white space for none", "Helloworld", "Hello world", ""},
		{"none for white space", "Hello world", "Helloworld", ""},
		{"a base without its accent", decomposed, "cafe", ""},
		{"an accent without its base", decomposed, "\u0301 ferme", ""},
		{"a syllable without its end", "\u1102\u1167\u11BC", "\u1102\u1167", ""},
		{"a vowel sign without its letter", "कि", "क", ""},
		{"a part of a joined emoji", family, "👩", ""},
		{"the last part of a joined emoji", family, "👧 photo", ""},
		{"an emoji without its colour", family, "👍", ""},
		{"compatible, but not the same", "ﬁne", "fine", ""},
		{"spliced", "I like the app but the price is high", "I like the price is high", ""},
		{"spliced with an ellipsis", "I like the app but the price is high", "I like … the price is high", ""},
		{"spliced with three dots", "I like the app but the price is high", "I like ... the price is high", ""},
		{"a zero-width space between letters", "pa\u200Bid", "paid", ""},
	} {
		start, end, ok := Find(tt.text, tt.quote)
		if !ok && (start != 0 || end != 0) {
			t.Errorf("%s: Find = %d, %d, false", tt.name, start, end)
		}
		if got := tt.text[start:end]; got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: Find(%+q, %+q) = %+q, %v, want %+q", tt.name, tt.text, tt.quote, got, ok, tt.want)
		}
	}
}

func TestFindIsFast(t *testing.T) {
	for name, tt := range map[string]struct{ unit, tail string }{
		"prose":      {"It never arrived, “said” the café. ", "!"},
		"one letter": {"a", "b"},
		"accents":    {"e\u0301\u0323", "e"},
		"one accent": {"\u0301", "x"},
		"spaces":     {" ", "x"},
		"bytes":      {"\xff", "x"},
		"Hangul":     {"\u1112\u1161", "\u11AB"},
		"joiners":    {"👩\u200D", "x"},
	} {
		text := strings.Repeat(tt.unit, (1<<20)/len(tt.unit))
		quote := strings.Repeat(tt.unit, 10_000/len(tt.unit)) + tt.tail
		start := time.Now()
		if _, _, ok := Find(text, quote); ok {
			t.Errorf("%s: found", name)
		}
		Nearest(text, quote)
		Clean(text)
		if took := time.Since(start); took > 20*time.Second { // far above what it takes, for slow machines that watch for races
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("It never arrived, “said” the café. ", 1<<20/38)
	quote := text[:10_000] + "!"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Find(text, quote)
	}
}

var seeds = []string{
	"Hello world", "cafe\u0301  “x”\r\n", "안녕 \u1112\u1161\u11AB", "👩\u200D👩\u200D👧 👍🏽", "\xff\xc3 a\u0300\u0323", " \u0301 ", "'’`\"„«", "कि ไทย", "\u0344\u1FEF\u2000\u212B",
	"\u200D\u200Ca\uFE0F", "aaaa aaab", "",
}

func FuzzFind(f *testing.F) {
	for _, a := range seeds {
		for _, b := range seeds {
			f.Add(a, b)
			f.Add(a+b+a, b)
		}
	}
	f.Fuzz(func(t *testing.T, text, quote string) {
		start, end, ok := Find(text, quote)
		if !ok {
			return
		}
		if !border(text, start) || !border(text, end) {
			t.Errorf("Find(%+q, %+q) = %d, %d, which splits a sequence", text, quote, start, end)
		}
		if got, want := plainly(text[start:end]), plainly(quote); got != want || got == "" {
			t.Errorf("Find(%+q, %+q) folds to %+q, want %+q", text, quote, got, want)
		}
	})
}

func FuzzFindSubstring(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, s, s)
		f.Add(s, seeds[len(seeds)-1-i], s)
	}
	f.Fuzz(func(t *testing.T, before, quote, after string) {
		text := before + quote + after
		start, end := len(before), len(before)+len(quote)
		if !border(text, start) || !border(text, end) || strings.TrimFunc(quote, unicode.IsSpace) == "" {
			return
		}
		from, to, ok := Find(text, quote)
		if !ok || plainly(text[from:to]) != plainly(quote) {
			t.Errorf("Find(%+q, %+q) = %d, %d, %v", text, quote, from, to, ok)
		}
		if from > end || from > start && strings.TrimSpace(text[start:from]) != "" {
			t.Errorf("Find(%+q, %+q) = %d, not the first", text, quote, from)
		}
		if _, _, ok := Find(text, norm.NFD.String(quote)); !ok && utf8.ValidString(quote) && len(quote) < 30 {
			t.Errorf("Find(%+q, %+q): not found when decomposed", text, quote)
		}
	})
}

// border tells whether s may be cut at i.
func border(s string, i int) bool {
	before := utf8.RuneError
	for j := 0; j < i; {
		r, size := utf8.DecodeRuneInString(s[j:])
		if j += size; j > i {
			return false
		}
		if before = r; r == utf8.RuneError && size == 1 {
			before = -1
		}
	}
	if i == 0 || i == len(s) || before == -1 {
		return true
	}
	after, _ := utf8.DecodeRuneInString(s[i:])
	return after == utf8.RuneError ||
		!unicode.IsMark(after) && after != '\u200C' && after != '\u200D' && (after < 0x1F3FB || after > 0x1F3FF) &&
			(before != '\u200D' || !unicode.Is(unicode.So, after)) && norm.NFC.PropertiesString(s[i:]).BoundaryBefore()
}

// plainly folds as the doc of Find says.
func plainly(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")) // which is at odds with other bytes
	s = strings.NewReplacer("’", "'", "‘", "'", "`", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

func TestNearest(t *testing.T) {
	const text = "Hi! I waited three weeks for the parcel. The driver didn’t ring, and nobody answers the phone."
	for _, tt := range []struct{ text, quote, want string }{
		{text, "I waited for three weeks", "I waited three weeks for"},
		{text, "The Driver didn't call.", "The driver didn’t"},
		{text, "nobody answered the phone", "nobody answers the phone"},
		{text, "three weeks… nobody answers the phone", "nobody answers the phone"},
		{text, "phone", "phone"},
		{text, "the price rises", ""},
		{text, "", ""},
		{text, "?!", ""},
		{"", "phone", ""},
		{"注文した商品が届きません", "商品は届きません", "商品が届きません"},
		{"naïve cafe\u0301", "Café", "cafe\u0301"},
	} {
		if got := Nearest(tt.text, tt.quote); got != tt.want {
			t.Errorf("Nearest(%.20q, %q) = %q, want %q", tt.text, tt.quote, got, tt.want)
		}
	}
	if got := Nearest(strings.Repeat("a b ", 500), strings.Repeat("a b ", 400)); len(words(got)) != 60 {
		t.Errorf("Nearest of a long quote has %d words, want 60", len(words(got)))
	}
}

func FuzzNearest(f *testing.F) {
	for i, s := range seeds {
		f.Add(s+" x "+seeds[len(seeds)-1-i], s)
	}
	f.Fuzz(func(t *testing.T, text, quote string) {
		got := Nearest(text, quote)
		if !strings.Contains(text, got) {
			t.Errorf("Nearest(%+q, %+q) = %+q, which is not of the text", text, quote, got)
		}
		if n, most := len(words(got)), len(words(quote)); n > most {
			t.Errorf("Nearest(%+q, %+q) = %+q, %d words for %d", text, quote, got, n, most)
		}
	})
}

func TestClean(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"a\tb\nc\r\nd\re\u2028f\u0085g", "a\tb\nc\nd\ne\nf\ng"},
		{"\x1b[31mred\x00\x7f\u009b", "[31mred"},
		{"user\u202Egnp.exe\u2066x\u2069\u200E", "usergnp.exex"},
		{"pa\u200Bss\u2060wo\uFEFFrd\u00AD", "password"},
		{"a\U000E0041\U000E0042\uFE0F\U000E0100b", "ab"},
		{"\u3164\u115F\u180E\u034F", ""},
		{"ok\xff\xfe", "ok\uFFFD"},
		{"naïve cafe\u0301 “x”\u00A0👍 \u0600", "naïve cafe\u0301 “x”\u00A0👍 \u0600"},
	} {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("Clean(%+q) = %+q, want %+q", tt.in, got, tt.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || Clean(got) != got {
			t.Errorf("Clean(%+q) = %+q, Clean of that %+q", s, got, Clean(got))
		}
		for _, r := range got {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Join_Control, r) {
				t.Errorf("Clean(%+q) holds %U", s, r)
			}
		}
	})
}
