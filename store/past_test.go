package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// outline is the structure of a journey: what stands where, in what order.
func outline(m *store.Map) []string {
	all := []string{fmt.Sprintf("%s %q %v", m.Journey.ID, m.Journey.Name, m.Journey.Personas)}
	for _, g := range m.Stages {
		all = append(all, fmt.Sprintf("  %s %q", g.ID, g.Name))
		for _, s := range g.Steps {
			all = append(all, fmt.Sprintf("    %s %q %v", s.ID, s.Name, s.Personas))
			for _, i := range s.Items {
				all = append(all, "      "+string(i.ID))
			}
			for _, p := range s.Signals {
				all = append(all, fmt.Sprintf("      %s is %s by %s", p.Signal, p.State, p.ID))
			}
			for _, n := range s.Nestings {
				all = append(all, fmt.Sprintf("      %s hangs here by %s", n.Journey, n.ID))
			}
		}
	}
	for _, l := range m.Links {
		all = append(all, fmt.Sprintf("  %s leads to %s", l.From, l.To))
	}
	return all
}

// detail is the outline with what the items and personas say.
func detail(m *store.Map) []string {
	all := outline(m)
	for _, g := range m.Stages {
		for _, s := range g.Steps {
			for _, i := range s.Items {
				all = append(all, fmt.Sprintf("%s %q %s v%d", i.ID, i.Title, i.Status, i.Version))
			}
		}
	}
	for _, p := range m.Personas {
		all = append(all, fmt.Sprintf("%s %q v%d", p.ID, p.Name, p.Version))
	}
	return all
}

func (w *world) journeys(t testing.TB) (ids []schema.ID) {
	w.view(t, func(tx *store.Tx) error {
		all, err := tx.Journeys.All()
		for _, j := range all {
			ids = append(ids, j.ID)
		}
		return err
	})
	return ids
}

func (w *world) mapOf(t testing.TB, journey schema.ID) (m *store.Map) {
	w.view(t, func(tx *store.Tx) (err error) { m, err = tx.Map(journey); return err })
	return m
}

func (w *world) at(t testing.TB, journey schema.ID, seq int64) (m *store.Map) {
	w.view(t, func(tx *store.Tx) (err error) { m, err = tx.At(journey, seq); return err })
	return m
}

func TestTheJourneyAsItWasIsTheOneThatWasSeen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(*seeds) {
		c := newChance(t, 100+seed)
		type seen struct {
			journey schema.ID
			seq     int64
			detail  []string
		}
		var all []seen
		for range *steps {
			if c.call(t) == "" {
				continue
			}
			for _, j := range c.journeys(t) {
				m := c.mapOf(t, j)
				all = append(all, seen{j, m.Seq, detail(m)})
			}
		}
		for _, s := range all {
			if got := detail(c.at(t, s.journey, s.seq)); !slices.Equal(got, s.detail) {
				t.Fatalf("seed %d: %s at %d differs (- as it was seen, + as it was):\n%s", seed, s.journey, s.seq, difference(s.detail, got))
			}
		}
		if len(all) < *steps {
			t.Errorf("seed %d: only %d maps were seen", seed, len(all))
		}
	}
}

// without is the outline without what is gone from the workspace.
func (w *world) without(t testing.TB, lines []string) (left []string) {
	w.view(t, func(tx *store.Tx) error {
		gone := func(id string) bool {
			_, err := tx.Get(schema.ID(id))
			return errors.Is(err, schema.NotFound)
		}
		for _, l := range lines {
			words := strings.FieldsFunc(l, func(r rune) bool { return r == ' ' || r == '[' || r == ']' })
			kind := schema.ID(words[0]).Kind()
			switch {
			case kind == schema.KindItem && len(words) > 1 && (gone(words[0]) || gone(words[3])): // a link
			case (kind == schema.KindItem || kind == schema.KindSignal) && gone(words[0]):
			case strings.HasPrefix(l, "      ") && kind == schema.KindJourney && gone(words[0]):
			default:
				for _, word := range words[1:] {
					if schema.ID(word).Kind() == schema.KindPersona && gone(word) {
						l = strings.NewReplacer(word+" ", "", " "+word, "", word, "").Replace(l)
					}
				}
				left = append(left, l)
			}
		}
		return nil
	})
	return left
}

func TestAJourneyIsRestoredToWhatItWas(t *testing.T) {
	storetest.Long(t)
	t.Parallel()
	restored := 0
	for seed := range uint64(*seeds) {
		c := newChance(t, 200+seed)
		for range *steps / 2 {
			c.call(t)
		}
		for range *steps / 6 {
			for range 5 {
				c.call(t)
			}
			journeys := c.journeys(t)
			if len(journeys) == 0 {
				continue
			}
			journey := one(c, journeys)
			seq := 1 + c.rnd.Int64N(c.mapOf(t, journey).Seq)
			before := c.snapshot(t)
			call, err := c.try(t, "restore", func(tx *store.Tx) error { return tx.Restore(journey, seq) })
			if err != nil {
				if !errors.Is(err, schema.NotFound) && !strings.Contains(err.Error(), "would stand below itself") {
					t.Fatalf("seed %d: restore %s to %d: %v", seed, journey, seq, err)
				}
				c.same(t, "after a restore that was refused", before)
				continue
			}
			restored++
			want, got := c.without(t, outline(c.at(t, journey, seq))), outline(c.mapOf(t, journey))
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d: %s restored to %d differs (- as it was, + as it is):\n%s", seed, journey, seq, difference(want, got))
			}
			for _, line := range difference2(before, c.snapshot(t)) {
				if kind, _, _ := strings.Cut(line, ":"); kind == "item" || kind == "signal" || kind == "persona" || kind == "member" {
					t.Errorf("seed %d: restoring %s changed more than structure: %s", seed, journey, line)
				}
			}
			if c.logged(t, call) {
				c.undo(t, call)
				c.same(t, fmt.Sprintf("seed %d: restoring %s to %d undone", seed, journey, seq), before)
			}
		}
		c.sound(t)
	}
	if restored < *seeds*5 {
		t.Errorf("only %d restores were good for anything", restored)
	}
}

// difference2 is difference as lines, without signs.
func difference2(was, is []string) (lines []string) {
	for l := range strings.Lines(difference(was, is)) {
		lines = append(lines, l[2:])
	}
	return lines
}
