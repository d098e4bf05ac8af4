package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func TestColumnsAreThoseOfTheTables(t *testing.T) {
	w := newWorld(t)
	columns := w.st.Columns()
	for _, k := range schema.Kinds() {
		have, err := w.st.Rows(`SELECT name FROM pragma_table_info(?) ORDER BY name`, string(k))
		if err != nil {
			t.Fatal(err)
		}
		listed := slices.Sorted(slices.Values(columns[k]))
		if !slices.Equal(listed, have) {
			t.Errorf("the columns of %s are listed as %q, and the table has %q", k, listed, have)
		}
		if head := []string{"workspace", "id", "version", "created", "updated"}; !slices.Equal(columns[k][:5], head) {
			t.Errorf("the columns of %s begin with %q, want %q", k, columns[k][:5], head)
		}
		delete(columns, k)
	}
	if len(columns) > 0 {
		t.Errorf("there are tables of no kind: %v", columns)
	}
}

func TestEveryTokenOfTheSQLFilesIsReplaced(t *testing.T) {
	token := regexp.MustCompile(`{{\w*}}`)
	for n := range store.SchemaVersion() {
		if left := token.FindAllString(store.SQLFile(n+1), -1); left != nil {
			t.Errorf("SQL file %d still holds %q", n+1, left)
		}
	}
}

func TestEveryTableIsStrictAndKeyedByItsWorkspace(t *testing.T) {
	w := newWorld(t)
	rows, err := w.st.Rows(`SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		name, isStrict, _ := strings.Cut(row, " ")
		if isStrict != "1" {
			t.Errorf("the table %s is not strict", name)
		}
		if name == "embedding" || name == "doc" || name == "secret" { // by digest, by row, and of the file
			continue
		}
		first, err := w.st.Rows(`SELECT name FROM pragma_table_info(?) WHERE pk = 1`, name)
		if err != nil || len(first) != 1 || first[0] != "workspace" {
			t.Errorf("the key of %s begins with %q, %v", name, first, err)
		}
	}
}

// fileAt makes a file of an earlier version of the tables.
func fileAt(t *testing.T, version int) string {
	path := filepath.Join(t.TempDir(), "old.db")
	db, err := store.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n := range version {
		if _, err := db.Exec(store.SQLFile(n + 1)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		t.Fatal(err)
	}
	return path
}

func tables(t *testing.T, st *store.Store) []string {
	rows, err := st.Rows(`SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2`)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestAFileOfAnyVersionIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	want := tables(t, storetest.Open(t))
	for version := range store.SchemaVersion() {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			path := fileAt(t, version)
			st := storetest.OpenAt(t, path, storetest.Options())
			if diff := difference(want, tables(t, st)); diff != "" {
				t.Errorf("from version %d the tables become others than from none:\n%s", version, diff)
			}
			storetest.Workspace(t, st)
		})
	}
}

func TestTheFullTextOfAnOlderFileIsMadeAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "old.db")
	st := storetest.OpenAt(t, path, storetest.Options())
	for _, actor := range []schema.Actor{storetest.Workspace(t, st), storetest.Workspace(t, st)} {
		w := &world{st, actor}
		for _, text := range []string{"alpha", "beta", "gamma", "delta"} {
			w.put(t, &schema.Signal{Text: text, Source: "chat", Author: "Ann", Thread: "t"})
		}
		w.put(t, &schema.Item{Type: schema.Insight, Title: "Too slow", Status: "New"})
	}
	want, err := st.FullText()
	must(t, err)
	must(t, st.Close())
	db, err := store.Raw(path)
	must(t, err)
	_, err = db.Exec(`DROP TABLE full_text; CREATE VIRTUAL TABLE full_text USING fts5(scope, body, ctx, content='', contentless_delete=1); ALTER TABLE workspace DROP COLUMN place_at;
		DROP TABLE key; DROP TABLE invitation; DROP TABLE join_request; DROP TABLE key_use; DROP TABLE secret; ALTER TABLE member DROP COLUMN left_at; ALTER TABLE call DROP COLUMN key; PRAGMA user_version = 8`)
	must(t, err)
	must(t, db.Close())
	got, err := storetest.OpenAt(t, path, storetest.Options()).FullText()
	must(t, err)
	if diff := difference(want, got); diff != "" || len(got) == 0 {
		t.Errorf("of %d words:\n%s", len(got), diff)
	}
}

func TestManyOpenANewFileAtOnce(t *testing.T) {
	t.Parallel()
	for range 2 {
		path := filepath.Join(t.TempDir(), "a folder of its own", "new.db")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				st, err := store.Open(context.Background(), path, store.Options{})
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				defer st.Close()
				if _, err := st.NewWorkspace(context.Background(), "Acme", "Ann"); err != nil {
					t.Errorf("new workspace: %v", err)
				}
			})
		}
		wg.Wait()
		st := storetest.OpenAt(t, path, store.Options{})
		all, err := st.Workspaces(t.Context())
		if err != nil || len(all) != 8 {
			t.Errorf("eight opened the file and made a workspace; it has %d, %v", len(all), err)
		}
		if wrong, err := st.Check(t.Context()); err != nil || wrong != nil {
			t.Errorf("Check = %q, %v", wrong, err)
		}
	}
}

func TestWhatIsNotOursIsRefusedAndLeftAlone(t *testing.T) {
	made := func(t *testing.T, statements ...string) string {
		path := filepath.Join(t.TempDir(), "file.db")
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	written := func(t *testing.T, content string) string {
		path := filepath.Join(t.TempDir(), "file.db")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name string
		path string
		code schema.Code
		says []string
	}{
		{"a newer file", made(t, `CREATE TABLE workspace (id)`, `CREATE TABLE journey (id)`, `PRAGMA user_version = 99`), schema.Conflict,
			[]string{"newer custory", "version 99", fmt.Sprintf("knows %d", store.SchemaVersion()), "install the newer version"}},
		{"another program's database", made(t, `CREATE TABLE bookmarks (id)`), schema.Conflict, []string{"another program", "--db"}},
		{"another program's database with a version", made(t, `CREATE TABLE bookmarks (id)`, `PRAGMA user_version = 7`), schema.Conflict, []string{"another program"}},
		{"a text", written(t, strings.Repeat("Dear diary, ", 1000)), schema.Conflict, []string{"damaged or no database"}},
		{"a few bytes", written(t, "hello"), schema.Conflict, []string{"damaged or no database"}},
		{"a folder", t.TempDir(), schema.Forbidden, []string{"cannot be opened"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before, _ := os.ReadFile(tt.path) // nothing else has it open
			st, err := store.Open(t.Context(), tt.path, store.Options{})
			if err == nil {
				st.Close()
			}
			if !errors.Is(err, tt.code) || schema.FaultsOf(err) == nil {
				t.Fatalf("Open = %v, want a fault that is %s", err, tt.code)
			}
			for _, says := range append(tt.says, tt.path) {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if after, _ := os.ReadFile(tt.path); string(after) != string(before) {
				t.Error("the file was altered")
			}
			for _, beside := range []string{"-wal", "-shm", "-journal"} {
				if _, err := os.Stat(tt.path + beside); err == nil {
					t.Errorf("%s was left behind", beside)
				}
			}
		})
	}
}

func TestAFolderThatCannotBeMadeIsSaidSo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(file, "x.db"), store.Options{}); err == nil || !strings.Contains(err.Error(), "make the folder") {
		t.Errorf("Open below a file = %v", err)
	}
}

func TestAPathMayHoldAnything(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{
		"with spaces.db", "what?.db", "100%.db", "100%25.db", "#1.db", "a&b=c.db", "a+b.db", "żółw 🐢.db", "quote'.db", `double".db`, "semi;colon.db", "file:x.db", "x.db?mode=memory",
		"sub folder/#?%/deep.db", "dot/../up.db", "a//b.db",
	} {
		path := dir + "/" + name
		st, err := store.Open(t.Context(), path, storetest.Options())
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		if err := st.Close(); err != nil {
			t.Errorf("%q: close: %v", name, err)
		}
		if info, err := os.Stat(filepath.Clean(path)); err != nil || info.Size() == 0 {
			t.Errorf("%q: the file is not where it was asked for: %v", name, err)
		}
		if got := st.Path(); got != path {
			t.Errorf("Path() = %q, want %q", got, path)
		}
	}
}

