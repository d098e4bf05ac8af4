package resources

import (
	"fmt"
	"strings"
)

// A Skill is a prompt as clients load workflows by themselves: a text with
// front matter, in which what a prompt is given is named instead.
type Skill struct {
	Name  string // the prompt's, with hyphens
	Title string
	Doc   string
	Text  string
}

// Skills lists the prompts as skills.
func Skills() []Skill {
	var all []Skill
	for _, p := range Prompts() {
		all = append(all, p.skill())
	}
	return all
}

// skill is the prompt as a skill. It panics if the body of the prompt cannot be
// filled in, which is known when the program is built.
func (p Prompt) skill() Skill {
	var b strings.Builder
	s := Skill{Name: strings.ReplaceAll(p.Name, "_", "-"), Title: p.Title, Doc: p.Doc}
	fmt.Fprintf(&b, "---\nname: %s\ndescription: %s\n---\n# %s\n\n", s.Name, s.Doc, s.Title)
	data := map[string]string{}
	for i, a := range p.Arguments {
		if i == 0 {
			b.WriteString("To be asked for, if the user has not said it:\n\n")
		}
		optional := " (optional)"
		if a.Required {
			optional = ""
			data[a.Name] = "the " + a.Name
		}
		fmt.Fprintf(&b, "- %s%s: %s\n", a.Name, optional, a.Doc)
	}
	if len(p.Arguments) > 0 {
		b.WriteByte('\n')
	}
	if err := p.body.Execute(&b, data); err != nil {
		panic(fmt.Errorf("the skill %s: %w", s.Name, err))
	}
	b.WriteByte('\n')
	s.Text = b.String()
	return s
}
