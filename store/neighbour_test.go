package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// neighbours are a workspace with records of every kind, all of whose texts
// hold the word "secret", and another that must not learn of them.
func neighbours(t *testing.T) (a *small, b *world, theirs []schema.ID) {
	a = &small{world: newWorld(t)}
	me := a.actor.ID
	persona := a.put(t, &schema.Persona{Name: "secret persona"})
	a.journey = a.put(t, &schema.Journey{Name: "secret journey", Personas: []schema.ID{persona}})
	child := a.put(t, &schema.Journey{Name: "secret child"})
	a.stage = a.put(t, &schema.Stage{Journey: a.journey, Name: "secret stage"})
	a.step = a.put(t, &schema.Step{Stage: a.stage, Name: "secret step"})
	a.item = a.put(t, &schema.Item{Type: schema.Insight, Title: "secret item", Status: "New"})
	metric := a.put(t, &schema.Item{Type: schema.Metric, Title: "secret metric", Status: "Active", Owner: me})
	next := a.put(t, &schema.Item{Type: schema.Opportunity, Title: "secret hope", Status: "New"})
	a.signal = a.put(t, &schema.Signal{Text: "secret signal", Source: "chat", Author: "secret author", Thread: "secret"})
	theirs = []schema.ID{a.actor.Workspace, me, persona, a.journey, child, a.stage, a.step, a.item, metric, a.signal}
	for _, r := range []schema.Record{
		&schema.Nesting{Step: a.step, Journey: child},
		&schema.Placement{Step: a.step, Item: a.item},
		&schema.Placement{Step: a.step, Signal: a.signal, State: "placed", Reason: "secret reason"},
		&schema.Link{From: a.item, To: next},
		&schema.Citation{Item: a.item, Signal: a.signal, End: 6, Quote: "secret", Stance: "supports"},
		&schema.Note{Text: "secret note", Journey: a.journey, State: "Ready"},
		&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: a.item}, Text: "secret comment", Author: me},
		&schema.Attachment{Item: a.item, Name: "secret", Digest: "x"},
		&schema.Weblink{Item: a.item, URL: "http://secret.example"},
		&schema.Task{Item: a.item, Platform: "Jira", Key: "secret", Title: "x", URL: "http://x.example"},
		&schema.Reading{Item: metric, At: a.st.Now(), Value: 1, Note: "secret"},
		&schema.Bookmark{Journey: a.journey, Seq: 3, Label: "secret", Trigger: schema.ManualSave},
		&schema.Key{Member: me, Name: "secret", Role: schema.Owner, Hash: "secret"},
		&schema.Invitation{Email: "secret@x.example", Role: schema.Viewer, InvitedBy: me, Expires: a.st.Now().Add(schema.InvitationLife)},
		&schema.JoinRequest{Email: "secret@y.example", Name: "secret", State: schema.JoinPending},
	} {
		theirs = append(theirs, a.put(t, r))
	}
	return a, a.other(t), theirs
}

// quiet demands that an answer tells nothing of the neighbours, but what was
// asked.
func quiet(t *testing.T, what, asked string, answer []reflect.Value) {
	t.Helper()
	for _, v := range answer {
		if err, ok := v.Interface().(error); ok {
			if schema.FaultsOf(err) == nil || strings.Contains(strings.ReplaceAll(err.Error(), asked, ""), "secret") {
				t.Errorf("%s: %v", what, err)
			}
			continue
		}
		b, err := json.Marshal(v.Interface())
		if said := fmt.Sprintf("%s %+v", b, v.Interface()); err == nil && strings.Contains(said, "secret") {
			t.Errorf("%s tells %s", what, said)
		}
	}
}

