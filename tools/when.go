package tools

import (
	"encoding/json"
	"strings"
	"time"

	"custory/schema"
)

// When is a moment as people and models write it: a date, or a date and time,
// taken as UTC if no zone is given.
type When struct{ time.Time }

// UnmarshalJSON reads the text of a moment. Without it, that of time.Time would
// be taken, which reads RFC 3339 alone.
func (w *When) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	return w.UnmarshalText([]byte(text))
}

// UnmarshalText reads "2026-09-30" or RFC 3339, and forms between the two.
func (w *When) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly, "2006-01"} {
		if t, err := time.Parse(layout, text); err == nil {
			w.Time = t.UTC().Truncate(time.Millisecond)
			return nil
		}
	}
	return &schema.Error{Code: schema.Invalid, Message: "not a moment: " + text, Hint: "write a date such as 2026-09-30, or a date and time such as 2026-09-30T14:05:00Z"}
}
