package resources_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

var idInRow = regexp.MustCompile(`(?m)^\| [^|]*\((itm_\d+)\) \|`)

func TestTheTableSortsByEachKey(t *testing.T) {
	w := newWorld(t)
	v := w.journeyView(t, w.journey)
	for sort, want := range map[string]string{
		"":           "itm_1 itm_2 itm_4 itm_6 itm_8 itm_3 itm_7 itm_9",
		"step":       "itm_1 itm_2 itm_4 itm_6 itm_8 itm_3 itm_7 itm_9",
		"title":      "itm_4 itm_3 itm_6 itm_8 itm_1 itm_2 itm_7 itm_9",
		"type":       "itm_1 itm_2 itm_4 itm_3 itm_6 itm_7 itm_8 itm_9",
		"-impact":    "itm_6 itm_7 itm_1 itm_2 itm_4 itm_8 itm_3 itm_9",
		"effort":     "itm_6 itm_7 itm_1 itm_2 itm_4 itm_8 itm_3 itm_9",
		"owner":      "itm_6 itm_1 itm_2 itm_4 itm_8 itm_3 itm_7 itm_9",
		"-updated":   "itm_2 itm_1 itm_4 itm_6 itm_8 itm_3 itm_7 itm_9",
		"-evidence":  "itm_2 itm_4 itm_3 itm_1 itm_6 itm_8 itm_7 itm_9",
		"current":    "itm_9 itm_1 itm_2 itm_4 itm_6 itm_8 itm_3 itm_7",
		"confidence": "itm_6 itm_1 itm_2 itm_4 itm_8 itm_3 itm_7 itm_9",
	} {
		text, err := v.Table(sort)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range idInRow.FindAllStringSubmatch(text, -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %q the table has %v, want %v", sort, got, want)
		}
	}
	for _, key := range resources.SortKeys() {
		if _, err := v.Table(key); err != nil {
			t.Errorf("by %s: %v", key, err)
		}
	}
	_, err := v.Table("colour")
	if !errors.Is(err, schema.Invalid) || !slices.Equal(schema.FaultsOf(err)[0].Valid, resources.SortKeys()) {
		t.Errorf("by colour: %v", err)
	}
}

func TestQuadrantsLeaveNoGap(t *testing.T) {
	for _, tt := range []struct {
		impact, effort int
		want           string
	}{
		{5, 1, "Quick wins"}, {4, 2, "Quick wins"}, {4, 3, "Expensive bets"}, {5, 5, "Expensive bets"},
		{3, 2, "Fill-ins"}, {1, 1, "Fill-ins"}, {3, 3, "Defer"}, {1, 5, "Defer"}, {0, 1, "Not scored"}, {5, 0, "Not scored"},
	} {
		if got := resources.QuadrantOf(tt.impact, tt.effort); got != tt.want {
			t.Errorf("QuadrantOf(%d, %d) = %s, want %s", tt.impact, tt.effort, got, tt.want)
		}
	}
}

func TestTheVocabularyHasAllThereIs(t *testing.T) {
	v := resources.Vocabulary()
	if len(v.Kinds) != len(schema.Kinds()) || len(v.Pairs) != len(schema.Pairs()) || len(v.Enumerations) != len(schema.Enumerations()) {
		t.Error("the vocabulary lacks a kind, a pair or an enumeration")
	}
	for _, r := range slices.Concat(v.Evidence, v.Coverage) {
		if r.When == "" {
			t.Errorf("the vocabulary does not say when something is %s", r.Label)
		}
	}
	if len(v.Evidence) != len(schema.Strength("").Values()) {
		t.Error("the vocabulary lacks a strength")
	}
}

func TestHistoryGoesOnWhereItStopped(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.update(t, "edit", "", edit(w.cost, func(s *schema.Step) { s.Emotion = ptr(1 + *s.Emotion%5) }))
	}
	w.view(t, func(tx *store.Tx) error {
		first, err := resources.Changes(tx, w.journey, 0)
		if err != nil {
			return err
		}
		second, err := resources.Changes(tx, w.journey, first.Before)
		if err != nil {
			return err
		}
		seen := map[schema.ID]bool{}
		for _, e := range slices.Concat(first.Changes, second.Changes) {
			if seen[e.Call] {
				t.Errorf("%s is told twice", e.Call)
			}
			seen[e.Call] = true
		}
		if len(seen) != first.Total || second.Before != 0 {
			t.Errorf("%d of %d calls are told in two pages", len(seen), first.Total)
		}
		if e := first.Changes[0]; e.Changed[0].Fields[0].Name != "emotion" {
			t.Errorf("the last change is told as %+v", e)
		}
		return nil
	})
}
