//go:build unix

package main

import (
	"io/fs"
	"os"
	"syscall"
)

// giveToOwner gives a file to the owner of another, as far as the user may.
func giveToOwner(path string, of fs.FileInfo) error {
	st, ok := of.Sys().(*syscall.Stat_t)
	if !ok || os.Geteuid() != 0 {
		return nil
	}
	return os.Chown(path, int(st.Uid), int(st.Gid))
}
