package format

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ReadMermaid reads a Mermaid journey diagram, or the first one in the fenced
// blocks of a Markdown file. Tasks are steps and sections are stages; tasks
// before the first section go to a stage named Journey. A score that is not a
// whole number from 1 to 5 is brought into that range, with a warning.
//
// It is more forgiving than Mermaid: a task without a score, or with unescaped
// colons in its name, is read with a warning.
func ReadMermaid(r io.Reader) (Journey, []Warning, error) {
	text, err := readText(r)
	if err != nil {
		return Journey{}, nil, err
	}
	lines := strings.Split(text, "\n")
	d, ok := findDiagram(lines)
	if !ok {
		return Journey{}, nil, errors.New(`no Mermaid journey diagram found; it begins with a line that says "journey"`)
	}
	m := mermaidReader{}
	m.frontMatter(lines[d.head:d.start])
	for i := d.start + 1; i < d.end; i++ {
		m.read(i+1, strings.TrimSpace(lines[i]))
	}
	m.j.Description = strings.Join(m.descr, "\n")
	if another, ok := findFenced(lines[d.end:]); ok {
		m.warn.add(d.end+another.start+1, "another journey diagram begins here and was not read; import it from a file of its own")
	}
	return m.j, m.warn, nil
}

type mermaidReader struct {
	j         Journey
	warn      warnings
	directive bool // inside %%{ … }%%
	inDescr   bool // inside accDescr { … }
	descr     []string
}

// frontMatter takes the title from the lines before the diagram.
func (m *mermaidReader) frontMatter(lines []string) {
	for _, line := range lines[:frontMatterEnd(lines)] {
		if title, ok := strings.CutPrefix(line, "title:"); ok {
			m.j.Name = strings.Trim(strings.TrimSpace(title), `"'`)
		}
	}
}

// read takes a line below the word journey.
func (m *mermaidReader) read(no int, line string) {
	word, rest := cutWord(line)
	arg := strings.TrimSpace(rest)
	switch {
	case m.inDescr:
		text, _, closed := strings.Cut(line, "}")
		m.describe(text)
		m.inDescr = !closed
	case m.directive || strings.HasPrefix(line, "%%{"):
		m.directive = !strings.Contains(line, "}%%")
	case line == "" || strings.HasPrefix(line, "%%") || comment(line) == 0:
		// says nothing
	case word == "title" && spaced(rest):
		m.j.Name = unescape(arg, "#")
	case word == "section" && spaced(rest):
		m.j.Stages = append(m.j.Stages, Stage{Name: orUntitled(unescape(arg, "#"))})
	case word == "acctitle" && strings.HasPrefix(arg, ":"):
		// repeats the title for screen readers
	case word == "accdescr" && strings.HasPrefix(arg, ":"):
		m.describe(arg[1:])
	case word == "accdescr" && strings.HasPrefix(arg, "{"):
		text, _, closed := strings.Cut(arg[1:], "}")
		m.describe(text)
		m.inDescr = !closed
	default:
		m.task(no, line)
	}
}

func (m *mermaidReader) describe(text string) {
	if text = strings.TrimSpace(text); text != "" {
		m.descr = append(m.descr, unescape(text, "#"))
	}
}

// task reads "name: score: actor, actor".
func (m *mermaidReader) task(no int, line string) {
	name, data, _ := strings.Cut(line, ":")
	if i := comment(data); i >= 0 {
		data = data[:i]
	}
	fields := strings.Split(data, ":")
	step := Step{}
	for i, field := range fields { // the score is the first number
		if _, ok := number(field); !ok {
			continue
		}
		if i > 0 {
			name += ":" + strings.Join(fields[:i], ":")
			fields = fields[i:]
			m.warn.add(no, "%.80q was taken as the name of the step; write a colon in a name as #58;", name)
		}
		break
	}
	var note string
	if step.Emotion, note = emotion(fields[0]); note != "" {
		m.warn.add(no, "%s", note)
	}
	if len(fields) > 1 {
		step.Actors = actors(fields[1], ",")
	}
	if len(fields) > 2 {
		m.warn.add(no, "%.80q after the actors was left out", strings.Join(fields[2:], ":"))
	}
	for i, actor := range step.Actors {
		step.Actors[i] = unescape(actor, "#")
	}
	step.Name = orUntitled(unescape(strings.TrimSpace(name), "#"))
	if len(m.j.Stages) == 0 {
		m.j.Stages = []Stage{{Name: defaultStage}}
	}
	stage := &m.j.Stages[len(m.j.Stages)-1]
	stage.Steps = append(stage.Steps, step)
}

