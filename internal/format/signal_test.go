package format

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// readSignals collects what ReadSignals yields.
func readSignals(t *testing.T, in io.Reader, opt SignalOptions) (signals []Signal, rejects []Reject) {
	t.Helper()
	seq, err := ReadSignals(in, opt)
	if err != nil {
		t.Fatalf("ReadSignals: %v", err)
	}
	for sig, rej := range seq {
		if rej != nil {
			rejects = append(rejects, *rej)
			continue
		}
		signals = append(signals, sig)
	}
	return signals, rejects
}

func TestReadSignals(t *testing.T) {
	big := strings.Repeat("x", maxLine)
	for _, tt := range []struct {
		name, in string
		opt      SignalOptions
		want     []Signal
		rejects  []string // "line: beginning of the reason"
	}{
		{
			name: "all columns by their other names",
			in: "Feedback,User ID,created-at,channel,source_name,link,ticket_id,lang,sentiment,persona,conversation,intent,other\n" +
				"\" Hi\r\nthere \", ann ,2030-01-01,mail,Desk,http://x,7,en,neg,Buyer,c1,pay,zzz\n",
			want: []Signal{{2, " Hi\r\nthere ", "mail", "Desk", "ann", "2030-01-01", "http://x", "7", "en", "neg", "Buyer", "c1", "pay"}},
		},
		{
			name: "columns by hand",
			in:   "text;what;from\nno;yes;Ann\n",
			opt:  SignalOptions{Columns: map[string]string{"text": "What", "thread": "from"}},
			want: []Signal{{Line: 2, Text: "yes", Thread: "Ann"}},
		},
		{name: "tabs", in: "id\ttext\n1\ta, b\n", want: []Signal{{Line: 2, Text: "a, b", ExternalID: "1"}}},
		{name: "bars", in: "id|text\n1|a, b\n", want: []Signal{{Line: 2, Text: "a, b", ExternalID: "1"}}},
		{name: "one column", in: "text\r\nno comma\r\n\r\nlast", want: []Signal{{Line: 2, Text: "no comma"}, {Line: 4, Text: "last"}}},
		{name: "byte order mark", in: "\uFEFFtext\né\n", want: []Signal{{Line: 2, Text: "é"}}},
		{name: "UTF-16 BE", in: "\xfe\xff\x00t\x00e\x00x\x00t\x00\n\x20\xac", want: []Signal{{Line: 2, Text: "€"}}},
		{name: "UTF-16 LE", in: "\xff\xfet\x00e\x00x\x00t\x00\n\x00\xac\x20", want: []Signal{{Line: 2, Text: "€"}}},
		{name: "Windows-1252", in: "text\n\x80 caf\xe9\n", want: []Signal{{Line: 2, Text: "€ café"}}},
		{
			name:    "bytes that turn up late",
			in:      "text,id\n" + late("") + ",1\ncaf\xe9,2\nok,3\n",
			want:    []Signal{{Line: 2, Text: late(""), ExternalID: "1"}, {Line: 4, Text: "ok", ExternalID: "3"}},
			rejects: []string{"3: the row holds bytes"},
		},
		{
			name:    "ragged and empty rows",
			in:      "text,id\na,1,2\nb\n ,3\n,\nc,4\n",
			want:    []Signal{{Line: 6, Text: "c", ExternalID: "4"}},
			rejects: []string{"2: the header has 2 cells, the row 3", "3: the header has 2 cells, the row 1", "4: the text is empty", "5: the text is empty"},
		},
		{
			name: "stray quotation marks",
			in:   "id,text\n1,a 5\" screen\n2,\"said \"\"no\"\"\"\n3,\"b\" c\n4,d\n",
			want: []Signal{
				{Line: 2, Text: `a 5" screen`, ExternalID: "1"}, {Line: 3, Text: `said "no"`, ExternalID: "2"}, {Line: 5, Text: "d", ExternalID: "4"},
			},
			rejects: []string{"4: a quotation mark"},
		},
		{
			name:    "a quotation mark that runs away to the next one",
			in:      "id,text\n1,\"a\n2,b\n3,\"c\nd\"\n",
			want:    []Signal{{Line: 3, Text: "b", ExternalID: "2"}, {Line: 4, Text: "c\nd", ExternalID: "3"}},
			rejects: []string{"2: a quotation mark"},
		},
		{
			name:    "a quotation mark that runs away to the end",
			in:      "id,text\n1,\"a\n2,b\n3,c",
			want:    []Signal{{Line: 3, Text: "b", ExternalID: "2"}, {Line: 4, Text: "c", ExternalID: "3"}},
			rejects: []string{"2: a quotation mark"},
		},
		{
			name:    "cells and lines that are too long",
			in:      "id,text\n1,\"a" + strings.Repeat("\nx,y", maxLine/4) + "\n2," + big + "\n3,c\n",
			rejects: []string{"2: a quotation mark"},
		},
		{
			name:    "a long line",
			in:      "text\n" + big + "\n" + big[1:] + "\nc\n",
			want:    []Signal{{Line: 3, Text: big[1:]}, {Line: 4, Text: "c"}},
			rejects: []string{"2: the line is longer than 1 MiB"},
		},
		{
			name: "JSON lines",
			in:   "{\"Message\":\"a\",\"id\":12345678901234567890,\"lang\":null,\"persona\":true,\"meta\":{\"x\":[1]}}\r\n\r\n{\"body\":\"b\\n\\u00e9\",\"text\":\"c\"}\n",
			want: []Signal{{Line: 1, Text: "a", ExternalID: "12345678901234567890", Persona: "true"}, {Line: 3, Text: "c"}},
		},
		{
			name: "JSON lines that are no signals",
			in:   "{\"text\":\"ok\"}\n{\"text\":{\"a\":1}}\n{\"text\":\"a\",\"user\":[]}\n{\"text\":\" \"}\n{\"x\":1}\nnull\n[1]\n{\"text\"\n{\"text\":\"a\"} b\n" + `{"text":"` + big + "\"}\n",
			opt:  SignalOptions{Name: "x.ndjson"},
			want: []Signal{{Line: 1, Text: "ok"}},
			rejects: []string{
				`2: "text" is an object`, `3: "user" is an array`, "4: the text is empty", "5: the text is empty", "6: the line is not a JSON object: it is null",
				"7: the line is not a JSON object", "8: the line is not a JSON object", "9: the line is not a JSON object", "10: the line is longer",
			},
		},
		{name: "JSON by hand", in: "{\"q\":\"a\",\"text\":1}\n", opt: SignalOptions{Format: "jsonl", Columns: map[string]string{"text": "q"}}, want: []Signal{{Line: 1, Text: "a"}}},
		{name: "braces in CSV", in: "{text},text\n1,2\n", opt: SignalOptions{Name: "x.CSV"}, want: []Signal{{Line: 2, Text: "2"}}},
	} {
		got, rejects := readSignals(t, strings.NewReader(tt.in), tt.opt)
		if tt.name == "cells and lines that are too long" {
			if n := maxLine / 4; len(got) != n+1 || got[n].Text != "c" || len(rejects) != 2 || rejects[1].Reason != faultLong {
				t.Errorf("%s: %d signals and %d rejects", tt.name, len(got), len(rejects))
			}
			continue
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\ngot  %.300s\nwant %.300s", tt.name, fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", tt.want))
		}
		if len(rejects) != len(tt.rejects) {
			t.Errorf("%s: rejects %+v, want %q", tt.name, rejects, tt.rejects)
			continue
		}
		for i, r := range rejects {
			if said := fmt.Sprintf("%d: %s", r.Line, r.Reason); !strings.HasPrefix(said, tt.rejects[i]) {
				t.Errorf("%s: reject %q, want %q", tt.name, said, tt.rejects[i])
			}
		}
	}
}

