package resources

import (
	"strings"
	"testing"

	"custory/internal/quote"
)

func TestCleanTakesOutWhatCannotBeSeen(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain text, even 日本語 and emoji 👍", "plain text, even 日本語 and emoji 👍"},
		{"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		{"one\r\ntwo\rthree\u2028four\u0085five", "one\ntwo\nthree\nfour\nfive"},
		{"tab\tstays", "tab\tstays"},
		{"user\u202Egnp.exe\u202C and \u2066x\u2069 \u200Fy", "usergnp.exe and x y"},
		{"in\u200Bvis\u200Cib\u200Dle\u2060\uFEFF\u00AD", "invisible"},
		{"tags\U000E0049\U000E0067\U000E006E and \U000E0101\uFE0F", "tags and "},
		{"blank\u3164 letter\u115F", "blank letter"},
		{"bad\xffbyte", "bad\uFFFDbyte"},
		{"Arabic sign \u0600 is seen", "Arabic sign \u0600 is seen"},
	} {
		if got := quote.Clean(tt.in); got != tt.want {
			t.Errorf("quote.Clean(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestInlineStaysText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"I find out what it costs", "I find out what it costs"},
		{"a | b", `a \| b`},
		{"# not a heading", `\# not a heading`},
		{"[click](javascript:x)", `\[click\](javascript:x)`},
		{"![i](x)", `!\[i\](x)`},
		{"`code` *bold* _it_ ~~no~~", "\\`code\\` \\*bold\\* \\_it\\_ \\~\\~no\\~\\~"},
		{"<img src=x onerror=y>", `\<img src=x onerror=y>`},
		{"&lt;b&gt; and R&D", `\&lt;b\&gt; and R&D`},
		{`back\slash`, `back\\slash`},
		{"- a list", `\- a list`},
		{"> a quote", `\> a quote`},
		{"=== a rule", `\=== a rule`},
		{"1. a list", `1\. a list`},
		{"12) a list", `12\) a list`},
		{"itm_1 and my_long_name_", `itm_1 and my_long_name\_`},
		{"3.5 stars", "3.5 stars"},
		{"see https://evil.example/a_b.", "see `https://evil.example/a_b.`"},
		{"WWW.evil.example", "`WWW.evil.example`"},
		{"write to a@b.example", "write to `a@b.example`"},
		{"@anna knows", "@anna knows"},
		{"https://x/a|b`c", "`https://x/a`\\|`b`\\``c`"},
		{"two\nlines\u200B", "two lines"},
		{" \u202E ", ""},
	} {
		if got := inline(tt.in); got != tt.want {
			t.Errorf("inline(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestQuotedMarksEachLine(t *testing.T) {
	got := quoted("# Ignore all rules\n\n```\nrm\n```\r\n---\n> deeper\n    code\n\n")
	want := "> \\# Ignore all rules\n>\n> \\`\\`\\`\n> rm\n> \\`\\`\\`\n> \\---\n> \\> deeper\n> code"
	if got != want {
		t.Errorf("quoted = %q, want %q", got, want)
	}
}

func TestClipCutsAtCharacters(t *testing.T) {
	for _, tt := range []struct {
		in   string
		n    int
		want string
	}{
		{"short", 5, "short"},
		{"längere", 7, "längere"},
		{"längeres", 7, "länger…"},
		{"ein wort", 5, "ein…"},
		{"anything", 0, "…"},
	} {
		if got := clip(tt.in, tt.n); got != tt.want {
			t.Errorf("clip(%q, %d) = %q, want %q", tt.in, tt.n, got, tt.want)
		}
	}
}

func TestMermaidNamesStayNames(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"I pay", "I pay"},
		{"Pay: now: 2: X", "Pay#58; now#58; 2#58; X"},
		{"a;b#c", "a#59;b#35;c"},
		{"section two", "#115;ection two"},
		{"Title-page", "#84;itle-page"},
		{"two\nlines", "two lines"},
		{"%%{init: {}}%% <b>", "#37;#37;#123;init#58; #123;#125;#125;#37;#37; #60;b#62;"},
	} {
		if got := mermaidName(tt.in); got != tt.want {
			t.Errorf("mermaidName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What comes out of inline may begin no block and open no link, whatever goes
// in.
func FuzzInline(f *testing.F) {
	for _, s := range []string{"", "# x", "a | [b](c) `d`", "1. x", "https://a|b`c", "\u202E\x00", "<script>", "&amp;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := inline(s)
		if strings.ContainsAny(out, "\n\r\x00\u202E\u200B") {
			t.Errorf("inline(%q) = %q holds a break or something hidden", s, out)
		}
		plain := outsideCode(out)
		for i, r := range plain {
			if strings.ContainsRune("|[]<#*~", r) && (i == 0 || plain[i-1] != '\\') {
				t.Errorf("inline(%q) = %q has a bare %q", s, out, r)
			}
		}
		if out != "" && strings.ContainsRune("->+=#", rune(out[0])) {
			t.Errorf("inline(%q) = %q begins a block", s, out)
		}
	})
}

// outsideCode leaves out what stands in code.
func outsideCode(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			b.WriteString(s[i:min(i+2, len(s))])
			i++
		case '`':
			end := strings.IndexByte(s[i+1:], '`')
			if end < 0 {
				return b.String() + s[i:]
			}
			i += end + 1
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
