// Package bench measures the program as it is used: real processes, the real
// protocol, files with thousands of records. Figures that matter are ratios
// against something else in the same run.
//
//	go test -run '^$' -bench . ./internal/bench
package bench

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"custory/internal/mcpclient"
	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// TestMain is also the bare server that ours is compared with.
func TestMain(m *testing.M) {
	if os.Getenv("CUSTORY_BENCH_ECHO") == "" {
		code := m.Run()
		if built != "" {
			_ = os.RemoveAll(filepath.Dir(built))
		}
		os.Exit(code)
	}
	s := server.NewMCPServer("echo", "1")
	s.AddTool(mcp.NewTool("echo", mcp.WithString("text", mcp.Required())), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"text": r.GetString("text", "")}, r.GetString("text", "")), nil
	})
	if err := server.ServeStdio(s); err != nil {
		os.Exit(1)
	}
}

// A process is a server and a client connected to it.
type process struct {
	*mcpclient.Client
	pid int
}

func spawn(b *testing.B, env string, binary string, args ...string) process {
	b.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = append(os.Environ(), env)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	c, err := mcpclient.Connect(b.Context(), out, in, mcpclient.Options{Name: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	return process{c, cmd.Process.Pid}
}

var (
	buildOnce sync.Once
	built     string
)

// binary is the program, built once.
func binary(b *testing.B) string {
	b.Helper()
	buildOnce.Do(func() {
		dir, err := os.MkdirTemp("", "custory-bench-")
		if err != nil {
			b.Fatal(err)
		}
		built = filepath.Join(dir, "custory")
		if out, err := exec.Command("go", "build", "-o", built, "custory/cmd/custory").CombinedOutput(); err != nil {
			b.Fatalf("build: %v\n%s", err, out)
		}
	})
	return built
}

// A world is a file with a journey and many items on it.
type world struct {
	path  string
	st    *store.Store
	mem   *memory.Memory
	set   *tools.Set
	actor schema.Actor
	item  schema.ID
	steps []schema.ID
}

// newWorld makes a workspace with n items on a journey of 20 steps.
func newWorld(b *testing.B, n int) *world {
	b.Helper()
	w := &world{path: filepath.Join(b.TempDir(), "bench.db")}
	w.st = storetest.OpenAt(b, w.path, store.Options{})
	w.mem = memory.New(w.st, memory.Default(), nil)
	var err error
	if w.set, err = tools.New(w.st, w.mem, tools.Options{}); err != nil {
		b.Fatal(err)
	}
	w.actor = storetest.Workspace(b, w.st)
	w.update(b, w.structure)
	say := newSpeaker(1)
	for done := 0; done < n; done += 1000 {
		w.update(b, func(tx *store.Tx) error {
			for i := done; i < min(done+1000, n); i++ {
				item := &schema.Item{Type: schema.Insight, Status: "New", Title: say.sentence(6) + " " + strconv.Itoa(i), Description: say.sentence(24)}
				if err := tx.Items.Put(item); err != nil {
					return err
				}
				w.item = item.ID
				if err := tx.Placements.Put(&schema.Placement{Item: item.ID, Step: w.steps[i%len(w.steps)], Position: i}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return w
}

func (w *world) structure(tx *store.Tx) error {
	j := &schema.Journey{Name: "Bench"}
	if err := tx.Journeys.Put(j); err != nil {
		return err
	}
	g := &schema.Stage{Journey: j.ID, Name: "All"}
	if err := tx.Stages.Put(g); err != nil {
		return err
	}
	for i := range 20 {
		s := &schema.Step{Stage: g.ID, Name: fmt.Sprintf("I do thing %d", i), Position: i}
		if err := tx.Steps.Put(s); err != nil {
			return err
		}
		w.steps = append(w.steps, s.ID)
	}
	return nil
}

func (w *world) update(b *testing.B, fn func(*store.Tx) error) {
	b.Helper()
	if err := w.st.Update(b.Context(), schema.Call{Tool: "bench", Actor: w.actor}, fn); err != nil {
		b.Fatal(err)
	}
}

func (w *world) call(b *testing.B, tool string, in any) {
	b.Helper()
	args, err := json.Marshal(in)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.set.Call(b.Context(), schema.Call{Tool: tool, Actor: w.actor}, args); err != nil {
		b.Fatal(err)
	}
}

// A speaker makes sentences of words that are as unevenly frequent as those of
// a language: the most frequent 100, like its function words, are in nearly
// every text.
type speaker struct {
	zipf *rand.Zipf
	rng  *rand.Rand
}

func newSpeaker(seed uint64) *speaker {
	rng := rand.New(rand.NewPCG(seed, seed))
	return &speaker{rand.NewZipf(rng, 1.05, 10, 20_000), rng}
}

func (s *speaker) sentence(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = word(s.zipf.Uint64())
	}
	return strings.Join(all, " ")
}

// question is of words that tell something: none of the most frequent.
func (s *speaker) question(n int) string {
	all := make([]string, 0, n)
	for len(all) < n {
		if w := s.zipf.Uint64(); w >= 100 {
			all = append(all, word(w))
		}
	}
	return strings.Join(all, " ")
}

// word spells a number in syllables.
func word(n uint64) string {
	var b strings.Builder
	for n += 20; n > 0; n /= 100 {
		b.WriteByte("bcdfghklmnprstvwz"[n%100%17])
		b.WriteByte("aeiou"[n%100%5])
	}
	return b.String()
}

// timed runs fn as often as the benchmark asks, and at least 50 times, and
// returns the median.
func timed(b *testing.B, fn func(i int)) time.Duration {
	b.Helper()
	var all []time.Duration
	i := 0
	for ; b.Loop(); i++ {
		all = append(all, took(func() { fn(i) }))
	}
	for ; i < 50; i++ {
		all = append(all, took(func() { fn(i) }))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkFetch compares fetching an item over stdio with a bare echo, call by
// call.
func BenchmarkFetch(b *testing.B) {
	w := newWorld(b, 200)
	ours := spawn(b, "", binary(b), "serve", "--db", w.path, "--log-level", "error")
	echo := spawn(b, "CUSTORY_BENCH_ECHO=1", os.Args[0])
	var out map[string]any
	var mine, bare []time.Duration
	timed(b, func(int) {
		mine = append(mine, took(func() {
			if err := ours.Call(b.Context(), "fetch", map[string]any{"ids": []schema.ID{w.item}}, &out); err != nil {
				b.Fatal(err)
			}
		}))
		bare = append(bare, took(func() {
			if err := echo.Call(b.Context(), "echo", map[string]any{"text": "hello"}, &out); err != nil {
				b.Fatal(err)
			}
		}))
	})
	slices.Sort(mine)
	slices.Sort(bare)
	fetched, echoed := mine[len(mine)/2], bare[len(bare)/2]
	b.ReportMetric(ms(fetched), "fetch_ms")
	b.ReportMetric(ms(echoed), "echo_ms")
	b.ReportMetric(float64(fetched)/float64(echoed), "x_echo")
}

func took(fn func()) time.Duration {
	start := time.Now()
	fn()
	return time.Since(start)
}

// timedOnly is the median of n runs.
func timedOnly(b *testing.B, n int, fn func()) time.Duration {
	b.Helper()
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = took(fn)
	}
	slices.Sort(all)
	return all[n/2]
}

// BenchmarkCapture compares capturing 500 signals with inserting 500 bare rows
// of the same texts into SQLite.
func BenchmarkCapture(b *testing.B) {
	for _, place := range []string{"none", "auto"} {
		b.Run("place="+place, func(b *testing.B) {
			w := newWorld(b, 0)
			say, sample := newSpeaker(2), messages(b)
			bare := bareTable(b)
			var took, inserts, encoding time.Duration
			encoder := memory.Default()
			if _, err := encoder.Embed(b.Context(), []string{"to read its weights"}); err != nil {
				b.Fatal(err)
			}
			for n := 0; b.Loop(); n++ {
				var signals []map[string]any
				var texts []string
				for range 500 {
					texts = append(texts, fmt.Sprintf("%s (%s)", sample[say.rng.IntN(len(sample))], word(say.rng.Uint64N(1e6))))
					signals = append(signals, map[string]any{"text": texts[len(texts)-1], "author": word(say.rng.Uint64N(400)), "external_id": strconv.FormatUint(say.rng.Uint64(), 36)})
				}
				start := time.Now()
				if _, err := encoder.Embed(b.Context(), texts); err != nil {
					b.Fatal(err)
				}
				encoding += time.Since(start)
				start = time.Now()
				w.call(b, "capture_signals", map[string]any{"signals": signals, "place": place})
				took += time.Since(start)
				start = time.Now()
				insertBare(b, bare, signals)
				inserts += time.Since(start)
			}
			b.ReportMetric(ms(took)/float64(b.N), "capture_ms")
			b.ReportMetric(float64(took)/float64(inserts), "x_bare_inserts")
			b.ReportMetric(float64(took)/float64(encoding), "x_bare_encoder")
		})
	}
}

// messages are those of the demo: the encoder takes longer for words that it
// does not know.
func messages(b *testing.B) (texts []string) {
	f, err := os.Open("../demo/sample/signals.csv")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	at := slices.Index(rows[0], "text")
	for _, r := range rows[1:] {
		texts = append(texts, r[at])
	}
	return texts
}

func bareTable(b *testing.B) *sql.DB {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(wal)&_pragma=synchronous(normal)")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE TABLE signal (id TEXT PRIMARY KEY, author TEXT NOT NULL, text TEXT NOT NULL) STRICT"); err != nil {
		b.Fatal(err)
	}
	return db
}

func insertBare(b *testing.B, db *sql.DB, signals []map[string]any) {
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	st, err := tx.Prepare("INSERT INTO signal (id, author, text) VALUES (?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range signals {
		if _, err := st.Exec(s["external_id"], s["author"], s["text"]); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
}

// many is how many items a large file has; with -short it is told only whether
// the benchmark runs.
func many() int {
	if testing.Short() {
		return 1_000
	}
	return 10_000
}

// sizes are how many items a file has; 100,000 take a minute to make.
func sizes() []int {
	if testing.Short() {
		return []int{many()}
	}
	if os.Getenv("CUSTORY_BENCH_LARGE") != "" {
		return []int{1_000, 10_000, 100_000}
	}
	return []int{1_000, 10_000}
}

// BenchmarkSearch asks questions of files of several sizes.
func BenchmarkSearch(b *testing.B) {
	for _, n := range sizes() {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			w := newWorld(b, n)
			say := newSpeaker(3)
			w.call(b, "search", map[string]any{"query": "invite"}) // reads the vectors
			p50 := timed(b, func(int) { w.call(b, "search", map[string]any{"query": say.question(4)}) })
			b.ReportMetric(ms(p50), "p50_ms")
		})
	}
}

// BenchmarkCatchUp is a search after another process has written 2,000 items.
func BenchmarkCatchUp(b *testing.B) {
	w := newWorld(b, 1000)
	other := storetest.OpenAt(b, w.path, store.Options{})
	say := newSpeaker(4)
	w.call(b, "search", map[string]any{"query": "invite"})
	quiet := timedOnly(b, 50, func() { w.call(b, "search", map[string]any{"query": say.question(4)}) })
	var took time.Duration
	for b.Loop() {
		err := other.Update(b.Context(), schema.Call{Tool: "foreign", Actor: w.actor}, func(tx *store.Tx) error {
			for range 2000 {
				if err := tx.Items.Put(&schema.Item{Type: schema.Insight, Status: "New", Title: say.sentence(8)}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		w.call(b, "search", map[string]any{"query": say.question(4)})
		took += time.Since(start)
	}
	b.ReportMetric(ms(took)/float64(b.N), "catch_up_ms")
	b.ReportMetric(ms(quiet), "quiet_search_ms")
}

// BenchmarkColdStart is from the start of the process to the list of its tools.
func BenchmarkColdStart(b *testing.B) {
	for _, n := range []int{0, many()} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			w := newWorld(b, n)
			path := binary(b)
			var all []time.Duration
			start := func() {
				var c *mcpclient.Client
				all = append(all, took(func() {
					var err error
					if c, err = mcpclient.Spawn(b.Context(), mcpclient.Options{Name: "bench"}, path, "serve", "--db", w.path, "--log-level", "error"); err != nil {
						b.Fatal(err)
					}
					if _, err := c.Tools(b.Context()); err != nil {
						b.Fatal(err)
					}
				}))
				if err := c.Close(); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				start()
			}
			for len(all) < 20 {
				start()
			}
			slices.Sort(all)
			b.ReportMetric(ms(all[len(all)/2]), "p50_ms")
		})
	}
}

// BenchmarkResident is the resident memory of a server that has searched
// 10,000 items.
func BenchmarkResident(b *testing.B) {
	w := newWorld(b, many())
	w.call(b, "search", map[string]any{"query": "invite"}) // keeps the vectors
	p := spawn(b, "", binary(b), "serve", "--db", w.path, "--log-level", "error")
	say := newSpeaker(5)
	var out map[string]any
	for b.Loop() {
		for range 20 {
			if err := p.Call(b.Context(), "search", map[string]any{"query": say.question(3)}, &out); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(residentKB(b, p.pid))/1024, "resident_MB")
}

// residentKB reads the resident memory of a process, where the system tells.
func residentKB(b *testing.B, pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("this system does not tell the memory of a process")
	}
	for sc := bufio.NewScanner(bytes.NewReader(text)); sc.Scan(); {
		if rest, ok := strings.CutPrefix(sc.Text(), "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kb
		}
	}
	b.Fatal("no VmRSS")
	return 0
}
