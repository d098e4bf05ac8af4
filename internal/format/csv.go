package format

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A record is a row of a CSV file.
type record struct {
	line  int
	cells []string
	fault string // why the row could not be read, if so
}

// A recordReader reads CSV with a header in bounded memory. Unlike encoding/csv,
// which reads on to the end of the file for a quotation mark that is never closed,
// it gives up such a row and goes on with the next line.
type recordReader struct {
	lines *lineReader
	comma byte
	width int // number of columns, once the header is read
}

// openRecords reads the header of a CSV file, by which it chooses the delimiter.
func openRecords(r io.Reader) (*recordReader, []string, error) {
	rr := &recordReader{lines: newLineReader(r)}
	first, err := rr.lines.next()
	if err == io.EOF {
		return nil, nil, errors.New("the file is empty; its first line must name the columns")
	}
	if err != nil {
		return nil, nil, err
	}
	if sep := first.body(); len(sep) == 5 && strings.EqualFold(sep[:4], "sep=") {
		rr.comma = sep[4] // a line that Excel writes and understands
	} else {
		rr.comma = delimiter(first.text)
		rr.lines.unread([]line{first})
	}
	header, err := rr.next()
	if err == io.EOF {
		return nil, nil, errors.New("the file is empty; its first line must name the columns")
	}
	if err != nil {
		return nil, nil, err
	}
	if header.fault != "" {
		return nil, nil, fmt.Errorf("line %d, the header, cannot be read: %s", header.line, header.fault)
	}
	rr.width = len(header.cells)
	return rr, header.cells, nil
}

// delimiter returns the one that stands most often outside quotation marks.
func delimiter(header string) byte {
	var count [utf8.RuneSelf]int
	quoted := false
	for _, r := range header {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && r < utf8.RuneSelf:
			count[r]++
		}
	}
	best := byte(',')
	for _, c := range []byte(";\t|") {
		if count[c] > count[best] {
			best = c
		}
	}
	return best
}

const (
	faultLong    = "the line is longer than 1 MiB"
	faultQuote   = `a quotation mark opened here is not closed, or text follows where it closes; write a mark within a quoted cell twice`
	faultInvalid = "the row holds bytes that are not UTF-8; save the file as UTF-8"
)

// next returns the next row that is not blank, or io.EOF.
func (r *recordReader) next() (record, error) {
	first, err := r.lines.next()
	for err == nil && !first.long && first.body() == "" {
		first, err = r.lines.next()
	}
	if err != nil {
		return record{}, err
	}
	rec := record{line: first.no}
	if first.long {
		rec.fault = faultLong
		return rec, nil
	}
	row := rowParser{comma: r.comma}
	valid, size := true, 0
	var more []line // below the first
	for l := first; ; {
		valid = valid && utf8.ValidString(l.text)
		size += len(l.text)
		switch state := row.parse(l); {
		case state == rowBroken || state == rowOpen && size > maxLine:
			rec.fault = faultQuote
			r.lines.unread(more)
			return rec, nil
		case state == rowDone && !valid:
			rec.fault = faultInvalid
			return rec, nil
		case state == rowDone && r.width > 0 && len(row.cells) != r.width:
			rec.fault = fmt.Sprintf("the header has %d cells, the row %d", r.width, len(row.cells))
			return rec, nil
		case state == rowDone:
			rec.cells = row.cells
			return rec, nil
		}
		if l, err = r.lines.next(); err == io.EOF {
			l.long = true // there is nothing that could close the quotation mark
		} else if err != nil {
			return record{}, err
		} else {
			more = append(more, l)
		}
	}
}

type rowState int

const (
	rowDone   rowState = iota
	rowOpen            // within a quoted cell
	rowBroken          // not CSV
)

// A rowParser splits the lines of one row into cells. It forgives a quotation mark
// in a cell that is not quoted, but not in a row that goes on below: with both
// allowed, reading the lines again after a broken row could take time quadratic in
// their number.
type rowParser struct {
	comma  byte
	cells  []string
	quoted bool            // within a quoted cell
	cell   strings.Builder // what is read of it
	stray  bool            // a quotation mark was forgiven
}

func (p *rowParser) parse(l line) rowState {
	if l.long {
		return rowBroken
	}
	rest := l.text
	for {
		if !p.quoted && strings.HasPrefix(rest, `"`) {
			p.quoted, rest = true, rest[1:]
		}
		if !p.quoted {
			i := strings.IndexByte(rest, p.comma)
			if i < 0 {
				p.cells = append(p.cells, line{text: rest}.body())
				return rowDone
			}
			p.cells = append(p.cells, rest[:i])
			p.stray = p.stray || strings.Contains(rest[:i], `"`)
			rest = rest[i+1:]
			continue
		}
		i := strings.IndexByte(rest, '"')
		if i < 0 {
			p.cell.WriteString(rest)
			if p.stray {
				return rowBroken
			}
			return rowOpen
		}
		p.cell.WriteString(rest[:i])
		rest = rest[i+1:]
		if strings.HasPrefix(rest, `"`) {
			p.cell.WriteByte('"')
			rest = rest[1:]
			continue
		}
		p.cells = append(p.cells, p.cell.String())
		p.cell.Reset()
		p.quoted = false
		if (line{text: rest}).body() == "" {
			return rowDone
		}
		if rest[0] != p.comma {
			return rowBroken
		}
		rest = rest[1:]
	}
}
