package mcpserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, tt := range []struct {
		name, in string
		want     []string // "!" is a line that is too long
	}{
		{"nothing", "", nil},
		{"one", "a\n", []string{"a"}},
		{"the last without its end", "a\nb", []string{"a", "b"}},
		{"empty ones", "\n\na\n", []string{"", "", "a"}},
		{"a carriage return stays", "a\r\nb\r\n", []string{"a\r", "b\r"}},
		{"just long enough", long[:16] + "\nb\n", []string{long[:16], "b"}},
		{"one too long", long[:17] + "\nb\n", []string{"!", "b"}},
		{"two too long", long + "\n" + long + "\nb\n", []string{"!", "!", "b"}},
		{"the last too long", "a\n" + long, []string{"a", "!"}},
	} {
		for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in)), iotest.DataErrReader(strings.NewReader(tt.in))} {
			if got := strings.Join(readAll(t, newLineReader(r, 16)), "|"); got != strings.Join(tt.want, "|") {
				t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
			}
		}
	}
}

func readAll(t *testing.T, lines *lineReader) (all []string) {
	t.Helper()
	for {
		line, err := lines.next()
		switch {
		case errors.Is(err, errLong):
			all = append(all, "!")
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		default:
			all = append(all, string(line))
		}
	}
}

func TestAnErrorOfTheInputEndsTheLines(t *testing.T) {
	broken := errors.New("broken")
	lines := newLineReader(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 16)
	for _, want := range []string{"a", "b"} {
		if got, err := lines.next(); string(got) != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := lines.next(); !errors.Is(err, broken) {
		t.Errorf("got %v, want %v", err, broken)
	}
}

// FuzzLines compares with a plain way to split, which is not bounded.
func FuzzLines(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\n\n", strings.Repeat("x", 40) + "\n{}"} {
		f.Add([]byte(s), uint16(10))
	}
	f.Fuzz(func(t *testing.T, in []byte, most uint16) {
		var want []string
		for line := range bytes.Lines(in) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			if len(line) > int(most) {
				line = []byte("!")
			}
			want = append(want, string(line))
		}
		got := readAll(t, &lineReader{bufio.NewReaderSize(bytes.NewReader(in), 16), int(most)})
		if strings.Join(got, "\x00\n") != strings.Join(want, "\x00\n") {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// FuzzMessages sees to it that whatever comes in, what goes out is right.
func FuzzMessages(f *testing.F) {
	for _, m := range garbage {
		f.Add([]byte(m.line))
	}
	set, a := newFake(f)
	s, log := newServer(f, set, a)
	f.Fuzz(func(t *testing.T, line []byte) {
		m, bad := parse(line)
		b, err := encode(answer{JSONRPC: "2.0", ID: m.ID, Error: bad})
		if bad == nil {
			if m.ID == nil || m.Method == "" || m.Method == "tools/call" && strings.Contains(string(line), "panic_now") {
				return
			}
			b, err = encodeAnswer(m.ID, s.handle(t.Context(), m, s.newExchange("test", new(peer), m)))
		}
		if err != nil || !json.Valid(b) || bytes.ContainsRune(b, '\n') {
			t.Errorf("the answer is %q, %v", b, err)
		}
		if l := log.String(); strings.Contains(l, "panic") {
			t.Error(l)
		}
	})
}
