package memory

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"custory/internal/vec"
	"custory/schema"
	"custory/store"
)

func TestGroupsGatherWhatSaysTheSame(t *testing.T) {
	w := newWorld(t)
	d := w.signal("password")
	e := w.signal("login")
	a := w.signal("price")
	b := w.signal("cost of the refund") // like a, and like c
	c := w.signal("fee")
	lone := w.signal("crash")
	mute := w.signal("zzz")
	ids := []schema.ID{mute, lone, e, d, c, b, a, a, "sig_99"}
	groups := func() string {
		t.Helper()
		all, err := w.mem.Groups(t.Context(), w.actor.Workspace, ids)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, g := range all {
			if g.Medoid != g.Members[0] {
				t.Errorf("the medoid %s is not the first of %v", g.Medoid, g.Members)
			}
			told = append(told, fmt.Sprint(g.Members))
		}
		return strings.Join(told, " ")
	}
	want := fmt.Sprint([]schema.ID{a, c, b}, " ", []schema.ID{d, e}, " ", []schema.ID{lone}, " ", []schema.ID{mute})
	if got := groups(); got != want {
		t.Errorf("Groups = %v, want %v", got, want)
	}
	slices.Reverse(ids)
	if got := groups(); got != want {
		t.Errorf("in another order: Groups = %v, want %v", got, want)
	}
	w.update(func(tx *store.Tx) error { return tx.Signals.Remove(lone) })
	if got := groups(); strings.Contains(got, string(lone)) {
		t.Errorf("what is gone is in a group: %v", got)
	}
}

func TestGroupsOfNothing(t *testing.T) {
	w := newWorld(t)
	if got, err := w.mem.Groups(t.Context(), w.actor.Workspace, nil); err != nil || len(got) != 0 {
		t.Errorf("Groups = %v, %v", got, err)
	}
}

func TestWhatIsTooManyJoinsTheGroupsOfTheOthers(t *testing.T) {
	var vecs [][]float32
	for i := range maxLinked + 300 { // three directions, and one that comes late
		angle := float64(i%3) * math.Pi / 2
		if i > maxLinked && i%10 == 0 {
			angle = math.Pi * 3 / 2
		}
		angle += float64(i%7) / 100
		vecs = append(vecs, []float32{float32(math.Cos(angle)), float32(math.Sin(angle))})
	}
	groups := cluster(vecs, 0.9)
	if len(groups) != 4 {
		t.Fatalf("%d groups, want 4", len(groups))
	}
	n := 0
	for _, g := range groups {
		n += len(g)
		for _, i := range g {
			if vec.Dot(vecs[i], vecs[g[0]]) < 0.9 {
				t.Fatalf("%d and %d are in one group", i, g[0])
			}
		}
	}
	if n != len(vecs) {
		t.Errorf("%d of %d vectors are in a group", n, len(vecs))
	}
}
