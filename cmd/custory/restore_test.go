package main

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"custory/store"
)

func TestRestoreGoesBackAndKeepsWhatWasThere(t *testing.T) {
	db := filled(t)
	dir := filepath.Dir(db)
	run := func(want string, args ...string) string {
		t.Helper()
		out, err := command(t.Context(), append(args, "--db", db)...)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Fatalf("%s: %v, want %q\n%s", args, err, want, out)
		}
		return out
	}
	named := func(name string) {
		t.Helper()
		if out := run("", "workspace"); !strings.Contains(out, name) {
			t.Errorf("the workspace is not %q:\n%s", name, out)
		}
	}
	before := filepath.Join(dir, "copy.db")
	run("", "workspace", "--name", "Then")
	run("", "backup", before)
	run("", "workspace", "--name", "Now")

	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", filepath.Join(dir, "bookmarks.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(`CREATE TABLE bookmarks (id)`); err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	run("no database", "restore", junk)
	run("another program", "restore", filepath.Join(dir, "bookmarks.db"))
	run("there is no file", "restore", filepath.Join(dir, "other.db"))
	run("is the database itself", "restore", db)
	named("Now")

	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	run("is in use", "restore", before)
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	named("Now")

	_, aside, _ := strings.Cut(run("", "restore", before), "before is ")
	named("Then")
	run("", "doctor")
	run("", "restore", strings.TrimSpace(aside))
	named("Now")
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(db, link); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t.Context(), "restore", before, "--db", link); err != nil {
		t.Fatal(out, err)
	}
	named("Then")
	if to, err := os.Readlink(link); err != nil || to != db {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".restoring*")); len(left) > 0 {
		t.Errorf("%s is left", left)
	}
}

// A server that was killed leaves changes beside its file. They belong to that
// file, and not to the copy that takes its place.
func TestRestoreKeepsLeftChangesApart(t *testing.T) {
	db := filled(t)
	copied := filepath.Join(filepath.Dir(db), "copy.db")
	if out, err := command(t.Context(), "backup", copied, "--db", db); err != nil {
		t.Fatal(out, err)
	}
	killed := filepath.Join(t.TempDir(), "killed.db")
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.NewWorkspace(t.Context(), "Left beside", "Ann"); err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"", "-wal"} { // as the disk has them when it is killed
		b, err := os.ReadFile(db + end)
		if err == nil {
			err = os.WriteFile(killed+end, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := command(t.Context(), "restore", copied, "--db", killed)
	if err != nil {
		t.Fatal(out, err)
	}
	_, aside, _ := strings.Cut(out, "before is ")
	for path, want := range map[string]int{killed: 1, strings.TrimSpace(aside): 2} {
		st, err := store.Open(t.Context(), path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if all, err := st.Workspaces(t.Context()); err != nil || len(all) != want {
			t.Errorf("%s has %d workspaces, %v, want %d", path, len(all), err, want)
		}
		if wrong, err := st.Check(t.Context()); err != nil || len(wrong) > 0 {
			t.Errorf("%s: %s, %v", path, wrong, err)
		}
		st.Close()
	}
}

// Where somebody has moved the file away, its changes may still lie there.
func TestRestoreKeepsChangesOfAFileThatIsGoneApart(t *testing.T) {
	db := filled(t)
	copied := filepath.Join(filepath.Dir(db), "copy.db")
	if out, err := command(t.Context(), "backup", copied, "--db", db); err != nil {
		t.Fatal(out, err)
	}
	st, err := store.Open(t.Context(), db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.NewWorkspace(t.Context(), "Left beside", "Ann"); err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(db + "-wal")
	if err == nil {
		err = errors.Join(st.Close(), os.Remove(db), os.WriteFile(db+"-wal", wal, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	if out, err := command(t.Context(), "restore", copied, "--db", db); err != nil || strings.Contains(out, "before") {
		t.Fatal(out, err)
	}
	if left, _ := filepath.Glob(db + ".before-*-wal"); len(left) != 1 {
		t.Errorf("the changes are in %s", left)
	}
	if st, err = store.Open(t.Context(), db, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if all, err := st.Workspaces(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("there are %d workspaces, %v", len(all), err)
	}
	if wrong, err := st.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("%s, %v", wrong, err)
	}
}
