package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"custory/internal/openai/openaitest"
	"custory/schema"
	"custory/store"
)

// A conversation is a server at work in this process, and one who speaks to it.
type conversation struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *json.Decoder
	errs *bytes.Buffer // to be read when it is over
	done chan error
	n    int
}

func converse(t *testing.T, args ...string) *conversation {
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	c := &conversation{t: t, in: toServer, out: json.NewDecoder(fromServer), errs: &bytes.Buffer{}, done: make(chan error, 1)}
	root := rootCommand()
	root.SetArgs(append([]string{"serve"}, args...))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(c.errs)
	go func() { c.done <- root.ExecuteContext(t.Context()) }()
	c.ask("initialize", `{"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}`)
	fmt.Fprintln(c.in, `{"jsonrpc": "2.0", "method": "notifications/initialized"}`)
	return c
}

// ask returns the answer, whole.
func (c *conversation) ask(method, params string) string {
	c.t.Helper()
	c.n++
	fmt.Fprintf(c.in, `{"jsonrpc": "2.0", "id": %d, "method": %q, "params": %s}`+"\n", c.n, method, params)
	for {
		var m struct {
			ID int `json:"id"`
		}
		var raw json.RawMessage
		if err := c.out.Decode(&raw); err != nil {
			c.t.Fatal(err)
		}
		if _ = json.Unmarshal(raw, &m); m.ID == c.n {
			return string(raw)
		}
	}
}

