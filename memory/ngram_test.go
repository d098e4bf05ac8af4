package memory

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func embedNGram(t testing.TB, texts ...string) [][]float32 {
	t.Helper()
	vecs, err := NGram(256).Embed(context.Background(), texts)
	if err != nil {
		t.Fatalf("Embed(%q): %v", texts, err)
	}
	return vecs
}

func cosine(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestNGramVectorsHaveLengthOne(t *testing.T) {
	if got, want := NGram(256).Model(), "ngram-256/v1"; got != want {
		t.Errorf("Model() = %q, want %q", got, want)
	}
	for _, text := range []string{"card", "a", "My card was refused twice!", "日本", "1 2 3", strings.Repeat("word ", 1e5)} {
		vec := embedNGram(t, text)[0]
		if len(vec) != NGram(256).Dims() {
			t.Fatalf("Embed(%.20q): %d numbers, want %d", text, len(vec), NGram(256).Dims())
		}
		if got := cosine(vec, vec); math.Abs(got-1) > 1e-5 {
			t.Errorf("Embed(%.20q): length %v, want 1", text, math.Sqrt(got))
		}
	}
}

func TestNGramTextsWithoutContentHaveTheZeroVector(t *testing.T) {
	for _, text := range []string{"", "  \n", "?! … — 👍", "''", "\xff\xfe\x80", "\u0301"} {
		for _, v := range embedNGram(t, text)[0] {
			if v != 0 {
				t.Errorf("Embed(%q) is not zero", text)
				break
			}
		}
	}
}

// Stored vectors are compared with new ones, so a model never changes: if this
// test fails, the model needs another name.
func TestNGramStaysTheSame(t *testing.T) {
	vec := embedNGram(t, "The café didn't refund Zoë's 2nd order: 返金")[0]
	for i, want := range map[int]float32{0: 0.046944637, 1: -0.0835442, 3: 0.05654549, 100: -0.07948442, 255: 0.02624285} {
		if got := vec[i]; math.Abs(float64(got-want)) > 1e-6 {
			t.Errorf("vec[%d] = %v, want %v", i, got, want)
		}
	}
}

func TestNGramReadsTheSameInWritingsOfTheSame(t *testing.T) {
	for _, tt := range [][2]string{
		{"Card REFUSED", "card refused"},
		{"ΠΛΗΡΩΜΉ ΚΆΡΤΑΣ", "πληρωμή κάρτας"},
		{"ОПЛАТА КАРТОЙ", "оплата картой"},
		{"I can’t pay", "i can't pay"},
		{"'refused'", "refused"},
		{"card\xffrefused", "card refused"},
		{"card,refused!", "card\trefused"},
	} {
		vecs := embedNGram(t, tt[0], tt[1])
		if !slices.Equal(vecs[0], vecs[1]) {
			t.Errorf("Embed(%q) and Embed(%q) differ", tt[0], tt[1])
		}
	}
}

func TestNGramPutsTheLikeNearest(t *testing.T) {
	for _, tt := range []struct{ text, like, unlike string }{
		{"my card payment was declined", "why was the payment by card declined?", "how do I change my address"},
		{"I want a refund", "refunding is slow", "it is what it is"},
		{"Zahlung mit Kreditkarte", "Kreditkartenzahlung", "Adresse ändern"},
		{"カードの支払いが拒否されました", "支払いが拒否", "住所を変更したい"},
		{"银行卡付款被拒绝", "付款被拒绝了", "我想更改地址"},
		{"การชำระเงินด้วยบัตรถูกปฏิเสธ", "บัตรถูกปฏิเสธ", "ฉันต้องการเปลี่ยนที่อยู่"},
		{"भुगतान अस्वीकार हुआ", "मेरा भुगतान अस्वीकार", "पता बदलना है"},
		{"카드 결제가 거절되었습니다", "결제가 거절됨", "주소를 바꾸고 싶어요"},
	} {
		vecs := embedNGram(t, tt.text, tt.like, tt.unlike)
		like, unlike := cosine(vecs[0], vecs[1]), cosine(vecs[0], vecs[2])
		if like < unlike+0.1 {
			t.Errorf("%q: cosine %.2f to %q, %.2f to %q", tt.text, like, tt.like, unlike, tt.unlike)
		}
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string
	}{
		{"", ""},
		{"It's Zoë's 2nd card—'again'.", "it's zoë's 2nd card again"},
		{"don''t ''", "don''t"},
		{"a\xffb\u0301c", "a b\u0301c"},
		{"\u0301x", "x"},
		{"支払いOK", "支 払 い ok"},
		{"हिन्दी", "हिन्दी"},
	} {
		var got []string
		for w := range words(tt.text) {
			got = append(got, string(w[1:len(w)-1]))
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("words(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestGramsOfAWord(t *testing.T) {
	r := recipe{stem: 2, word: 1, stop: 0.5, pair: 0.25, stopPair: 0.125, runs: 2, shortest: 3, longest: 4}
	var got []float32
	for _, weight := range r.grams("été the") {
		got = append(got, weight)
	}
	// été; ^ét, ^été, été, été$, té$, the shorter before the longer at each place; the; the pair
	third, half := float32(2/math.Sqrt(3)), float32(2/math.Sqrt(2))
	if want := []float32{1, third, half, third, half, third, 0.5, 0.125}; !slices.Equal(got, want) {
		t.Errorf("weights = %v, want %v", got, want)
	}
	hashes := map[uint64]bool{}
	for hash := range r.grams("été éteint") { // one stem
		hashes[hash] = true
	}
	if got, want := len(hashes), 1+1+5+11-1; got != want { // ^ét is in both
		t.Errorf("%d different grams, want %d", got, want)
	}
}

func TestNGramTakesNoLongerForLongTexts(t *testing.T) {
	long := strings.Repeat("payment refused ", 100_000/16)
	start := time.Now()
	vecs := embedNGram(t, long, strings.Repeat("x", 100_000), strings.Repeat("支払", 100_000), long[:maxText])
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("four long texts took %v", took)
	}
	if !slices.Equal(vecs[0], vecs[3]) {
		t.Error("what comes after maxText bytes is read")
	}
}

func TestNGramStopsWhenAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NGram(8).Embed(ctx, []string{"a"}); err != context.Canceled {
		t.Errorf("Embed = %v, want %v", err, context.Canceled)
	}
}

func TestNGramInManyGoroutines(t *testing.T) {
	e := NGram(64)
	want, _ := e.Embed(context.Background(), []string{"my card was refused"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, _ := e.Embed(context.Background(), []string{"my card was refused"})
			if !slices.Equal(got[0], want[0]) {
				t.Error("another vector")
			}
		})
	}
	wg.Wait()
}

func FuzzNGram(f *testing.F) {
	f.Add("My card was refused")
	f.Add("支払い’\xff\u0301")
	f.Fuzz(func(t *testing.T, text string) {
		vec := embedNGram(t, text)[0]
		if got := cosine(vec, vec); got != 0 && math.Abs(got-1) > 1e-5 {
			t.Errorf("Embed(%q): length %v, want 0 or 1", text, math.Sqrt(got))
		}
	})
}

func BenchmarkNGram(b *testing.B) {
	text := []string{"I tried to top up my account with my card but the payment was declined twice."}
	e := NGram(256)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Embed(context.Background(), text); err != nil {
			b.Fatal(err)
		}
	}
}
