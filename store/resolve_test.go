package store_test

import (
	"errors"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
)

func TestANameLeadsToItsRecord(t *testing.T) {
	w := newWorld(t)
	journey := w.put(t, &schema.Journey{Name: "Trial > Customer"})
	other := w.put(t, &schema.Journey{Name: "ÜBERSICHT"})
	stage := w.put(t, &schema.Stage{Journey: journey, Name: "Deciding"})
	pay := w.put(t, &schema.Step{Stage: stage, Name: "I pay"})
	second := w.put(t, &schema.Stage{Journey: other, Name: "Deciding"})
	again := w.put(t, &schema.Step{Stage: second, Name: "I pay"})
	item := w.put(t, &schema.Item{Type: schema.Insight, Title: "per_user", Status: "New"})
	w.put(t, &schema.Item{Type: schema.Insight, Title: "100% sure_", Status: "New"})
	for _, tt := range []struct {
		kind schema.Kind
		text string
		want schema.ID
		code schema.Code
		says string
	}{
		{schema.KindJourney, string(journey), journey, "", ""},
		{schema.KindJourney, "  " + string(journey) + "\n", journey, "", ""},
		{schema.KindJourney, "trial-customer", journey, "", ""},
		{schema.KindJourney, "TRIAL > customer", journey, "", ""},
		{schema.KindJourney, "Übersicht", other, "", ""},
		{schema.KindStep, "Trial > Customer › Deciding › I pay", pay, "", ""},
		{schema.KindStep, "nowhere › Trial > Customer › Deciding › I pay", "", schema.NotFound, "there is no step"},
		{schema.KindStep, "übersicht > deciding > i PAY", again, "", ""},
		{schema.KindStep, "I pay", "", schema.Conflict, `there are 2 steps named "I pay"; valid: stp_1 (Trial > Customer › Deciding › I pay), stp_2 (ÜBERSICHT › Deciding › I pay)`},
		{schema.KindStep, "Deciding › I pay", "", schema.Conflict, `there are 2 steps named "Deciding › I pay"`},
		{schema.KindStage, "Übersicht › Deciding", second, "", ""},
		{schema.KindItem, "per_user", item, "", ""}, // though it reads as an id
		{schema.KindItem, "100% SURE_", "itm_2", "", ""},
		{schema.KindItem, "%", "", schema.NotFound, `there is no item "%" in this workspace; valid: 100% sure_ (itm_2), per_user (itm_1)`},
		{schema.KindItem, "sure thing", "", schema.NotFound, "valid: 100% sure_ (itm_2), per_user (itm_1)"}, // what comes near, first
		{schema.KindItem, "itm_99", "", schema.NotFound, "there is no item itm_99"},
		{schema.KindItem, "stp_1", "", schema.Invalid, "stp_1 is a step; an item is wanted"},
		{schema.KindItem, "", "", schema.NotFound, "give the id of an item"},
		{schema.KindItem, ">", "", schema.NotFound, `there is no item ">"`},
		{schema.KindStep, "›", "", schema.NotFound, `there is no step "›"`},
		{schema.KindStep, "› I pay", "", schema.NotFound, "there is no step"},
		{schema.KindPersona, "Petra", "", schema.NotFound, "this workspace has no persona yet"},
		{schema.KindSignal, "Hm", "", schema.NotFound, "give the id of a signal"},
		{schema.KindSignal, "itm_1", "", schema.Invalid, "itm_1 is an item; a signal is wanted"},
		{schema.KindCall, "call_1", "", schema.NotFound, "give the id of a call"},
		{"pigeon", "x", "", schema.NotFound, "there is no pigeon"},
	} {
		w.view(t, func(tx *store.Tx) error {
			got, err := tx.Resolve(tt.kind, tt.text)
			if tt.code == "" && (err != nil || got != tt.want) {
				t.Errorf("Resolve(%s, %q) = %q, %v; want %s", tt.kind, tt.text, got, err, tt.want)
			}
			if tt.code != "" && (!errors.Is(err, tt.code) || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("Resolve(%s, %q) = %q, %v; want %s that says %q", tt.kind, tt.text, got, err, tt.code, tt.says)
			}
			return nil
		})
	}
	w.view(t, func(tx *store.Tx) error {
		for id, want := range map[schema.ID]string{pay: "Trial > Customer › Deciding › I pay", stage: "Trial > Customer › Deciding", journey: "Trial > Customer", item: "per_user", w.actor.ID: "Owner", "sig_1": "", "stp_99": ""} {
			if got, err := tx.Path(id); err != nil || got != want {
				t.Errorf("Path(%s) = %q, %v; want %q", id, got, err, want)
			}
		}
		for id, want := range map[schema.ID]schema.ID{pay: journey, second: other, journey: journey, "stp_99": "", item: ""} {
			if got, err := tx.JourneyOf(id); err != nil || got != want {
				t.Errorf("JourneyOf(%s) = %q, %v; want %q", id, got, err, want)
			}
		}
		return nil
	})
}
