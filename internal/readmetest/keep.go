// Package readmetest holds parts of the README to what the program does.
package readmetest

import (
	"os"
	"strings"
	"testing"
)

// Keep demands that what stands between begin and end in the file is content,
// or with update makes it so. anew tells how to do that.
func Keep(t *testing.T, path, begin, end, content string, update bool, anew string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place between %q and %q", path, begin, end)
	}
	want := before + begin + content + end + after
	if want == string(text) {
		return
	}
	if !update {
		t.Fatalf("%s is not as the program is, after %q; write it anew with: %s", path, begin, anew)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
