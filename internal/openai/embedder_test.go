package openai

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/openai/openaitest"
)

const key = "sk-test-1234"

// impatient is an embedder that does not wait long for one answer.
func impatient(t *testing.T, s *openaitest.Server, dims int) *Embedder {
	t.Helper()
	end := Endpoint{URL: s.URL, Key: s.Key, Model: "small"}
	e, err := NewEmbedder(end, dims)
	if err != nil {
		t.Fatal(err)
	}
	u, _ := end.check()
	e.client = end.client(u, limits{time: time.Second, body: 1 << 20})
	return e
}

func TestEmbed(t *testing.T) {
	s := openaitest.New(t)
	s.Key = key
	e := impatient(t, s, 0)
	if e.Model() != "openai:small/?" || e.Dims() != 0 || len(s.Requests()) != 0 {
		t.Errorf("before anything was asked: %s with %d dimensions, %d requests", e.Model(), e.Dims(), len(s.Requests()))
	}
	var texts []string
	for i := range 150 {
		texts = append(texts, fmt.Sprintf("text number %d", i))
	}
	texts[3] = "  "
	vecs, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if e.Model() != "openai:small/32" || e.Dims() != 32 {
		t.Errorf("afterwards: %s with %d dimensions", e.Model(), e.Dims())
	}
	for i, v := range vecs {
		if want := openaitest.Vector(texts[i], 32); i != 3 && !close(v, want, 5) {
			t.Errorf("%q: %v, want a fifth of %v", texts[i], v, want)
		}
	}
	if len(vecs[3]) != 32 || slices.Max(vecs[3]) != 0 {
		t.Errorf("a text without content: %v", vecs[3])
	}
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func close(v []float32, want []float64, by float64) bool {
	for i := range v {
		if math.Abs(float64(v[i])-want[i]/by) > 1e-5 {
			return false
		}
	}
	return len(v) == len(want)
}

func TestEmbedIsRightOrFails(t *testing.T) {
	type row = map[string]any
	other := func(change func(data []row) []row) openaitest.Fault { return openaitest.Embeddings(change) }
	for name, tt := range map[string]struct {
		fault openaitest.Fault
		want  Why // "" if it is to go well
		says  string
	}{
		"no JSON":              {openaitest.Text("<html>" + openaitest.Evil), Garbled, ""},
		"half of it":           {openaitest.Text(`{"data": [{"index": 0, "embedding": [0.1`), Garbled, ""},
		"other JSON":           {openaitest.Text(`["` + openaitest.Evil + `"]`), Garbled, ""},
		"words for numbers":    {openaitest.Number(`"` + openaitest.Evil + `"`), Garbled, ""},
		"an error that is 200": {openaitest.Text(`{"error": {"message": "` + openaitest.Evil + `"}}`), Garbled, "0 vectors for 2 texts"},
		"too few":              {other(func(d []row) []row { return d[:1] }), Garbled, "1 vectors for 2 texts"},
		"too many":             {other(func(d []row) []row { return append(d, d[0]) }), Garbled, "3 vectors for 2 texts"},
		"another order":        {other(func(d []row) []row { slices.Reverse(d); return d }), "", ""},
		"one index":            {other(func(d []row) []row { d[1]["index"] = 0; return d }), Garbled, "whose"},
		"a wild index":         {other(func(d []row) []row { d[1]["index"] = -7; return d }), Garbled, "whose"},
		"another dimension":    {other(func(d []row) []row { d[1]["embedding"] = []int{1, 2, 3}; return d }), Garbled, "vectors of 3 numbers, not 32"},
		"nothing":              {other(func(d []row) []row { d[1]["embedding"] = nil; return d }), Garbled, "vectors of 0 numbers"},
		"no direction":         {other(func(d []row) []row { d[1]["embedding"] = make([]int, 32); return d }), Garbled, "without a direction"},
		"no number":            {openaitest.Number("NaN"), Garbled, ""},
		"too great a number":   {openaitest.Number("1e999"), Garbled, ""},
		"a great number":       {openaitest.Number("3e38"), "", ""},
		"more than enough":     {openaitest.Long, Huge, ""},
		"no end":               {openaitest.Never, Slow, ""},
		"another address":      {openaitest.Status(307, "Location", "https://example.com/"+openaitest.Evil), Elsewhere, "HTTP status 307"},
		"no key":               {openaitest.Status(401), Denied, "HTTP status 401"},
		"no model":             {openaitest.Status(404), Unknown, ""},
		"a bad request":        {openaitest.Status(400), Refused, ""},
		"a long wait":          {openaitest.Status(429, "Retry-After", "3600"), Busy, "HTTP status 429, again in 1h0m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t)
			s.Key = key
			e := impatient(t, s, 32)
			s.Next(tt.fault)
			if tt.want == Refused {
				s.Next(tt.fault)
			}
			vecs, err := e.Embed(t.Context(), []string{"one", "two"})
			if tt.want == "" {
				if err != nil || len(vecs) != 2 || name == "another order" && !close(vecs[1], openaitest.Vector("two", 32), 5) {
					t.Errorf("%v, %v", vecs, err)
				}
				return
			}
			wantFailure(t, err, tt.want, tt.says)
			for _, r := range s.Requests()[1:] {
				if tt.want != Refused || r.Dims != 0 {
					t.Errorf("it was asked again: %+v", r)
				}
			}
			if vecs, err := e.Embed(t.Context(), []string{"one"}); err != nil || len(vecs) != 1 {
				t.Errorf("afterwards: %v, %v", vecs, err)
			}
		})
	}
}

