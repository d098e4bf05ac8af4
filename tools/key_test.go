package tools_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
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
