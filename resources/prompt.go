package resources

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"

	"custory/internal/quote"
	"custory/schema"
)

// A Prompt is a workflow for an assistant, told in terms of the tools.
type Prompt struct {
	Name      string
	Title     string
	Doc       string
	Arguments []Argument

	body *template.Template
}

// An Argument is what a prompt may be given.
type Argument struct {
	Name     string
	Doc      string
	Required bool
	Of       []schema.Kind // the records it may name, so that it can be completed
	Values   []string      // what it may be besides; without either it is free text
}

//go:embed prompts/*.md
var promptFiles embed.FS

//go:embed instructions.md
var instructions string

// Instructions is what the server tells every client on arrival.
func Instructions() string { return instructions }

// maxArgument is how long an argument of a prompt may be, in characters.
const maxArgument = 2000

// Prompts lists the prompts, in the order of their names. It panics if one of
// those is malformed, which is known when the program is built.
func Prompts() []Prompt {
	files, err := promptFiles.ReadDir("prompts")
	if err != nil {
		panic(err)
	}
	var all []Prompt
	for _, f := range files {
		text, err := promptFiles.ReadFile("prompts/" + f.Name())
		if err != nil {
			panic(err)
		}
		p, err := readPrompt(string(text))
		if err != nil {
			panic(fmt.Errorf("prompts/%s: %w", f.Name(), err))
		}
		all = append(all, p)
	}
	return all
}

func promptNamed(name string) (Prompt, error) {
	e := &schema.Error{Code: schema.NotFound, Field: "name", Message: "there is no prompt " + clip(quote.Clean(name), 60)}
	for _, p := range Prompts() {
		if p.Name == name {
			return p, nil
		}
		e.Valid = append(e.Valid, p.Name)
	}
	return Prompt{}, e
}

// readPrompt reads the front matter, which is YAML of the simplest sort, and
// the body, in which {{.name}} stands for an argument.
func readPrompt(text string) (p Prompt, err error) {
	head, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok {
		return p, fmt.Errorf("the front matter does not end")
	}
	for _, line := range strings.Split(head, "\n") {
		key, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "- "), ":")
		value = strings.TrimSpace(value)
		if strings.HasPrefix(line, "  - ") {
			p.Arguments = append(p.Arguments, Argument{})
		}
		if !ok || !p.set(strings.HasPrefix(line, "  "), key, value) {
			return p, fmt.Errorf("%q is not understood", line)
		}
	}
	p.body, err = template.New(p.Name).Option("missingkey=zero").Parse(strings.TrimSpace(body))
	return p, err
}

// set fills in one line of the front matter.
func (p *Prompt) set(inArgument bool, key, value string) bool {
	if inArgument && len(p.Arguments) > 0 {
		a := &p.Arguments[len(p.Arguments)-1]
		switch key {
		case "name":
			a.Name = value
		case "description":
			a.Doc = value
		case "required":
			a.Required = value == "true"
		case "names":
			for _, k := range strings.Split(value, ", ") {
				a.Of = append(a.Of, schema.Kind(k))
			}
		case "values":
			a.Values = strings.Split(value, ", ")
		default:
			return false
		}
		return true
	}
	switch key {
	case "name":
		p.Name = value
	case "title":
		p.Title = value
	case "description":
		p.Doc = value
	default:
		return key == "arguments" && value == ""
	}
	return true
}

// Render writes the prompt with its arguments, each as quoted data that cannot
// be taken for part of the workflow. It names what is missing or unknown.
func (p Prompt) Render(args map[string]string) (string, error) {
	data, faults := map[string]string{}, schema.Faults{}
	for name := range args {
		if !slices.ContainsFunc(p.Arguments, func(a Argument) bool { return a.Name == name }) {
			faults = append(faults, p.unknown(name))
		}
	}
	for _, a := range p.Arguments {
		value := strings.TrimSpace(quote.Clean(args[a.Name]))
		switch {
		case value == "" && a.Required:
			faults = append(faults, &schema.Error{Code: schema.Invalid, Field: a.Name, Message: p.Name + " needs " + a.Name + ": " + a.Doc})
		case utf8.RuneCountInString(value) > maxArgument:
			faults = append(faults, schema.Errorf(schema.Invalid, "%s is too long; at most %d characters are allowed", a.Name, maxArgument))
			faults[len(faults)-1].Field = a.Name
		case value != "":
			data[a.Name] = asData(value)
		}
	}
	if len(faults) > 0 {
		return "", faults
	}
	var b strings.Builder
	err := p.body.Execute(&b, data)
	return b.String() + "\n", err
}

// asData sets a value as one quoted string on one line.
func asData(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
}

func (p Prompt) unknown(argument string) *schema.Error {
	e := &schema.Error{Code: schema.Invalid, Field: clip(quote.Clean(argument), 60), Message: p.Name + " takes no argument " + clip(quote.Clean(argument), 60)}
	for _, a := range p.Arguments {
		e.Valid = append(e.Valid, a.Name)
	}
	return e
}
