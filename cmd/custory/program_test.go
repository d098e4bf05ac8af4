package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"custory/store/storetest"
)

// built is the program, built once, in a folder that TestMain takes away.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "custory-test-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "custory.exe")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return program, fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

// used tells that the program was asked for.
var used atomic.Bool

func TestMain(m *testing.M) {
	code := m.Run()
	if used.Load() {
		program, _ := built()
		_ = os.RemoveAll(filepath.Dir(program)) // the system empties such folders, too
	}
	os.Exit(code)
}

// build returns the program as it is built, without a watch for races: where they
// are watched for the test is left out.
func build(t *testing.T) string {
	t.Helper()
	storetest.Long(t)
	used.Store(true)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", what)
}
