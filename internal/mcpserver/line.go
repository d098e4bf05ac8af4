package mcpserver

import (
	"bufio"
	"errors"
	"io"
)

// errLong is a line longer than the reader allows. The next one can be read.
var errLong = errors.New("line too long")

// A lineReader reads lines of bounded length in bounded memory.
type lineReader struct {
	r   *bufio.Reader
	max int
}

func newLineReader(r io.Reader, most int) *lineReader {
	return &lineReader{bufio.NewReaderSize(r, 64<<10), most}
}

// next returns the next line without its end, which may be that of the input.
// A line that is too long is passed over.
func (l *lineReader) next() ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := l.r.ReadSlice('\n')
		more := errors.Is(err, bufio.ErrBufferFull)
		if n := len(part); n > 0 && part[n-1] == '\n' {
			part = part[:n-1]
		}
		switch {
		case long:
		case len(line)+len(part) > l.max:
			long, line = true, nil
		default:
			line = append(line, part...)
		}
		switch {
		case more:
		case long:
			return nil, errLong
		case err != nil && len(line) > 0:
			return line, nil
		default:
			return line, err
		}
	}
}
