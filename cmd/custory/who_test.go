package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"custory/internal/mcpclient"
	"custory/internal/token"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// secretWord stands in every name and text of a furnished house.
const secretWord = "Xanadu"

// furnishing are calls after which a house has a record of almost every kind.
var furnishing = []struct{ tool, args string }{
	{"save_persona", `{"name": "Xanadu buyer"}`},
	{"edit_journey", `{"operations": [{"op": "create_journey", "name": "Xanadu", "outline": "Xanadu stage\n  Xanadu step\n  Xanadu second"}]}`},
	{"save_items", `{"items": [{"type": "Opportunity", "title": "Xanadu chance", "place_on": ["Xanadu step"], "draft": true}]}`},
	{"capture_signals", `{"detail": "full", "signals": [{"text": "Where is Xanadu?", "author": "u-1", "step": "Xanadu step"}]}`},
	{"comment", `{"on": "Xanadu chance", "text": "Xanadu!"}`},
	{"remember", `{"text": "Xanadu is a city", "journey": "Xanadu"}`},
	{"save_version", `{"journey": "Xanadu", "label": "Xanadu first"}`},
	{"create_key", `{"name": "Xanadu key"}`},
	{"invite_member", `{"email": "xanadu@example.com", "role": "Viewer"}`},
	{"list_members", `{}`},
	{"get_journey", `{"format": "data"}`},
}

var idInText = regexp.MustCompile(`"(([a-z]{3,4})_[0-9a-z]{10})"`)

// furnish fills a house, and returns an id of each kind it then has.
func furnish(t *testing.T, h *house, c *mcpclient.Client) map[schema.Kind]schema.ID {
	t.Helper()
	request := &schema.JoinRequest{Email: "xanadu@example.org", Name: "Xanadu", State: schema.JoinPending}
	h.update("ask_to_join", func(tx *store.Tx) error { return tx.JoinRequests.Put(request) })
	ids := map[schema.Kind]schema.ID{schema.KindJoinRequest: request.ID}
	for _, f := range furnishing {
		var out json.RawMessage
		if err := c.Call(t.Context(), f.tool, json.RawMessage(f.args), &out); err != nil {
			t.Fatal(err)
		}
		for _, m := range idInText.FindAllSubmatch(out, -1) {
			for _, k := range append(schema.Kinds(), schema.KindCall) {
				if k.Prefix() == string(m[2]) && ids[k] == "" {
					ids[k] = schema.ID(m[1])
				}
			}
		}
	}
	for _, k := range []schema.Kind{schema.KindMember, schema.KindKey, schema.KindInvitation, schema.KindPersona, schema.KindJourney, schema.KindStage, schema.KindStep,
		schema.KindItem, schema.KindSignal, schema.KindNote, schema.KindComment, schema.KindBookmark, schema.KindCall} {
		if ids[k] == "" {
			t.Fatalf("the furnished house tells no %s", k)
		}
	}
	return ids
}

// A sampler makes arguments of a schema.
type sampler struct {
	ids  map[schema.Kind]schema.ID
	only string // of the texts that are not required, the one at this path
	text string // what it says
}

// called are arguments that hold ids and are not named after their kind.
var called = map[string]schema.Kind{"ids": schema.KindItem, "notes": schema.KindNote, "version": schema.KindBookmark, "request": schema.KindJoinRequest}

// of is what is required by a schema, and what the sampler is after.
func (s sampler) of(path string, js *jsonschema.Schema) any {
	switch {
	case js.Type == "object":
		v := map[string]any{}
		for name, p := range js.Properties {
			at := path + "." + name
			if slices.Contains(js.Required, name) || s.only == at || strings.HasPrefix(s.only, at+".") {
				v[name] = s.of(at, p)
			}
		}
		return v
	case js.Type == "array":
		return []any{s.of(path, js.Items)}
	case js.Type == "string" && s.only == path:
		return s.text
	case len(js.Enum) > 0:
		return js.Enum[0]
	case js.Type == "string":
		name := path[strings.LastIndex(path, ".")+1:]
		for _, kind := range []schema.Kind{schema.Kind(name), called[name]} {
			if id := s.ids[kind]; id != "" {
				return id
			}
		}
		return "x"
	}
	return 1
}

