//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// started runs the program until the test ends or it stops by itself.
func started(t *testing.T, program string, args ...string) (cmd *exec.Cmd, stdin io.WriteCloser, stdout, stderr *bytes.Buffer) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), program, args...)
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin, stdout, stderr
}

// ends demands that the program ends soon after the signal, with the code.
func ends(t *testing.T, cmd *exec.Cmd, sig os.Signal, code int) {
	t.Helper()
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
		if got := cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("it ended with %d, want %d", got, code)
		}
	case <-time.After(10 * time.Second):
		t.Error("it did not end")
	}
}

func TestSignals(t *testing.T) {
	program := build(t)
	t.Run("a server ends in order when it is asked to", func(t *testing.T) { endServer(t, program) })
	t.Run("an import that is stopped keeps what is in", func(t *testing.T) { stopImport(t, program) })
}

func endServer(t *testing.T, program string) {
	db := filepath.Join(t.TempDir(), "test.db")
	cmd, stdin, _, stderr := started(t, program, "serve", "--db", db)
	defer stdin.Close()
	waitFor(t, "the database", func() bool { _, err := os.Stat(db + "-wal"); return err == nil })
	time.Sleep(300 * time.Millisecond) // it is serving now
	ends(t, cmd, syscall.SIGTERM, 0)
	if strings.Contains(stderr.String(), "custory:") {
		t.Errorf("it said %s", stderr)
	}
	if _, err := os.Stat(db + "-wal"); err == nil {
		t.Error("the database was not closed")
	}
}

func stopImport(t *testing.T, program string) {
	db := filepath.Join(t.TempDir(), "test.db")
	cmd, stdin, _, stderr := started(t, program, "import", "signals", "-", "--db", db, "--place", "none")
	defer stdin.Close()
	fmt.Fprintln(stdin, "text")
	for n := range 20_000 { // more than what is read ahead
		if _, err := fmt.Fprintf(stdin, "message %d which has a few words to it\n", n); err != nil {
			t.Fatal(err)
		}
	}
	ends(t, cmd, os.Interrupt, 1)
	said := stderr.String()
	if !strings.Contains(said, "custory: stopped") || !strings.Contains(said, "signals are in; the same command goes on from there") {
		t.Errorf("it said %s", said)
	}
	out, err := exec.Command(cmd.Path, "doctor", "--db", db).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "00 signals") {
		t.Errorf("%v: %s", err, out)
	}
}
