package memory

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

// A speaker says things in words of which few are frequent and many are rare.
type speaker struct {
	rng  *rand.Rand
	zipf *rand.Zipf
}

func newSpeaker() *speaker {
	rng := rand.New(rand.NewPCG(1, 2))
	return &speaker{rng, rand.NewZipf(rng, 1.1, 8, 8000)}
}

func (s *speaker) say(words int) string {
	return s.words(words, func() uint64 { return s.zipf.Uint64() })
}

// ask asks about what is neither in every text nor in hardly any: about one
// item in ten has one of five words.
func (s *speaker) ask(words int) string {
	return s.words(words, func() uint64 { return 50 + s.rng.Uint64N(250) })
}

func (s *speaker) words(words int, draw func() uint64) string {
	all := make([]string, words)
	for i := range all {
		n := draw()
		for range 3 {
			all[i] += string("bcdfglmnprst"[n%12]) + string("aeiou"[n/12%5])
			n /= 60
		}
	}
	return strings.Join(all, " ")
}

// large adds what takes minutes to prepare.
var large = flag.Bool("large", false, "benchmark 100,000 records as well")

// full returns a world with n items and signals, each on one of 40 steps; the
// signals are in conversations of 20. The vectors are as long as the default
// embedder's.
func full(b *testing.B, n int) (w *world, journey schema.ID, steps []schema.ID) {
	w = newWorld(b)
	s := newSpeaker()
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprintf("Step number%d", i)
	}
	journey, _, steps = w.journey("Everything", names...)
	begin := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for from := 0; from < n; from += 10_000 {
		w.update(func(tx *store.Tx) error {
			for i := from; i < min(n, from+10_000); i++ {
				p := &schema.Placement{Step: steps[i%len(steps)]}
				if i%2 == 0 {
					item := &schema.Item{Type: schema.Insight, Title: s.say(4 + s.rng.IntN(5)), Description: s.say(5 + s.rng.IntN(20)), Status: "New"}
					if err := tx.Items.Put(item); err != nil {
						return err
					}
					p.Item = item.ID
				} else {
					sig := &schema.Signal{Text: s.say(5 + s.rng.IntN(25)), Source: "chat", Author: fmt.Sprint("customer ", i%64), SaidAt: begin.Add(time.Duration(i) * time.Hour), Thread: fmt.Sprint(i / 40)}
					if err := tx.Signals.Put(sig); err != nil {
						return err
					}
					p.Signal, p.State = sig.ID, schema.PlacementConfirmed
				}
				if err := tx.Placements.Put(p); err != nil {
					return err
				}
			}
			return nil
		})
	}
	w.mem = New(w.st, NGram(768), w.mem.log)
	if err := w.mem.Warm(b.Context(), w.actor.Workspace, nil); err != nil {
		b.Fatal(err)
	}
	return w, journey, steps
}

// BenchmarkRecall asks with what memory.Query does by default, and tells how
// many times longer an answer takes than the index alone does for the same
// questions.
func BenchmarkRecall(b *testing.B) {
	sizes := []int{1_000, 10_000}
	if testing.Short() {
		sizes = sizes[:1]
	}
	if *large {
		sizes = append(sizes, 100_000)
	}
	for _, n := range sizes {
		w, journey, steps := full(b, n)
		for _, tt := range []struct {
			name string
			q    Query
		}{
			{"all", Query{}},
			{"journey", Query{Within: journey, Kinds: []schema.Kind{schema.KindItem}}},
			{"step", Query{Within: steps[3]}},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, tt.name), func(b *testing.B) {
				s := newSpeaker()
				var took, index []time.Duration
				for b.Loop() {
					tt.q.Text = s.ask(5)
					begun := time.Now()
					w.recall(tt.q)
					took = append(took, time.Since(begun))

					b.StopTimer()
					sp, err := w.mem.caughtUp(b.Context(), w.actor.Workspace)
					if err != nil {
						b.Fatal(err)
					}
					v, err := w.mem.embedOne(b.Context(), tt.q.Text)
					if err != nil {
						b.Fatal(err)
					}
					begun = time.Now()
					sp.vecs.Search(v, legs, nil)
					index = append(index, time.Since(begun))
					b.StartTimer()
				}
				slices.Sort(took)
				slices.Sort(index)
				b.ReportMetric(took[len(took)/2].Seconds()*1e3, "p50-ms")
				b.ReportMetric(took[len(took)*95/100].Seconds()*1e3, "p95-ms")
				b.ReportMetric(float64(took[len(took)/2])/float64(index[len(index)/2]), "times-index")
			})
		}
	}
}