// search returns the tool's result.
func (c *conversation) search(query string) (out struct {
	Hits []struct {
		ID   string `json:"id"`
		Text string `json:"text"`
	} `json:"hits"`
	ByWordsOnly string `json:"by_words_only"`
}) {
	c.t.Helper()
	text := c.ask("tools/call", fmt.Sprintf(`{"name": "search", "arguments": {"query": %q}}`, query))
	var m struct {
		Result struct {
			Structured json.RawMessage `json:"structuredContent"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(m.Result.Structured, &out); err != nil {
		c.t.Fatalf("%v: %s", err, text)
	}
	return out
}

// end ends the conversation, and returns what the server has logged.
func (c *conversation) end() string {
	c.t.Helper()
	_ = c.in.Close()
	if err := <-c.done; err != nil {
		c.t.Error(err)
	}
	return c.errs.String()
}

// tickets is a database with n signals.
func tickets(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "test.db"), filepath.Join(dir, "tickets.csv")
	var b strings.Builder
	b.WriteString("text\n")
	for i := range n {
		fmt.Fprintf(&b, "Invoice %d is wrong\n", i)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t.Context(), "import", "signals", file, "--db", db); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return db
}

func TestAServerTakesOnAnotherEncoder(t *testing.T) {
	const n = 200
	db := tickets(t, n)
	end := openaitest.New(t)
	end.Key = "sk-secret-key"
	t.Setenv("CUSTORY_EMBEDDER_KEY", end.Key)
	flags := []string{"--db", db, "--embedder", "openai", "--embedder-url", end.URL, "--embedder-model", "small"}

	end.Always(openaitest.After(50 * time.Millisecond))
	c := converse(t, flags...)
	for deadline := time.Now().Add(20 * time.Second); ; {
		r := c.search("invoice 7")
		if len(r.Hits) == 0 {
			t.Fatal("nothing is found meanwhile")
		}
		if r.ByWordsOnly == "" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after twenty seconds: %s", r.ByWordsOnly)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if r := c.search("wrong INVOICE 7"); !strings.Contains(r.Hits[0].Text, "Invoice 7 ") {
		t.Errorf("found %+v", r.Hits[0])
	}
	log := c.end()
	out, err := command(t.Context(), append([]string{"doctor"}, flags...)...)
	if err != nil || !strings.Contains(out, "openai:small/32 answers with vectors of 32 numbers") || !strings.Contains(out, "200 of 200 records found by meaning (openai:small/32)") {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(log+out, end.Key) {
		t.Error("the key is shown")
	}
	models := vectorModels(t, db)
	if models["openai:small/32"] != n || len(models) > 2 {
		t.Errorf("vectors of %v are kept", models)
	}
	out, err = command(t.Context(), append([]string{"doctor", "--drop-vectors"}, flags...)...)
	if models := vectorModels(t, db); err != nil || len(models) != 1 {
		t.Errorf("%v: vectors of %v are left\n%s", err, models, out)
	}
}

func vectorModels(t *testing.T, db string) map[string]int {
	t.Helper()
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	models, err := st.VectorModels(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return models
}

func TestAServerWithAnEncoderThatMisbehavesGoesByWords(t *testing.T) {
	for name, tt := range map[string]struct {
		fault openaitest.Fault
		says  string
	}{
		"no JSON":            {openaitest.Text(openaitest.Evil), "answers with something else than it was asked for"},
		"other dimension":    {openaitest.Embeddings(threes), "answers with something else than it was asked for (vectors of 3 numbers, not 32)"},
		"busy":               {openaitest.Status(429, "Retry-After", "3600"), "asks to be asked less often (HTTP status 429, again in 1h0m0s)"},
		"out of order":       {openaitest.Status(500), "is out of order (HTTP status 500)"},
		"more than enough":   {openaitest.Long, "answers with more than it may"},
		"an answer for ever": {openaitest.Never, "does not answer in time"},
		"no key":             {openaitest.Status(401), "does not accept the key (HTTP status 401)"},
		"another address":    {openaitest.Status(302, "Location", "http://127.0.0.1:1/"+openaitest.Evil), "sends to another address (HTTP status 302)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := tickets(t, 3)
			end := openaitest.New(t)
			end.Always(tt.fault)
			before := dump(t, db)
			c := converse(t, "--db", db, "--embedder", "openai", "--embedder-url", end.URL, "--embedder-model", "small", "--embedder-dims", "32")
			begun := time.Now()
			for range 5 {
				r := c.search("invoice 1")
				if len(r.Hits) == 0 || r.ByWordsOnly != "the embedder openai:small/32 "+tt.says {
					t.Errorf("found %d, by words only: %q, want %q", len(r.Hits), r.ByWordsOnly, tt.says)
				}
			}
			for tool, args := range map[string]string{
				"ask": `{"question": "What do people say about invoices?"}`, "recall": `{"about": "invoices"}`, "draft_insight": `{"about": "invoices"}`,
				"remember": `{"text": "Invoices go out on Mondays"}`, "capture_signals": `{"signals": [{"text": "The invoice is late"}], "dry_run": true}`,
			} {
				if text := c.ask("tools/call", fmt.Sprintf(`{"name": %q, "arguments": %s}`, tool, args)); strings.Contains(text, `"isError":true`) || strings.Contains(text, "IGNORE") {
					t.Errorf("%s: %s", tool, text)
				}
			}
			c.ask("tools/call", `{"name": "undo", "arguments": {}}`)
			if took := time.Since(begun); took > 12*time.Second {
				t.Errorf("five answers took %v", took)
			}
			log := c.end()
			out, err := command(t.Context(), "doctor", "--db", db, "--embedder", "openai", "--embedder-url", end.URL, "--embedder-model", "small", "--embedder-dims", "32")
			if err != nil || !strings.Contains(out, "warn  embedder") || !strings.Contains(out, "3 of 3 records found by words alone for now") {
				t.Errorf("%v\n%s", err, out)
			}
			if strings.Contains(log+out, "IGNORE") || strings.Contains(log+out, "sk-secret") {
				t.Errorf("what the endpoint says is repeated:\n%s%s", log, out)
			}
			if after := dump(t, db); after != before || vectorModels(t, db)["openai:small/32"] != 0 {
				t.Errorf("the workspace was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

func threes(data []map[string]any) []map[string]any {
	for _, d := range data {
		d["embedding"] = []int{1, 2, 3}
	}
	return data
}

// dump is all that the workspace holds.
func dump(t *testing.T, db string) string {
	t.Helper()
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	all, err := st.Workspaces(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	var b strings.Builder
	err = st.View(context.Background(), schema.Actor{Workspace: all[0].ID}, func(tx *store.Tx) error {
		return tx.Each(func(k schema.Kind, body json.RawMessage) error { fmt.Fprintln(&b, k, string(body)); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
