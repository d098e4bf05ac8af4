package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"custory/internal/vec"
	"custory/schema"
)

// maxLinked is how many signals are compared each with each. The others join
// the groups of these, or begin new ones, one after the other.
const maxLinked = 2000

// A Group is signals that say the same.
type Group struct {
	Medoid  schema.ID   // the one that says it best: nearest to all others
	Members []schema.ID // the medoid, and then the others, the nearest to it first
}

// Groups gathers the signals that say the same, the largest group first. A
// signal like no other, or without a vector, is a group of its own; what is not
// searched any more is left out. The same signals always give the same groups.
//
// It links the two nearest groups, by the average cosine between their members,
// until no two are as near as the model's tuning demands. That threshold gave
// the best B-cubed F0.5, in which precision counts double, averaged over five
// draws of 500 messages that speak about 20 of the steps in Banking77's
// training set: a group that mixes is worse than two that say the same.
func (m *Memory) Groups(ctx context.Context, workspace schema.ID, ids []schema.ID) ([]Group, error) {
	s, err := m.caughtUp(ctx, workspace)
	if err != nil {
		return nil, err
	}
	digests := s.searched(ids)
	known, err := m.st.Vectors(ctx, m.embedder.Model(), slices.Compact(slices.Sorted(maps.Values(digests))))
	if err != nil {
		return nil, fmt.Errorf("read the vectors of signals: %w", err)
	}
	var groups []Group
	var linked []schema.ID
	var vecs [][]float32
	for _, id := range slices.Sorted(maps.Keys(digests)) {
		v := known[digests[id]]
		if m.fits(v) != nil || blank(v) {
			groups = append(groups, Group{id, []schema.ID{id}})
			continue
		}
		normalise(v)
		linked, vecs = append(linked, id), append(vecs, v)
	}
	for _, members := range cluster(vecs, m.tuning.same) {
		g := Group{}
		for _, i := range byCloseness(vecs, members) {
			g.Members = append(g.Members, linked[i])
		}
		g.Medoid = g.Members[0]
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b Group) int {
		return cmp.Or(len(b.Members)-len(a.Members), cmp.Compare(a.Medoid, b.Medoid))
	})
	return groups, ctx.Err()
}

// searched returns the digests of those records that are searched.
func (s *space) searched(ids []schema.ID) map[schema.ID]string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	digests := make(map[schema.ID]string, len(ids))
	for _, id := range ids {
		if d, ok := s.docs[id]; ok {
			digests[id] = d
		}
	}
	return digests
}

// byCloseness orders the members of a group: first the one that is nearest to
// all of them on average, then the nearest to that one. Of those as near, up to
// what a processor makes of a sum, the first in the order of vecs is first.
func byCloseness(vecs [][]float32, members []int) []int {
	sum := make([]float32, len(vecs[members[0]]))
	for _, i := range members {
		add(sum, vecs[i])
	}
	nearestTo := func(v []float32) []int {
		return slices.SortedFunc(slices.Values(members), func(a, b int) int {
			return cmp.Or(cmp.Compare(rounded(vec.Dot(vecs[b], v)), rounded(vec.Dot(vecs[a], v))), a-b)
		})
	}
	medoid := nearestTo(sum)[0]
	all := slices.DeleteFunc(nearestTo(vecs[medoid]), func(i int) bool { return i == medoid })
	return append([]int{medoid}, all...)
}

// rounded is a product of vectors without the digits in which processors
// differ.
func rounded(dot float32) float64 { return math.Round(float64(dot) * 1e4) }

// cluster divides vectors of length 1 into groups, each named by the places of
// its members. Two groups whose members are at least same to each other on
// average are one.
func cluster(vecs [][]float32, same float64) (groups [][]int) {
	groups = link(first(vecs, maxLinked), float32(same))
	if len(vecs) <= maxLinked {
		return groups
	}
	sums := make([][]float32, len(groups))
	for g, members := range groups {
		sums[g] = make([]float32, len(vecs[0]))
		for _, i := range members {
			add(sums[g], vecs[i])
		}
	}
	for i := maxLinked; i < len(vecs); i++ {
		best, near := -1, float32(same)
		for g := range groups {
			if c := vec.Dot(vecs[i], sums[g]) / float32(len(groups[g])); c >= near {
				best, near = g, c
			}
		}
		if best < 0 {
			best, groups, sums = len(groups), append(groups, nil), append(sums, make([]float32, len(vecs[i])))
		}
		groups[best] = append(groups[best], i)
		add(sums[best], vecs[i])
	}
	return groups
}