// BenchmarkLoad is the first question after a start.
func BenchmarkLoad(b *testing.B) {
	w, _, _ := full(b, 10_000)
	for b.Loop() {
		w.mem = New(w.st, NGram(768), w.mem.log)
		w.recall(Query{Text: "nothing"})
	}
}

// BenchmarkCatchUp is the first question after another process has captured
// 2,000 signals: with and without their vectors.
func BenchmarkCatchUp(b *testing.B) {
	for _, embedded := range []bool{true, false} {
		b.Run(fmt.Sprintf("embedded=%v", embedded), func(b *testing.B) {
			w, s := newWorld(b), newSpeaker()
			w.mem = New(w.st, NGram(256), w.mem.log)
			other := *w
			for b.Loop() {
				b.StopTimer()
				other.mem = New(w.st, NGram(256), w.mem.log)
				other.recall(Query{Text: "nothing"})
				w.update(func(tx *store.Tx) error {
					for range 2000 {
						if err := tx.Signals.Put(&schema.Signal{Text: s.say(15), Source: "support"}); err != nil {
							return err
						}
					}
					return nil
				})
				if embedded {
					w.recall(Query{Text: "nothing"})
				}
				b.StartTimer()
				other.recall(Query{Text: "nothing"})
			}
		})
	}
}

// BenchmarkPlace places 500 texts, and loads what 10,000 confirmed signals have
// taught.
func BenchmarkPlace(b *testing.B) {
	w, s := newWorld(b), newSpeaker()
	names := make([]string, 40)
	for i := range names {
		names[i] = s.say(3)
	}
	journey, _, steps := w.journey("Everything", names...)
	w.update(func(tx *store.Tx) error {
		for i := range 10_000 {
			sig := &schema.Signal{Text: names[i%40][:8] + s.say(10), Source: "support", ExternalID: fmt.Sprint(i)}
			if err := tx.Signals.Put(sig); err != nil {
				return err
			}
			if err := tx.Placements.Put(&schema.Placement{Signal: sig.ID, Step: steps[i%40], State: schema.PlacementConfirmed}); err != nil {
				return err
			}
		}
		return nil
	})
	texts := make([]string, 500)
	for i := range texts {
		texts[i] = s.say(12)
	}
	place := func(n int) {
		if _, err := w.mem.Place(b.Context(), w.actor.Workspace, journey, texts[:n]); err != nil {
			b.Fatal(err)
		}
	}
	w.mem = New(w.st, NGram(256), w.mem.log)
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			w.mem = New(w.st, NGram(256), w.mem.log)
			w.status()
			b.StartTimer()
			place(1)
		}
	})
	b.Run("500", func(b *testing.B) {
		for b.Loop() {
			place(500)
		}
	})
	b.Run("learn", func(b *testing.B) { // one more, and what comes of it
		for b.Loop() {
			b.StopTimer()
			id := w.signal(s.say(10))
			w.confirm(id, steps[0])
			b.StartTimer()
			place(1)
		}
	})
}

func BenchmarkGroups(b *testing.B) {
	w, s := newWorld(b), newSpeaker()
	ids := make([]schema.ID, maxLinked)
	w.update(func(tx *store.Tx) error {
		for i := range ids {
			sig := &schema.Signal{Text: s.say(15), Source: "support"}
			if err := tx.Signals.Put(sig); err != nil {
				return err
			}
			ids[i] = sig.ID
		}
		return nil
	})
	w.mem = New(w.st, NGram(256), w.mem.log)
	w.status()
	for b.Loop() {
		if _, err := w.mem.Groups(b.Context(), w.actor.Workspace, ids); err != nil {
			b.Fatal(err)
		}
	}
}
