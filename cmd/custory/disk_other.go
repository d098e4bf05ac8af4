//go:build !linux && !darwin && !freebsd && !windows

package main

import "errors"

// diskSpace is not known here.
func diskSpace(string) (int64, error) { return 0, errors.ErrUnsupported }
