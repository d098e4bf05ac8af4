package transfer_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"custory/internal/format"
	"custory/internal/transfer"
	"custory/schema"
)

// onboarding is a journey with everything that a file can tell.
func onboarding() format.Journey {
	price := format.Item{Group: "Insight", Title: "Prices are hard to find", Description: "Many say so", Status: "Observed"}
	return format.Journey{Name: "Trial to customer", Description: "From the first visit\nto the first invoice", Stages: []format.Stage{
		{Name: "Deciding", Steps: []format.Step{
			{Name: "I find out what it costs", Description: "price page: plans", Emotion: 2, Actors: []string{"Ada", "Her boss, Bob"}, Items: []format.Item{
				price, {Group: "Solution", Title: "A price list", Status: "Planned", Owner: "Owner"}, {Group: "Touchpoint", Title: "Price page", Status: "Exists"},
			}},
			{Name: "I pay", Emotion: 5, Items: []format.Item{price, {Group: "Touchpoint", Title: "Price page", Description: "Another one", Status: "Exists"}}},
		}},
		{Name: "Deciding", Steps: []format.Step{{Name: "I pay", Actors: []string{"Ada"}}}},
		{Name: "Leaving"},
	}}
}

func TestAJourneyComesOutAsItWentIn(t *testing.T) {
	d := newDesk(t)
	in := transfer.Journeys{Tools: d.set, Actor: d.actor}
	made, err := in.Import(t.Context(), onboarding())
	if err != nil {
		t.Fatal(err)
	}
	calls := made.Calls
	made.Calls = nil
	want := transfer.Made{ID: "jny_1", Slug: "trial-to-customer", Name: "Trial to customer", Stages: 3, Steps: 3, Items: 4, Placed: 5, Personas: 2}
	if !reflect.DeepEqual(made, want) {
		t.Errorf("made %+v, want %+v", made, want)
	}
	out, left, err := transfer.Picture(t.Context(), d.st, d.actor, "trial-to-customer", false)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", out), fmt.Sprintf("%+v", sorted(onboarding())); got != want || len(left) > 0 {
		t.Errorf("left %q:\n%s\nwant\n%s", left, got, want)
	}
	for i := len(calls) - 1; i >= 0; i-- {
		d.call(t, "undo", fmt.Sprintf(`{"call": %q}`, calls[i]))
	}
	if err := in.Free(t.Context(), "trial to customer"); err != nil {
		t.Errorf("it is still there once its calls are undone: %v", err)
	}
}

// sorted puts the items of each step in the order of their lanes.
func sorted(j format.Journey) format.Journey {
	s := j.Stages[0].Steps[0].Items
	s[0], s[1], s[2] = s[2], s[0], s[1]
	s = j.Stages[0].Steps[1].Items
	s[0], s[1] = s[1], s[0]
	return j
}

func TestAJourneyOfManyStepsComesInWhole(t *testing.T) {
	d := newDesk(t)
	j := format.Journey{Name: "Long"}
	for s := range 12 {
		stage := format.Stage{Name: fmt.Sprint("Stage ", s)}
		for k := range 25 {
			stage.Steps = append(stage.Steps, format.Step{Name: fmt.Sprintf("Step %d.%d", s, k), Items: []format.Item{{Group: "Touchpoint", Title: fmt.Sprintf("Thing %d.%d", s, k), Status: "Exists"}}})
		}
		j.Stages = append(j.Stages, stage)
	}
	in := transfer.Journeys{Tools: d.set, Actor: d.actor}
	made, err := in.Import(t.Context(), j)
	if err != nil || made.Steps != 300 || made.Items != 300 {
		t.Fatalf("%+v, %v", made, err)
	}
	out, _, err := transfer.Picture(t.Context(), d.st, d.actor, "long", false)
	if err != nil || !reflect.DeepEqual(out, j) {
		t.Errorf("it came out as %+v, %v", out, err)
	}
}

