package format

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadOutline reads an indented outline or a Markdown document. Its first line
// names the journey, unless it is not known to be titled and the line plainly is
// a stage: its steps stand below it, and other stages beside it; then the journey
// has no name. The outermost lines below are stages, lines one deeper are
// steps, and what is deeper still tells about the step: lines such as
// "insight: …" are items, "emotion: 4" and "actors: A, B" are just that, and any
// other line is part of the step's description. A description may also follow
// the name of a journey, step or item after " — " or " -- ".
//
// Depth is white space, or Markdown headings (# and ## for stages, ### for steps)
// with the lines below them. Bullets and numbers before a name are left out. Where
// stages are headings, text above the first one describes the journey.
func ReadOutline(r io.Reader, titled bool) (Journey, []Warning, error) {
	text, err := readText(r)
	if err != nil {
		return Journey{}, nil, err
	}
	lines := outlineLines(text)
	if len(lines) == 0 {
		return Journey{}, nil, errors.New("the outline is empty; its first line names the journey")
	}
	o := outlineReader{lines: lines}
	if titled || !beginsWithStage(lines) {
		o.lines = lines[1:]
		o.j.Name, o.j.Description = cutDescription(lines[0].text)
	}
	for _, l := range o.lines {
		o.headings = o.headings || l.heading > 0
		o.stepHeadings = o.stepHeadings || l.heading == 3
	}
	if err := o.read(); err != nil {
		return Journey{}, nil, err
	}
	if !titled && !o.headings && len(o.j.Stages) > 0 && o.j.Name != "" && !slices.ContainsFunc(o.j.Stages, func(s Stage) bool { return len(s.Steps) > 0 }) {
		o.warn.add(lines[0].no, "%.80q was taken for the name of the journey, and the lines below it for stages without steps; steps stand below their stage, one level deeper", lines[0].text)
	}
	return o.j, o.warn, nil
}

// beginsWithStage reports whether the first line is a stage and not the name of
// the journey: the next is deeper, and a later one is not.
func beginsWithStage(lines []outlineLine) bool {
	first := lines[0]
	return len(lines) > 2 && first.heading == 0 && lines[1].heading == 0 && lines[1].indent > first.indent &&
		slices.ContainsFunc(lines[2:], func(l outlineLine) bool { return l.heading == 0 && l.indent <= first.indent })
}

// An outlineLine is a line of an outline without its marks.
type outlineLine struct {
	no      int
	indent  int // columns of white space before it
	heading int // number of # before it
	text    string
}

// outlineLines returns the lines of text that say something.
func outlineLines(text string) []outlineLine {
	var lines []outlineLine
	raw := strings.Split(text, "\n")
	for i := frontMatterEnd(raw); i < len(raw); i++ {
		l := outlineLine{no: i + 1, text: strings.TrimSpace(raw[i])}
		if strings.Trim(l.text, "#-=*_ ") == "" {
			continue // blank, a rule, or a mark with nothing behind it
		}
		l.indent = indentOf(raw[i])
		if body := strings.TrimLeft(l.text, "#"); body != l.text && spaced(body) {
			l.heading = len(l.text) - len(body)
			l.text = strings.TrimSpace(body)
		}
		l.text = l.text[bullet(l.text):]
		lines = append(lines, l)
	}
	return lines
}

// indentOf returns the column of the first rune that is no white space; tabs
// stand every four columns.
func indentOf(line string) (column int) {
	for _, r := range line {
		switch r {
		case ' ':
			column++
		case '\t':
			column += 4 - column%4
		default:
			return column
		}
	}
	return column
}

// bullet returns the length of the bullet or number that text begins with, with
// the white space after it; 0 if there is none.
func bullet(text string) int {
	rest := strings.TrimLeft(text, "0123456789")
	marks := []string{".", ")"}
	if rest == text {
		marks = []string{"-", "*", "+", "•"}
	}
	for _, mark := range marks {
		if after, ok := strings.CutPrefix(rest, mark); ok && after != "" && spaced(after) {
			return len(text) - len(strings.TrimSpace(after))
		}
	}
	return 0
}

// cutDescription splits a line at its first " — " or " -- ".
func cutDescription(text string) (name, description string) {
	name = text
	for _, dash := range []string{" — ", " -- "} {
		if before, after, ok := strings.Cut(text, dash); ok && len(before) < len(name) {
			name, description = before, after
		}
	}
	return unescape(strings.TrimSpace(name), "&#"), unescape(strings.TrimSpace(description), "&#")
}

type outlineReader struct {
	lines                  []outlineLine
	headings, stepHeadings bool
	j                      Journey
	warn                   warnings
	step                   *Step    // of the last stage; nil if it has none yet
	text                   []string // lines that describe the step, or the journey if there is no stage
}

func (o *outlineReader) read() error {
	base := 0 // depth of the outermost lines below the last heading
	indents := []int{o.outermost(0)}
	for i, l := range o.lines {
		var depth int
		if l.heading > 0 {
			depth = max(l.heading, 2) - 2
			base, indents = depth+1, []int{o.outermost(i + 1)}
		} else {
			for len(indents) > 1 && l.indent < indents[len(indents)-1] {
				indents = indents[:len(indents)-1]
			}
			if l.indent > indents[len(indents)-1] {
				indents = append(indents, l.indent)
			}
			depth = base + len(indents) - 1
		}
		if err := o.add(l, depth); err != nil {
			return err
		}
	}
	o.endText()
	return nil
}

