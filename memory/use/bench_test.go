package use

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// message has 14 tokens.
const message = "I am still waiting on my card, and nobody tells me why"

func BenchmarkMessage(b *testing.B) {
	e := New()
	embed(b, e, message)
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		embed(b, e, message)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkBatch embeds 500 different messages of 15 tokens on average.
func BenchmarkBatch(b *testing.B) {
	e := New()
	texts := slices.Repeat(append(readReference(b).Texts, message), 100)[:500]
	for i := range texts {
		texts[i] += fmt.Sprint(" ", i%10)
	}
	embed(b, e, message)
	for b.Loop() {
		embed(b, e, texts...)
	}
	b.ReportMetric(float64(b.N*len(texts))/b.Elapsed().Seconds(), "texts/s")
}

func Benchmark128Tokens(b *testing.B) {
	e := New()
	m := loaded(b)
	text := "a" + fmt.Sprint(slices.Repeat([]string{"card was"}, 62))
	for len(m.tokenise(text)) > maxTokens {
		text = text[:len(text)-1]
	}
	for b.Loop() {
		embed(b, e, text)
	}
}

// BenchmarkLoad is what the first text takes longer.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, _, err := decode(file); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTokenise(b *testing.B) {
	m := loaded(b)
	for b.Loop() {
		m.tokenise(message)
	}
}
