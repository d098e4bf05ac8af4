package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func ptr[T any](v T) *T { return &v }

// A world is a workspace to try things in.
type world struct {
	st    *store.Store
	actor schema.Actor
}

func newWorld(t testing.TB) *world {
	st := storetest.Open(t)
	return &world{st, storetest.Workspace(t, st)}
}

// try makes a call and returns its id.
func (w *world) try(t testing.TB, tool string, fn func(*store.Tx) error) (schema.ID, error) {
	t.Helper()
	id := w.st.NewID(schema.KindCall)
	return id, w.st.Update(t.Context(), schema.Call{ID: id, Tool: tool, Actor: w.actor}, fn)
}

// update makes a call that has to succeed.
func (w *world) update(t testing.TB, tool string, fn func(*store.Tx) error) schema.ID {
	t.Helper()
	id, err := w.try(t, tool, fn)
	if err != nil {
		t.Fatalf("%s: %v", tool, err)
	}
	return id
}

func (w *world) view(t testing.TB, fn func(*store.Tx) error) {
	t.Helper()
	if err := w.st.View(t.Context(), w.actor, fn); err != nil {
		t.Fatal(err)
	}
}

// put stores a record, in a call of its own, and returns its id.
func (w *world) put(t testing.TB, r schema.Record) schema.ID {
	t.Helper()
	w.update(t, "put", func(tx *store.Tx) error { return put(tx, r) })
	return r.Self().ID
}

// refuse makes a call that has to fail with a fault of the code, which says all
// of the words.
func (w *world) refuse(t testing.TB, what string, code schema.Code, words []string, fn func(*store.Tx) error) {
	t.Helper()
	before := w.rows(t)
	_, err := w.try(t, what, fn)
	if !errors.Is(err, code) || schema.FaultsOf(err) == nil {
		t.Errorf("%s: %v, want a fault that is %s", what, err, code)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %q does not say %q", what, err, word)
		}
	}
	if diff := difference(before, w.rows(t)); diff != "" {
		t.Errorf("%s was refused, and yet changed:\n%s", what, diff)
	}
}

// put stores a record in the table of its kind.
func put(tx *store.Tx, r schema.Record) error {
	switch r := r.(type) {
	case *schema.Workspace:
		return tx.Workspaces.Put(r)
	case *schema.Member:
		return tx.Members.Put(r)
	case *schema.Journey:
		return tx.Journeys.Put(r)
	case *schema.Stage:
		return tx.Stages.Put(r)
	case *schema.Step:
		return tx.Steps.Put(r)
	case *schema.Nesting:
		return tx.Nestings.Put(r)
	case *schema.Item:
		return tx.Items.Put(r)
	case *schema.Placement:
		return tx.Placements.Put(r)
	case *schema.Link:
		return tx.Links.Put(r)
	case *schema.Persona:
		return tx.Personas.Put(r)
	case *schema.Signal:
		return tx.Signals.Put(r)
	case *schema.Citation:
		return tx.Citations.Put(r)
	case *schema.Note:
		return tx.Notes.Put(r)
	case *schema.Comment:
		return tx.Comments.Put(r)
	case *schema.Attachment:
		return tx.Attachments.Put(r)
	case *schema.Weblink:
		return tx.Weblinks.Put(r)
	case *schema.Task:
		return tx.Tasks.Put(r)
	case *schema.Reading:
		return tx.Readings.Put(r)
	case *schema.Bookmark:
		return tx.Bookmarks.Put(r)
	case *schema.Key:
		return tx.Keys.Put(r)
	case *schema.Invitation:
		return tx.Invitations.Put(r)
	case *schema.JoinRequest:
		return tx.JoinRequests.Put(r)
	}
	panic(fmt.Sprintf("no table of %T", r))
}

// snapshot is all that the tables of the workspaces hold, but for the versions
// of records and when they were written, and every word of the full text.
func (w *world) snapshot(t testing.TB) []string {
	t.Helper()
	all := w.rows(t)
	words, err := w.st.FullText()
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		all = append(all, "full text: "+word)
	}
	return all
}

// rows is the snapshot without the full text, which takes a while.
func (w *world) rows(t testing.TB) []string {
	t.Helper()
	var all []string
	add := func(what string, rows []string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, r := range rows {
			all = append(all, what+": "+r)
		}
	}
	columns := w.st.Columns()
	for _, k := range schema.Kinds() {
		cols := slices.DeleteFunc(columns[k], func(c string) bool { return c == "version" || c == "updated" })
		rows, err := w.st.Rows(fmt.Sprintf(`SELECT %s FROM %s ORDER BY workspace, id`, strings.Join(cols, ", "), k))
		add(string(k), rows, err)
	}
	rows, err := w.st.Rows(`SELECT workspace, kind, slug, id FROM slug ORDER BY 1, 2, 3`)
	add("slug", rows, err)
	rows, err = w.st.Rows(`SELECT workspace, id, kind, digest FROM doc ORDER BY 1, 2`)
	add("doc", rows, err)
	rows, err = w.st.Rows(`SELECT * FROM thread ORDER BY 1, 2, 3, 4, 5`)
	add("thread", rows, err)
	return all
}

// difference tells what one list of lines has that another has not.
func difference(was, is []string) string {
	var b strings.Builder
	count := map[string]int{}
	for _, l := range was {
		count[l]--
	}
	for _, l := range is {
		count[l]++
	}
	n := 0
	for _, side := range []struct {
		sign  string
		lines []string
		of    int
	}{{"-", was, -1}, {"+", is, 1}} {
		for _, l := range side.lines {
			if count[l]*side.of > 0 && n < 20 {
				fmt.Fprintln(&b, side.sign, l)
				count[l] -= side.of
				n++
			}
		}
	}
	return b.String()
}

func TestASnapshotSeesWhatChanges(t *testing.T) {
	w := newWorld(t)
	before := w.snapshot(t)
	j := &schema.Journey{Name: "Trial"}
	w.put(t, j)
	after := w.snapshot(t)
	for _, what := range []string{"journey: ", "slug: ", "doc: ", "full text: "} {
		if diff := difference(before, after); !strings.Contains(diff, "+ "+what) {
			t.Errorf("a new journey does not show in %s%s", what, diff)
		}
	}
	if diff := difference(after, w.snapshot(t)); diff != "" {
		t.Errorf("two snapshots of the same differ:\n%s", diff)
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
