package resources_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestResourcesHaveManners(t *testing.T) {
	names, uris := map[string]bool{}, map[string]bool{}
	for _, r := range resources.All() {
		if names[r.Name] || uris[r.URI] {
			t.Errorf("%s (%s) is there twice", r.Name, r.URI)
		}
		names[r.Name], uris[r.URI] = true, true
		if !strings.HasPrefix(r.URI, "custory://") || r.Title == "" || !strings.HasSuffix(r.Doc, ".") {
			t.Errorf("%s lacks a title, a doc that ends in a full stop, or an address", r.Name)
		}
		if strings.Contains(r.URI, "{") != (r.Of != "") {
			t.Errorf("%s has a variable and no record, or a record and no variable", r.Name)
		}
	}
}

func TestFaultsSayWhatToDo(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		uri  string
		code schema.Code
		says string
	}{
		{"custory://nothing", schema.NotFound, "custory://workspace"},
		{"https://example.com", schema.NotFound, "there is no resource"},
		{"custory://step/", schema.NotFound, "custory://step/{id}"},
		{"custory://step/" + string(w.cost) + "/more", schema.NotFound, "there is no resource"},
		{"custory://step/stp_999", schema.NotFound, "there is no step stp_999"},
		{"custory://step/" + string(w.insight), schema.Invalid, "a step is wanted"},
		{"custory://item/no-such-thing", schema.NotFound, "no-such-thing"},
		{"custory://journey/no-such-thing", schema.NotFound, "Trial to customer"},
		{"custory://journey/" + string(w.child) + "/stage/" + string(w.finding), schema.NotFound, "custory://journey/" + string(w.journey) + "/stage/" + string(w.finding)},
		{"custory://workspace?format=xml", schema.Invalid, "markdown, json"},
		{"custory://workspace?depth=2", schema.Invalid, "format"},
		{"custory://workspace?format=%zz", schema.Invalid, "format=json"},
	} {
		w.view(t, func(tx *store.Tx) error {
			text, _, err := resources.Read(t.Context(), tx, tt.uri)
			if !errors.Is(err, tt.code) || text != "" {
				t.Errorf("Read(%s): %v, want %s", tt.uri, err, tt.code)
				return nil
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Read(%s): %q does not say %q", tt.uri, err, tt.says)
			}
			return nil
		})
	}
}

func TestAnAddressNamesBySlugAliasNameAndID(t *testing.T) {
	w := newWorld(t)
	w.update(t, "edit_journey", "", func(tx *store.Tx) error {
		j, err := tx.Journeys.Get(w.journey)
		if err != nil {
			return err
		}
		j.Name = "Prüfung & Kauf"
		return tx.Journeys.Put(j)
	})
	w.view(t, func(tx *store.Tx) error {
		for _, key := range []string{string(w.journey), "trial-to-customer", "pr%C3%BCfung-kauf", "prüfung-kauf", "Pr%C3%BCfung%20&%20Kauf"} {
			text, _, err := resources.Read(t.Context(), tx, "custory://journey/"+key)
			if err != nil || !strings.Contains(text, "custory://journey/pr%C3%BCfung-kauf") {
				t.Errorf("Read by %s: %v", key, err)
			}
			got, err := resources.Canonical(tx, "custory://journey/"+key+"/changes?format=json")
			if want := "custory://journey/" + string(w.journey) + "/changes"; err != nil || got != want {
				t.Errorf("Canonical by %s is %s, %v; want %s", key, got, err, want)
			}
		}
		return nil
	})
}

func TestAStageIsFoundInItsJourneyAlone(t *testing.T) {
	w := newWorld(t)
	var stage *schema.Stage
	w.update(t, "edit_journey", "", func(tx *store.Tx) error {
		other := &schema.Journey{Name: "Another"}
		if err := tx.Journeys.Put(other); err != nil {
			return err
		}
		stage = &schema.Stage{Journey: other.ID, Name: "Elsewhere"}
		return tx.Stages.Put(stage)
	})
	w.view(t, func(tx *store.Tx) error {
		for journey, found := range map[string]bool{"another": true, "-": true, string(w.journey): false, "nowhere": false} {
			uri := "custory://journey/" + journey + "/stage/" + string(stage.ID)
			_, _, err := resources.Read(t.Context(), tx, uri)
			if (err == nil) != found || err != nil && !errors.Is(err, schema.NotFound) {
				t.Errorf("Read(%s): %v", uri, err)
			}
			if _, err := resources.Canonical(tx, uri); (err == nil) != found || err != nil && !errors.Is(err, schema.NotFound) {
				t.Errorf("Canonical(%s): %v", uri, err)
			}
		}
		return nil
	})
}

func TestAnotherWorkspaceFindsNothing(t *testing.T) {
	w := newWorld(t)
	other := storetest.Workspace(t, w.st)
	err := w.st.View(t.Context(), other, func(tx *store.Tx) error {
		for name, uri := range w.addresses() {
			if !strings.Contains(uri, "_") && !strings.Contains(uri, "-") {
				continue // of the workspace as a whole
			}
			if text, _, err := resources.Read(t.Context(), tx, uri); !errors.Is(err, schema.NotFound) {
				t.Errorf("%s of another workspace: %v\n%s", name, err, text)
			}
			if _, err := resources.Canonical(tx, uri); !errors.Is(err, schema.NotFound) {
				t.Errorf("the canonical address of %s of another workspace: %v", name, err)
			}
		}
		for _, id := range []schema.ID{w.journey, w.cost, w.insight, w.said, w.admin, w.note} {
			if _, err := resources.Picture(tx, id); !errors.Is(err, schema.NotFound) {
				t.Errorf("the picture of %s of another workspace: %v", id, err)
			}
		}
		text, _, err := resources.Read(t.Context(), tx, "custory://workspace")
		if strings.Contains(text, "Trial to customer") {
			t.Errorf("the workspace shows another's journey:\n%s", text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPictureOfAnyRecord(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		for _, id := range []schema.ID{w.journey, w.finding, w.cost, w.insight, w.said, w.admin, w.note, w.comment, w.link, w.placement, w.citation, w.actor.ID, w.actor.Workspace} {
			for name, picture := range map[string]func(*store.Tx, schema.ID) (resources.View, error){"Picture": resources.Picture, "Brief": resources.Brief} {
				v, err := picture(tx, id)
				if err != nil || !strings.Contains(v.Markdown(), string(id)) {
					t.Errorf("%s(%s): %v", name, id, err)
				}
			}
		}
		if _, err := resources.Picture(tx, "call_1"); !errors.Is(err, schema.Invalid) {
			t.Errorf("Picture of a call: %v, want invalid", err)
		}
		return nil
	})
}

func TestReadStopsWithItsCaller(t *testing.T) {
	w := newWorld(t)
	w.view(t, func(tx *store.Tx) error {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := resources.Read(ctx, tx, "custory://vocabulary"); !errors.Is(err, context.Canceled) {
			t.Errorf("Read after the caller has gone: %v", err)
		}
		return nil
	})
}
