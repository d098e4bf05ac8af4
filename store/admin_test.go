package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestABackupIsConsistentWhileOthersWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, stop := context.WithCancel(context.Background())
	written := make(chan int, 1)
	go func() { // pairs of notes, both or none
		n := 0
		for ; ctx.Err() == nil && !t.Failed(); n++ {
			err := w.st.Update(context.Background(), schema.Call{Actor: w.actor}, func(tx *store.Tx) error {
				a, b := &schema.Note{Text: fmt.Sprint("a", n), State: "Ready"}, &schema.Note{Text: fmt.Sprint("b", n), State: "Ready"}
				return errors.Join(tx.Notes.Put(a), tx.Notes.Put(b))
			})
			if err != nil {
				t.Error(err)
			}
		}
		written <- n
	}()
	for i := range 3 {
		path := filepath.Join(t.TempDir(), "with space?#%.db")
		if err := w.st.Backup(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup may be read by %v, %v", info.Mode(), err)
		}
		copied := &world{storetest.OpenAt(t, path, store.Options{}), w.actor}
		if wrong, err := copied.st.Check(t.Context()); err != nil || wrong != nil {
			t.Errorf("backup %d: Check = %q, %v", i, wrong, err)
		}
		copied.view(t, func(tx *store.Tx) error {
			notes, err := tx.Notes.All()
			if len(notes)%2 != 0 {
				t.Errorf("backup %d has half of a call: %d notes", i, len(notes))
			}
			return err
		})
		copied.put(t, &schema.Journey{Name: "Life goes on"})
		if told, err := copied.st.Rows(`SELECT * FROM sqlite_stat1`); err != nil || len(told) < 20 {
			t.Errorf("the planner of a backup is told only %q, %v", told, err)
		}
	}
	stop()
	if n := <-written; n == 0 {
		t.Error("nothing was written beside the backups")
	}
}

func TestABackupOverwritesNothing(t *testing.T) {
	w := newSmall(t)
	path := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(path, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, w.st.Path(), filepath.Dir(path)} {
		if err := w.st.Backup(t.Context(), path); !errors.Is(err, schema.Conflict) || !strings.Contains(err.Error(), path+" exists already") {
			t.Errorf("Backup to %s = %v, want a conflict", path, err)
		}
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "precious" {
		t.Errorf("it holds %q now, %v", b, err)
	}
	if err := w.st.Backup(t.Context(), filepath.Join(path, "below a file")); err == nil {
		t.Error("a backup below a file succeeds")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	given := filepath.Join(t.TempDir(), "given up")
	if err := w.st.Backup(ctx, given); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := os.Stat(given); err == nil {
		t.Error("a backup that failed is left behind")
	}
	w.rename(t, w.item, "Life goes on")
}

func TestCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		harm string
		says []string
	}{
		{"nothing", ``, nil},
		{"a change that was lost", `DROP TRIGGER change_is_never_lost; DELETE FROM change WHERE seq = 5`, []string{"log: wsp_1 has 9 changes where its log ends at 10"}},
		{"the last change lost", `DROP TRIGGER change_is_never_lost; DELETE FROM change WHERE seq = 10`, []string{"log: wsp_1 has 9 changes where its log ends at 10"}},
		{"the whole log lost", `DROP TRIGGER change_is_never_lost; DELETE FROM change`, []string{"log: wsp_1 has 0 changes where its log ends at 10"}},
		{"a change out of place", `DROP TRIGGER change_is_kept; UPDATE change SET seq = 77 WHERE seq = 10`, []string{"log: wsp_1 has 10 changes where its log ends at 10"}},
		{"a reference that leads nowhere", `DELETE FROM stage`, []string{"reference: step row 1 refers to a missing stage", "search: the record stg_1 is found, but is gone"}},
		{"full text that was lost", `DELETE FROM full_text WHERE rowid = (SELECT "row" FROM doc WHERE id = 'itm_1')`, []string{"search: the record itm_1 has no full text"}},
		{"a record that was not indexed", `DELETE FROM full_text WHERE rowid = (SELECT "row" FROM doc WHERE id = 'sig_1'); DELETE FROM doc WHERE id = 'sig_1'`, []string{"search: the record sig_1 cannot be found"}},
		{"a damaged index", `UPDATE full_text_data SET block = x'00000000' WHERE id > 100`, []string{"file: fts5", "search: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newSmall(t)
			if tt.harm != "" {
				db, err := sql.Open("sqlite", w.st.Path())
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				if _, err := db.Exec(`PRAGMA foreign_keys = off;` + tt.harm); err != nil {
					t.Fatal(err)
				}
			}
			wrong, err := w.st.Check(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(wrong) != len(tt.says) {
				t.Fatalf("Check = %q, want %q", wrong, tt.says)
			}
			for i, says := range tt.says {
				if !strings.HasPrefix(wrong[i], says) {
					t.Errorf("Check = %q, want %q", wrong, tt.says)
				}
			}
		})
	}
}

func TestCheckMindsConversations(t *testing.T) {
	w := newWorld(t)
	w.put(t, &schema.Signal{Text: "Hello?", Source: "chat", Thread: "t"})
	if err := w.st.Exec(`DELETE FROM thread`); err != nil {
		t.Fatal(err)
	}
	want := []string{"search: 1 signals are part of a conversation, and 0 have a place in one"}
	if wrong, err := w.st.Check(t.Context()); err != nil || !slices.Equal(wrong, want) {
		t.Errorf("Check = %q, %v; want %q", wrong, err, want)
	}
	if err := w.st.Rebuild(t.Context(), w.actor.Workspace); err != nil {
		t.Fatal(err)
	}
	if wrong, err := w.st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check = %q, %v", wrong, err)
	}
}

func TestCheckTellsOfADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	st, err := store.Open(t.Context(), path, storetest.Options())
	if err != nil {
		t.Fatal(err)
	}
	w := newSmallIn(t, &world{st, storetest.Workspace(t, st)})
	w.update(t, "fill", func(tx *store.Tx) error {
		for range 300 {
			if err := tx.Notes.Put(&schema.Note{Text: strings.Repeat("word ", 50), State: "Ready"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path) // nobody has it open
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 3; i < len(b)*2/3; i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	st, err = store.Open(t.Context(), path, storetest.Options())
	if err != nil {
		return // which is as well
	}
	defer st.Close()
	if wrong, err := st.Check(t.Context()); err != nil || len(wrong) == 0 {
		t.Errorf("Check = %q, %v of a file that is damaged", wrong, err)
	}
}

func TestRebuildMendsTheSearch(t *testing.T) {
	w := newSmall(t)
	other := newSmallIn(t, w.other(t))
	want := w.snapshot(t)
	for _, harm := range []string{`DELETE FROM slug`, `DELETE FROM full_text WHERE rowid > 2`, `DELETE FROM doc WHERE "row" = 1`, `UPDATE doc SET digest = 'x'`,
		`INSERT INTO doc (workspace, id, kind, digest) VALUES ('wsp_1', 'sig_77', 'signal', 'x')`, `INSERT INTO slug (workspace, kind, slug, id) VALUES ('wsp_1', 'item', 'x', 'itm_77')`} {
		if err := w.st.Exec(harm); err != nil {
			t.Fatalf("%s: %v", harm, err)
		}
	}
	for _, w := range []*world{w.world, other.world} {
		if err := w.st.Rebuild(t.Context(), w.actor.Workspace); err != nil {
			t.Fatal(err)
		}
	}
	// A row of the full text that no doc points at cannot be told apart.
	got := slices.DeleteFunc(w.snapshot(t), func(l string) bool { return strings.HasPrefix(l, "full text: <nil> nothing") })
	if diff := difference(want, got); diff != "" {
		t.Errorf("rebuilt, it differs:\n%s", diff)
	}
	w.finds(t, store.Search{}, "costs", w.step, w.item)
}

func TestEachTellsWhatIsReferredToFirst(t *testing.T) {
	t.Parallel()
	c := newChance(t, 5)
	for range *steps {
		c.call(t)
	}
	told := map[string]bool{}
	c.view(t, func(tx *store.Tx) error {
		return tx.Each(func(k schema.Kind, body json.RawMessage) error {
			var fields map[string]any
			if err := json.Unmarshal(body, &fields); err != nil {
				return err
			}
			told[fields["id"].(string)] = true
			for name, v := range fields {
				for _, word := range strings.FieldsFunc(fmt.Sprint(v), func(r rune) bool { return strings.ContainsRune(" []:", r) }) {
					if kind := schema.ID(word).Kind(); kind != "" && !told[word] {
						t.Errorf("the %s of %s %s is told after it: %s", name, k, fields["id"], word)
					}
				}
			}
			return nil
		})
	})
	if len(told) < 20 {
		t.Errorf("only %d records were told of", len(told))
	}
}