func TestReadSignalsRefuses(t *testing.T) {
	for _, tt := range []struct {
		in   string
		opt  SignalOptions
		want string
	}{
		{"", SignalOptions{}, "the file is empty"},
		{"\n \n", SignalOptions{Format: "jsonl"}, "the file is empty"},
		{"id,when\n1,2\n", SignalOptions{}, `no column of text among "id", "when"; say which one it is with --column text=NAME`},
		{"{\"id\":1}\n{\"at\":2}\n", SignalOptions{}, `no column of text among "id", "at"; say`},
		{"text\n", SignalOptions{Columns: map[string]string{"author": "who"}}, `there is no column "who" for author; the columns are "text"`},
		{"text\n", SignalOptions{Columns: map[string]string{"auteur": "text"}}, `a signal has no field "auteur"; it has text, author, said_at,`},
		{"text\n", SignalOptions{Format: "xlsx"}, `there is no format "xlsx"`},
		{" [{}]", SignalOptions{}, "the file is a JSON array"},
		{"PK\x00", SignalOptions{}, "the file is not text"},
		{strings.Repeat("x", maxLine+1), SignalOptions{}, "line 1, the header, cannot be read"},
	} {
		if _, err := ReadSignals(strings.NewReader(tt.in), tt.opt); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("ReadSignals(%.20q, %v) = %v, want %q", tt.in, tt.opt, err, tt.want)
		}
	}
	if _, err := ReadSignals(iotest.ErrReader(errors.New("no disk")), SignalOptions{}); err == nil {
		t.Error("ReadSignals of a broken reader: no error")
	}
}

