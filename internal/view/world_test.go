package view_test

import (
	_ "embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"custory/internal/access"
	"custory/internal/httpserver"
	"custory/internal/mcpserver"
	"custory/internal/token"
	"custory/internal/view"
	"custory/memory"
	"custory/resources"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// journey is a story of tool calls that fill a workspace.
//
//go:embed testdata/journey.json
var journey []byte

// A world is a workspace with tools, and keys to it by what they are called
// here.
type world struct {
	testing.TB
	st    *store.Store
	set   *tools.Set
	owner schema.Actor
	keys  map[string]*schema.Key
	token map[string]string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	st := storetest.Open(t)
	owner, err := st.NewWorkspace(t.Context(), "Acme", "Ann Archer")
	if err != nil {
		t.Fatal(err)
	}
	set, err := tools.New(st, memory.New(st, memory.NGram(256), nil), tools.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t, st, set, owner, map[string]*schema.Key{}, map[string]string{}}
	w.make(&schema.Key{Name: "owner", Role: schema.Owner})
	w.make(&schema.Key{Name: "viewer", Role: schema.Viewer})
	w.make(&schema.Key{Name: "proposer", Role: schema.Editor, Proposes: true})
	return w
}

// make makes a key of the owner's.
func (w *world) make(k *schema.Key) {
	w.Helper()
	secret := token.NewSecret()
	k.Member, k.Hash = w.owner.ID, secret.Hash()
	w.put(k)
	w.keys[k.Name], w.token[k.Name] = k, token.Of(k.ID, secret)
}

func (w *world) put(k *schema.Key) {
	w.Helper()
	if err := w.st.Update(w.Context(), schema.Call{Tool: "test", Actor: w.owner}, func(tx *store.Tx) error { return tx.Keys.Put(k) }); err != nil {
		w.Fatal(err)
	}
}

// told is a world in which the journey's story was played.
func told(t testing.TB) *world {
	w := newWorld(t)
	var calls []struct {
		Tool string
		Args json.RawMessage
	}
	if err := json.Unmarshal(journey, &calls); err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		w.call(c.Tool, string(c.Args))
	}
	return w
}

// call uses a tool as the owner.
func (w *world) call(tool, args string) any {
	w.Helper()
	out, err := w.set.Call(w.Context(), schema.Call{Tool: tool, Actor: w.owner}, json.RawMessage(args))
	if err != nil {
		w.Fatalf("%s: %v", tool, err)
	}
	return out
}

// mapOf is the map of a journey, with its items in full.
func (w *world) mapOf(name string) (m *resources.MapView, items map[schema.ID]*resources.ItemView) {
	w.Helper()
	items = map[schema.ID]*resources.ItemView{}
	err := w.st.View(w.Context(), w.owner, func(tx *store.Tx) error {
		id, err := tx.Resolve(schema.KindJourney, name)
		if err != nil {
			return err
		}
		if m, err = resources.Map(tx, id); err != nil {
			return err
		}
		for _, i := range m.Items {
			if items[i.ID], err = resources.Item(tx, i.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return m, items
}

// find is the id of the item with the title.
func (w *world) find(title string) string {
	w.Helper()
	m, _ := w.mapOf("Trial to paying customer")
	i := slices.IndexFunc(m.Items, func(i resources.MapItem) bool { return i.Title == title })
	if i < 0 {
		w.Fatalf("there is no item %q", title)
	}
	return string(m.Items[i].ID)
}

// serve serves the world as a team is served, from behind what else is named.
func (w *world) serve(behind ...func(http.Handler) http.Handler) *httptest.Server {
	w.Helper()
	door, err := access.New(w.st, access.Options{})
	if err != nil {
		w.Fatal(err)
	}
	protocol, err := mcpserver.New(mcpserver.Config{Tools: w.set, Actor: httpserver.Actor, Recheck: httpserver.Recheck, View: view.App()})
	if err != nil {
		w.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config.Handler, err = httpserver.New(httpserver.Config{
		MCP: protocol.Handler(), EndStreams: protocol.Shutdown, Identify: door, Page: view.Page(), Address: s.Listener.Addr().String(),
		Limits: httpserver.Limits{Recheck: 100 * time.Millisecond},
	})
	if err != nil {
		w.Fatal(err)
	}
	for _, b := range behind {
		s.Config.Handler = b(s.Config.Handler)
	}
	s.Start()
	w.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}
