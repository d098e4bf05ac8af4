package tools

import (
	"encoding/base64"
	"strconv"
	"strings"

	"custory/schema"
)

// maxAnswer is about how many bytes of texts one answer holds: models read no
// more than that with care.
const maxAnswer = 30_000

// page reads where a list goes on and how much of it is wanted: usual if
// nothing is said, and never more than most.
func page(cursor string, limit, usual, most int) (offset, n int, err error) {
	n = limit
	if n <= 0 {
		n = usual
	}
	n = min(n, most)
	if cursor == "" {
		return 0, n, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	text, ok := strings.CutPrefix(string(b), "o:")
	offset, convErr := strconv.Atoi(text)
	if err != nil || !ok || convErr != nil || offset < 0 || offset > 1<<53 {
		return 0, 0, &schema.Error{Code: schema.Invalid, Field: "cursor", Message: "that cursor is not one of this tool's", Hint: "pass next_cursor as it was returned, or none to begin anew"}
	}
	return offset, n, nil
}

// nextCursor leads to the rest of a list, or is "" if there is none.
func nextCursor(offset, n, total int) string {
	if offset+n >= total {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte("o:" + strconv.Itoa(offset+n)))
}
