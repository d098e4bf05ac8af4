package resources_test

import (
	"regexp"
	"strings"
	"testing"

	"custory/resources"
)

func TestSkills(t *testing.T) {
	name, plain := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`), regexp.MustCompile(`^[A-Za-z][^:#\n]*$`)
	prompts := resources.Prompts()
	for i, s := range resources.Skills() {
		if !name.MatchString(s.Name) || len(s.Name) > 64 || s.Name != strings.ReplaceAll(prompts[i].Name, "_", "-") {
			t.Errorf("a skill is called %q", s.Name)
		}
		if !plain.MatchString(s.Doc) || len(s.Doc) > 1024 {
			t.Errorf("%s has a description that YAML would read otherwise: %q", s.Name, s.Doc)
		}
		for _, a := range prompts[i].Arguments {
			if !strings.Contains(s.Text, "- "+a.Name) || !strings.Contains(s.Text, a.Doc) {
				t.Errorf("%s does not name %s", s.Name, a.Name)
			}
			if a.Required && !strings.Contains(s.Text, "the "+a.Name) {
				t.Errorf("%s does not say what to do with %s", s.Name, a.Name)
			}
		}
		if strings.Contains(s.Text, "{{") || strings.Contains(s.Text, "<no value>") {
			t.Errorf("%s is not filled in: %s", s.Name, s.Text)
		}
	}
}