func TestANewFileIsItsOwners(t *testing.T) {
	w := newSmall(t)
	for _, beside := range []string{"", "-wal", "-shm"} {
		if info, err := os.Stat(w.st.Path() + beside); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the file%s may be used by %v, %v", beside, info.Mode(), err)
		}
	}
}

func TestAPathMayBeRelative(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	storetest.OpenAt(t, "relative.db", storetest.Options())
	if _, err := os.Stat(filepath.Join(dir, "relative.db")); err != nil {
		t.Error(err)
	}
}

func TestAClosedStoreSaysSo(t *testing.T) {
	w := newWorld(t)
	if err := w.st.Close(); err != nil {
		t.Fatal(err)
	}
	nothing := func(*store.Tx) error { return nil }
	if err := w.st.View(t.Context(), w.actor, nothing); err == nil {
		t.Error("a view of a closed store succeeds")
	}
	if err := w.st.Update(t.Context(), schema.Call{Actor: w.actor}, nothing); err == nil {
		t.Error("an update of a closed store succeeds")
	}
}

// Root may open everything, so a folder where the log should be stands for a file
// of another user.
func TestAFileThatIsThereAndCannotBeOpenedIsToldSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(st.Close(), os.Mkdir(path+"-wal", 0o700)); err != nil {
		t.Fatal(err)
	}
	st, err = store.Open(t.Context(), path, store.Options{})
	if err == nil {
		st.Close()
	}
	if !errors.Is(err, schema.Forbidden) || !strings.Contains(err.Error(), "the file is there, and this user cannot open it") {
		t.Errorf("Open = %v", err)
	}
}
