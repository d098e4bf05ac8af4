package store_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

var big = flag.Bool("big", false, "search among 100,000 records too")

// A race runs two things in turn and tells how many times longer the first
// takes than the second: times of one run can be compared, those of several
// hardly.
type race struct {
	b           *testing.B
	ours, other time.Duration
	turns       int
}

func (r *race) turn(ours, other func()) {
	begun := time.Now()
	ours()
	between := time.Now()
	other()
	r.ours, r.other, r.turns = r.ours+between.Sub(begun), r.other+time.Since(between), r.turns+1
}

func (r *race) report(than string) {
	r.b.ReportMetric(float64(r.ours.Nanoseconds())/float64(r.turns), "ns/op")
	r.b.ReportMetric(float64(r.ours)/float64(r.other), "x-"+than)
}

// someSignals have texts of a few dozen words.
func someSignals(rnd *rand.Rand, n int) []*schema.Signal {
	all := make([]*schema.Signal, n)
	for i := range all {
		words := make([]string, 15+rnd.IntN(20))
		for j := range words {
			words[j] = fmt.Sprintf("word%d", int(rnd.ExpFloat64()*300))
		}
		all[i] = &schema.Signal{Text: strings.Join(words, " "), Source: "support", SourceName: "desk", Author: fmt.Sprint("u-", rnd.IntN(1000)),
			SaidAt: time.UnixMilli(1890000000000 + rnd.Int64N(1e10)).UTC(), ExternalID: fmt.Sprint(rnd.Int64())}
	}
	return all
}

// bare is a table of signals and nothing else, in a file with the same
// settings.
func bare(b *testing.B) (insert func([]*schema.Signal)) {
	db, err := store.Raw(filepath.Join(b.TempDir(), "bare.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`PRAGMA journal_mode = wal; CREATE TABLE signal (id TEXT PRIMARY KEY, created INTEGER, text TEXT, source TEXT, source_name TEXT, author TEXT, said_at INTEGER, external_id TEXT) STRICT`); err != nil {
		b.Fatal(err)
	}
	st, err := db.Prepare(`INSERT INTO signal VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	return func(all []*schema.Signal) {
		tx, err := db.Begin()
		if err != nil {
			b.Fatal(err)
		}
		in := tx.Stmt(st)
		for _, s := range all {
			if _, err := in.Exec(schema.NewID(schema.KindSignal), time.Now().UnixMilli(), s.Text, string(s.Source), s.SourceName, s.Author, s.SaidAt.UnixMilli(), s.ExternalID); err != nil {
				b.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchWorld(b *testing.B) *world {
	st := storetest.OpenAt(b, filepath.Join(b.TempDir(), "bench.db"), store.Options{})
	return &world{st, storetest.Workspace(b, st)}
}

func benchmarkSignals(b *testing.B, n int) {
	w, insert, rnd := benchWorld(b), bare(b), rand.New(rand.NewPCG(1, 1))
	r := race{b: b}
	for b.Loop() {
		signals := someSignals(rnd, n)
		r.turn(func() {
			err := w.st.Update(context.Background(), schema.Call{Tool: "capture_signals", Actor: w.actor}, func(tx *store.Tx) error {
				for _, s := range signals {
					if err := tx.Signals.Put(s); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}, func() { insert(signals) })
	}
	r.report("bare-insert")
}

func BenchmarkOneSignal(b *testing.B)          { benchmarkSignals(b, 1) }
func BenchmarkFiveHundredSignals(b *testing.B) { benchmarkSignals(b, 500) }

func BenchmarkMap(b *testing.B) {
	w, rnd := benchWorld(b), rand.New(rand.NewPCG(1, 1))
	var journey schema.ID
	w.update(b, "build", func(tx *store.Tx) error {
		j := &schema.Journey{Name: "Journey"}
		must(b, tx.Journeys.Put(j))
		journey = j.ID
		signals := someSignals(rnd, 100)
		for _, s := range signals {
			must(b, tx.Signals.Put(s))
		}
		for g := range 4 {
			stage := &schema.Stage{Journey: j.ID, Name: "Stage", Position: g}
			must(b, tx.Stages.Put(stage))
			for p := range 4 {
				step := &schema.Step{Stage: stage.ID, Name: "Step", Position: p}
				must(b, tx.Steps.Put(step))
				for i := range 13 {
					typ := schema.ItemType("").Values()[i%5]
					item := &schema.Item{Type: typ, Title: fmt.Sprint("Item ", rnd.Int()), Description: "Some more words about it", Status: typ.Statuses()[0]}
					must(b, tx.Items.Put(item))
					must(b, tx.Placements.Put(&schema.Placement{Step: step.ID, Item: item.ID, Position: i}))
					if typ == schema.Insight {
						s := signals[rnd.IntN(100)]
						must(b, tx.Citations.Put(&schema.Citation{Item: item.ID, Signal: s.ID, End: 4, Quote: s.Text[:4], Stance: schema.Supports}))
					}
				}
			}
		}
		return nil
	})
	for name, read := range map[string]func(*store.Tx) (*store.Map, error){
		"now": func(tx *store.Tx) (*store.Map, error) { return tx.Map(journey) },
		"at":  func(tx *store.Tx) (*store.Map, error) { return tx.At(journey, 1<<40) },
	} {
		b.Run(name, func(b *testing.B) {
			r := race{b: b}
			for b.Loop() {
				r.turn(func() {
					w.view(b, func(tx *store.Tx) error {
						m, err := read(tx)
						if err == nil && len(m.Stages) != 4 {
							b.Errorf("the map is %v", outline(m))
						}
						return err
					})
				}, func() {
					w.view(b, func(tx *store.Tx) error {
						all, err := tx.Items.All()
						if len(all) != 208 {
							b.Errorf("there are %d items", len(all))
						}
						return err
					})
				})
			}
			r.report("reading-the-items")
		})
	}
}

func must(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

func BenchmarkSearchWords(b *testing.B) {
	sizes := []int{1_000, 10_000}
	if *big {
		sizes = append(sizes, 100_000)
	}
	w := benchWorld(b)
	rnd, there := rand.New(rand.NewPCG(1, 1)), 0
	for _, size := range sizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for ; there < size; there += 1000 {
				w.update(b, "fill", func(tx *store.Tx) error {
					for _, s := range someSignals(rnd, 1000) {
						must(b, tx.Signals.Put(s))
					}
					return nil
				})
			}
			db, err := store.Raw(w.st.Path())
			must(b, err)
			defer db.Close()
			raw, err := db.Prepare(`SELECT rowid FROM full_text WHERE full_text MATCH ? ORDER BY rank LIMIT 20`)
			must(b, err)
			defer raw.Close()
			r := race{b: b}
			for b.Loop() {
				words := []string{fmt.Sprintf("word%d", rnd.IntN(300)), fmt.Sprintf("word%d", rnd.IntN(300)), fmt.Sprintf("word%d", rnd.IntN(300))}
				r.turn(func() {
					w.view(b, func(tx *store.Tx) error {
						_, err := tx.SearchWords(store.Search{Words: words, Limit: 20})
						return err
					})
				}, func() {
					rows, err := raw.Query("body:(" + strings.Join(words, " OR ") + ")")
					must(b, err)
					for rows.Next() {
						var id sql.RawBytes
						must(b, rows.Scan(&id))
					}
					must(b, rows.Close())
				})
			}
			r.report("bare-fts")
		})
	}
}