// wantFailure checks what a failure says, and that it says nothing else.
func wantFailure(t *testing.T, err error, want Why, says string) {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || !errors.Is(err, want) || !strings.Contains(f.Reason(), says) {
		t.Errorf("%v, want that it %s: %s", err, want, says)
		return
	}
	for _, text := range []string{f.Error(), f.Reason(), fmt.Sprintf("%+v %#v", err, err)} {
		if strings.Contains(text, "IGNORE") || strings.Contains(text, "sk-") || strings.Contains(text, "example.com") {
			t.Errorf("the failure repeats what nobody should see: %s", text)
		}
	}
}

func TestEmbedTriesAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		faults []openaitest.Fault
		least  time.Duration
		want   Why
	}{
		"busy, and then well":    {[]openaitest.Fault{openaitest.Status(429, "Retry-After", "1")}, time.Second, ""},
		"busy until a date":      {[]openaitest.Fault{dated}, time.Second, ""},
		"out of order, and well": {[]openaitest.Fault{openaitest.Status(503), openaitest.Status(500)}, time.Second, ""},
		"out of order":           {[]openaitest.Fault{openaitest.Status(503), openaitest.Status(502), openaitest.Status(500)}, 0, Down},
		"hangs up once":          {[]openaitest.Fault{openaitest.Cut}, 0, ""},
		"hangs up":               {[]openaitest.Fault{openaitest.Cut, openaitest.Cut, openaitest.Cut}, 0, Unreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openaitest.New(t)
			e := impatient(t, s, 32)
			s.Next(tt.faults...)
			begun := time.Now()
			_, err := e.Embed(t.Context(), []string{"one"})
			if tt.want != "" {
				wantFailure(t, err, tt.want, "")
			} else if err != nil {
				t.Error(err)
			}
			if took := time.Since(begun); took < tt.least {
				t.Errorf("it took %v, want %v or more", took, tt.least)
			}
			if n := len(s.Requests()); n != min(len(tt.faults)+1, tries) {
				t.Errorf("%d requests after %d faults", n, len(tt.faults))
			}
		})
	}
}

func dated(w http.ResponseWriter, r *http.Request, good []byte) {
	openaitest.Status(429, "Retry-After", time.Now().Add(2*time.Second).UTC().Format(http.TimeFormat))(w, r, good)
}

func TestEmbedDoesNotOutlastItsCaller(t *testing.T) {
	s := openaitest.New(t)
	e := impatient(t, s, 32)
	s.Always(openaitest.Status(429, "Retry-After", "5"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	begun := time.Now()
	_, err := e.Embed(ctx, []string{"one"})
	if wantFailure(t, err, Busy, "again in 5s"); time.Since(begun) > 500*time.Millisecond {
		t.Errorf("it waited %v for a time that could not come", time.Since(begun))
	}
	s.Always(openaitest.Never)
	ctx, cancel = context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := e.Embed(ctx, []string{"one"}); !errors.Is(err, context.Canceled) {
		t.Errorf("called away: %v", err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	e, err := NewEmbedder(Endpoint{URL: "http://127.0.0.1:1/v1", Model: "small"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Embed(t.Context(), []string{"one"})
	wantFailure(t, err, Unreachable, "the connection is refused")
	if e.Model() != "openai:small/?" {
		t.Errorf("Model = %s", e.Model())
	}
}

func TestDimensionsAreAskedForWhereThatIsUnderstood(t *testing.T) {
	s := openaitest.New(t)
	e := impatient(t, s, 16)
	if vecs, err := e.Embed(t.Context(), []string{"one"}); err != nil || len(vecs[0]) != 16 {
		t.Errorf("%v, %v", vecs, err)
	}
	if r := s.Requests()[0]; r.Dims != 16 {
		t.Errorf("asked for %d", r.Dims)
	}
	s = openaitest.New(t)
	s.Fixed = true
	for _, tt := range []struct{ dims, requests int }{{32, 3}, {16, 3}} {
		before := len(s.Requests())
		e := impatient(t, s, tt.dims)
		for range 2 {
			_, err := e.Embed(t.Context(), []string{"one"})
			if tt.dims == 32 && err != nil {
				t.Error(err)
			} else if tt.dims == 16 {
				wantFailure(t, err, Garbled, "vectors of 32 numbers, not 16")
			}
		}
		if n := len(s.Requests()) - before; n != tt.requests {
			t.Errorf("%d requests for two embeddings, want %d", n, tt.requests)
		}
	}
}

func TestALongTextIsEmbeddedWhole(t *testing.T) {
	s := openaitest.New(t)
	var words []string
	for i := range 2000 {
		words = append(words, fmt.Sprintf("word%d", i))
		if i%9 == 8 {
			words[i] += "."
		}
	}
	text := strings.Join(words, " ")
	for _, most := range []int{0, 1000, 250} {
		s.Longest = most
		e := impatient(t, s, 0)
		before := len(s.Inputs())
		vecs, err := e.Embed(t.Context(), []string{"short", text})
		if err != nil {
			t.Fatal(err)
		}
		var of float64
		for i, x := range openaitest.Vector(text, 32) {
			of += float64(vecs[1][i]) * x / 5
		}
		if of < 0.99 {
			t.Errorf("with inputs up to %d: its cosine to that of the whole text is %.3f", most, of)
		}
		used := strings.Join(s.Inputs()[before:], " ")
		for _, w := range words {
			if !strings.Contains(used, w) {
				t.Fatalf("%s was left out", w)
			}
		}
		n := len(s.Requests())
		if _, err := e.Embed(t.Context(), []string{text}); err != nil || len(s.Requests()) > n+2 {
			t.Errorf("what it refuses is not remembered: %d more requests, %v", len(s.Requests())-n, err)
		}
	}
}

func TestPieces(t *testing.T) {
	for _, text := range []string{"", " ", "short", strings.Repeat("One two three. ", 300), strings.Repeat("äöü", 2000), strings.Repeat("long", 2000), strings.Repeat("今日は。", 700), strings.Repeat("a", 1601)} {
		all := pieces(text, longest)
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if squeeze(strings.Join(all, "")) != squeeze(text) {
			t.Errorf("%.20q: the pieces are not the text", text)
		}
		for _, p := range all {
			if len(p) > longest || p == "" || strings.ToValidUTF8(p, "?") != p || len(all) > 1 && len(p) < longest/4 {
				t.Errorf("%.20q: a piece of %d bytes: %.20q", text, len(p), p)
			}
		}
	}
}

func TestManyEmbedAtOnce(t *testing.T) {
	s := openaitest.New(t)
	e := impatient(t, s, 0)
	s.Next(openaitest.Cut)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			text := fmt.Sprintf("text %d", i)
			vecs, err := e.Embed(t.Context(), []string{text})
			if err != nil || !close(vecs[0], openaitest.Vector(text, 32), 5) {
				t.Errorf("%s: %v, %v", text, vecs, err)
			}
		})
	}
	wg.Wait()
}
