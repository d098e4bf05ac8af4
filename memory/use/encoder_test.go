package use

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
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

func cosine(a, b []float32) float64 {
	var sum, as, bs float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
		as += float64(a[i]) * float64(a[i])
		bs += float64(b[i]) * float64(b[i])
	}
	return sum / math.Sqrt(as*bs)
}

func TestEmbedIsNearTheReference(t *testing.T) {
	ref := readReference(t)
	vecs := embed(t, New(), ref.Texts...)
	for i, text := range ref.Texts {
		got := cosine(vecs[i], ref.Emb[i])
		t.Logf("%.6f %q", got, text)
		if got < 0.999 {
			t.Errorf("Embed(%q): cosine to the reference %.6f, want 0.999", text, got)
		}
	}
}

func TestTokensAreThoseOfTheReference(t *testing.T) {
	m, err := New().load()
	if err != nil {
		t.Fatal(err)
	}
	ref := readReference(t)
	for i, text := range ref.Texts {
		if got := m.tokenise(text); !slices.Equal(got, ref.IDs[i]) {
			t.Errorf("tokenise(%q) = %v, want %v", text, got, ref.IDs[i])
		}
	}
}

const message = "I am still waiting on my card, and nobody tells me why"

func BenchmarkMessage(b *testing.B) {
	e := New()
	m, _ := e.load()
	b.ReportMetric(float64(len(m.tokenise(message))), "tokens")
	embed(b, e, message)
	for b.Loop() {
		embed(b, e, message)
	}
}

func BenchmarkBatch(b *testing.B) {
	e := New()
	texts := slices.Repeat(append(readReference(b).Texts, message), 100)[:500]
	for b.Loop() {
		embed(b, e, texts...)
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, _, err := decode(file); err != nil {
			b.Fatal(err)
		}
	}
}
