package resources_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestCompleteOffersWhatWasMeant(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		template, argument, prefix string
		want                       []string
	}{
		{"custory://journey/{slug}", "slug", "", []string{"trial-to-customer", "refund"}},
		{"custory://journey/{slug}", "slug", "REF", []string{"refund"}},
		{"custory://journey/{slug}/changes", "slug", "to cust", []string{"trial-to-customer"}},
		{"custory://journey/{slug}/stage/{id}", "slug", "refund", []string{"refund"}},
		{"custory://journey/{slug}/stage/{id}", "id", "", []string{"stg_1", "stg_2", "stg_3", "stg_4"}},
		{"custory://journey/refund/stage/{id}", "id", "", []string{"stg_4"}},
		{"custory://journey/{slug}/stage/{id}", "id", "decid", []string{"stg_2"}},
		{"custory://step/{id}", "id", "stp_1", []string{"stp_1"}},
		{"custory://step/{id}", "id", "invoice", []string{"stp_3"}},
		{"custory://item/{id}", "id", "price", []string{"itm_1", "itm_2", "itm_8", "itm_5", "itm_6"}},
		{"custory://item/{id}", "id", "hard-to", []string{"itm_2"}},
		{"custory://signal/{id}", "id", "sig_3", []string{"sig_3"}},
		{"custory://signal/{id}", "id", "PRICE LIST", []string{"sig_1"}},
		{"custory://persona/{id}", "id", "boss", []string{"per_2"}},
		{"custory://persona/{id}", "id", "nobody", []string{}},
	} {
		w.view(t, func(tx *store.Tx) error {
			got, total, err := resources.Complete(t.Context(), tx, tt.template, tt.argument, tt.prefix)
			if err != nil || !slices.Equal(got, tt.want) || total != len(tt.want) {
				t.Errorf("Complete(%s, %s, %q) is %v of %d, %v; want %v", tt.template, tt.argument, tt.prefix, got, total, err, tt.want)
			}
			return nil
		})
	}
}

func TestCompleteOffersAHundredAndSaysHowMany(t *testing.T) {
	w := &world{st: storetest.Open(t), calls: map[string]schema.ID{}}
	w.actor = storetest.Workspace(t, w.st)
	w.update(t, "save_items", "", func(tx *store.Tx) error {
		var m must
		for i := range 130 {
			put(&m, tx.Items.Put, &schema.Item{Type: schema.Insight, Title: fmt.Sprintf("Thing %d", i), Status: "New"})
		}
		return m.err
	})
	w.view(t, func(tx *store.Tx) error {
		got, total, err := resources.Complete(t.Context(), tx, "custory://item/{id}", "id", "thing")
		if len(got) != 100 || total != 130 || err != nil {
			t.Errorf("Complete offers %d of %d, %v", len(got), total, err)
		}
		return nil
	})
}

func TestCompleteFaults(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		for _, tt := range []struct {
			template, argument string
			code               schema.Code
		}{
			{"custory://nothing/{id}", "id", schema.NotFound},
			{"custory://workspace", "id", schema.NotFound},
			{"custory://step/{id}", "slug", schema.Invalid},
			{"custory://journey/none/stage/{id}", "id", schema.NotFound},
		} {
			if got, _, err := resources.Complete(t.Context(), tx, tt.template, tt.argument, ""); !errors.Is(err, tt.code) {
				t.Errorf("Complete(%s, %s) is %v, %v; want %s", tt.template, tt.argument, got, err, tt.code)
			}
		}
		return nil
	})
}

func TestArgumentsOfPromptsComplete(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		got, total, err := resources.CompleteArgument(t.Context(), tx, "journey_review", "journey", "trial")
		if err != nil || total != 1 || !slices.Equal(got, []string{"trial-to-customer"}) {
			t.Errorf("the journey of journey_review completes to %v of %d, %v", got, total, err)
		}
		got, _, err = resources.CompleteArgument(t.Context(), tx, "triage_signals", "source", "Su")
		if err != nil || !slices.Equal(got, []string{"support"}) {
			t.Errorf("the source of triage_signals completes to %v, %v", got, err)
		}
		got, _, err = resources.CompleteArgument(t.Context(), tx, "triage_signals", "source", "")
		if want := schema.SourceKind("").Values(); err != nil || len(got) != len(want) {
			t.Errorf("the sources are %v, want %v", got, want)
		}
		got, _, err = resources.CompleteArgument(t.Context(), tx, "ask_the_journey", "within", "")
		if err != nil || !slices.ContainsFunc(got, func(v string) bool { return strings.HasPrefix(v, "stp_") }) || !slices.Contains(got, "trial-to-customer") {
			t.Errorf("within completes to %v, %v", got, err)
		}
		if got, _, err := resources.CompleteArgument(t.Context(), tx, "ask_the_journey", "question", "why"); err != nil || len(got) != 0 || got == nil {
			t.Errorf("a question completes to %v, %v", got, err)
		}
		if _, _, err := resources.CompleteArgument(t.Context(), tx, "ask_the_journey", "colour", ""); !errors.Is(err, schema.Invalid) {
			t.Errorf("an argument that is not there: %v", err)
		}
		if _, _, err := resources.CompleteArgument(t.Context(), tx, "sing", "song", ""); !errors.Is(err, schema.NotFound) {
			t.Errorf("a prompt that is not there: %v", err)
		}
		return nil
	})
}