// texts are the paths of the texts in a schema that may say anything.
func texts(path string, js *jsonschema.Schema) (all []string) {
	switch {
	case js.Type == "object":
		for _, name := range slices.Sorted(maps.Keys(js.Properties)) {
			all = append(all, texts(path+"."+name, js.Properties[name])...)
		}
	case js.Type == "array":
		all = texts(path, js.Items)
	case js.Type == "string" && len(js.Enum) == 0:
		all = []string{path}
	}
	return all
}

// A visitor comes with a key, or with something like one.
type visitor struct {
	name, token string
	stopped     string // what a visitor is told who does not come in
	actor       schema.Actor
}

func visitors(h *house) []visitor {
	expired := h.keyIn(h.open(store.Options{Now: func() time.Time { return time.Now().AddDate(0, 0, -31) }}), "owner", func(k *schema.Key) {
		k.Expires = time.Now().AddDate(0, 0, -1)
	})
	revoked := h.key("owner", nil)
	h.update("revoke_key", func(tx *store.Tx) error {
		k, err := tx.Keys.Get(revoked.id)
		if err != nil {
			return err
		}
		k.Revoked = time.Now()
		return tx.Keys.Put(k)
	})
	all := []visitor{
		{name: "no key", stopped: "a key is needed"},
		{name: "bad key", token: token.Of("key_0000000000", token.NewSecret()), stopped: "no API key of this server"},
		{name: "expired key", token: expired.token, stopped: "this key has expired"},
		{name: "revoked key", token: revoked.token, stopped: "this key was revoked"},
	}
	for _, who := range []string{"viewer", "editor", "owner"} {
		all = append(all, visitor{name: who, token: h.key(who, nil).token, actor: h.people[who]})
	}
	proposer := h.people["editor"]
	proposer.Proposes = true
	return append(all, visitor{name: "proposer", token: h.key("editor", func(k *schema.Key) { k.Proposes = true }).token, actor: proposer})
}

// refusal is what a tool says to somebody who may not use it, or nothing.
func refusal(t tools.Tool, a schema.Actor) string {
	switch {
	case !a.Role.Includes(t.Role):
		return fmt.Sprintf("%s needs the role %s; yours is %s", t.Name, t.Role, a.Role)
	case a.Proposes && t.Run.Effect != tools.Reads && !t.Proposes:
		return t.Name + " is not for those who may only propose"
	}
	return ""
}

// TestWhoMayDoWhat has each visitor use each tool. What writes is only tried, so
// that nothing may change.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.serve("--rate", "0", "--trusted-proxies", "127.0.0.1")
	ids := furnish(t, h, s.connect(h.key("owner", nil), mcpclient.Options{}))
	all, head := visitors(h), h.head()
	for n, tool := range tools.All() {
		args := sampler{ids: ids}.of("", tool.Run.In).(map[string]any)
		if tool.Run.Effect != tools.Reads {
			args["dry_run"] = true
		}
		for i, v := range all {
			for j, era := range eras {
				header, body := asked(era, "tools/call", map[string]any{"name": tool.Name, "arguments": args})
				if v.token != "" {
					header.Set("Authorization", "Bearer "+v.token)
				}
				header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n, i, j)) // else it is slowed down
				got := s.send("POST", "/mcp", header, body)
				if problem := v.wrong(tool, got); problem != "" {
					t.Errorf("%s as %s (%s): %s: %d %s", tool.Name, v.name, era, problem, got.StatusCode, got.text)
				}
			}
		}
		if now := h.head(); now != head {
			t.Fatalf("%s changed something", tool.Name)
		}
	}
}

