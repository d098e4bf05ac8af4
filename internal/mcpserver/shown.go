package mcpserver

import (
	"bytes"
	"encoding/json"

	"custory/internal/quote"
)

// shown is encoded JSON as it may be shown: its texts hold no character that
// cannot be seen, whoever wrote them. What is kept stays as it was written.
func shown(b json.RawMessage) (json.RawMessage, error) {
	var out []byte // nil as long as all can be seen
	done := 0
	for at := bytes.IndexByte(b, '"'); at >= 0; {
		end := at + 1
		for ; b[end] != '"'; end++ {
			if b[end] == '\\' {
				end++
			}
		}
		end++
		clean, err := shownText(b[at:end])
		if err != nil {
			return nil, err
		}
		if clean != nil {
			out = append(append(out, b[done:at]...), clean...)
			done = end
		}
		next := bytes.IndexByte(b[end:], '"')
		if at = end + next; next < 0 {
			break
		}
	}
	if out == nil {
		return b, nil
	}
	return append(out, b[done:]...), nil
}

// shownText is a text of JSON as it may be shown, nil if that is as it is.
func shownText(b []byte) ([]byte, error) {
	if !bytes.ContainsFunc(b, func(r rune) bool { return r == '\\' || r >= 0x7f }) {
		return nil, nil
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return nil, err
	}
	clean := quote.Clean(text)
	if clean == text {
		return nil, nil
	}
	return encode(clean)
}
