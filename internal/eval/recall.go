package eval

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"custory/memory"
	"custory/schema"
)

// Recalling says what to measure: a folder of folders, each with docs.jsonl and
// queries.jsonl.
type Recalling struct {
	Dir      string
	Embedder memory.Embedder
	Progress Progress
}

// A RecallReport is what came of it. Shares are from 0 to 1.
type RecallReport struct {
	Queries    int                 `json:"queries"`
	RecallAt5  float64             `json:"recall_at_5"`
	RecallAt10 float64             `json:"recall_at_10"`
	NDCGAt10   float64             `json:"ndcg_at_10"`
	ByCategory map[string]Category `json:"by_category"`
	P50        float64             `json:"p50_ms"` // of a search
}

// A Category is the queries of one category.
type Category struct {
	Queries    int     `json:"queries"`
	RecallAt10 float64 `json:"recall_at_10"`
}

// A doc is one text to be found.
type doc struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Author string `json:"author"`
	SaidAt string `json:"said_at"`
	Title  string `json:"title"`
}

// A query is a question with the texts that answer it.
type query struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Relevant []string `json:"relevant"`
	Category any      `json:"category"`
}

// Recall files the documents of each folder as signals of a workspace of its
// own and searches for the answers with the search tool. Documents with authors
// and without titles are taken for one conversation.
func Recall(ctx context.Context, p Recalling) (r RecallReport, err error) {
	folders, err := filepath.Glob(filepath.Join(p.Dir, "*", "queries.jsonl"))
	if err != nil {
		return r, err
	}
	if len(folders) == 0 {
		return r, &schema.Error{Code: schema.NotFound, Message: "no folder in " + p.Dir + " holds docs.jsonl and queries.jsonl"}
	}
	b, err := newBench(ctx, p.Embedder)
	if err != nil {
		return r, err
	}
	defer b.close()
	var at5, at10, ndcg []float64
	var took []time.Duration
	byCategory := map[string][]float64{}
	for i, f := range folders {
		dir := filepath.Dir(f)
		if err := b.workspace(ctx, filepath.Base(dir)); err != nil {
			return r, err
		}
		names, err := b.fileDocs(ctx, dir)
		if err != nil {
			return r, err
		}
		queries, err := readLines[query](filepath.Join(dir, "queries.jsonl"))
		if err != nil {
			return r, err
		}
		if err := b.mem.Warm(ctx, b.actor.Workspace, nil); err != nil {
			return r, err
		}
		for j, q := range queries {
			start := time.Now()
			found, err := b.search(ctx, q.Text, names)
			if err != nil {
				return r, err
			}
			took = append(took, time.Since(start))
			at5, at10, ndcg = append(at5, memory.RecallAt(found, q.Relevant, 5)), append(at10, memory.RecallAt(found, q.Relevant, 10)), append(ndcg, memory.NDCGAt(found, q.Relevant, 10))
			if q.Category != nil {
				k := fmt.Sprint(q.Category)
				byCategory[k] = append(byCategory[k], at10[len(at10)-1])
			}
			if j%25 == 0 {
				p.Progress.tell(fmt.Sprintf("folder %d of %d", i+1, len(folders)), j+1, len(queries))
			}
		}
	}
	r = RecallReport{Queries: len(at10), RecallAt5: memory.Mean(at5), RecallAt10: memory.Mean(at10), NDCGAt10: memory.Mean(ndcg), P50: median(took), ByCategory: map[string]Category{}}
	for k, xs := range byCategory {
		r.ByCategory[k] = Category{len(xs), memory.Mean(xs)}
	}
	return r, nil
}

// fileDocs captures a folder's documents, and returns their names by the ids
// they got.
func (b *bench) fileDocs(ctx context.Context, dir string) (map[schema.ID]string, error) {
	docs, err := readLines[doc](filepath.Join(dir, "docs.jsonl"))
	if err != nil {
		return nil, err
	}
	names := map[schema.ID]string{}
	for i := 0; i < len(docs); i += batch {
		part := docs[i:min(i+batch, len(docs))]
		var signals []map[string]any
		for _, d := range part {
			signals = append(signals, signalOf(d))
		}
		var out captureAnswer
		in := map[string]any{"signals": signals, "source": "research", "source_name": filepath.Base(dir), "place": "none", "detail": "full"}
		if err := b.call(ctx, "capture_signals", in, &out); err != nil {
			return nil, err
		}
		for j, s := range out.Signals {
			names[s.ID] = part[j].ID
		}
	}
	return names, nil
}

func signalOf(d doc) map[string]any {
	s := map[string]any{"text": d.Text, "external_id": d.ID}
	if d.Title != "" {
		s["text"] = strings.TrimSpace(d.Title + "\n" + d.Text)
	}
	if d.Author != "" {
		s["author"] = d.Author
		if d.Title == "" {
			s["thread"] = "conversation"
		}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly, "3:04 pm on 2 January, 2006", "2 January 2006"} {
		if t, err := time.Parse(layout, d.SaidAt); err == nil {
			s["said_at"] = t.Format(time.RFC3339)
		}
	}
	return s
}

func (b *bench) search(ctx context.Context, question string, names map[schema.ID]string) (found []string, err error) {
	var out struct {
		Hits []struct{ ID schema.ID }
	}
	err = b.call(ctx, "search", map[string]any{"query": question, "kinds": []string{"signal"}, "limit": 10}, &out)
	for _, h := range out.Hits {
		found = append(found, names[h.ID])
	}
	return found, err
}

// readLines reads a file with a JSON object on each line.
func readLines[T any](path string) (all []T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 16<<20)
	for n := 1; sc.Scan(); n++ {
		if strings.TrimSpace(sc.Text()) == "" {
			continue
		}
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, n, err)
		}
		all = append(all, v)
	}
	return all, sc.Err()
}

// Print writes the report for people.
func (r RecallReport) Print(w io.Writer) error {
	rows := [][2]string{{"questions", fmt.Sprint(r.Queries)}, {"recall@5", fmt.Sprintf("%.3f", r.RecallAt5)}, {"recall@10", fmt.Sprintf("%.3f", r.RecallAt10)},
		{"nDCG@10", fmt.Sprintf("%.3f", r.NDCGAt10)}, {"one search", fmt.Sprintf("%.1f ms", r.P50)}}
	for _, k := range slices.Sorted(maps.Keys(r.ByCategory)) {
		c := r.ByCategory[k]
		rows = append(rows, [2]string{"category " + k, fmt.Sprintf("recall@10 %.3f of %d questions", c.RecallAt10, c.Queries)})
	}
	return table(w, rows)
}
