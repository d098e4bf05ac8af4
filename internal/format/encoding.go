package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const (
	// headSize is how much of a file is looked at to learn how it is written.
	headSize = 64 << 10
	// maxJourney is the largest file that is read as a journey.
	maxJourney = 4 << 20
)

// decode returns the text of r as UTF-8, without its byte order mark. Bytes past
// the first 64 KiB that do not fit what those said come through as they are.
func decode(r io.Reader) (io.Reader, error) {
	br := bufio.NewReaderSize(r, headSize)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	enc, bom, err := encodingOf(head)
	if err != nil {
		return nil, err
	}
	br.Discard(bom) // was peeked, cannot fail
	return enc.NewDecoder().Reader(br), nil
}

// encodingOf tells from the first bytes of a file how it is written and how long
// its byte order mark is.
func encodingOf(head []byte) (enc encoding.Encoding, bom int, err error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return encoding.Nop, 3, nil
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), 2, nil
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), 2, nil
	case bytes.IndexByte(head, 0) >= 0:
		return nil, 0, errors.New("the file is not text; save it as UTF-8 text (a spreadsheet: as CSV UTF-8)")
	case utf8.Valid(trimCut(head)):
		return encoding.Nop, 0, nil
	}
	return charmap.Windows1252, 0, nil
}

// trimCut takes off a rune that the end of a full head cut in two.
func trimCut(head []byte) []byte {
	if len(head) < headSize {
		return head
	}
	for n := len(head) - 1; n > len(head)-utf8.UTFMax; n-- {
		if utf8.RuneStart(head[n]) {
			if !utf8.FullRune(head[n:]) {
				return head[:n]
			}
			break
		}
	}
	return head
}

// readText returns the whole of r, which may hold no more than a journey does.
func readText(r io.Reader) (string, error) {
	in, err := decode(r)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(in, maxJourney+1))
	if err != nil {
		return "", err
	}
	text := string(b)
	if len(text) > maxJourney {
		return "", fmt.Errorf("the file is over %d MiB, too large for a journey; split it, or import it as signals", maxJourney>>20)
	}
	if !utf8.ValidString(text) {
		bad := strings.IndexFunc(text, func(r rune) bool { return r == utf8.RuneError })
		return "", fmt.Errorf("line %d holds bytes that are not UTF-8; save the file as UTF-8", 1+strings.Count(text[:bad], "\n"))
	}
	return text, nil
}
