package demo

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A page is where the story is told. It remembers the first error.
type page struct {
	w       io.Writer
	color   bool
	width   int
	chapter int
	err     error
}

// Styles of text on a terminal.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
	green = "32"
	amber = "33"
	blue  = "36"
)

func (p *page) paint(style, text string) string {
	if !p.color || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (p *page) print(format string, a ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, a...)
	}
}

// title begins a chapter.
func (p *page) title(text string) {
	p.chapter++
	p.print("\n%s\n", p.paint(bold, fmt.Sprintf("%d  %s", p.chapter, text)))
}

// say prints a paragraph, wrapped.
func (p *page) say(format string, a ...any) {
	for _, l := range wrap(fmt.Sprintf(format, a...), p.width-3) {
		p.print("   %s\n", l)
	}
}

// quoteLine prints what somebody said.
func (p *page) quoteLine(text, who string) {
	text = strings.Join(strings.Fields(text), " ")
	for i, l := range wrap("“"+short(text, 200)+"”", p.width-8) {
		if i == 0 {
			p.print("     %s %s\n", p.paint(faint, "│"), l)
			continue
		}
		p.print("     %s %s\n", p.paint(faint, "│"), l)
	}
	if who != "" {
		p.print("     %s %s\n", p.paint(faint, "│"), p.paint(faint, who))
	}
}

// bar prints a share as a bar with its label.
func (p *page) bar(label string, n, of int, style, after string) {
	const long = 30
	full := 0
	if of > 0 {
		full = (n*long + of/2) / of
	}
	p.print("   %-10s %s%s %5d  %s\n", label, p.paint(style, strings.Repeat("█", full)), p.paint(faint, strings.Repeat("·", long-full)), n, p.paint(faint, after))
}

// block prints text as it is, indented.
func (p *page) block(text string) {
	for _, l := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		p.print("   %s\n", l)
	}
}

// wrap breaks a text into lines of at most width characters.
func wrap(text string, width int) (lines []string) {
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, w := range strings.Fields(paragraph) {
			if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > width {
				lines, line = append(lines, line), ""
			}
			if line != "" {
				line += " "
			}
			line += w
		}
		lines = append(lines, line)
	}
	return lines
}

// short cuts a text to n characters.
func short(text string, n int) string {
	r := []rune(text)
	if len(r) <= n {
		return text
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}
