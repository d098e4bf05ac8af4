package format

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
)

// A Signal is one row of a file of signals. Text is as the file has it; white
// space around the other fields is left out. Line is where the row begins.
type Signal struct {
	Line int

	Text, Source, SourceName, Author, SaidAt, URL, ExternalID, Language, Sentiment, Persona, Thread, Step string
}

// A Reject is a row that was left out, and why.
type Reject struct {
	Line   int
	Reason string
}

// SignalOptions say how to read a file of signals. The zero value is right for
// most files.
type SignalOptions struct {
	Columns map[string]string // our field, such as said_at, to the file's column
	Format  string            // "csv" or "jsonl"; "" tells it by Name, or else by the content
	Name    string            // the name of the file
}

// signalFields are the columns of a signal.
var signalFields = []field{
	{"text", "message", "body", "comment", "feedback", "content", "verbatim", "quote", "review"},
	{"author", "user", "user_id", "customer", "from"},
	{"said_at", "date", "created_at", "timestamp", "time"},
	{"source", "channel"},
	{"source_name"},
	{"url", "link"},
	{"external_id", "id", "ticket_id", "message_id"},
	{"language", "lang"},
	{"sentiment"},
	{"persona"},
	{"thread", "conversation", "conversation_id"},
	{"step", "label", "category", "intent"},
}

// ReadSignals reads a file of signals: CSV with a header, or JSON lines with an
// object on each. Columns are found by their names, which opt.Columns overrides;
// it is an error if none holds the text.
//
// The sequence yields a signal or a reject for each row that is not blank, and can
// be ranged over once. It reads as it goes, in bounded memory: a row over 1 MiB is
// a reject. So is a row with a quotation mark that is never closed; reading goes on
// with the line below. If r fails, the last element is a reject that says so.
func ReadSignals(r io.Reader, opt SignalOptions) (iter.Seq2[Signal, *Reject], error) {
	for name := range opt.Columns {
		if !slices.ContainsFunc(signalFields, func(f field) bool { return f[0] == name }) {
			var known []string
			for _, f := range signalFields {
				known = append(known, f[0])
			}
			return nil, fmt.Errorf("a signal has no field %.80q; it has %s", name, strings.Join(known, ", "))
		}
	}
	in, err := decode(r)
	if err != nil {
		return nil, err
	}
	br := bufio.NewReaderSize(in, headSize)
	head, err := br.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch opt.format(head) {
	case "csv":
		return readSignalsCSV(br, opt.Columns)
	case "jsonl":
		return readSignalsJSON(br, head, opt.Columns)
	case "json":
		return nil, errors.New("the file is a JSON array; write one object a line, as `jq -c '.[]'` does")
	}
	return nil, fmt.Errorf("there is no format %.80q for signals; use csv or jsonl", opt.Format)
}

// format decides on the format of a file that begins with head.
func (opt SignalOptions) format(head []byte) string {
	if opt.Format != "" {
		return opt.Format
	}
	head = bytes.TrimSpace(head)
	switch ext := strings.ToLower(filepath.Ext(opt.Name)); {
	case ext == ".csv" || ext == ".tsv":
		return "csv"
	case bytes.HasPrefix(head, []byte("[")):
		return "json"
	case ext == ".jsonl" || ext == ".ndjson" || ext == ".json" || bytes.HasPrefix(head, []byte("{")):
		return "jsonl"
	}
	return "csv"
}

func readSignalsCSV(r io.Reader, chosen map[string]string) (iter.Seq2[Signal, *Reject], error) {
	records, header, err := openRecords(r)
	if err != nil {
		return nil, err
	}
	cols := match(header, signalFields, chosen)
	for _, f := range signalFields {
		if column, ok := chosen[f[0]]; ok && !cols.has(f[0]) {
			return nil, fmt.Errorf("there is no column %.80q for %s; the columns are %s", column, f[0], quoted(header))
		}
	}
	if !cols.has("text") {
		return nil, noText(header)
	}
	return func(yield func(Signal, *Reject) bool) {
		for {
			rec, err := records.next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Signal{}, stopped(records.lines, err))
				return
			}
			sig := Signal{Line: rec.line}
			if rec.fault == "" {
				for name, i := range cols {
					sig.set(name, rec.cells[i])
				}
				rec.fault = sig.fault()
			}
			if !yieldSignal(yield, sig, rec.fault) {
				return
			}
		}
	}, nil
}

func yieldSignal(yield func(Signal, *Reject) bool, sig Signal, fault string) bool {
	if fault != "" {
		return yield(Signal{}, &Reject{sig.Line, fault})
	}
	return yield(sig, nil)
}

// stopped is the reject for an error that ends the reading.
func stopped(r *lineReader, err error) *Reject {
	return &Reject{r.no, fmt.Sprintf("reading stopped here: %v", err)}
}

func noText(columns []string) error {
	return fmt.Errorf("no column of text among %s; say which one it is with --column text=NAME", quoted(columns))
}

// set sets a field by its name.
func (s *Signal) set(field, value string) {
	if field == "text" {
		s.Text = value
		return
	}
	value = strings.TrimSpace(value)
	switch field {
	case "source":
		s.Source = value
	case "source_name":
		s.SourceName = value
	case "author":
		s.Author = value
	case "said_at":
		s.SaidAt = value
	case "url":
		s.URL = value
	case "external_id":
		s.ExternalID = value
	case "language":
		s.Language = value
	case "sentiment":
		s.Sentiment = value
	case "persona":
		s.Persona = value
	case "thread":
		s.Thread = value
	case "step":
		s.Step = value
	}
}

// fault tells why s is no signal, if so.
func (s *Signal) fault() string {
	if strings.TrimSpace(s.Text) == "" {
		return "the text is empty"
	}
	return ""
}
