//go:build linux || darwin || freebsd

package main

import "syscall"

// diskSpace is how many bytes the user may still write where the folder is.
func diskSpace(folder string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
