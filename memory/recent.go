package memory

import "slices"

// A recent holds the values last asked for, up to a limit. It is not safe for
// use by several goroutines.
type recent[K comparable, V any] struct {
	limit int
	keys  []K // the last asked for at the end
	vals  map[K]V
}

// get returns the value of the key, making it if it is not held, and lets go
// of the value that was not asked for the longest if there are too many.
func (r *recent[K, V]) get(k K, make func() V) V {
	if r.vals == nil {
		r.vals = map[K]V{}
	}
	v, ok := r.vals[k]
	if !ok {
		v = make()
		r.vals[k] = v
	}
	r.keys = append(slices.DeleteFunc(r.keys, func(o K) bool { return o == k }), k)
	if len(r.keys) > r.limit {
		delete(r.vals, r.keys[0])
		r.keys = slices.Delete(r.keys, 0, 1)
	}
	return v
}
