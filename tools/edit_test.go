package tools_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

func TestStagesStandWhereTheyArePut(t *testing.T) {
	storetest.Long(t)
	s := newStage(t, storetest.Open(t))
	s.call(t, "editor", "edit_journey", `{"operations": [{"op": "create_journey", "name": "Long"}]}`)
	r := rand.New(rand.NewPCG(1, 2))
	var want []string
	for i := range 120 {
		at, after, name := 0, "first", fmt.Sprintf("Stage %d", i)
		op := "add_stage"
		if i%4 == 3 { // move one that is there
			op, name = "move", want[r.IntN(len(want))]
			want = slices.DeleteFunc(want, func(n string) bool { return n == name })
		}
		if n := r.IntN(len(want) + 1); n > 0 {
			at, after = n, want[n-1]
		}
		want = slices.Insert(want, at, name)
		target := map[bool]string{true: "target", false: "name"}[op == "move"]
		if reply, failed := s.call(t, "editor", "edit_journey", fmt.Sprintf(`{"journey": "long", "operations": [{"op": %q, %q: %q, "after": %q}]}`, op, target, name, after)); failed {
			t.Fatalf("%s", reply)
		}
	}
	var got []string
	err := s.st.View(t.Context(), s.cast["editor"], func(tx *store.Tx) error {
		stages, err := tx.StagesOf("jny_1")
		for _, st := range stages {
			got = append(got, st.Name)
		}
		return err
	})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("the stages stand as\n%v\nthey were put as\n%v (%v)", got, want, err)
	}
}

func TestTemplatesAreToldByTheCustomer(t *testing.T) {
	want := []string{"SaaS onboarding performance", "Retention and churn risk journey", "Feedback to prioritized roadmap", "Product-led conversion journey",
		"VOC to product action loop", "Founder customer loop", "Research repository to journey system", "Experience quality redesign",
		"Support volume reduction journey", "Expansion and account growth journey"}
	got := tools.Templates()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the templates are %q, want %q", got, want)
	}
	s := newStage(t, storetest.Open(t))
	for _, name := range got {
		reply, failed := s.call(t, "editor", "edit_journey", fmt.Sprintf(`{"operations": [{"op": "create_journey", "outline": %q}]}`, name))
		if failed || strings.Contains(string(reply), "warnings") {
			t.Errorf("%s: %s", name, reply)
		}
	}
	err := s.st.View(t.Context(), s.cast["editor"], func(tx *store.Tx) error {
		journeys, err := tx.Journeys.All()
		for _, j := range journeys {
			stages, err := tx.StagesOf(j.ID)
			if err != nil || len(stages) < 4 || len(stages) > 7 || j.Description == "" {
				t.Errorf("%s has %d stages, and is described as %q (%v)", j.Name, len(stages), j.Description, err)
			}
			checkSteps(t, tx, j.ID)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkSteps checks that the customer speaks in every step.
func checkSteps(t *testing.T, tx *store.Tx, journey schema.ID) {
	t.Helper()
	steps, err := tx.StepsIn(journey)
	if err != nil {
		t.Fatal(err)
	}
	for _, sp := range steps {
		words := strings.Fields(sp.Name)
		if !slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"I", "me", "my", "My", "We", "we", "us", "our", "Our"}, w)
		}) || sp.Description == "" {
			t.Errorf("%s: the step %q (%q) is not told by the customer", journey, sp.Name, sp.Description)
		}
	}
}
