package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A told is a workspace as an export tells it.
type told struct {
	records []toldRecord
	calls   []schema.LoggedCall
	changes []schema.Change
}

type toldRecord struct {
	kind schema.Kind
	body json.RawMessage
}

func tell(t *testing.T, st *store.Store, a schema.Actor) (all told) {
	t.Helper()
	err := st.View(t.Context(), a, func(tx *store.Tx) error {
		return errors.Join(
			tx.Each(func(k schema.Kind, body json.RawMessage) error {
				all.records = append(all.records, toldRecord{k, body})
				return nil
			}),
			tx.EachCall(func(c schema.LoggedCall) error { all.calls = append(all.calls, c); return nil }),
			tx.EachChange(func(c schema.Change) error { all.changes = append(all.changes, c); return nil }),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w told) adopt(t *testing.T, st *store.Store) error {
	t.Helper()
	return st.AdoptWorkspace(t.Context(), func(a *store.Adoption) error {
		for _, r := range w.records {
			if err := a.Record(r.kind, r.body); err != nil {
				return err
			}
		}
		for _, c := range w.calls {
			if err := a.Call(c); err != nil {
				return err
			}
		}
		for _, c := range w.changes {
			if err := a.Change(c); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w told) String() string {
	var b strings.Builder
	for _, r := range w.records {
		fmt.Fprintf(&b, "%s %s\n", r.kind, r.body)
	}
	for _, c := range w.calls {
		fmt.Fprintf(&b, "%+v\n", c)
	}
	for _, c := range w.changes {
		fmt.Fprintf(&b, "%d %s %v %d %v\n%s\n", c.Seq, c.Call, c.Ref, c.Version, c.Touches, c.After)
	}
	return b.String()
}

// eventful is a small workspace with a persona, renames, removals, an undo and
// a bookmark.
func eventful(t *testing.T) (s *small, removal schema.ID) {
	s = newSmall(t)
	s.update(t, "persona", func(tx *store.Tx) error {
		p := &schema.Persona{Name: "Ada"}
		if err := tx.Personas.Put(p); err != nil {
			return err
		}
		j, err := tx.Journeys.Get(s.journey)
		if err != nil {
			return err
		}
		j.Name, j.Personas = "Trial <to> customer & back", []schema.ID{p.ID}
		return tx.Journeys.Put(j)
	})
	s.update(t, "place", func(tx *store.Tx) error {
		sure := 0.25
		return tx.Placements.Put(&schema.Placement{Signal: s.signal, Step: s.step, State: schema.PlacementProposed, Confidence: &sure})
	})
	undone := s.update(t, "remove", func(tx *store.Tx) error { return tx.Stages.Remove(s.stage) })
	s.update(t, "undo", func(tx *store.Tx) error { tx.Summarize("took it back"); return tx.Undo(undone) })
	s.update(t, "bookmark", func(tx *store.Tx) error {
		return tx.Bookmarks.Put(&schema.Bookmark{Journey: s.journey, Seq: 3, Trigger: schema.ManualSave})
	})
	removal = s.update(t, "remove", func(tx *store.Tx) error { return tx.Remove(s.placement) })
	return s, removal
}

func TestAnAdoptedWorkspaceIsTheSame(t *testing.T) {
	s, removal := eventful(t)
	was := tell(t, s.st, s.actor)
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "other.db"), store.Options{})
	if err := was.adopt(t, st); err != nil {
		t.Fatal(err)
	}
	if is := tell(t, st, s.actor); is.String() != was.String() {
		t.Errorf("adopted:\n%s\nwant:\n%s", is, was)
	}
	if wrong, err := st.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("Check: %v, %v", wrong, err)
	}
	err := st.View(t.Context(), s.actor, func(tx *store.Tx) error {
		found, err := tx.SearchWords(store.Search{Words: []string{"price list"}, Limit: 5})
		if err != nil || len(found) == 0 || found[0].ID != s.signal {
			t.Errorf("the words of a signal find %v, %v", found, err)
		}
		j, err := tx.Resolve(schema.KindJourney, "trial-to-customer")
		if err != nil || j != s.journey {
			t.Errorf("the old slug leads to %v, %v", j, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	other := &world{st, s.actor}
	other.update(t, "undo", func(tx *store.Tx) error { return tx.Undo(removal) })
	other.view(t, func(tx *store.Tx) error {
		_, err := tx.Placements.Get(s.placement)
		return err
	})
}

func TestWithoutALogTheImportIsOneCall(t *testing.T) {
	s, _ := eventful(t)
	was := tell(t, s.st, s.actor)
	was.calls, was.changes = nil, nil
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "other.db"), store.Options{})
	if err := was.adopt(t, st); err == nil || !strings.Contains(err.Error(), "bmk_1 names place 3") {
		t.Errorf("a bookmark without a log: %v", err)
	}
	was.records = was.records[:len(was.records)-1]
	if err := was.adopt(t, st); err != nil {
		t.Fatal(err)
	}
	is := tell(t, st, s.actor)
	if len(is.calls) != 1 || is.calls[0].Tool != "import_workspace" || is.calls[0].Actor != s.actor.ID || len(is.changes) != len(was.records) {
		t.Errorf("the log holds %+v and %d changes, want one call and %d", is.calls, len(is.changes), len(was.records))
	}
	anew := regexp.MustCompile(`"version":\d+`)
	if got, want := (told{records: is.records}).String(), anew.ReplaceAllString(was.String(), `"version":1`); got != want {
		t.Errorf("records:\n%s\nwant:\n%s", got, want)
	}
}

func TestAdoptRefusesWhatDoesNotHoldTogether(t *testing.T) {
	storetest.Long(t)
	s, _ := eventful(t)
	edit := func(w *told, kind schema.Kind, old, new string) {
		for i, r := range w.records {
			if r.kind == kind {
				w.records[i].body = json.RawMessage(strings.Replace(string(r.body), old, new, 1))
			}
		}
	}
	for _, tt := range []struct {
		name  string
		spoil func(*told)
		want  string
	}{
		{"nothing", func(w *told) { *w = told{} }, "tells of no workspace"},
		{"no workspace", func(w *told) { w.records = w.records[1:] }, "one workspace, before all"},
		{"two workspaces", func(w *told) { w.records = append(w.records, w.records[0]) }, "one workspace, before all"},
		{"an unknown kind", func(w *told) { w.records[1].kind = "unicorn" }, `no kind of record "unicorn"`},
		{"the id of another kind", func(w *told) { w.records[1].kind = schema.KindPersona }, "mem_1"},
		{"an unknown field", func(w *told) { edit(w, schema.KindJourney, `"name"`, `"label":1,"name"`) }, `unknown field "label"`},
		{"an invalid record", func(w *told) { edit(w, schema.KindJourney, `"Trial \u003cto\u003e customer \u0026 back"`, `""`) }, "jny_1 is not valid: name is required"},
		{"a record without a date", func(w *told) { edit(w, schema.KindStage, `"created"`, `"updated"`) }, "stg_1 lacks"},
		{"a record twice", func(w *told) { w.records = append(w.records, w.records[1]) }, "mem_1 is there twice"},
		{"a reference that leads nowhere", func(w *told) { edit(w, schema.KindStep, "stg_1", "stg_9") }, "stp_1 refers to stg_9"},
		{"a quote that was not said", func(w *told) { edit(w, schema.KindCitation, "Where on earth", "Where on Earth") }, "the quote is not what sig_1 says"},
		{"a record the log does not know", func(w *told) { w.changes = w.changes[:len(w.changes)-1]; w.calls = w.calls[:len(w.calls)-1] }, "plc_1, which is not among"},
		{"a record other than the log's", func(w *told) { edit(w, schema.KindItem, "hard to find", "easy to find") }, "itm_1 is not as the log leaves it"},
		{"a gap in the log", func(w *told) { w.changes = append(w.changes[:4:4], w.changes[5:]...) }, "change 6 does not fit the log: it stands after change 4"},
		{"a version left out", func(w *told) { w.changes[3].Version = 2 }, "goes from version 0 to 2"},
		{"a body of another record", func(w *told) { w.changes[3].After = w.changes[4].After }, "its body is not version 1 of jny_1"},
		{"a call that is not there", func(w *told) { w.calls = w.calls[1:] }, "there is no call call_1"},
		{"a call that begins elsewhere", func(w *told) { w.calls[1].Seq++ }, "call_2 begins at 5"},
		{"a call without changes", func(w *told) {
			w.calls = append(w.calls, schema.LoggedCall{ID: "call_x", Tool: "x", At: w.calls[0].At, Seq: 99})
		}, "call_x has no change"},
		{"an undo of nothing", func(w *told) { w.calls[1].Undoes = "call_x" }, "undoes a call that is not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := tell(t, s.st, s.actor)
			tt.spoil(&w)
			st := storetest.Open(t)
			err := w.adopt(t, st)
			if err == nil || !strings.Contains(err.Error(), tt.want) || schema.FaultsOf(err) == nil {
				t.Errorf("adopt: %v, want a fault with %q", err, tt.want)
			}
			if all, err := st.Workspaces(t.Context()); err != nil || len(all) > 0 {
				t.Errorf("something is left: %v, %v", all, err)
			}
		})
	}
}

func TestAdoptRefusesAWorkspaceThatIsThere(t *testing.T) {
	s := newSmall(t)
	err := tell(t, s.st, s.actor).adopt(t, s.st)
	if !errors.Is(err, schema.Conflict) || !strings.Contains(err.Error(), `already; take the export into another file with --db`) {
		t.Errorf("adopt: %v, want a conflict that says what to do", err)
	}
}
