package format

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// WriteMarkdown writes j as a document to be read: everything that j holds, with
// the characters that mean something to Markdown or HTML escaped.
func WriteMarkdown(w io.Writer, j Journey) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", markdownLine(orUntitled(j.Name)))
	writeParagraphs(&b, j.Description)
	for _, stage := range j.Stages {
		fmt.Fprintf(&b, "\n## %s\n", markdownLine(orUntitled(stage.Name)))
		for _, step := range stage.Steps {
			fmt.Fprintf(&b, "\n### %s\n", markdownLine(orUntitled(step.Name)))
			var facts []string
			if step.Emotion != 0 {
				facts = append(facts, fmt.Sprintf("Emotion: %d of 5", step.Emotion))
			}
			if len(step.Actors) > 0 {
				facts = append(facts, "Actors: "+markdownLine(strings.Join(step.Actors, ", ")))
			}
			if len(facts) > 0 {
				fmt.Fprintf(&b, "\n*%s*\n", strings.Join(facts, " · "))
			}
			writeParagraphs(&b, step.Description)
			if len(step.Items) > 0 {
				b.WriteByte('\n')
			}
			for _, item := range step.Items {
				writeItem(&b, item)
				writeQuotes(&b, j.Quotes[item])
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeParagraphs writes the lines of text as paragraphs.
func writeParagraphs(b *strings.Builder, text string) {
	for line := range strings.Lines(text) {
		if line = markdownLine(line); line != "" {
			fmt.Fprintf(b, "\n%s\n", line)
		}
	}
}

func writeItem(b *strings.Builder, item Item) {
	fmt.Fprintf(b, "- **%s:** %s", markdownLine(item.Group), markdownLine(orUntitled(item.Title)))
	var facts []string
	if item.Status != "" {
		facts = append(facts, markdownLine(item.Status))
	}
	if item.Owner != "" {
		facts = append(facts, "owner "+markdownLine(item.Owner))
	}
	if len(facts) > 0 {
		fmt.Fprintf(b, " (%s)", strings.Join(facts, ", "))
	}
	if item.Description != "" {
		fmt.Fprintf(b, " — %s", markdownLine(item.Description))
	}
	b.WriteByte('\n')
}

// writeQuotes writes quotes below their item, each a paragraph.
func writeQuotes(b *strings.Builder, quotes []Quote) {
	for i, q := range quotes {
		if i > 0 {
			b.WriteString("  >\n")
		}
		fmt.Fprintf(b, "  > “%s” — %s", markdownLine(q.Text), markdownLine(q.By))
		if q.Against {
			b.WriteString(" *(disagrees)*")
		}
		b.WriteByte('\n')
	}
}

// markdownLine writes s on one line, as plain text. Characters that would hide
// or turn round what follows are named.
func markdownLine(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	var b strings.Builder
	for i, r := range s {
		switch {
		case unicode.IsControl(r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			fmt.Fprintf(&b, "⟨%U⟩", r)
			continue
		case strings.ContainsRune("\\`*_[]<>&|~$", r),
			i == 0 && strings.ContainsRune("#+-=:", r),
			strings.ContainsRune(".)", r) && strings.Trim(s[:i], "0123456789") == "":
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
