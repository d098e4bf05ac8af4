package httpserver

import (
	"context"
	"errors"
	"strings"
	"testing"

	"custory/internal/access"
	"custory/schema"
)

func TestJoining(t *testing.T) {
	w := open(t, func(c *Config) {
		c.Join = func(_ context.Context, token, name string) error {
			switch {
			case token == "bad":
				return &access.Refusal{Reason: access.Unknown, Message: "that is no token of the provider"}
			case name == "again":
				return &schema.Error{Code: schema.Conflict, Message: "you have asked already"}
			case name == "disk":
				return errors.New("disk on fire at /secret")
			case name != "Ann":
				return &schema.Error{Code: schema.Invalid, Message: "name is required"}
			}
			return nil
		}
	})
	for _, tt := range []struct {
		what, token, body string
		status            int
		text              string
	}{
		{"somebody new", "header.id.t", `{"name":"Ann"}`, 202, "an owner of the workspace is asked"},
		{"nobody", "", `{"name":"Ann"}`, 401, "a key is needed"},
		{"a stranger", "bad", `{"name":"Ann"}`, 401, "no token of the provider"},
		{"once more", "header.id.t", `{"name":"again"}`, 409, "asked already"},
		{"without a name", "header.id.t", `{}`, 400, "name is required"},
		{"without JSON", "header.id.t", `Ann`, 400, "the body must be like"},
		{"too much of it", "header.id.t", `{"name":"` + strings.Repeat("a", 5000) + `"}`, 400, "the body must be like"},
		{"a broken disk", "header.id.t", `{"name":"disk"}`, 503, "try again"},
	} {
		got := w.ask("POST", "/join", with(tt.token), strings.NewReader(tt.body))
		if got.StatusCode != tt.status || !strings.Contains(got.text, tt.text) || strings.Contains(got.text, "/secret") {
			t.Errorf("%s: %d %s", tt.what, got.StatusCode, got.text)
		}
	}
	if got := w.ask("GET", "/join", with("header.id.t"), nil); got.StatusCode != 405 || got.Header.Get("Allow") != "POST" {
		t.Errorf("by GET: %d %v", got.StatusCode, got.Header)
	}
}

// Whoever the provider vouches for may ask, but not without end: each request
// waits for the database.
func TestJoiningTooFast(t *testing.T) {
	asked := 0
	w := open(t, func(c *Config) {
		c.Limits.Rate = 0.001
		c.Join = func(context.Context, string, string) error { asked++; return nil }
	})
	for i, status := range []int{202, 429} {
		got := w.ask("POST", "/join", with("header.id.t"), strings.NewReader(`{"name":"Ann"}`))
		if got.StatusCode != status {
			t.Errorf("request %d: %d %s", i, got.StatusCode, got.text)
		}
	}
	if asked != 1 {
		t.Errorf("%d requests were passed on", asked)
	}
}
