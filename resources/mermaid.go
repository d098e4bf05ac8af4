package resources

import (
	"fmt"
	"strings"
	"unicode"

	"custory/internal/quote"
)

// neutral is the score of a step whose emotion nobody has judged.
const neutral = 3

// Mermaid tells the journey as a Mermaid journey diagram. The score of a step
// is its emotion, its actors are its personas or, if it names none, those of
// the journey. What the diagram cannot carry is said in comments.
func (v *JourneyView) Mermaid() string {
	var b strings.Builder
	b.WriteString("journey\n    title " + mermaidText(v.Name) + "\n")
	unjudged := 0
	for _, s := range v.lines() {
		if s.Emotion == 0 {
			unjudged++
		}
	}
	if unjudged > 0 {
		fmt.Fprintf(&b, "    %%%% %d of %d steps have no emotion: their score %d stands for not known\n", unjudged, v.Steps, neutral)
	}
	if n := v.Counts.Items + v.Counts.Drafts; n > 0 {
		fmt.Fprintf(&b, "    %%%% left out: %d items and drafts; the grid shows them\n", n)
	}
	shown := 0
	for _, st := range v.Stages {
		b.WriteString("    section " + mermaidText(st.Name) + "\n")
		for i := range st.Steps {
			line := v.task(&st.Steps[i])
			if b.Len()+len(line) > MaxBytes-1000 {
				fmt.Fprintf(&b, "    %%%% left out: %d more steps\n", v.Steps-shown)
				return b.String()
			}
			b.WriteString(line)
			shown++
		}
	}
	return b.String()
}

// task is one step: its name, score and actors.
func (v *JourneyView) task(s *StepLine) string {
	score, note := s.Emotion, ""
	if score == 0 {
		score, note = neutral, fmt.Sprintf("      %%%% %s: no emotion\n", s.ID)
	}
	personas := s.Personas
	if len(personas) == 0 {
		personas = v.Personas
	}
	var actors []string
	for _, p := range personas {
		if name := strings.ReplaceAll(mermaidText(p.Name), ",", "#44;"); name != "" {
			actors = append(actors, name)
		}
	}
	return fmt.Sprintf("%s      %s\n", note, join(": ", mermaidName(s.Name), fmt.Sprint(score), comma(actors...)))
}

// mermaidText writes as entities what ends a statement, begins a comment or a
// directive, or would be read as HTML.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(quote.Clean(s)), " ") {
		if strings.ContainsRune(":;#<>%{}", r) || unicode.IsControl(r) {
			fmt.Fprintf(&b, "#%d;", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// mermaidName is mermaidText for the beginning of a line, where it must not
// read as a keyword.
func mermaidName(s string) string {
	text := mermaidText(s)
	for _, word := range []string{"journey", "title", "section", "acctitle", "accdescr"} {
		if strings.HasPrefix(strings.ToLower(text), word) {
			return fmt.Sprintf("#%d;%s", text[0], text[1:])
		}
	}
	return text
}
