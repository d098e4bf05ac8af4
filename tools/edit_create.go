package tools

import (
	"embed"
	"fmt"
	"path"
	"strings"

	"custory/internal/format"
	"custory/schema"
)

// createJourney makes a journey: blank, from an outline or from a template.
// Operations that follow act in it, unless the call named another.
func (e *editor) createJourney(o operation) (line doneLine, err error) {
	plan, warnings, err := planOf(o)
	if err != nil {
		return line, err
	}
	if plan.Name == "" {
		return line, &schema.Error{Code: schema.Invalid, Field: "name", Message: "name is required: what the journey is called"}
	}
	j := &schema.Journey{Name: plan.Name, Description: plan.Description}
	if err := e.fill(o, j); err != nil {
		return line, err
	}
	if err := e.tx.Journeys.Put(j); err != nil {
		return line, err
	}
	e.warnings = append(e.warnings, warnings...)
	var made struct{ steps, items int }
	for i, st := range plan.Stages {
		stage := &schema.Stage{Journey: j.ID, Name: st.Name, Position: (i + 1) * gap}
		if err := e.tx.Stages.Put(stage); err != nil {
			return line, inOutline(err, "stage", st.Name)
		}
		for k, sp := range st.Steps {
			if err := e.buildStep(stage.ID, (k+1)*gap, sp); err != nil {
				return line, err
			}
			made.items += len(sp.Items)
		}
		made.steps += len(st.Steps)
	}
	line = doneLine{ID: j.ID, Slug: j.Slug, Did: "created"}
	if len(plan.Stages) > 0 {
		line.Did += fmt.Sprintf(" with %s and %s", plural(len(plan.Stages), "stage"), plural(made.steps, "step"))
	}
	if made.items > 0 {
		line.Did += ", placed " + plural(made.items, "item")
	}
	if !e.fixed {
		e.journey = j.ID
	}
	return line, nil
}

// maxOutline bounds an outline, in bytes.
const maxOutline = 100_000

// planOf reads the outline or template of an operation. The operation's own
// name and description go before those that stand there.
func planOf(o operation) (plan format.Journey, warnings []string, err error) {
	text := strings.TrimSpace(o.Outline)
	switch {
	case text == "":
	case len(text) > maxOutline:
		return plan, nil, &schema.Error{Code: schema.Limited, Field: "outline", Message: fmt.Sprintf("outline has %d bytes; at most %d are read", len(text), maxOutline)}
	case !strings.Contains(text, "\n"):
		if text, err = template(text); err != nil {
			return plan, nil, err
		}
	case o.Name != "":
		text = titled(o.Name, o.Outline)
	}
	if text != "" {
		read, ws, err := format.ReadOutline(strings.NewReader(text), o.Name != "")
		if err != nil {
			return plan, nil, &schema.Error{Code: schema.Invalid, Field: "outline", Message: "outline: " + err.Error(), Hint: "each stage on a line of its own, its steps on the lines below, indented by two spaces"}
		}
		plan = read
		for _, w := range ws {
			warnings = append(warnings, "outline: "+w.String())
		}
	}
	if o.Name != "" {
		plan.Name = o.Name
	}
	return plan, warnings, nil
}

// titled is an outline with the journey's name as its first line, unless it
// begins with that, or with a heading above those of the stages.
func titled(name, outline string) string {
	outline = strings.Trim(outline, "\r\n")
	head, rest, _ := strings.Cut(outline, "\n")
	title := strings.TrimSpace(strings.TrimLeft(head, "#"))
	if strings.EqualFold(title, name) || strings.HasPrefix(head, "# ") && strings.Contains(rest, "\n## ") || strings.HasPrefix(head, "# ") && strings.HasPrefix(rest, "## ") {
		return outline
	}
	return name + "\n" + outline
}

// inOutline says which line of an outline a fault is about.
func inOutline(err error, what, name string) error {
	for _, f := range schema.FaultsOf(err) {
		f.Message, f.Field = fmt.Sprintf("%s %q: %s", what, cut(name, 80), f.Message), "outline"
	}
	return err
}

// buildStep makes a step of an outline, with what stands on it.
func (e *editor) buildStep(stage schema.ID, position int, sp format.Step) error {
	s := &schema.Step{Stage: stage, Name: sp.Name, Description: sp.Description, Position: position}
	if sp.Emotion > 0 {
		s.Emotion = &sp.Emotion
	}
	for _, name := range sp.Actors {
		id, err := e.tx.Resolve(schema.KindPersona, name)
		switch {
		case err == nil:
			s.Personas = appendNew(s.Personas, id)
		case schema.FaultsOf(err) == nil:
			return err
		default:
			e.warnings = append(e.warnings, fmt.Sprintf("outline: there is no one persona %q; %q is without it", name, sp.Name))
		}
	}
	if err := e.tx.Steps.Put(s); err != nil {
		return inOutline(err, "step", sp.Name)
	}
	for i, it := range sp.Items {
		item, err := e.itemTitled(schema.ItemType(it.Group), it.Title, it.Description)
		if err != nil {
			return inOutline(err, "item", it.Title)
		}
		if p, err := e.standing(item, s.ID); err != nil || p != nil {
			if err != nil {
				return err
			}
			continue // the outline names it twice
		}
		if err := e.tx.Placements.Put(&schema.Placement{Item: item, Step: s.ID, Position: (i + 1) * gap}); err != nil {
			return err
		}
	}
	return nil
}

// itemTitled is the item of the type with the title: one there is, or a new
// one.
func (e *editor) itemTitled(t schema.ItemType, title, description string) (schema.ID, error) {
	twin, err := sameTitle(e.tx, t, title)
	if err != nil {
		return "", err
	}
	if twin != nil {
		return twin.ID, nil
	}
	item := &schema.Item{Type: t, Title: title, Description: description, Status: t.Statuses()[0]}
	err = e.tx.Items.Put(item)
	return item.ID, err
}

//go:embed templates/*.txt
var templateFiles embed.FS

// Templates lists the names of the journey templates.
func Templates() (names []string) {
	files, _ := templateFiles.ReadDir("templates") // embedded
	for _, f := range files {
		names = append(names, templateName(readTemplate(f.Name())))
	}
	return names
}

func readTemplate(file string) string {
	b, _ := templateFiles.ReadFile(path.Join("templates", file)) // embedded
	return string(b)
}

func templateName(text string) string {
	name, _, _ := strings.Cut(text, "\n")
	name, _, _ = strings.Cut(name, " — ")
	return strings.TrimSpace(name)
}

// template is the outline of the named template.
func template(name string) (string, error) {
	files, _ := templateFiles.ReadDir("templates") // embedded
	for _, f := range files {
		if text := readTemplate(f.Name()); schema.Slugify(templateName(text)) == schema.Slugify(name) {
			return text, nil
		}
	}
	return "", &schema.Error{Code: schema.NotFound, Field: "outline", Message: fmt.Sprintf("there is no template %q", cut(name, 80)), Valid: Templates(), Hint: "or give an outline of several lines"}
}
