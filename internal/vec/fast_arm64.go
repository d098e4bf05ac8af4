//go:build !purego

package vec

// fast reports whether the processor has the instructions. All have NEON.
func fast() bool { return true }
