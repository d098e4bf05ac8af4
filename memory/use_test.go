package memory

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"custory/memory/use"
)

func embedDefault(t testing.TB, texts ...string) [][]float32 {
	t.Helper()
	vecs, err := Default().Embed(context.Background(), texts)
	if err != nil {
		t.Fatalf("Embed(%.50q): %v", texts, err)
	}
	return vecs
}

func TestDefaultJoinsMeaningAndWords(t *testing.T) {
	texts := []string{"My card was refused twice!", "a", strings.Repeat("The parcel 4711 is late. ", 200)}
	meant, err := use.New().Embed(context.Background(), texts)
	if err != nil {
		t.Fatal(err)
	}
	said := embedNGram(t, texts...)
	for i, vec := range embedDefault(t, texts...) {
		if got, want := len(vec), Default().Dims(); got != want || want != 768 {
			t.Fatalf("Embed(%.20q): %d numbers, want %d", texts[i], got, want)
		}
		if got := cosine(vec, vec); math.Abs(got-1) > 1e-5 {
			t.Errorf("Embed(%.20q): length %v, want 1", texts[i], math.Sqrt(got))
		}
		length := math.Sqrt(1 + 0.7*0.7)
		if got, want := cosine(vec[:512], meant[i]), 1/length; math.Abs(got-want) > 1e-5 {
			t.Errorf("Embed(%.20q): its meaning has the length %v, want %v", texts[i], got, want)
		}
		if got, want := cosine(vec[512:], said[i]), 0.7/length; math.Abs(got-want) > 1e-5 {
			t.Errorf("Embed(%.20q): its words have the length %v, want %v", texts[i], got, want)
		}
	}
	if got, want := Default().Model(), "use-lite-q8+hash256/v1"; got != want {
		t.Errorf("Model() = %q, want %q", got, want)
	}
}

func TestDefaultOfBlankTextsIsZero(t *testing.T) {
	for i, vec := range embedDefault(t, "", "  \n", "\u00a0\u3000", "👍") {
		if slices.ContainsFunc(vec, func(v float32) bool { return v != 0 }) || len(vec) != 768 {
			t.Errorf("text %d is not zero", i)
		}
	}
}

func TestDefaultKnowsByWordsWhatItCannotRead(t *testing.T) {
	vecs := embedDefault(t, "日本語", "日本語だ", "返金")
	for i, vec := range vecs {
		if got := cosine(vec, vec); math.Abs(got-1) > 1e-5 {
			t.Errorf("text %d: length %v, want 1", i, math.Sqrt(got))
		}
	}
	if near, far := cosine(vecs[0], vecs[1]), cosine(vecs[0], vecs[2]); near < far+0.3 {
		t.Errorf("cosines: %.2f of nearly the same, %.2f of others", near, far)
	}
}

func TestDefaultFindsWhatMeansTheSame(t *testing.T) {
	vecs := embedDefault(t, "My card was declined", "They refused to take my credit card", "The card reader is a nice colour")
	if same, other := cosine(vecs[0], vecs[1]), cosine(vecs[0], vecs[2]); same < other {
		t.Errorf("cosines: %.2f of the same, %.2f of others", same, other)
	}
}

func TestDefaultStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Default().Embed(ctx, []string{"card"}); !errors.Is(err, context.Canceled) {
		t.Errorf("Embed: %v, want %v", err, context.Canceled)
	}
}

func TestWhoComputesHereIsWaitedForLonger(t *testing.T) {
	for e, want := range map[Embedder]time.Duration{Default(): patienceInner, NGram(8): patienceInner, &fake{}: patience} {
		if got := patienceWith(e); got != want {
			t.Errorf("%s is waited for %v, not %v", e.Model(), got, want)
		}
	}
}
