package view_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

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

// A world is a workspace with tools, and who may come in with which key.
type world struct {
	testing.TB
	st    *store.Store
	set   *tools.Set
	owner schema.Actor
	keys  map[string]schema.Actor
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
	viewer := owner
	viewer.Role = schema.Viewer
	return &world{t, st, set, owner, map[string]schema.Actor{"owner-key": owner, "viewer-key": viewer}}
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

// serve answers with the page, and what the page asks for.
func (w *world) serve() *httptest.Server {
	mux := http.NewServeMux()
	mux.Handle("/", view.Page())
	mux.HandleFunc("POST /mcp", w.mcp)
	s := httptest.NewServer(mux)
	w.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// A request is what the page sends.
type request struct {
	ID     json.RawMessage
	Method string
	Params struct {
		URI           string
		Name          string
		Arguments     json.RawMessage
		Notifications struct{ ResourceSubscriptions []string }
		Meta          map[string]any `json:"_meta"`
	}
}

// mcp is as much of the protocol as the page speaks, held against what it must
// say in each request.
func (w *world) mcp(rw http.ResponseWriter, r *http.Request) {
	actor, known := w.keys[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if !known {
		http.Error(rw, "no such key", http.StatusUnauthorized)
		return
	}
	var q request
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	name := q.Params.URI + q.Params.Name
	if v := r.Header.Get("Mcp-Protocol-Version"); v != "2026-07-28" || q.Params.Meta["io.modelcontextprotocol/protocolVersion"] != v || r.Header.Get("Mcp-Method") != q.Method || r.Header.Get("Mcp-Name") != name {
		w.Errorf("%s %s came with the headers %v and %v", q.Method, name, r.Header, q.Params.Meta)
	}
	if q.Method == "subscriptions/listen" {
		w.listen(rw, r, actor, q)
		return
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(w.answer(r.Context(), actor, q))
}

func (w *world) answer(ctx context.Context, actor schema.Actor, q request) map[string]any {
	result, err := w.result(ctx, actor, q)
	if err != nil {
		return map[string]any{"jsonrpc": "2.0", "id": q.ID, "error": map[string]any{"code": -32602, "message": err.Error()}}
	}
	return map[string]any{"jsonrpc": "2.0", "id": q.ID, "result": result}
}

func (w *world) result(ctx context.Context, actor schema.Actor, q request) (any, error) {
	switch q.Method {
	case "resources/read":
		var text, mime string
		err := w.st.View(ctx, actor, func(tx *store.Tx) (err error) {
			text, mime, err = resources.Read(ctx, tx, q.Params.URI)
			return err
		})
		return map[string]any{"contents": []any{map[string]any{"uri": q.Params.URI, "mimeType": mime, "text": text}}}, err
	case "tools/call":
		out, err := w.set.Call(ctx, schema.Call{Tool: q.Params.Name, Actor: actor}, q.Params.Arguments)
		if err != nil {
			return map[string]any{"isError": true, "content": []any{map[string]any{"type": "text", "text": err.Error()}}}, nil
		}
		return map[string]any{"structuredContent": out, "content": []any{}}, nil
	}
	return nil, fmt.Errorf("there is no %s", q.Method)
}

// listen tells of what others change, until the page goes.
func (w *world) listen(rw http.ResponseWriter, r *http.Request, actor schema.Actor, q request) {
	rw.Header().Set("Content-Type", "text/event-stream")
	send := func(method string, params any) {
		b, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
		fmt.Fprintf(rw, "event: message\ndata: %s\n\n", b)
		rw.(http.Flusher).Flush()
	}
	var seq int64
	watched := map[string]string{}
	_ = w.st.View(r.Context(), actor, func(tx *store.Tx) (err error) {
		for _, uri := range q.Params.Notifications.ResourceSubscriptions {
			if id, err := resources.Canonical(tx, uri); err == nil {
				watched[id] = uri
			}
		}
		seq, err = tx.Head()
		return err
	})
	send("notifications/subscriptions/acknowledged", map[string]any{})
	for c, err := range w.st.Tail(r.Context(), actor.Workspace, seq) {
		if err != nil {
			return
		}
		for _, uri := range resources.Touched(c) {
			if asked, ok := watched[uri]; ok {
				send("notifications/resources/updated", map[string]any{"uri": asked})
			}
		}
	}
}
