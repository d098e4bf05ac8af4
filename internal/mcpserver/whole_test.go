package mcpserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"custory/internal/mcpclient"
	"custory/memory"
	"custory/schema"
	"custory/store/storetest"
	"custory/tools"
)

// A whole server has the tools of the program, and a client in each era.
type whole struct {
	testing.TB
	set *tools.Set
	c   *mcpclient.Client
}

func newWhole(t testing.TB, protocol string) whole {
	t.Helper()
	st := storetest.Open(t)
	a, err := st.NewWorkspace(t.Context(), "Acme", "Ann")
	if err != nil {
		t.Fatal(err)
	}
	set, err := tools.New(st, memory.New(st, memory.Default(), nil), tools.Options{Toolsets: tools.Toolsets()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{Tools: set, Version: "1", Actor: As(a)})
	if err != nil {
		t.Fatal(err)
	}
	return whole{t, set, connect(t, s, protocol)}
}

// call uses a tool and holds its result against its schema.
func (w whole) call(tool, args string) (out map[string]any) {
	w.Helper()
	if err := w.c.Call(w.Context(), tool, json.RawMessage(args), &out); err != nil {
		w.Fatalf("%s %s: %v", tool, args, err)
	}
	for _, t := range w.set.List() {
		if t.Name != tool {
			continue
		}
		s, err := t.Run.Out.Resolve(nil)
		if err != nil {
			w.Fatal(err)
		}
		if err := s.Validate(out); err != nil {
			w.Errorf("the result of %s is not of its schema: %v", tool, err)
		}
	}
	return out
}

func TestTheWholeServer(t *testing.T) {
	for _, era := range []string{mcpclient.Newest, mcpclient.NewestLegacy} {
		w := newWhole(t, era)
		list, err := w.c.Tools(t.Context())
		if err != nil || len(list) != len(w.set.List()) {
			t.Fatalf("protocol %s: %d tools, %v, want %d", era, len(list), err, len(w.set.List()))
		}
		for i, want := range w.set.List() {
			if list[i].Name != want.Name || list[i].Title != want.Title || list[i].Description != want.Doc || !strings.HasPrefix(string(list[i].InputSchema), `{"type":"object"`) {
				t.Errorf("protocol %s: tool %d is %+v, want %s", era, i, list[i], want.Name)
			}
		}
		w.call("edit_journey", `{"operations": [{"op": "create_journey", "name": "Buying", "outline": "Paying\n  I enter my card"}]}`)
		if text, _, err := w.c.Read(t.Context(), "custory://journey/buying"); err != nil || !strings.Contains(text, "I enter my card") {
			t.Errorf("protocol %s: the journey reads %q, %v", era, text, err)
		}
		w.call("capture_signals", `{"signals": [{"text": "My card was <refused> & nobody told me why", "step": "I enter my card", "author": "c_1"}], "source": "support"}`)
		found := w.call("search", `{"query": "card refused"}`)
		if b, _ := encode(found); !strings.Contains(string(b), "<refused> & nobody") {
			t.Errorf("protocol %s: search finds %s", era, b)
		}
		saved := w.call("save_items", `{"items": [{"type": "Insight", "title": "Refusals are not explained"}]}`)
		changes := w.call("get_changes", `{}`)
		if b, _ := encode(changes); !strings.Contains(string(b), `"client":"tester"`) {
			t.Errorf("protocol %s: the changes do not name the client: %s", era, b)
		}
		w.call("undo", fmt.Sprintf(`{"call": %q}`, saved["call"]))
		err = w.c.Call(t.Context(), "fetch", json.RawMessage(`{"ids": ["refusals-are-not-explained"], "depht": 2}`), nil)
		if e, ok := errors.AsType[*mcpclient.ToolError](err); !ok || !strings.Contains(e.Text, `"depht"`) || !strings.Contains(string(e.Structured), `"code":"invalid"`) {
			t.Errorf("protocol %s: a misspelt argument gives %v", era, err)
		}
	}
}

func TestWritersAtOnceLoseNothing(t *testing.T) {
	w := newWhole(t, "")
	w.call("edit_journey", `{"operations": [{"op": "create_journey", "name": "Buying", "outline": "Paying\n  I enter my card"}]}`)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			args := map[string]any{"items": []any{map[string]any{"type": "Insight", "title": fmt.Sprintf("Insight number %d", i)}}}
			if err := w.c.Call(t.Context(), "save_items", args, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var actor schema.Actor
	for _, ws := range must1(w.set.Store().Workspaces(t.Context())) {
		actor = must1(w.set.Store().Owner(t.Context(), ws.ID))
	}
	n := 0
	for c, err := range w.set.Store().Changes(t.Context(), actor.Workspace, 0) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Ref.Kind == schema.KindItem {
			n++
		}
	}
	if n != 50 {
		t.Errorf("%d of 50 items are there", n)
	}
}

func must1[T any](v T, err error) T {
	must(err)
	return v
}
