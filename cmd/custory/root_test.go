package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"custory/schema"
	"custory/store"
)

func TestEveryCommandTellsWhatItIsFor(t *testing.T) {
	eachCommand(rootCommand(), func(c *cobra.Command) {
		name := c.CommandPath()
		switch {
		case c.Short == "" || strings.HasSuffix(c.Short, ".") || len(c.Short) > 70:
			t.Errorf("%s: Short is %q; it must be a short phrase", name, c.Short)
		case c.Long == "" || c.Example == "":
			t.Errorf("%s has no description or no example", name)
		case !strings.Contains(c.Long, "rint") && c.RunE != nil && c.HasParent() && c.Name() != "demo":
			t.Errorf("%s does not say what it prints", name)
		}
		for line := range strings.Lines(c.Example) {
			if !strings.HasPrefix(line, "  ") || !strings.Contains(line, "custory ") {
				t.Errorf("%s: the example %q must be an indented command line", name, line)
			}
		}
		for line := range strings.Lines(c.Long) {
			if len([]rune(strings.TrimRight(line, "\n"))) > 82 {
				t.Errorf("%s: the line %q does not fit a terminal", name, line)
			}
		}
		if c.HasParent() && !c.Parent().HasParent() && c.GroupID == "" {
			t.Errorf("%s is in no group", name)
		}
	})
}

func TestHelpShowsTheFlagsOfModelsWhereTheyAreUsed(t *testing.T) {
	used := 0
	root := rootCommand()
	eachCommand(root, func(c *cobra.Command) {
		want := slices.Contains(withModels, c.Name())
		if want {
			used++
		}
		if got := strings.Contains(c.UsageString(), "--embedder-url"); got != want {
			t.Errorf("the help of %s shows the flags of models: %v", c.CommandPath(), got)
		}
	})
	if used != len(withModels) {
		t.Errorf("%d commands of %d use models", used, len(withModels))
	}
}

// The examples must be understood, as far as their flags and arguments go.
func TestEveryExampleIsUnderstood(t *testing.T) {
	eachCommand(rootCommand(), func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			_, line, _ = strings.Cut(strings.TrimSpace(line), "custory ")
			root := rootCommand()
			eachCommand(root, func(c *cobra.Command) {
				if c.RunE != nil {
					c.RunE = func(*cobra.Command, []string) error { return nil }
				}
			})
			root.SetArgs(split(line, `"'`))
			if err := root.Execute(); err != nil {
				t.Errorf("custory %s: %v", line, err)
			}
		}
	})
}

func eachCommand(c *cobra.Command, fn func(*cobra.Command)) {
	fn(c)
	for _, sub := range c.Commands() {
		eachCommand(sub, fn)
	}
}

func TestDataFolder(t *testing.T) {
	for _, tt := range []struct {
		goos string
		env  map[string]string
		want string
	}{
		{"linux", nil, "/home/ada/.local/share/custory"},
		{"linux", map[string]string{"XDG_DATA_HOME": "/data"}, "/data/custory"},
		{"linux", map[string]string{"XDG_DATA_HOME": "data"}, "/home/ada/.local/share/custory"},
		{"freebsd", nil, "/home/ada/.local/share/custory"},
		{"darwin", map[string]string{"XDG_DATA_HOME": "/data"}, "/home/ada/Library/Application Support/custory"},
		{"windows", nil, "/home/ada/AppData/Local/custory"},
		{"windows", map[string]string{"LocalAppData": "/local"}, "/local/custory"},
	} {
		got := dataFolder(tt.goos, filepath.FromSlash("/home/ada"), func(name string) string { return tt.env[name] })
		if filepath.ToSlash(got) != tt.want {
			t.Errorf("on %s with %v: %s, want %s", tt.goos, tt.env, got, tt.want)
		}
	}
}

