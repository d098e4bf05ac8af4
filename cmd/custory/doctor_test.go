package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command carries out a command line here, and returns what it prints.
func command(ctx context.Context, args ...string) (string, error) {
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(ctx)
	return out.String(), err
}

// filled is a database with a few signals, closed.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db, signals := filepath.Join(dir, "test.db"), filepath.Join(dir, "signals.csv")
	if err := os.WriteFile(signals, []byte("text\nWhere is the price list?\nThank you\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t.Context(), "import", "signals", signals, "--db", db); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return db
}

// tamper changes a database behind the store's back.
func tamper(t *testing.T, db, statement string) {
	t.Helper()
	c, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.ExecContext(t.Context(), statement)
	if err := errors.Join(err, c.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestDoctorMendsTheIndex(t *testing.T) {
	db := filled(t)
	tamper(t, db, `DELETE FROM full_text`)
	out, err := command(t.Context(), "doctor", "--db", db)
	if err == nil || !strings.Contains(out, "fail  search") || !strings.Contains(out, "→ custory doctor --fix") || strings.Count(out, "fail") != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"doctor", "--fix", "--db", db}, {"doctor", "--db", db}} {
		if out, err := command(t.Context(), args...); err != nil || strings.Contains(out, "fail") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

func TestDoctorFindsDamage(t *testing.T) {
	for name, statement := range map[string]string{
		"a reference that leads nowhere": `PRAGMA foreign_keys = 0; INSERT INTO placement VALUES ((SELECT workspace FROM workspace), 'plc_x', 1, 0, 0, 'stp_x', 'itm_x', NULL, 0, '', NULL, '')`,
		"a log with a gap":               `UPDATE head SET seq = seq + 1`,
	} {
		t.Run(name, func(t *testing.T) {
			db := filled(t)
			tamper(t, db, statement)
			out, err := command(t.Context(), "doctor", "--db", db)
			if err == nil || !strings.Contains(out, "fail  integrity") || !strings.Contains(out, "go back to a copy made with custory backup") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestDoctorSurvivesADamagedFile(t *testing.T) {
	db := filled(t)
	data, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	for at := 4096; at < len(data); at += 4096 {
		copy(data[at:], bytes.Repeat([]byte{0xfe}, 64))
	}
	if err := os.WriteFile(db, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t.Context(), "doctor", "--db", db); err == nil || !strings.Contains(out, "fail") || !strings.Contains(out, "→ go back to a copy") {
		t.Errorf("%v\n%s", err, out)
	}
}
