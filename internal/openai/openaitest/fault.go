package openaitest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"time"
)

// A Fault answers wrongly, where good would be the answer.
type Fault func(w http.ResponseWriter, r *http.Request, good []byte)

// Well is no fault: it answers as it should.
func Well(w http.ResponseWriter, _ *http.Request, good []byte) { _, _ = w.Write(good) }

// Status answers with a status, and with headers, given as names and values.
func Status(status int, headers ...string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		evil(w)
	}
}

// Text answers with a text.
func Text(text string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ []byte) { _, _ = io.WriteString(w, text) }
}

// Cut hangs up in the middle of the answer.
func Cut(w http.ResponseWriter, _ *http.Request, good []byte) {
	_, _ = w.Write(good[:len(good)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Never begins to answer, and comes to no end as long as somebody listens.
func Never(w http.ResponseWriter, r *http.Request, good []byte) {
	c := http.NewResponseController(w)
	for i := 0; ; i++ {
		_, _ = w.Write([]byte{' '})
		_ = c.Flush()
		select {
		case <-r.Context().Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// After answers well, but not at once.
func After(d time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, good []byte) {
		select {
		case <-r.Context().Done():
		case <-time.After(d):
			_, _ = w.Write(good)
		}
	}
}

// Long answers with more than anybody wants to read.
func Long(w http.ResponseWriter, _ *http.Request, _ []byte) {
	block := bytes.Repeat([]byte(" "), 1<<20)
	for range 64 {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// Embeddings answers with other embeddings. Each has an index and an
// embedding.
func Embeddings(change func(data []map[string]any) []map[string]any) Fault {
	return func(w http.ResponseWriter, _ *http.Request, good []byte) {
		var all struct {
			Data []map[string]any `json:"data"`
		}
		_ = json.Unmarshal(good, &all)
		_ = json.NewEncoder(w).Encode(map[string]any{"data": change(all.Data)})
	}
}

// Number answers with another first number in each vector, or whatever it is.
func Number(text string) Fault {
	first := regexp.MustCompile(`"embedding":\[[^,\]]*`)
	return func(w http.ResponseWriter, _ *http.Request, good []byte) {
		_, _ = w.Write(first.ReplaceAll(good, []byte(`"embedding":[`+text)))
	}
}