func TestDatabasePath(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_DATA_HOME", "")
	t.Setenv("CUSTORY_DB", "/env.db")
	if got, err := databasePath("/flag.db"); got != "/flag.db" || err != nil {
		t.Errorf("a flag: %s, %v", got, err)
	}
	if got, err := databasePath(""); got != "/env.db" || err != nil {
		t.Errorf("the environment: %s, %v", got, err)
	}
	t.Setenv("CUSTORY_DB", "~/own.db")
	if got, err := databasePath(""); got != "/home/ada/own.db" || err != nil {
		t.Errorf("a path that no shell has read: %s, %v", got, err)
	}
	t.Setenv("CUSTORY_DB", "")
	if got, err := databasePath(""); filepath.Base(got) != "custory.db" || err != nil {
		t.Errorf("neither: %s, %v", got, err)
	}
}

func TestTemporary(t *testing.T) {
	t.Setenv("GOCACHE", "/cache")
	for exe, want := range map[string]bool{
		"/tmp/go-build12/b001/exe/custory": true, "/home/ada/.cache/go-build/ab/abc-d/custory": true, "/cache/ab/abc-d/custory": true,
		"/home/ada/go/bin/custory": false, "/home/ada/go-builder/x/custory": true, "/cached/custory": false,
	} {
		if got := temporary(exe); got != want {
			t.Errorf("temporary(%s) = %v, want %v", exe, got, want)
		}
	}
}

func TestChooseWorkspace(t *testing.T) {
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := chooseWorkspace(t.Context(), st, ""); !errors.Is(err, schema.NotFound) {
		t.Errorf("in an empty file: %v", err)
	}
	if err := errors.Join(firstWorkspace(t.Context(), st), firstWorkspace(t.Context(), st)); err != nil {
		t.Fatal(err)
	}
	only, err := chooseWorkspace(t.Context(), st, "")
	if err != nil || only.Name != "My workspace" {
		t.Fatalf("the only one: %+v, %v", only, err)
	}
	if _, err := st.NewWorkspace(t.Context(), "my WORKSPACE", "Owner"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]schema.Code{string(only.ID): "", "my-workspace": "", "my-workspace-2": "", "": schema.Conflict, "My Workspace": schema.Conflict, "other": schema.NotFound} {
		w, err := chooseWorkspace(t.Context(), st, name)
		if want == "" && (err != nil || name != string(w.ID) && name != w.Slug) || want != "" && !errors.Is(err, want) {
			t.Errorf("%q: %+v, %v", name, w, err)
		}
	}
}

func TestProcessesThatStartAtOnceMakeOneWorkspace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	var starts sync.WaitGroup
	for range 8 {
		starts.Go(func() {
			st, err := store.Open(t.Context(), path, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(firstWorkspace(t.Context(), st), st.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if all, err := st.Workspaces(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("%d workspaces, %v", len(all), err)
	}
}

func TestReport(t *testing.T) {
	fault := &schema.Error{Code: schema.Conflict, Message: "no such\x1b[2J thing", Valid: []string{"a", "b"}, Hint: "take another"}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{errors.New("plain"), "custory: plain\n"},
		{fault, "custory: no such[2J thing; valid: a, b\n  take another\n"},
		{fmt.Errorf("open it: %w", fault), "custory: open it: no such[2J thing; valid: a, b\n  take another\n"},
		{schema.Faults{{Message: "one"}, {Message: "two", Hint: "mend"}}, "custory: one\n  two; mend\n"},
	} {
		var b bytes.Buffer
		if report(&b, tt.err); b.String() != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, b.String(), tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 2_000_000_000: "2.0 GB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %s, want %s", n, got, want)
		}
	}
}

func TestTitleOf(t *testing.T) {
	for file, want := range map[string]string{"-": "", "x/trial_to-customer.csv": "Trial to customer", "élan.csv": "Élan", "_.csv": "", "Map.v2.csv": "Map.v2"} {
		if got := titleOf(file); got != want {
			t.Errorf("titleOf(%s) = %q, want %q", file, got, want)
		}
	}
}

func TestWriteFileLeavesNothingHalf(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	failure := errors.New("no more")
	err := writeFile(path, 0o600, func(w io.Writer) error {
		_, _ = w.Write([]byte("half"))
		return failure
	})
	text, _ := os.ReadFile(path)
	left, _ := os.ReadDir(dir)
	if !errors.Is(err, failure) || string(text) != "before" || len(left) != 1 {
		t.Errorf("%v; it says %q, among %d files", err, text, len(left))
	}
}
