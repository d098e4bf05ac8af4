package tools_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"custory/internal/token"
	"custory/memory"
	"custory/schema"
	"custory/store/storetest"
	"custory/tools"
)

func TestATokenIsToldOnceAndWrittenNowhere(t *testing.T) {
	var log bytes.Buffer
	st := storetest.Open(t)
	owner := storetest.Workspace(t, st)
	set, err := tools.New(st, memory.New(st, memory.NGram(256), nil), tools.Options{Toolsets: tools.Toolsets(), Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		t.Fatal(err)
	}
	call := func(tool, args string) string {
		t.Helper()
		out, err := set.Call(t.Context(), schema.Call{Tool: tool, Actor: owner}, json.RawMessage(args))
		if err != nil {
			t.Fatal(err)
		}
		return string(inJSON(t, out))
	}
	var made struct{ Token string }
	if err := json.Unmarshal([]byte(call("create_key", `{"name": "Cursor"}`)), &made); err != nil {
		t.Fatal(err)
	}
	id, secret, ok := token.Parse(made.Token)
	if !ok {
		t.Fatalf("%q is no token", made.Token)
	}
	held, err := st.KeysWithID(t.Context(), id)
	if err != nil || len(held) != 1 || !secret.Matches(held[0].Key.Hash) {
		t.Errorf("the token opens %+v, %v", held, err)
	}
	told := log.String() + call("list_keys", `{}`) + call("fetch", `{"ids": ["`+string(id)+`"], "detail": "full"}`) + call("get_changes", `{"detail": "full"}`) + call("revoke_key", `{"key": "`+made.Token+`"}`)
	for _, s := range []string{string(secret), secret.Hash()} {
		if bytes.Contains([]byte(told), []byte(s)) {
			t.Errorf("what is told holds %q", s)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(st.Path())
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte(secret)) || bytes.Count(file, []byte(secret.Hash())) == 0 {
		t.Error("the file holds the secret, or not its hash")
	}
}

// keyring calls tools as the owner of a workspace, with a key if one is named.
func keyring(t *testing.T) func(with schema.ID, tool, args string) (string, error) {
	st := storetest.Open(t)
	owner := storetest.Workspace(t, st)
	set, err := tools.New(st, memory.New(st, memory.NGram(256), nil), tools.Options{Toolsets: tools.Toolsets()})
	if err != nil {
		t.Fatal(err)
	}
	return func(with schema.ID, tool, args string) (string, error) {
		a := owner
		a.Key = with
		out, err := set.Call(t.Context(), schema.Call{Tool: tool, Actor: a}, json.RawMessage(args))
		if err != nil {
			return "", err
		}
		return string(inJSON(t, out)), nil
	}
}

func TestAKeyGoesWithThatItWasMadeWith(t *testing.T) {
	call := keyring(t)
	must := func(with schema.ID, tool, args string) string {
		t.Helper()
		out, err := call(with, tool, args)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	create := func(with schema.ID, name string) schema.ID {
		t.Helper()
		var made struct{ ID schema.ID }
		if err := json.Unmarshal([]byte(must(with, "create_key", `{"name": "`+name+`"}`)), &made); err != nil {
			t.Fatal(err)
		}
		return made.ID
	}
	first := create("", "First")
	second := create(first, "Second")
	third, other := create(second, "Third"), create("", "Other")
	for _, args := range []string{`{"key": "First", "dry_run": true}`, `{"key": "First"}`} {
		var out struct {
			Also []struct {
				ID     schema.ID
				Status schema.KeyStatus
			} `json:"also_revoked"`
		}
		if err := json.Unmarshal([]byte(must("", "revoke_key", args)), &out); err != nil {
			t.Fatal(err)
		}
		if len(out.Also) != 2 || out.Also[0].ID != second || out.Also[1].ID != third || out.Also[1].Status != schema.RevokedKey {
			t.Errorf("%s: also revoked are %+v", args, out.Also)
		}
	}
	var left struct{ Keys []struct{ ID schema.ID } }
	if err := json.Unmarshal([]byte(must("", "list_keys", `{"status": "active"}`)), &left); err != nil {
		t.Fatal(err)
	}
	if len(left.Keys) != 1 || left.Keys[0].ID != other {
		t.Errorf("left are %+v", left.Keys)
	}
}

func TestAMemberHasSoManyKeys(t *testing.T) {
	call := keyring(t)
	for n := range 50 {
		if _, err := call("", "create_key", fmt.Sprintf(`{"name": "Key %d"}`, n)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := call("", "create_key", `{"name": "One more"}`); !errors.Is(err, schema.Limited) || !strings.Contains(err.Error(), "revoke_key") {
		t.Errorf("one more: %v", err)
	}
	if _, err := call("", "revoke_key", `{"key": "Key 7"}`); err != nil {
		t.Fatal(err)
	}
	if _, err := call("", "create_key", `{"name": "One more"}`); err != nil {
		t.Errorf("in the place of another: %v", err)
	}
}

func TestAKeyThatIsGoodIsMeantByItsName(t *testing.T) {
	s := newBuying(t)
	for range 2 {
		s.do(t, "create_key", `{"name": "Cursor"}`, nil)
		s.do(t, "revoke_key", `{"key": "cursor"}`, nil)
	}
	var all struct {
		Keys []struct{ Status schema.KeyStatus }
	}
	s.do(t, "list_keys", `{}`, &all)
	if len(all.Keys) != 2 || all.Keys[0].Status != schema.RevokedKey || all.Keys[1].Status != schema.RevokedKey {
		t.Errorf("the keys are %+v", all.Keys)
	}
}

func TestNoKeyHidesBehindAnother(t *testing.T) {
	s := newBuying(t)
	var leaked, decoy, gone struct{ ID, Prefix string }
	s.do(t, "create_key", `{"name": "Leaked"}`, &leaked)
	s.do(t, "create_key", in(t, map[string]any{"name": leaked.ID}), &decoy)
	s.do(t, "create_key", in(t, map[string]any{"name": leaked.Prefix}), nil)
	s.do(t, "revoke_key", in(t, map[string]any{"key": leaked.ID}), &gone)
	if gone.ID != leaked.ID {
		t.Errorf("asked for %s by its id, %s was revoked", leaked.ID, gone.ID)
	}
	s.do(t, "revoke_key", in(t, map[string]any{"key": leaked.Prefix}), &gone)
	if gone.ID != leaked.ID {
		t.Errorf("asked for %s by its token, %s was revoked", leaked.ID, gone.ID)
	}
}
