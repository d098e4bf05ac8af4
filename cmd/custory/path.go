package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"custory/schema"
)

// databasePath is the database file, as an absolute path: the one that --db
// names, or else the environment, or else the one in the user's data folder.
func databasePath(flag string) (string, error) {
	path := flag
	if path == "" {
		path = os.Getenv("CUSTORY_DB")
	}
	if path == "" {
		return ownPath()
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok { // no shell has read it
		home, err := os.UserHomeDir()
		return filepath.Join(home, rest), err
	}
	return filepath.Abs(path)
}

// ownPath is the database file in the user's data folder.
func ownPath() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &schema.Error{Code: schema.Invalid, Message: "your home folder is not known", Hint: "name the database file with --db", Err: err}
	}
	return filepath.Join(dataFolder(runtime.GOOS, home, os.Getenv), "custory.db"), nil
}

// dataFolder is where programs keep their data on the system.
func dataFolder(goos, home string, env func(string) string) string {
	switch {
	case goos == "windows" && env("LocalAppData") != "":
		return filepath.Join(env("LocalAppData"), "custory")
	case goos == "windows":
		return filepath.Join(home, "AppData", "Local", "custory")
	case goos == "darwin":
		return filepath.Join(home, "Library", "Application Support", "custory")
	case filepath.IsAbs(env("XDG_DATA_HOME")):
		return filepath.Join(env("XDG_DATA_HOME"), "custory")
	}
	return filepath.Join(home, ".local", "share", "custory")
}

func pathOf(cmd *cobra.Command) (string, error) { return databasePath(cmd.Flag("db").Value.String()) }

// keepPrivate leaves a database that was just made to its owner alone. It holds
// what customers said.
func keepPrivate(path string) {
	for _, f := range besides(path) {
		_ = os.Chmod(f, 0o600) // not every file system can
	}
}

// besides are the files a database consists of.
func besides(path string) []string { return []string{path, path + "-wal", path + "-shm"} }
