//go:build !purego

package vec

import "golang.org/x/sys/cpu"

// fast reports whether the processor has the instructions.
func fast() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }
