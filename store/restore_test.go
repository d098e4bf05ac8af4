package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
)

func (w *world) head(t testing.TB) (seq int64) {
	w.view(t, func(tx *store.Tx) (err error) { seq, err = tx.Head(); return err })
	return seq
}

func (w *world) restore(t testing.TB, journey schema.ID, seq int64) schema.ID {
	t.Helper()
	return w.update(t, "restore", func(tx *store.Tx) error { return tx.Restore(journey, seq) })
}

// edit changes a record in a call of its own.
func edit[R schema.Record](t testing.TB, w *world, id schema.ID, change func(R)) {
	t.Helper()
	w.update(t, "edit", func(tx *store.Tx) error {
		r, err := tx.Get(id)
		if err != nil {
			return err
		}
		change(r.(R))
		return put(tx, r)
	})
}

// looks demands that a journey looks as it did.
func (w *world) looks(t testing.TB, journey schema.ID, want []string) {
	t.Helper()
	if got := outline(w.mapOf(t, journey)); !slices.Equal(got, want) {
		t.Errorf("%s is\n%s\nwant\n%s", journey, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRestoreTakesBackStructureOnly(t *testing.T) {
	w := newSmall(t)
	was, seq := outline(w.mapOf(t, w.journey)), w.head(t)
	w.rename(t, w.item, "Prices are hidden")
	edit(t, w.world, w.step, func(s *schema.Step) { s.Name = "I look for the price" })
	stage := w.put(t, &schema.Stage{Journey: w.journey, Name: "Paying", Position: -1})
	paid := w.put(t, &schema.Step{Stage: stage, Name: "I pay"})
	edit(t, w.world, w.step, func(s *schema.Step) { s.Stage = stage })
	fresh := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "Show prices", Status: "New"})
	w.put(t, &schema.Placement{Step: paid, Item: fresh})
	link := w.put(t, &schema.Link{From: w.item, To: fresh})
	w.put(t, &schema.Comment{On: schema.Ref{Kind: schema.KindStep, ID: paid}, Text: "Hm", Author: w.actor.ID})
	w.remove(t, w.placement)
	w.remove(t, w.stage)
	before := w.snapshot(t)
	call := w.restore(t, w.journey, seq)
	w.looks(t, w.journey, was)
	w.view(t, func(tx *store.Tx) error {
		i, err := tx.Items.Get(w.item)
		if err == nil && i.Title != "Prices are hidden" {
			t.Errorf("the item is called %q again", i.Title)
		}
		_, err2 := tx.Items.Get(fresh)
		if _, err := tx.Links.Get(link); !errors.Is(err, schema.NotFound) {
			t.Errorf("the link between items of the journey is still there: %v", err)
		}
		return errors.Join(err, err2)
	})
	undo := w.undo(t, call)
	w.same(t, "undone", before)
	w.undo(t, undo)
	w.looks(t, w.journey, was)
	w.sound(t)
}

func TestRestoreLeavesOtherJourneysAlone(t *testing.T) {
	w := newSmall(t)
	other := w.put(t, &schema.Journey{Name: "Other"})
	there := w.put(t, &schema.Stage{Journey: other, Name: "Stage"})
	step := w.put(t, &schema.Step{Stage: there, Name: "Step"})
	w.put(t, &schema.Placement{Step: step, Item: w.item})
	moved := w.put(t, &schema.Stage{Journey: w.journey, Name: "Leaving"})
	w.put(t, &schema.Step{Stage: moved, Name: "I leave"})
	edit(t, w.world, moved, func(g *schema.Stage) { g.Journey = other }) // before the place in the log
	was, seq := outline(w.mapOf(t, w.journey)), w.head(t)

	elsewhere := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
	w.put(t, &schema.Placement{Step: step, Item: elsewhere})
	link := w.put(t, &schema.Link{From: w.item, To: elsewhere}) // leads out of the journey
	edit(t, w.world, moved, func(g *schema.Stage) { g.Name = "Gone" })
	edit(t, w.world, w.stage, func(g *schema.Stage) { g.Name = "Weighing" })
	others := outline(w.mapOf(t, other))
	w.restore(t, w.journey, seq)
	w.looks(t, w.journey, was)
	w.looks(t, other, others)
	w.view(t, func(tx *store.Tx) error { _, err := tx.Links.Get(link); return err })
}

func TestRestoreReturnsWhatCameFromElsewhere(t *testing.T) {
	w := newSmall(t)
	other := w.put(t, &schema.Journey{Name: "Other"})
	there := w.put(t, &schema.Stage{Journey: other, Name: "Stage"})
	step := w.put(t, &schema.Step{Stage: there, Name: "Step"})
	placed := w.put(t, &schema.Placement{Step: step, Item: w.item})
	w.put(t, &schema.Comment{On: schema.Ref{Kind: schema.KindStep, ID: step}, Text: "Hm", Author: w.actor.ID})
	was, others, seq := outline(w.mapOf(t, w.journey)), outline(w.mapOf(t, other)), w.head(t)
	edit(t, w.world, step, func(s *schema.Step) { s.Stage = w.stage })
	w.restore(t, w.journey, seq)
	w.looks(t, w.journey, was)
	w.looks(t, other, others) // with all that stands on it
	w.view(t, func(tx *store.Tx) error {
		said, err := tx.CommentsOn(step)
		if len(said) != 1 {
			t.Errorf("what was said on the step is %v", said)
		}
		return err
	})

	third := w.put(t, &schema.Step{Stage: w.stage, Name: "Third"})
	seq = w.head(t)
	edit(t, w.world, placed, func(p *schema.Placement) { p.Step = third })
	w.put(t, &schema.Placement{Step: step, Item: w.item}) // its place is taken
	others = outline(w.mapOf(t, other))
	w.restore(t, w.journey, seq)
	w.looks(t, other, others)

	edit(t, w.world, step, func(s *schema.Step) { s.Stage = w.stage })
	w.remove(t, there) // nowhere to return to
	w.restore(t, w.journey, seq)
	w.view(t, func(tx *store.Tx) error {
		if _, err := tx.Steps.Get(step); !errors.Is(err, schema.NotFound) {
			t.Errorf("a step that has nowhere to stand: %v", err)
		}
		return nil
	})
	w.sound(t)
}

func TestRestoreTakesBackALinkWhoseItemHadLeft(t *testing.T) {
	w := newSmall(t)
	next := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
	placed := w.put(t, &schema.Placement{Step: w.step, Item: next})
	was, seq := outline(w.mapOf(t, w.journey)), w.head(t)
	w.remove(t, placed)
	w.put(t, &schema.Link{From: w.item, To: next})
	w.restore(t, w.journey, seq)
	w.looks(t, w.journey, was)
}

func TestRestoreDoesWithoutWhatIsGone(t *testing.T) {
	w := newSmall(t)
	persona, stays := w.put(t, &schema.Persona{Name: "Petra"}), w.put(t, &schema.Persona{Name: "Stan"})
	child := w.put(t, &schema.Journey{Name: "Child"})
	w.put(t, &schema.Nesting{Step: w.step, Journey: child})
	w.put(t, &schema.Placement{Step: w.step, Signal: w.signal, State: schema.PlacementPlaced})
	next := w.put(t, &schema.Item{Type: schema.Opportunity, Title: "x", Status: "New"})
	w.put(t, &schema.Placement{Step: w.step, Item: next})
	w.put(t, &schema.Link{From: w.item, To: next})
	edit(t, w.world, w.step, func(s *schema.Step) { s.Personas = []schema.ID{persona, stays} })
	edit(t, w.world, w.journey, func(j *schema.Journey) { j.Personas = []schema.ID{persona, stays} })
	seq := w.head(t)
	edit(t, w.world, w.step, func(s *schema.Step) { s.Personas = nil })
	edit(t, w.world, w.journey, func(j *schema.Journey) { j.Personas = nil })
	for _, id := range []schema.ID{persona, child, w.item, w.signal, w.stage} {
		w.remove(t, id)
	}
	w.restore(t, w.journey, seq)
	w.looks(t, w.journey, []string{
		`jny_1 "Trial to customer" [per_2]`, `  stg_1 "Deciding"`, `    stp_1 "I find out what it costs" [per_2]`, `      itm_2`,
	})
}

func TestRestoreRefusesWhatCannotBe(t *testing.T) {
	w := newWorld(t)
	journeys, _, steps := chainOf(t, w, 2)
	nested := &schema.Nesting{Step: steps[0], Journey: journeys[1]}
	w.put(t, nested)
	seq := w.head(t)
	w.remove(t, nested.ID)
	w.put(t, &schema.Nesting{Step: steps[1], Journey: journeys[0]})
	w.refuse(t, "restore", schema.Conflict, []string{"nst_1 cannot come back: jny_2 would stand below itself"}, func(tx *store.Tx) error { return tx.Restore(journeys[0], seq) })
	w.refuse(t, "restore", schema.NotFound, []string{"did not exist then"}, func(tx *store.Tx) error { return tx.Restore(journeys[0], 1) })
	w.refuse(t, "restore", schema.NotFound, []string{"there is no journey jny_9"}, func(tx *store.Tx) error { return tx.Restore("jny_9", 1) })
	w.refuse(t, "restore", schema.Invalid, []string{"stp_1 is a step; a journey is wanted"}, func(tx *store.Tx) error { return tx.Restore(steps[0], 1) })
	before := w.snapshot(t)
	if w.logged(t, w.restore(t, journeys[0], w.head(t))) {
		t.Error("restoring what is there is logged")
	}
	w.same(t, "restored to what it is", before)
}
