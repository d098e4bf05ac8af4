package format

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// maxLine is the most bytes that a line, or a CSV record over several lines, may
// have.
const maxLine = 1 << 20

// A line is a line of a file, its end included.
type line struct {
	no   int
	text string
	long bool // over maxLine; the text is left out
}

// body is the text without the end of the line.
func (l line) body() string { return strings.TrimSuffix(strings.TrimSuffix(l.text, "\n"), "\r") }

// A lineReader reads lines in bounded memory and can take some back.
type lineReader struct {
	br   *bufio.Reader
	no   int
	back []line // to be read again, the next one last
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{br: bufio.NewReader(r)} }

// next returns the next line, or io.EOF.
func (r *lineReader) next() (line, error) {
	if last := len(r.back) - 1; last >= 0 {
		l := r.back[last]
		r.back = r.back[:last]
		return l, nil
	}
	r.no++
	l := line{no: r.no}
	var text []byte
	for {
		part, err := r.br.ReadSlice('\n')
		if l.long = l.long || len(text)+len(part) > maxLine; l.long {
			text = nil
		} else {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err == nil, err == io.EOF && (l.long || len(text) > 0):
			l.text = string(text)
			return l, nil
		default:
			return line{}, err
		}
	}
}

// unread gives lines back, to be read again in their order.
func (r *lineReader) unread(lines []line) {
	for i := len(lines) - 1; i >= 0; i-- {
		r.back = append(r.back, lines[i])
	}
}
