package use

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// reference is what the package that the weights are from makes of some texts.
type reference struct {
	Texts []string
	IDs   [][]int32
	Emb   [][]float32
}

func readReference(t testing.TB) (r reference) {
	t.Helper()
	data, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func embed(t testing.TB, e *Encoder, texts ...string) [][]float32 {
	t.Helper()
	vecs, err := e.Embed(context.Background(), texts)
	if err != nil {
		t.Fatalf("Embed(%.50q): %v", texts, err)
	}
	return vecs
}

func product(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func cosine(a, b []float32) float64 {
	return product(a, b) / math.Sqrt(product(a, a)*product(b, b))
}

func TestEmbedIsNearTheReference(t *testing.T) {
	ref := readReference(t)
	vecs := embed(t, New(), ref.Texts...)
	for i, text := range ref.Texts {
		if got := cosine(vecs[i], ref.Emb[i]); got < 0.9995 {
			t.Errorf("Embed(%q): cosine to the reference %.6f, want 0.9995", text, got)
		}
	}
}

func TestNearTextsMeanTheSame(t *testing.T) {
	vecs := embed(t, New(), "My card was declined", "They refused to take my credit card", "The weather is lovely today")
	if same, other := cosine(vecs[0], vecs[1]), cosine(vecs[0], vecs[2]); same < other+0.2 {
		t.Errorf("cosines: %.2f of the same, %.2f of others", same, other)
	}
}

// odd are texts to which something might happen.
var odd = []string{
	"a", "7", "?", "card\x00\x07\x1b[31m", "card \xff\xfe\x80", "\u202eCARD", "日本語 card", "Karte wurde abgelehnt",
	"Карта отклонена, card", strings.Repeat("ha", 300), "My card\r\n\r\nwas refused\n", strings.Repeat("card. ", 200),
}

func TestVectorsHaveLengthOne(t *testing.T) {
	texts := append(slices.Clone(odd), strings.Repeat("1", 100_000))
	for i, vec := range embed(t, New(), texts...) {
		if len(vec) != Dims {
			t.Fatalf("Embed(%.20q): %d numbers, want %d", texts[i], len(vec), Dims)
		}
		if got := product(vec, vec); math.Abs(got-1) > 1e-5 {
			t.Errorf("Embed(%.20q): length %v, want 1", texts[i], math.Sqrt(got))
		}
	}
}

func TestTextsOfNothingKnownHaveTheZeroVector(t *testing.T) {
	texts := []string{"", " ", " \n\t ", "▁", "日本語", "日本 語", "👍🏽", "\xff\xfe", "\x00\x01", "\u200b", strings.Repeat("日本 ", 20_000)}
	vecs := embed(t, New(), texts...)
	for i, vec := range vecs {
		if len(vec) != Dims || slices.ContainsFunc(vec, func(v float32) bool { return v != 0 }) {
			t.Errorf("Embed(%.20q) is not zero", texts[i])
		}
	}
}

// Vectors are kept under the digest of their text, so they must not depend on
// anything else.
func TestAVectorIsTheSameInAnyCompany(t *testing.T) {
	e := New()
	texts := append(readReference(t).Texts, odd...)
	together := embed(t, e, texts...)
	backwards := slices.Clone(texts)
	slices.Reverse(backwards)
	turned := embed(t, e, backwards...)
	slices.Reverse(turned)
	lonely := New()
	lonely.turns = make(chan struct{}, 1)
	many := New()
	many.turns = make(chan struct{}, 7)
	for i, text := range texts {
		for how, got := range map[string][]float32{
			"backwards":        turned[i],
			"alone":            embed(t, e, text)[0],
			"on one processor": embed(t, lonely, text)[0],
			"on seven":         embed(t, many, text)[0],
			"between others":   embed(t, e, "My card", text, "was refused.")[1],
			"alone once again": embed(t, e, text)[0],
		} {
			if !slices.Equal(got, together[i]) {
				t.Errorf("Embed(%.20q) is another %s", text, how)
			}
		}
	}
}

// Stored vectors are compared with new ones, so a model never changes: if this
// test fails, the model needs another name.
func TestVectorsStayTheSame(t *testing.T) {
	vec := embed(t, New(), "My card was refused at the station")[0]
	for i, want := range map[int]float32{0: 0.051809, 1: -0.053623, 100: 0.035419, 300: -0.009317, 511: -0.037337} {
		if got := vec[i]; math.Abs(float64(got-want)) > 1e-4 {
			t.Errorf("vec[%d] = %v, want %v", i, got, want)
		}
	}
}

func TestALongTextIsTheMeanOfItsPieces(t *testing.T) {
	e := New()
	m := loaded(t)
	var parts []string
	for i := range 30 {
		parts = append(parts, fmt.Sprintf("Order %d came late, and the box it was in was wet and torn at one of the corners.", i))
	}
	text := strings.Join(parts, " ")
	pieces := m.pieces(text)
	if len(pieces) < 4 {
		t.Fatalf("%d pieces", len(pieces))
	}
	want := make([]float32, Dims)
	for at := 0; at < len(parts); { // the sentences of a piece
		n := 1
		for at+n < len(parts) && len(m.tokenise(strings.Join(parts[at:at+n+1], " "))) <= maxTokens {
			n++
		}
		part := strings.Join(parts[at:at+n], " ")
		for i, v := range embed(t, e, part)[0] {
			want[i] += v * float32(len(m.tokenise(part)))
		}
		at += n
	}
	got := embed(t, e, text)[0]
	if c := cosine(got, want); c < 0.99999 {
		t.Errorf("cosine to the mean of its pieces: %.6f", c)
	}
	if end := embed(t, e, text+" I want my money back, now.")[0]; slices.Equal(end, got) {
		t.Error("the end of the text does not count")
	}
}

func TestATextWithoutEndIsReadInPart(t *testing.T) {
	m := loaded(t)
	long := strings.Repeat("My card was refused at the station. ", 2000)[:maxText]
	pieces, more := m.pieces(long), m.pieces(long+strings.Repeat("x y z", 1<<20))
	if len(pieces) != maxPieces {
		t.Errorf("%d pieces, want %d", len(pieces), maxPieces)
	}
	if !slices.EqualFunc(pieces, more, slices.Equal) {
		t.Error("what comes after the first 64 KiB counts")
	}
}

func TestPooledBelongsToTheVectors(t *testing.T) {
	e := New()
	texts := []string{"My card was refused", "", strings.Repeat("My card was refused. ", 100)}
	vecs, means, err := e.Pooled(context.Background(), texts)
	if err != nil || len(vecs) != 3 || len(means) != 3 {
		t.Fatalf("Pooled: %d vectors, %d means, %v", len(vecs), len(means), err)
	}
	if !slices.Equal(vecs[0], embed(t, e, texts[0])[0]) {
		t.Error("Pooled and Embed differ")
	}
	if product(means[0], means[0]) == 0 || product(means[1], means[1]) != 0 {
		t.Error("a text has a mean if it has tokens")
	}
	if c := cosine(means[0], means[2]); c < 0.5 {
		t.Errorf("cosine of the means of the same: %.3f", c)
	}
}

func TestEmbedOfNothing(t *testing.T) {
	if vecs := embed(t, New()); len(vecs) != 0 {
		t.Errorf("Embed() = %d vectors", len(vecs))
	}
}

func TestEmbedStopsWithItsContext(t *testing.T) {
	e := New()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Embed(ctx, []string{"card"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Embed: %v, want %v", err, context.Canceled)
	}

	for range cap(e.turns) { // nobody's turn comes
		e.turns <- struct{}{}
	}
	ctx, cancel = context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := e.Embed(ctx, []string{"card"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Embed without a turn: %v, want %v", err, context.DeadlineExceeded)
	}
	e.end(cap(e.turns))

	ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := e.Embed(ctx, slices.Repeat(odd, 100)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Embed under way: %v, want %v", err, context.DeadlineExceeded)
	}
	if len(e.turns) != 0 {
		t.Errorf("%d turns were not given back", len(e.turns))
	}
}

func TestManyMayEmbedAtOnce(t *testing.T) {
	ref := readReference(t)
	want := embed(t, New(), ref.Texts...)
	e := New() // the first to come load it
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range ref.Texts {
				i = (i + g) % len(ref.Texts)
				got, err := e.Embed(context.Background(), ref.Texts[i:i+1])
				if err != nil || !slices.Equal(got[0], want[i]) {
					t.Errorf("Embed(%q) differs, or %v", ref.Texts[i], err)
				}
			}
			if got, err := e.Embed(context.Background(), ref.Texts); err != nil || !slices.Equal(got[g%len(got)], want[g%len(got)]) {
				t.Errorf("Embed of all differs, or %v", err)
			}
		})
	}
	wg.Wait()
	if len(e.turns) != 0 {
		t.Errorf("%d turns were not given back", len(e.turns))
	}
}
