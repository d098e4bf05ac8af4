package memory

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// replayed goes through the decisions, and returns them with the placings.
func (w *world) replayed(journey schema.ID) (ds []Decision, ps []Placing) {
	w.t.Helper()
	r, err := w.mem.Replay(w.t.Context(), w.actor.Workspace, journey)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := r.Run(w.t.Context(), func(d Decision, p Placing) error {
		ds, ps = append(ds, d), append(ps, p)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return ds, ps
}

// told is decisions as text: their signals, and the steps they belong on.
func told(ds []Decision) string {
	var all []string
	for _, d := range ds {
		all = append(all, fmt.Sprint(d.Signal, d.Steps))
	}
	return strings.Join(all, " ")
}

func TestReplayAsksAsIfADecisionHadNotBeenMade(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Banking", "I order a card", "I reset my password", "I travel", "I save")
	var asked []Guess // before each decision, as they were made
	for i, text := range []string{"the plastic thing is lost", "the plastic thing came", "my plastic thing", "abroad with my hat", "the plastic thing abroad"} {
		sig := w.signal(text)
		asked = append(asked, w.placed(journey, text))
		w.confirm(sig, steps[i%4/3*2])
	}
	ds, ps := w.replayed(journey)
	if len(ds) != len(asked) {
		t.Fatalf("%d decisions, want %d", len(ds), len(asked))
	}
	for i, want := range asked {
		got := ps[i].Guesses[0]
		if got.Step != want.Step || !near(got.Probability, want.Probability) {
			t.Errorf("decision %d: replayed %+v, asked then %+v", i, got, want)
		}
		for _, d := range ds[i:] {
			for _, like := range got.Like {
				if like == d.Signal {
					t.Errorf("decision %d was placed as if %s had been confirmed already", i, like)
				}
			}
		}
	}
}

func TestReplayGoesByWhatStandsToday(t *testing.T) {
	w := newWorld(t)
	journey, _, steps := w.journey("Banking", "I order a card", "I reset my password")
	_, _, other := w.journey("Shop", "I browse")
	a, b, c, d, e, f := w.signal("card one"), w.signal("card two"), w.signal("password"), w.signal("nonsense"), w.signal("browse"), w.signal("card and password")
	on := func(sig schema.ID, change func(*schema.Placement)) {
		w.update(func(tx *store.Tx) error {
			all, err := tx.PlacementsOf(sig)
			if err != nil {
				return err
			}
			change(all[0])
			return tx.Placements.Put(all[0])
		})
	}
	w.place(a, steps[0], schema.PlacementPlaced)              // confirmed later
	w.undo(w.confirm(b, steps[0]))                            // undone
	w.confirm(c, steps[0])                                    // corrected later
	w.confirm(f, steps[0])                                    // and on another step later
	w.undo(w.undo(w.place(d, "", schema.PlacementDismissed))) // dismissed after all
	w.confirm(e, other[0])
	on(c, func(p *schema.Placement) { p.Step = steps[1] })
	on(a, func(p *schema.Placement) { p.State = schema.PlacementConfirmed })
	w.confirm(f, steps[1])
	on(d, func(p *schema.Placement) { p.Reason = "a test" }) // said again, not otherwise

	for j, want := range map[schema.ID][]Decision{
		journey: {{Signal: d}, {Signal: c, Steps: steps[1:2]}, {Signal: a, Steps: steps[:1]}, {Signal: f, Steps: steps}},
		"":      {{Signal: d}, {Signal: e, Steps: other}, {Signal: c, Steps: steps[1:2]}, {Signal: a, Steps: steps[:1]}, {Signal: f, Steps: steps}},
	} {
		if ds, _ := w.replayed(j); told(ds) != told(want) {
			t.Errorf("in the journey %q: %s, want %s", j, told(ds), told(want))
		}
	}
	if _, err := w.mem.Replay(t.Context(), w.actor.Workspace, "jny_99"); !errors.Is(err, schema.NotFound) {
		t.Errorf("of a journey that is not there: %v", err)
	}
	stop := errors.New("stop")
	r, err := w.mem.Replay(t.Context(), w.actor.Workspace, "")
	if err != nil || r.Steps != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := r.Run(t.Context(), func(Decision, Placing) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("Run that is to stop: %v", err)
	}
}

func TestReplayLearns(t *testing.T) {
	storetest.Long(t)
	w := newWorld(t)
	var names []string
	for i := range 6 {
		names = append(names, fmt.Sprintf("Step %c", 'A'+i))
	}
	journey, _, steps := w.journey("Made up", names...)
	said := []string{"lanterns", "marmots", "gravel", "violins", "yogurt", "turbines"}
	const n = 240
	w.update(func(tx *store.Tx) error {
		for i := range n {
			sig := &schema.Signal{Text: fmt.Sprintf("%s number %d", said[i%len(said)], i), Source: "support"}
			if err := tx.Signals.Put(sig); err != nil {
				return err
			}
			p := &schema.Placement{Signal: sig.ID, State: schema.PlacementDismissed}
			if k := i % len(said); k != 5 {
				p.Step, p.State = steps[k], schema.PlacementConfirmed
			}
			if err := tx.Placements.Put(p); err != nil {
				return err
			}
		}
		return nil
	})
	ds, ps := w.replayed(journey)
	right := func(from, to int) (n int) {
		for i := from; i < to; i++ {
			g := ps[i].Guesses
			if dismissed := len(ds[i].Steps) == 0; dismissed && g[0].Probability < ProposeAt || !dismissed && g[0].Step == ds[i].Steps[0] {
				n++
			}
		}
		return n
	}
	if early, late := right(0, 6), right(n-60, n); early > 4 || late != 60 {
		t.Errorf("%d of the first 6 are right, and %d of the last 60", early, late)
	}
	for i := range ds {
		for _, like := range ps[i].Guesses[0].Like {
			for _, d := range ds[i:] {
				if like == d.Signal {
					t.Fatalf("decision %d was placed as if %s had been confirmed already", i, like)
				}
			}
		}
	}
}