// outermost returns the smallest indentation from line i to the next heading.
func (o *outlineReader) outermost(i int) int {
	if i == len(o.lines) {
		return 0
	}
	least := o.lines[i].indent
	for ; i < len(o.lines) && o.lines[i].heading == 0; i++ {
		least = min(least, o.lines[i].indent)
	}
	return least
}

// add takes a line by its depth: 0 for a stage, 1 for a step, more for what is
// below a step.
func (o *outlineReader) add(l outlineLine, depth int) error {
	noStage := len(o.j.Stages) == 0
	switch {
	case o.headings && noStage && l.heading == 0:
		o.text = append(o.text, unescape(l.text, "&#"))
	case depth == 0:
		o.endText()
		o.j.Stages = append(o.j.Stages, Stage{Name: unescape(l.text, "&#")})
		o.step = nil
	case noStage:
		return fmt.Errorf("line %d: %.80q is indented as a step but no stage stands above it; begin with a stage at the outermost indentation", l.no, l.text)
	case o.stepHeadings && l.heading == 0 && o.step == nil:
		o.warn.add(l.no, "%.80q was left out: a stage has no text of its own; put it below a step", l.text)
	case depth == 1:
		o.endText()
		stage := &o.j.Stages[len(o.j.Stages)-1]
		name, description := cutDescription(l.text)
		stage.Steps = append(stage.Steps, Step{Name: name, Description: description})
		o.step = &stage.Steps[len(stage.Steps)-1]
	case o.step == nil:
		return fmt.Errorf("line %d: %.80q is indented as part of a step but no step stands above it; put a step between it and its stage", l.no, l.text)
	default:
		o.detail(l)
	}
	return nil
}

// detail takes a line below a step.
func (o *outlineReader) detail(l outlineLine) {
	key, value, _ := strings.Cut(l.text, ":")
	key = strings.ToLower(strings.TrimSpace(key))
	group, isItem := groupOf(key)
	value = strings.TrimSpace(value)
	switch {
	case value != "" && isItem:
		title, description := cutDescription(value)
		o.step.Items = append(o.step.Items, Item{Group: group, Title: title, Description: description})
	case value != "" && key == "emotion":
		var note string
		if o.step.Emotion, note = emotion(value); note != "" {
			o.warn.add(l.no, "%s", note)
		}
	case value != "" && (key == "actor" || key == "actors"):
		for _, name := range actors(value, ",") {
			o.step.Actors = append(o.step.Actors, unescape(name, "&#"))
		}
	default:
		o.text = append(o.text, unescape(l.text, "&#"))
	}
}

// endText gives the lines of a description to what they describe.
func (o *outlineReader) endText() {
	if len(o.text) == 0 {
		return
	}
	into := &o.j.Description
	if o.step != nil {
		into = &o.step.Description
	}
	if *into != "" {
		o.text = slices.Insert(o.text, 0, *into)
	}
	*into = strings.Join(o.text, "\n")
	o.text = nil
}

// WriteOutline writes j as a Markdown outline that ReadOutline reads back. The
// status and owner of items are left out.
func WriteOutline(w io.Writer, j Journey) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", outlineName(j.Name, j.Description))
	for _, stage := range j.Stages {
		fmt.Fprintf(&b, "\n## %s\n", outlineText(orUntitled(stage.Name)))
		for _, step := range stage.Steps {
			fmt.Fprintf(&b, "- %s\n", outlineName(step.Name, step.Description))
			if step.Emotion != 0 {
				fmt.Fprintf(&b, "  - emotion: %d\n", step.Emotion)
			}
			if list := joinEscaped(step.Actors, outlineText, "&#44;"); list != "" {
				fmt.Fprintf(&b, "  - actors: %s\n", list)
			}
			for _, item := range step.Items {
				fmt.Fprintf(&b, "  - %s: %s\n", strings.ToLower(item.Group), outlineName(item.Title, item.Description))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// outlineName writes a name and, if there is one, its description.
func outlineName(name, description string) string {
	name = outlineText(orUntitled(name))
	if description == "" {
		return name
	}
	return name + " — " + escape(description, "&#", func(s string, i int, r rune) bool {
		return strings.HasPrefix(s[i:], "&#")
	})
}

// outlineText escapes what reads as an entity, a mark or the beginning of a
// description.
func outlineText(s string) string {
	return escape(s, "&#", func(s string, i int, r rune) bool {
		dash := r == '—' || strings.HasPrefix(s[i:], "--")
		return strings.HasPrefix(s[i:], "&#") ||
			i == 0 && strings.ContainsRune("#-=*_+•", r) ||
			i == 0 && '0' <= r && r <= '9' && bullet(s+" x") > 0 ||
			dash && strings.HasSuffix(s[:i], " ")
	})
}