func TestReadSignalsTellsWhereReadingStopped(t *testing.T) {
	for _, in := range []string{"text\n" + late("") + "\nb\n", `{"text":"` + late("") + "\"}\n{\"text\":\"b\"}\n"} {
		broken := io.MultiReader(strings.NewReader(in), iotest.ErrReader(errors.New("no disk")))
		got, rejects := readSignals(t, broken, SignalOptions{})
		if len(got) != 2 || len(rejects) != 1 || rejects[0].Reason != "reading stopped here: no disk" {
			t.Errorf("%d signals, rejects %v", len(got), rejects)
		}
	}
}

func TestReadSignalsStops(t *testing.T) {
	for _, in := range []string{"text\na\nb\n", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"} {
		seq, err := ReadSignals(strings.NewReader(in), SignalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for sig := range seq {
			if sig.Text != "a" {
				t.Errorf("got %+v, want only a", sig)
			}
			break
		}
	}
}

// A file that repeats a line without end must take neither memory nor, where
// quotation marks are broken, time beyond its size.
func TestReadSignalsIsBounded(t *testing.T) {
	const size = 4 << 20
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for _, line := range []string{"1,fine\n", `a","c` + "\n", `1,"a` + "\n", `x,"""` + "\n", "x", `"`, `{"a":`} {
		before := live()
		in := io.MultiReader(strings.NewReader("id,text\n"), io.LimitReader(&repeater{line: line}, size))
		seq, err := ReadSignals(in, SignalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for range seq {
			if rows++; rows%(1<<18) != 1 {
				continue
			}
			if now := live(); now > before+size*3/4 {
				t.Errorf("row %d of a file of %q took %d MiB", rows, line, (now-before)>>20)
			}
		}
	}
}

type repeater struct {
	line string
	at   int
}

func (r *repeater) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.line[r.at]
		r.at = (r.at + 1) % len(r.line)
	}
	return len(p), nil
}

func FuzzReadSignals(f *testing.F) {
	for _, in := range []string{
		"text,id\na,1\n\"b\nc\",2\n", "text;id\n\"a;1\nb\"x\n", "\xff\xfet\x00e\x00x\x00t\x00\n\x00a\x00", "text\ncaf\xe9\n", "sep=;\ntext;x\n",
		"{\"text\":\"a\",\"id\":1}\n{\"text\":[]}\n", "\n{\"message\":\"a\"}\n",
	} {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		seq, err := ReadSignals(strings.NewReader(in), SignalOptions{})
		if err != nil {
			return
		}
		last, lines := 0, strings.Count(in, "\n")+1
		for sig, rej := range seq {
			line := sig.Line
			if rej != nil {
				line = rej.Line
			} else if strings.TrimSpace(sig.Text) == "" {
				t.Errorf("line %d: a signal without text", line)
			}
			if line <= last || line > lines {
				t.Errorf("line %d comes after %d of %d", line, last, lines)
			}
			last = line
		}
	})
}