// wrong tells what is wrong with an answer to a visitor, or nothing.
func (v visitor) wrong(tool tools.Tool, got said) string {
	refused := got.refused()
	switch want := refusal(tool, v.actor); {
	case v.stopped != "":
		if got.StatusCode != 401 || !strings.Contains(got.message(), v.stopped) || !strings.HasPrefix(got.Header.Get("WWW-Authenticate"), `Bearer realm="custory"`) {
			return "not stopped at the door"
		}
	case got.StatusCode != 200 || got.message() != "":
		return "no answer of the tool"
	case want != "":
		if !strings.HasPrefix(refused, want) {
			return "want " + want
		}
	case strings.Contains(refused, "needs the role") || strings.Contains(refused, "may only propose"):
		return "refused"
	case tool.Run.Effect == tools.Reads && refused != "" && len(tool.Run.In.Required) > 0: // others may want one of several
		return "it only reads, and does not"
	}
	return ""
}

// TestEachIsToldOfTheToolsForThem compares the list of tools with what each
// visitor may use.
func TestEachIsToldOfTheToolsForThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.serve()
	for _, v := range visitors(h) {
		if v.stopped != "" {
			continue
		}
		var want []string
		for _, tool := range tools.All() {
			if refusal(tool, v.actor) == "" {
				want = append(want, tool.Name)
			}
		}
		for _, era := range eras {
			list, err := s.connect(pass{token: v.token}, mcpclient.Options{Protocol: era}).Tools(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, tool := range list {
				got = append(got, tool.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s (%s) is told of %q, want %q", v.name, era, got, want)
			}
		}
	}
}

// TestNeighboursFindNothing puts the ids of one workspace into every address and
// every text of every tool, with the key of the owner of another.
func TestNeighboursFindNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s := h.serve("--rate", "0")
	ids := furnish(t, h, s.connect(h.key("owner", nil), mcpclient.Options{}))
	n := h.neighbour()
	own, key, head, asked := furnishOther(t, n, s), n.key("owner", nil), h.head(), 0
	nothingToRead(t, s.connect(key, mcpclient.Options{}), ids)
	for _, tool := range tools.All() {
		for _, path := range texts("", tool.Run.In) {
			for _, id := range ids {
				args := sampler{ids: own, only: path, text: string(id)}.of("", tool.Run.In)
				got := s.call(mcpclient.Newest, key.token, tool.Name, args)
				if asked++; got.StatusCode != 200 || strings.Contains(got.text, secretWord) {
					t.Errorf("%s with %s in %s: %d %s", tool.Name, id, path, got.StatusCode, got.text)
				}
			}
		}
	}
	if now := h.head(); now != head || asked < 1000 {
		t.Errorf("the neighbour changed %d records with %d calls", now-head, asked)
	}
}

// nothingToRead reads and watches every address with every id.
func nothingToRead(t *testing.T, c *mcpclient.Client, ids map[schema.Kind]schema.ID) {
	t.Helper()
	for _, pattern := range []string{"journey/%s", "journey/%s/changes", "journey/%s/map", "step/%s", "item/%s", "signal/%s", "persona/%s"} {
		for _, id := range ids {
			uri := "custory://" + fmt.Sprintf(pattern, id)
			if text, _, err := c.Read(t.Context(), uri); err == nil || strings.Contains(err.Error(), secretWord) {
				t.Errorf("%s reads %q, %v", uri, text, err)
			}
			if stop, err := c.Listen(t.Context(), []string{uri}, func(string) {}); err == nil || strings.Contains(err.Error(), secretWord) {
				t.Errorf("%s can be watched: %v, %v", uri, err, stop())
			}
		}
	}
}

// furnishOther gives a neighbour a journey with one step.
func furnishOther(t *testing.T, h *house, s *site) map[schema.Kind]schema.ID {
	t.Helper()
	c := s.connect(h.key("owner", nil), mcpclient.Options{})
	if err := c.Call(t.Context(), "edit_journey", json.RawMessage(`{"operations": [{"op": "create_journey", "name": "Buying", "outline": "Looking\n  Asking"}]}`), nil); err != nil {
		t.Fatal(err)
	}
	ids := map[schema.Kind]schema.ID{}
	h.view(func(tx *store.Tx) error {
		all, err := tx.Journeys.All()
		if err == nil {
			ids[schema.KindJourney] = all[0].ID
		}
		return err
	})
	return ids
}
