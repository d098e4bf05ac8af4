package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"golang.org/x/tools/txtar"

	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

var update = flag.Bool("update", false, "rewrite the replies and faces in testdata")

// A stage is a workspace on which stories are played: its members are an
// owner, an editor and a viewer.
type stage struct {
	st   *store.Store
	set  *tools.Set
	cast map[string]schema.Actor
}

func newStage(t testing.TB, st *store.Store) *stage {
	t.Helper()
	owner := storetest.Workspace(t, st)
	owner.Client = "story"
	s := &stage{st: st, cast: map[string]schema.Actor{"owner": owner}}
	err := st.Update(t.Context(), schema.Call{Tool: "invite", Actor: owner}, func(tx *store.Tx) error {
		for _, m := range []*schema.Member{{Name: "Ed Archer", Role: schema.Editor}, {Name: "Vera Holm", Role: schema.Viewer}} {
			if err := tx.Members.Put(m); err != nil {
				return err
			}
			s.cast[strings.ToLower(m.Role.String())] = schema.Actor{ID: m.ID, Workspace: owner.Workspace, Role: m.Role, Client: "story"}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.set, err = tools.New(st, memory.New(st, memory.NGram(256), nil), tools.Options{Toolsets: tools.Toolsets()}); err != nil {
		t.Fatal(err)
	}
	return s
}

// call uses a tool and returns what the caller sees: the result, or the faults
// as a list.
func (s *stage) call(t testing.TB, actor, tool, args string) (reply []byte, failed bool) {
	t.Helper()
	out, err := s.set.Call(context.WithoutCancel(t.Context()), schema.Call{Tool: tool, Actor: s.actor(t, actor)}, json.RawMessage(args))
	if err != nil {
		f := schema.FaultsOf(err)
		if f == nil {
			t.Fatalf("%s %s: %v", tool, args, err)
		}
		out = f
	}
	return inJSON(t, out), err != nil
}

// actor is one of the cast, or one "with" a key: "editor with key_1".
func (s *stage) actor(t testing.TB, name string) schema.Actor {
	t.Helper()
	name, key, with := strings.Cut(name, " with ")
	a := s.cast[name]
	if !with {
		return a
	}
	err := s.st.View(t.Context(), a, func(tx *store.Tx) error {
		k, err := tx.Keys.Get(schema.ID(key))
		if err == nil {
			a.Key, a.Proposes, a.Role, a.Client = k.ID, k.Proposes, min(a.Role, k.Role), k.Name
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func inJSON(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestStories plays each story in testdata/story. A story's files alternate
// between calls, one a line, and the replies they must get.
func TestStories(t *testing.T) {
	storetest.Long(t)
	for _, file := range stories(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { play(t, file) })
	}
}

func stories(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/story/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no stories", err)
	}
	return files
}

func play(t *testing.T, file string) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, storetest.Open(t))
	before := s.picture(t)
	for i := 0; i < len(ar.Files); i += 2 {
		if i+1 == len(ar.Files) {
			ar.Files = append(ar.Files, txtar.File{Name: "replies"})
		}
		var got bytes.Buffer
		for line := range strings.Lines(string(ar.Files[i].Data)) {
			tool, args, _ := strings.Cut(strings.TrimSpace(line), " ")
			reply, failed := s.call(t, ar.Files[i].Name, tool, args)
			if !failed {
				fits(t, tool, reply)
			}
			got.Write(tokens.ReplaceAll(reply, []byte("${1}…")))
		}
		if want := ar.Files[i+1].Data; !*update && !bytes.Equal(want, got.Bytes()) {
			t.Errorf("%s: got\n%swant\n%s", ar.Files[i].Name, got.Bytes(), want)
		}
		ar.Files[i+1].Data = got.Bytes()
	}
	if *update {
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s.undoAll(t)
	if got := s.picture(t); withoutKeys(got) != withoutKeys(before) {
		t.Errorf("everything undone, the workspace is\n%s\nbut it was\n%s", got, before)
	}
}

// tokens are those of keys; what follows the id is random.
var tokens = regexp.MustCompile(`(cus_[0-9a-z]+_)[0-9A-Za-z]{38}`)

// withoutKeys is a picture without the keys, which may be there still, revoked.
func withoutKeys(picture string) string {
	return regexp.MustCompile(`(?m)^key .*\n`).ReplaceAllString(picture, "")
}

// picture is every record of the workspace, as it reads.
func (s *stage) picture(t testing.TB) string {
	t.Helper()
	var lines []string
	err := s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) error {
		return tx.Each(func(k schema.Kind, body json.RawMessage) error {
			var m map[string]any
			err := json.Unmarshal(body, &m)
			for _, f := range []string{"version", "updated", "aliases"} {
				delete(m, f)
			}
			b, _ := json.Marshal(m)
			lines = append(lines, string(k)+" "+string(b))
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// undoAll takes back every call that stands, the newest first. What was done to
// a key for good stays done, and with it that the key was made.
func (s *stage) undoAll(t testing.TB) {
	t.Helper()
	var calls []schema.LoggedCall
	err := s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) (err error) {
		calls, _, err = tx.Calls(store.CallFilter{Limit: 1000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		if c.Undone != "" || c.Undoes != "" || c.Tool == "invite" || c.Tool == "create_workspace" {
			continue
		}
		reply, failed := s.call(t, "owner", "undo", fmt.Sprintf(`{"call": %q}`, c.ID))
		if failed && (c.Tool == "revoke_key" || c.Tool == "create_key" && strings.Contains(string(reply), "changed since")) {
			continue
		}
		if failed {
			t.Errorf("undo of %s (%s): %s", c.ID, c.Tool, reply)
		}
	}
}

// fits checks that a reply is what the tool's schema promises, and says
// nothing that is empty.
func fits(t testing.TB, tool string, reply []byte) {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(reply, &v); err != nil {
		t.Fatalf("%s answers no object: %v", tool, err)
	}
	i := slices.IndexFunc(tools.All(), func(x tools.Tool) bool { return x.Name == tool })
	if r, err := tools.All()[i].Run.Out.Resolve(&jsonschema.ResolveOptions{}); err != nil {
		t.Errorf("%s: %v", tool, err)
	} else if err := r.Validate(v); err != nil {
		t.Errorf("%s: the reply does not fit its schema: %v\n%s", tool, err, reply)
	}
	for _, at := range empties("", v, 0) {
		t.Errorf("%s: %s is empty in\n%s", tool, at, reply)
	}
}

// empties lists the fields that are null or hold nothing. A list at the top may
// be empty: that is its answer.
func empties(at string, v any, depth int) (all []string) {
	switch v := v.(type) {
	case nil:
		return []string{at}
	case string:
		if v == "" {
			return []string{at}
		}
	case []any:
		if len(v) == 0 && depth > 1 {
			return []string{at}
		}
		for i := range v {
			all = append(all, empties(fmt.Sprintf("%s[%d]", at, i), v[i], depth+1)...)
		}
	case map[string]any:
		if len(v) == 0 {
			return []string{at}
		}
		for k := range v {
			all = append(all, empties(at+"."+k, v[k], depth+1)...)
		}
	}
	return all
}
