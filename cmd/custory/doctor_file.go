package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// there reports whether there is a database file.
func (e *examination) there() bool {
	_, err := os.Stat(e.path)
	return err == nil
}

// around checks what can be seen without opening the database: its file, its
// folder and the disk.
func (e *examination) around() {
	st, err := os.Stat(e.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		e.warn("file", "custory serve, custory import and custory key create make one; custory demo shows a full one", "there is no database at %s yet", e.path)
	case err != nil:
		e.fail("file", "let your user read it", "%v", err)
	case st.IsDir():
		e.fail("file", "name a file with --db", "%s is a folder", e.path)
	default:
		e.ok("file", "%s, %s", e.path, size(st.Size()))
		e.permissions(st.Mode())
	}
	e.folder()
	e.space(st)
	e.processes()
}

func (e *examination) permissions(mode os.FileMode) {
	if runtime.GOOS == "windows" {
		return // its permissions are not in the mode
	}
	if mode.Perm()&0o077 == 0 {
		e.ok("permissions", "only you can read it (%v)", mode.Perm())
		return
	}
	do := "chmod 600"
	for _, f := range besides(e.path) {
		if _, err := os.Stat(f); err == nil {
			do += " " + f
		}
	}
	if mode.Perm()&0o007 == 0 {
		e.warn("permissions", do, "your group can read what customers said (%v)", mode.Perm())
		return
	}
	e.warn("permissions", do, "everyone on this machine can read what customers said (%v)", mode.Perm())
}

// folder checks that files can be made beside the database, as every write
// needs; a folder that is not there yet is made with the database.
func (e *examination) folder() {
	dir := filepath.Dir(e.path)
	for {
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".custory-doctor-*")
	if err != nil {
		e.fail("folder", "let your user write in "+dir+", or move the database", "nothing can be written there: %v", err)
		return
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		e.warn("folder", "", "%v", err)
		return
	}
	e.ok("folder", "%s can be written in", dir)
}

// space checks that there is room on the disk for the database to grow and to
// be copied.
func (e *examination) space(file os.FileInfo) {
	const little, least = 1 << 30, 100 << 20
	dir := filepath.Dir(e.path)
	free, err := diskSpace(dir)
	for err != nil && errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
		free, err = diskSpace(dir)
	}
	var own int64
	if file != nil {
		own = file.Size()
	}
	switch {
	case err != nil:
		return // this system does not tell
	case free < least:
		e.fail("disk", "make room", "only %s are free", size(free))
	case free < max(little, 2*own):
		e.warn("disk", "make room soon", "%s are free", size(free))
	default:
		e.ok("disk", "%s are free", size(free))
	}
}

// processes checks who else has the database open, and what was left behind by
// those that have gone.
func (e *examination) processes() {
	if !e.there() {
		return
	}
	others, known := holders(e.path)
	if len(others) > 0 {
		e.ok("others", "open in %s; several may work in it at once", strings.Join(others, ", "))
	} else if known {
		e.ok("others", "no other process of yours has it open")
	}
	const large = 128 << 20
	wal, err := os.Stat(e.path + "-wal")
	switch {
	case err != nil || wal.Size() == 0:
	case wal.Size() > large:
		e.warn("log file", "close the clients that have been open longest; it shrinks with the next write", "%s of changes wait beside the database", size(wal.Size()))
	case known && len(others) == 0:
		e.ok("log file", "%s of changes were left by a process that did not end in order; opening the database takes them in", size(wal.Size()))
	}
}

// holders names the other processes that have the file open. known is false on
// systems that do not tell.
func holders(path string) (names []string, known bool) {
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil || len(links) == 0 {
		return nil, false
	}
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	seen := map[string]bool{strconv.Itoa(os.Getpid()): true}
	for _, l := range links {
		pid := strings.Split(l, "/")[2]
		if seen[pid] {
			continue
		}
		if to, err := os.Readlink(l); err != nil || to != path {
			continue
		}
		seen[pid] = true
		comm, _ := os.ReadFile("/proc/" + pid + "/comm") // its name only
		names = append(names, fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(comm)), pid))
	}
	return names, true
}
