package openai

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestEndpointsThatAreWrong(t *testing.T) {
	for _, tt := range []struct {
		end  Endpoint
		dims int
		want error
	}{
		{Endpoint{Key: key, Model: "m"}, 0, nil},
		{Endpoint{URL: "https://example.com/v1/", Key: key, Model: "m"}, 16384, nil},
		{Endpoint{URL: "https://example.com", Model: "m"}, 0, nil},
		{Endpoint{URL: "http://gpu.lan:8000/v1", Model: "m"}, 0, nil},
		{Endpoint{URL: "http://localhost:11434/v1", Key: key, Model: "m"}, 0, nil},
		{Endpoint{URL: "http://127.1.2.3/v1", Key: key, Model: "m"}, 0, nil},
		{Endpoint{URL: "http://[::1]:80/v1", Key: key, Model: "m"}, 0, nil},
		{Endpoint{Model: "m"}, 0, NoKey},
		{Endpoint{Key: key}, 0, NoModel},
		{Endpoint{Key: key, Model: " "}, 0, NoModel},
		{Endpoint{Key: key, Model: "m"}, -1, NoDims},
		{Endpoint{Key: key, Model: "m"}, 16385, NoDims},
		{Endpoint{Key: "sk-a\nb", Model: "m"}, 0, BrokenKey},
		{Endpoint{URL: "http://gpu.lan:8000/v1", Key: key, Model: "m"}, 0, BareKey},
		{Endpoint{URL: "http://127.0.0.1.example.com/v1", Key: key, Model: "m"}, 0, BareKey},
		{Endpoint{URL: "http://localhost@example.com/v1", Key: key, Model: "m"}, 0, NoURL},
		{Endpoint{URL: "localhost:11434/v1", Model: "m"}, 0, NoURL},
		{Endpoint{URL: "https://", Model: "m"}, 0, NoURL},
		{Endpoint{URL: "file:///etc/passwd", Model: "m"}, 0, NoURL},
		{Endpoint{URL: "https://example.com/v1?key=sk-1", Model: "m"}, 0, NoURL},
		{Endpoint{URL: "https://exa mple.com/sk-1\x00", Model: "m"}, 0, NoURL},
	} {
		e, err := NewEmbedder(tt.end, tt.dims)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%+v with %d dimensions: %v, want %v", tt.end, tt.dims, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "sk-") {
			t.Errorf("%v names a key", err)
		}
		if w, err := NewWriter(tt.end); tt.want != NoDims && (err == nil) != (tt.want == nil) {
			t.Errorf("a writer at %+v: %v, want %v", tt.end, err, tt.want)
		} else if err == nil && strings.Contains(fmt.Sprint(e, w), key) {
			t.Errorf("printed, it shows its key: %v %v", e, w)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "3": 3 * time.Second, "-3": 0, "99999999": 24 * time.Hour, "soon": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := retryAfter(text); got != want {
			t.Errorf("retryAfter(%q) = %v, want %v", text, got, want)
		}
	}
}