// comment returns where a # that opens no entity begins a comment; -1 if none does.
func comment(s string) int {
	for i := range len(s) {
		if s[i] != '#' {
			continue
		}
		if name, _, ok := strings.Cut(s[i+1:], ";"); !ok || strings.ContainsAny(name, " \t#") {
			return i
		}
	}
	return -1
}

// cutWord splits a line after the word it begins with, which it returns in lower
// case.
func cutWord(line string) (word, rest string) {
	end := strings.IndexFunc(line, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(line)
	}
	return strings.ToLower(line[:end]), line[end:]
}

// spaced tells whether white space, if anything, follows a word.
func spaced(rest string) bool { return rest == "" || rest[0] == ' ' || rest[0] == '\t' }

// WriteMermaid writes j as a Mermaid journey diagram that ReadMermaid reads back
// with the same names. It returns a line for each kind of thing that the format
// cannot carry. A step needs a score there: one without emotion gets 3.
func WriteMermaid(w io.Writer, j Journey) (dropped []string, err error) {
	var b strings.Builder
	b.WriteString("journey\n")
	if j.Name != "" {
		fmt.Fprintf(&b, "    title %s\n", mermaidText(j.Name))
	}
	if j.Description != "" {
		fmt.Fprintf(&b, "    accDescr: %s\n", mermaidText(j.Description))
	}
	var unscored, described, items []string
	for _, stage := range j.Stages {
		fmt.Fprintf(&b, "    section %s\n", mermaidText(orUntitled(stage.Name)))
		for _, step := range stage.Steps {
			score := step.Emotion
			if score == 0 {
				score = 3
				unscored = append(unscored, step.Name)
			}
			if step.Description != "" {
				described = append(described, step.Name)
			}
			for _, item := range step.Items {
				items = append(items, item.Title)
			}
			fmt.Fprintf(&b, "      %s: %d", mermaidName(orUntitled(step.Name)), score)
			if list := joinEscaped(step.Actors, mermaidText, "#44;"); list != "" {
				b.WriteString(": " + list)
			}
			b.WriteByte('\n')
		}
	}
	for _, d := range []struct {
		format string
		names  []string
	}{
		{"no emotion is told for %s; the score is written as 3", unscored},
		{"the descriptions of these steps are left out: %s", described},
		{"these items are left out: %s", items},
	} {
		if len(d.names) > 0 {
			dropped = append(dropped, fmt.Sprintf(d.format, quoted(d.names)))
		}
	}
	_, err = io.WriteString(w, b.String())
	return dropped, err
}

// mermaidText escapes what ends a statement, opens a comment (Mermaid takes even a
// single % at the beginning of a line for one) or reads as markup.
func mermaidText(s string) string {
	return escape(s, "#", func(s string, i int, r rune) bool {
		return strings.ContainsRune(":;#<", r) ||
			r == '%' && (i == 0 || strings.HasPrefix(s[i+1:], "%") || strings.HasSuffix(s[:i], "%"))
	})
}

// mermaidName is mermaidText for the beginning of a line, where a name may not
// read as a keyword.
func mermaidName(s string) string {
	switch word, _ := cutWord(s); word {
	case "journey", "title", "section", "acctitle", "accdescr":
		return fmt.Sprintf("#%d;", s[0]) + mermaidText(s[1:])
	}
	return mermaidText(s)
}