func TestNoQuestionTellsOfTheNeighbours(t *testing.T) {
	t.Parallel()
	a, b, theirs := neighbours(t)
	before := a.snapshot(t)
	skip := []string{"Summarize", "Seq", "Each", "EachCall", "EachChange", "AllOf", "Admit"} // take no id
	asked := 0
	typ := reflect.TypeFor[*store.Tx]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if slices.Contains(skip, m.Name) {
			continue
		}
		for _, id := range append(theirs, "call_4") {
			text, _, _ := strings.Cut("secret-"+string(id.Kind()), "_")
			args := map[reflect.Type]any{
				reflect.TypeFor[schema.ID]():          id,
				reflect.TypeFor[[]schema.ID]():        []schema.ID{id},
				reflect.TypeFor[schema.Kind]():        id.Kind(),
				reflect.TypeFor[string]():             text,
				reflect.TypeFor[int]():                10,
				reflect.TypeFor[int64]():              int64(20),
				reflect.TypeFor[time.Time]():          time.Now().AddDate(100, 0, 0),
				reflect.TypeFor[store.Search]():       store.Search{Words: []string{"secret"}, Within: id, Limit: 10},
				reflect.TypeFor[store.CallFilter]():   store.CallFilter{Touching: id, Limit: 10},
				reflect.TypeFor[store.ItemFilter]():   store.ItemFilter{Drafts: true, Words: "secret"},
				reflect.TypeFor[store.SignalFilter](): store.SignalFilter{Words: "secret"},
				reflect.TypeFor[schema.Role]():        schema.Editor,
				reflect.TypeFor[*schema.Member]():     &schema.Member{Head: schema.Head{ID: id}, Name: "x", Role: schema.Viewer},
				reflect.TypeFor[*schema.Signal]():     &schema.Signal{Text: "secret signal", Source: "chat", Author: "secret author", Thread: "secret"},
			}
			_, err := b.try(t, m.Name, func(tx *store.Tx) error {
				in := []reflect.Value{reflect.ValueOf(tx)}
				for j := 1; j < m.Type.NumIn(); j++ {
					arg, ok := args[m.Type.In(j)]
					if !ok {
						t.Fatalf("%s takes a %v; say here what it could be asked", m.Name, m.Type.In(j))
					}
					in = append(in, reflect.ValueOf(arg))
				}
				if m.Name == "ItemsWhere" { // the text is an order
					in[2] = reflect.ValueOf("title")
				}
				quiet(t, fmt.Sprintf("%s(%s)", m.Name, id), text, m.Func.Call(in))
				asked++
				return store.ErrDry
			})
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
	}
	if asked < 500 {
		t.Errorf("only %d questions were asked", asked)
	}
	a.same(t, "after many questions of the neighbours", before)
}

func TestNoVerbReachesTheNeighbours(t *testing.T) {
	t.Parallel()
	a, b, theirs := neighbours(t)
	kinds := map[schema.Kind]bool{}
	for _, id := range theirs {
		kinds[id.Kind()] = true
		b.refuse(t, "get "+string(id), schema.NotFound, nil, func(tx *store.Tx) error { _, err := tx.Get(id); return err })
		b.refuse(t, "remove "+string(id), schema.NotFound, nil, func(tx *store.Tx) error { return tx.Remove(id) })
		var r schema.Record
		a.view(t, func(tx *store.Tx) (err error) { r, err = tx.Get(id); return err })
		b.refuse(t, "put "+string(id), schema.NotFound, nil, func(tx *store.Tx) error { return put(tx, r) })
	}
	if len(kinds) != len(schema.Kinds()) {
		t.Errorf("only %d kinds of %d were tried", len(kinds), len(schema.Kinds()))
	}
	for i := range 25 {
		call := schema.ID(fmt.Sprintf("call_%d", i+1))
		if !a.logged(t, call) {
			continue
		}
		b.refuse(t, "undo "+string(call), schema.NotFound, nil, func(tx *store.Tx) error { return tx.Undo(call) })
	}
	b.refuse(t, "restore", schema.NotFound, nil, func(tx *store.Tx) error { return tx.Restore(a.journey, 1) })
	b.refuse(t, "at", schema.NotFound, nil, func(tx *store.Tx) error { _, err := tx.At(a.journey, 10); return err })
	b.refuse(t, "map", schema.NotFound, nil, func(tx *store.Tx) error { _, err := tx.Map(a.journey); return err })
	b.refuse(t, "signal state", schema.NotFound, nil, func(tx *store.Tx) error { _, err := tx.SignalState(a.signal); return err })
	for kind, names := range map[schema.Kind][]string{
		schema.KindJourney: {string(a.journey), "secret journey", "secret-journey"},
		schema.KindStage:   {string(a.stage), "secret stage", "secret journey › secret stage"},
		schema.KindStep:    {string(a.step), "secret step", "secret stage > secret step"},
		schema.KindItem:    {string(a.item), "secret item", "secret-item"},
		schema.KindPersona: {"per_1", "secret persona", "secret-persona"},
		schema.KindMember:  {string(a.actor.ID), "Owner"},
		schema.KindSignal:  {string(a.signal)},
	} {
		for _, name := range names {
			b.refuse(t, "resolve "+name, schema.NotFound, nil, func(tx *store.Tx) error { _, err := tx.Resolve(kind, name); return err })
		}
	}
}