func TestWhatTheWorkspaceHasIsUsed(t *testing.T) {
	d := newDesk(t)
	d.call(t, "save_persona", `{"name": "ada"}`)
	d.call(t, "save_items", `{"items": [{"type": "Insight", "title": "prices are hard to find", "description": "Ours"}]}`)
	j := onboarding()
	j.Stages[0].Steps[0].Items[1].Owner = "Nobody"
	j.Stages[0].Steps[0].Items[2].Status = "Glorious"
	in := transfer.Journeys{Tools: d.set, Actor: d.actor}
	made, err := in.Import(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`the insight "Prices are hard to find" is in the workspace already and stays as it is there`,
		`there is no member "Nobody"; what the file says they own has no owner`,
		`"Glorious" is no status of a Touchpoint; "Price page" has the first, Exists`,
	}
	if made.Items != 3 || made.Personas != 1 || !reflect.DeepEqual(made.Notes, want) {
		t.Errorf("%+v, want notes %q", made, want)
	}
}

func TestAJourneyThatFailsHalfWayIsTakenBack(t *testing.T) {
	d := newDesk(t)
	in := transfer.Journeys{Tools: d.set, Actor: d.actor}
	j := onboarding()
	j.Stages[0].Steps[1].Items[1].Title = strings.Repeat("x", 300)
	_, err := in.Import(t.Context(), j)
	if err == nil || !strings.Contains(err.Error(), `the touchpoint "xxx`) || !strings.Contains(err.Error(), "300 characters") {
		t.Errorf("Import: %v", err)
	}
	if err := in.Free(t.Context(), j.Name); err != nil {
		t.Errorf("it was left behind: %v", err)
	}
	j = onboarding()
	j.Stages[0].Steps[1].Name = "a\x00b"
	if _, err = in.Import(t.Context(), j); err == nil || !strings.Contains(err.Error(), "the step") {
		t.Errorf("Import: %v", err)
	}
	if _, err := in.Import(t.Context(), onboarding()); err != nil {
		t.Errorf("and then a good one: %v", err)
	}
	_, err = in.Import(t.Context(), format.Journey{Name: "TRIAL to customer"})
	if f := schema.FaultsOf(err); len(f) != 1 || f[0].Code != schema.Conflict || f[0].Field != "name" {
		t.Errorf("a name that is taken: %v", err)
	}
}

func TestPictureSaysWhatStaysBehind(t *testing.T) {
	d := furnished(t)
	d.call(t, "save_items", `{"items": [{"type": "Insight", "title": "A draft", "draft": true, "place_on": ["I pay"]}]}`)
	j, left, err := transfer.Picture(t.Context(), d.st, d.actor, "trial-to-paying-customer", false)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"2 placed signals", "2 own fields of items, such as impact or channel", "1 draft", "1 comment", "1 reading of a metric"}
	if !reflect.DeepEqual(left, want) {
		t.Errorf("left %q, want %q", left, want)
	}
	if len(j.Stages) != 1 || len(j.Stages[0].Steps[1].Items) != 1 {
		t.Errorf("the journey is %+v", j)
	}
}

func TestPictureCitesWhereAFileHoldsQuotes(t *testing.T) {
	d := furnished(t)
	d.call(t, "submit_insight", `{"title": "Nobody finds the prices", "steps": ["I find out what it costs", "I pay"], "insight_type": "pain", "quotes": [
		{"signal": "sig_1", "quote": "Where on earth is the price list?"}, {"signal": "sig_2", "quote": "The invoice came late", "stance": "contradicts"}]}`)
	d.call(t, "save_items", `{"items": [{"type": "Insight", "title": "Nobody finds the prices", "status": "Observed", "even_if_same": true, "place_on": ["I pay"]}]}`)
	j, left, err := transfer.Picture(t.Context(), d.st, d.actor, "trial-to-paying-customer", true)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(left, "\n"), "quote") {
		t.Errorf("left %q", left)
	}
	var b strings.Builder
	if err := format.WriteMarkdown(&b, j); err != nil {
		t.Fatal(err)
	}
	const want = `- **Insight:** Nobody finds the prices (Observed)
  > “Where on earth is the price list?” — u-1, support, 2029-12-31
  >
  > “The invoice came late” — someone, support *(disagrees)*
`
	if n := strings.Count(b.String(), want); n != 2 {
		t.Errorf("on %d steps, not 2, there is\n%swithin\n%s", n, want, &b)
	}
	if n := strings.Count(b.String(), "Nobody finds the prices"); n != 3 {
		t.Errorf("the two insights of that title stand in %d places, not 3:\n%s", n, &b)
	}
}
