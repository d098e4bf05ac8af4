package store_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

var crashes = flag.Int("crashes", 30, "how many processes are killed while they write")

// What a child process is told by its environment.
const (
	childFile      = "CUSTORY_TEST_FILE"
	childWorkspace = "CUSTORY_TEST_WORKSPACE"
	childName      = "CUSTORY_TEST_NAME"
	childCount     = "CUSTORY_TEST_COUNT" // of signals for each goroutine; 0: no end, below: only to make a workspace
)

// TestAsAChildProcess is what the children of the tests below run. It files
// signals from 25 goroutines, and tells of each once it is acknowledged.
func TestAsAChildProcess(t *testing.T) {
	path := os.Getenv(childFile)
	if path == "" {
		t.Skip("is run by others")
	}
	st, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	actor := schema.Actor{Workspace: schema.ID(os.Getenv(childWorkspace)), ID: "mem_1", Role: schema.Editor}
	count, _ := strconv.Atoi(os.Getenv(childCount))
	if count < 0 {
		if _, err := st.NewWorkspace(t.Context(), "Acme", "Ann"); err != nil {
			t.Fatal(err)
		}
		fmt.Println("filed", os.Getenv(childName))
		return
	}
	var wg sync.WaitGroup
	for g := range 25 {
		wg.Go(func() {
			for n := 0; count == 0 || n < count; n++ {
				name := fmt.Sprintf("%s-%d-%d", os.Getenv(childName), g, n)
				err := st.Update(context.Background(), schema.Call{Tool: "capture", Actor: actor}, func(tx *store.Tx) error {
					return tx.Signals.Put(&schema.Signal{Text: "This is signal " + name, Source: "chat", ExternalID: name, Thread: os.Getenv(childName)})
				})
				if err != nil {
					fmt.Printf("failed %s: %v\n", name, err)
					continue
				}
				fmt.Println("filed", name)
			}
		})
	}
	wg.Wait()
}

// child starts a process that files signals. told is what it tells: the names
// of signals that were acknowledged.
func child(t *testing.T, path string, workspace schema.ID, name string, count int) (process *os.Process, told <-chan string, done func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAsAChildProcess$")
	cmd.Env = append(os.Environ(), childFile+"="+path, childWorkspace+"="+string(workspace), childName+"="+name, fmt.Sprintf("%s=%d", childCount, count))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for in := bufio.NewReader(out); ; {
			line, err := in.ReadString('\n')
			if err != nil { // what has no end was not told
				if !errors.Is(err, io.EOF) {
					t.Errorf("read from %s: %v", name, err)
				}
				return
			}
			switch what, name, _ := strings.Cut(strings.TrimSpace(line), " "); what {
			case "filed":
				lines <- name
			case "failed":
				t.Error(name)
			}
		}
	}()
	return cmd.Process, lines, func() { _ = cmd.Wait() }
}

// fileForProcesses makes a file that several processes can use.
func fileForProcesses(t *testing.T) *world {
	st := storetest.OpenAt(t, filepath.Join(t.TempDir(), "shared.db"), store.Options{})
	return &world{st, storetest.Workspace(t, st)}
}

// allThere demands that each signal that was acknowledged is there once, that
// the log has no gaps and that the file is sound. It returns how many there are.
func allThere(t *testing.T, w *world, acknowledged map[string]bool) int {
	t.Helper()
	there := map[string]int{}
	w.view(t, func(tx *store.Tx) error {
		all, err := tx.Signals.All()
		for _, s := range all {
			there[s.ExternalID]++
		}
		return err
	})
	for name := range acknowledged {
		if there[name] != 1 {
			t.Errorf("%s was acknowledged, and is there %d times", name, there[name])
		}
	}
	changes := w.changes(t)
	for i, c := range changes {
		if c.Seq != int64(i+1) {
			t.Fatalf("the log has %d in place %d", c.Seq, i+1)
		}
	}
	if got, want := len(changes), 3+len(there); got != want {
		t.Errorf("the log has %d changes, want %d", got, want)
	}
	if wrong, err := w.st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check = %q, %v", wrong, err)
	}
	return len(there)
}

func TestManyProcessesOpenANewFileAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "new.db")
	var all []<-chan string
	for n := range 5 {
		_, told, done := child(t, path, "", fmt.Sprint(n), -1)
		defer done()
		all = append(all, told)
	}
	for n, told := range all {
		if name := <-told; name != fmt.Sprint(n) {
			t.Errorf("process %d has not made its workspace", n)
		}
		for range told {
		}
	}
	st := storetest.OpenAt(t, path, store.Options{})
	if made, err := st.Workspaces(t.Context()); err != nil || len(made) != 5 {
		t.Errorf("five processes made %d workspaces, %v", len(made), err)
	}
	if wrong, err := st.Check(t.Context()); err != nil || wrong != nil {
		t.Errorf("Check = %q, %v", wrong, err)
	}
}

func TestTwoProcessesFileSignalsAtOnce(t *testing.T) {
	t.Parallel()
	w := fileForProcesses(t)
	acknowledged := map[string]bool{}
	var all []<-chan string
	for _, name := range []string{"left", "right"} {
		_, told, done := child(t, w.st.Path(), w.actor.Workspace, name, 10)
		defer done()
		all = append(all, told)
	}
	for _, told := range all {
		for name := range told {
			if acknowledged[name] {
				t.Errorf("%s was acknowledged twice", name)
			}
			acknowledged[name] = true
		}
	}
	if got := allThere(t, w, acknowledged); got != 500 || len(acknowledged) != 500 {
		t.Errorf("%d signals were acknowledged, and %d are there; want 500", len(acknowledged), got)
	}
	for _, name := range []string{"left", "right"} { // each found by the one before it, too
		if got := w.find(t, store.Search{Limit: 1000}, "signal "+name); len(got) != 250 {
			t.Errorf("%d signals of the %s are found, want 250", len(got), name)
		}
	}
}

func TestWhatWasAcknowledgedOutlivesKill9(t *testing.T) {
	storetest.Long(t)
	t.Parallel()
	w := fileForProcesses(t)
	acknowledged := map[string]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for side := range 2 { // one goes on while the other dies
		wg.Go(func() {
			for n := range *crashes / 2 {
				process, told, done := child(t, w.st.Path(), w.actor.Workspace, fmt.Sprintf("%d-%d", side, n), 0)
				heard, life := 0, 1+rand.IntN(60)
				for name := range told {
					mu.Lock()
					acknowledged[name] = true
					mu.Unlock()
					if heard++; heard == life {
						_ = process.Kill()
					}
				}
				done()
			}
		})
	}
	wg.Wait()
	there := allThere(t, w, acknowledged)
	t.Logf("%d signals were acknowledged, %d are there", len(acknowledged), there)
	w.note(t, "Life goes on")
}
