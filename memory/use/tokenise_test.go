package use

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func loaded(t testing.TB) model {
	t.Helper()
	m, err := New().load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTokensAreThoseOfTheReference(t *testing.T) {
	m, ref := loaded(t), readReference(t)
	for i, text := range ref.Texts {
		if got := m.tokenise(text); !slices.Equal(got, ref.IDs[i]) {
			t.Errorf("tokenise(%q) = %v, want %v", text, got, ref.IDs[i])
		}
	}
}

func TestTokensOfWritingsOfTheSame(t *testing.T) {
	m := loaded(t)
	for _, tt := range [][2]string{
		{"café", "cafe\u0301"},           // composed or not
		{"ﬁne ①", "fine 1"},              // compatible
		{"a\u00a0card", "a card"},        // a space that does not break
		{"card \xff", "card \ufffd"},     // not UTF-8
		{"日本語", "日"},                     // a run of the unknown
		{"card\xff\xfe\x80", "card\x00"}, // nor does it matter why
	} {
		if a, b := m.tokenise(tt[0]), m.tokenise(tt[1]); !slices.Equal(a, b) {
			t.Errorf("tokenise(%q) = %v, of %q %v", tt[0], a, tt[1], b)
		}
	}
	if got := m.tokenise(""); got != nil {
		t.Errorf(`tokenise("") = %v, want none`, got)
	}
}

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", ""},
		{" \n\t", ""},
		{"  my\r\n\r\ncard\u00a0\u2003was ", "my card was"},
		{strings.Repeat("x", maxText+9), strings.Repeat("x", maxText)},
		{strings.Repeat("x", maxText-1) + "☕", strings.Repeat("x", maxText-1)},
	} {
		if got := plain(tt.text); got != tt.want {
			t.Errorf("plain(%.20q) = %.20q, %d bytes, want %.20q", tt.text, got, len(got), tt.want)
		}
	}
}

func TestPiecesEndWhereSentencesOrWordsDo(t *testing.T) {
	m := loaded(t)
	sentence := "The card was refused at the station, twice, and nobody could say why. "
	long := strings.Repeat("and the card was refused at the station ", 100)
	for _, tt := range []struct {
		name, text string
		ends       trait // of the last token of a piece
	}{
		{"sentences", strings.Repeat(sentence, 50), endsSentence},
		{"words", long, 0},
	} {
		pieces := m.pieces(tt.text)
		if len(pieces) < 3 {
			t.Fatalf("%s: %d pieces", tt.name, len(pieces))
		}
		for i, piece := range pieces {
			if len(piece) > maxTokens || i < len(pieces)-1 && len(piece) <= maxTokens/2 {
				t.Errorf("%s: piece %d has %d tokens", tt.name, i, len(piece))
			}
			if m.traits[piece[0]]&startsWord == 0 {
				t.Errorf("%s: piece %d begins within a word", tt.name, i)
			}
			if i < len(pieces)-1 && m.traits[piece[len(piece)-1]]&tt.ends != tt.ends {
				t.Errorf("%s: piece %d does not end where a sentence does", tt.name, i)
			}
		}
		if got, want := slices.Concat(pieces...), m.tokenise(plain(tt.text)); !slices.Equal(got, want) {
			t.Errorf("%s: %d tokens in pieces, %d in the text", tt.name, len(got), len(want))
		}
	}
	if got := m.pieces(strings.Repeat("qzxj", 1000)); len(got) < 8 {
		t.Errorf("a word without an end has %d pieces", len(got))
	}
}

func TestSpread(t *testing.T) {
	for _, n := range []int{1, 31, 32, 33, 200} {
		var pieces [][]int32
		for i := range n {
			pieces = append(pieces, []int32{int32(i)})
		}
		got := spread(pieces, maxPieces)
		if len(got) != min(n, maxPieces) || got[0][0] != 0 || got[len(got)-1][0] != int32(n-1) {
			t.Errorf("spread of %d pieces = %v", n, got)
		}
		if !slices.IsSortedFunc(got, func(a, b []int32) int { return slices.Compare(a, b) }) {
			t.Errorf("spread of %d pieces is out of order: %v", n, got)
		}
	}
}

func FuzzTokenise(f *testing.F) {
	m := loaded(f)
	for _, text := range append(readReference(f).Texts, "", " ", "▁", "日本語 ☕", "a\x00b\xff", "\ufdfa", strings.Repeat("ha", 200), ":-) ://") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens := m.tokenise(text)
		if !slices.Equal(tokens, m.tokenise(text)) {
			t.Errorf("tokenise(%q) differs from itself", text)
		}
		for i, token := range tokens {
			if token < 0 || token >= int32(len(m.scores)) || token > 0 && token < special {
				t.Errorf("tokenise(%q) has the token %d", text, token)
			}
			if i > 0 && token == unknown && tokens[i-1] == unknown {
				t.Errorf("tokenise(%q) = %v: two unknown in a row", text, tokens)
			}
		}
		if text != "" && len(tokens) == 0 {
			t.Errorf("tokenise(%q) has no tokens", text)
		}
		if n := utf8.RuneCountInString(plain(text)); len(plain(text)) > maxText || n > len(text) {
			t.Errorf("plain(%q) is too long", text)
		}
		for _, piece := range m.pieces(text) {
			if len(piece) == 0 || len(piece) > maxTokens {
				t.Errorf("pieces(%q) has one of %d tokens", text, len(piece))
			}
		}
	})
}

func TestDecodeRefusesWhatIsNoFileOfWeights(t *testing.T) {
	damaged := slices.Clone(file)
	damaged[8] = 0xff // more pieces than there are
	for name, data := range map[string][]byte{
		"nothing":   nil,
		"header":    []byte("USEL2\x00\x08\x00"),
		"cut short": file[:len(file)-1],
		"too long":  append(slices.Clone(file), 0),
		"damaged":   damaged,
	} {
		if _, _, err := decode(data); err == nil {
			t.Errorf("decode of %s: no error", name)
		}
	}
	for n := range 200 {
		if _, _, err := decode(file[:n*len(file)/200]); err == nil {
			t.Errorf("decode of %s: no error", fmt.Sprint(n, " of 200 parts"))
		}
	}
}