func TestNothingRefersToTheNeighbours(t *testing.T) {
	a, b, _ := neighbours(t)
	mine := newSmallIn(t, b)
	me := b.actor.ID
	for _, r := range []schema.Record{
		&schema.Stage{Journey: a.journey, Name: "x"},
		&schema.Step{Stage: a.stage, Name: "x"},
		&schema.Step{Stage: mine.stage, Name: "x", Personas: []schema.ID{"per_1"}},
		&schema.Nesting{Step: mine.step, Journey: a.journey},
		&schema.Placement{Step: a.step, Item: mine.item},
		&schema.Placement{Step: mine.step, Item: a.item},
		&schema.Placement{Signal: a.signal, State: "dismissed"},
		&schema.Link{From: mine.item, To: a.item},
		&schema.Item{Type: schema.Metric, Title: "x", Status: "Draft", Owner: a.actor.ID},
		&schema.Signal{Text: "x", Source: "chat", Persona: "per_1"},
		&schema.Citation{Item: mine.item, Signal: a.signal, End: 6, Quote: "secret", Stance: "supports"},
		&schema.Note{Text: "x", Journey: a.journey, State: "Ready"},
		&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: a.item}, Text: "x", Author: me},
		&schema.Comment{On: schema.Ref{Kind: schema.KindItem, ID: mine.item}, Text: "x", Author: a.actor.ID},
		&schema.Attachment{Item: a.item, Name: "x", Digest: "x"},
		&schema.Bookmark{Journey: a.journey, Seq: 1, Trigger: schema.ManualSave},
		&schema.Key{Member: a.actor.ID, Name: "x", Role: schema.Owner},
		&schema.Invitation{Email: "x@x.example", Role: schema.Viewer, InvitedBy: a.actor.ID, Expires: a.st.Now()},
		&schema.JoinRequest{Email: "x@x.example", Name: "x", State: schema.JoinApproved, DecidedBy: a.actor.ID},
	} {
		b.refuse(t, fmt.Sprintf("%+v", r), schema.NotFound, nil, func(tx *store.Tx) error { return put(tx, r) })
	}
	twin := &schema.Signal{Text: "secret signal", Source: "chat", Author: "secret author", Thread: "secret"}
	b.put(t, twin) // is no twin here
	if got, err := b.st.Texts(t.Context(), b.actor.Workspace, []schema.ID{a.item, a.signal, twin.ID}); err != nil || len(got) != 1 {
		t.Errorf("Texts = %q, %v", got, err)
	}
	docs, _, err := b.st.Docs(t.Context(), b.actor.Workspace, "m", 0)
	for _, d := range docs {
		if err != nil || d.ID == a.item || d.ID == a.signal {
			t.Errorf("Docs tells of %s, %v", d.ID, err)
		}
	}
}

func TestNeighboursMayHaveTheSameIDs(t *testing.T) {
	opt, counts := storetest.Options(), map[schema.Kind]int{}
	workspaces := 0
	opt.NewID = func(k schema.Kind) schema.ID {
		if k == schema.KindWorkspace {
			workspaces++
			clear(counts) // all begins anew
			return schema.ID(fmt.Sprintf("wsp_%d", workspaces))
		}
		counts[k]++
		return schema.ID(fmt.Sprintf("%s_%d", k.Prefix(), counts[k]))
	}
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "test.db"), opt)
	a := newSmallIn(t, &world{st, storetest.Workspace(t, st)})
	before := a.snapshot(t)
	b := newSmallIn(t, &world{st, storetest.Workspace(t, st)})
	if a.journey != b.journey || a.citation != b.citation {
		t.Fatalf("the ids are not the same: %+v and %+v", a, b)
	}
	both := b.snapshot(t)
	renamed := b.rename(t, b.item, "Prices are secret")
	b.undo(t, renamed)
	removed := b.remove(t, b.journey)
	b.undo(t, removed)
	if err := st.Update(context.Background(), schema.Call{ID: "call_back", Actor: b.actor}, func(tx *store.Tx) error { return tx.Restore(b.journey, 6) }); err != nil {
		t.Error(err)
	}
	b.undo(t, "call_back")
	b.same(t, "all undone", both)
	for _, id := range []schema.ID{b.citation, b.signal, b.item, b.journey, b.actor.Workspace} {
		b.remove(t, id)
	}
	left := slices.DeleteFunc(b.snapshot(t), func(l string) bool { return !slices.Contains(before, l) })
	if diff := difference(before, left); diff != "" {
		t.Errorf("removing everything here has removed there:\n%s", diff)
	}
	b.view(t, func(tx *store.Tx) error {
		for _, k := range []schema.Kind{schema.KindJourney, schema.KindItem, schema.KindSignal, schema.KindPlacement} {
			if all, err := tx.AllOf(k); err != nil || len(all) > 0 {
				t.Errorf("there is still a %s: %v, %v", k, all, err)
			}
		}
		_, err := tx.Journeys.Get(a.journey)
		if !errors.Is(err, schema.NotFound) {
			t.Errorf("the removed journey is the neighbours': %v", err)
		}
		return nil
	})
	if got := outline(a.mapOf(t, a.journey)); len(got) != 4 {
		t.Errorf("there, the journey is %q", got)
	}
}
