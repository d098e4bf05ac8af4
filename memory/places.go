package memory

import (
	"cmp"
	"errors"
	"slices"

	"custory/schema"
	"custory/store"
)

// places tell where the records of a workspace stand. They narrow an answer to
// a part of the workspace, by the same rule as the store's search by words, and
// name what placement learns from.
type places struct {
	journeys   map[schema.ID]bool
	stages     map[schema.ID]*schema.Stage
	steps      map[schema.ID]*schema.Step
	notes      map[schema.ID]schema.ID // the journeys of notes that have one
	placements map[schema.ID]placement
	on         map[schema.ID][]schema.ID // items and signals: the steps they stand on
	held       map[schema.ID][]schema.ID // steps: the items and signals that stand on them
}

// A placement is what matters of a schema.Placement.
type placement struct {
	what  schema.ID // the item or the signal
	step  schema.ID // "" if the signal was dismissed
	state schema.PlacementState
}

func newPlaces() places {
	return places{map[schema.ID]bool{}, map[schema.ID]*schema.Stage{}, map[schema.ID]*schema.Step{},
		map[schema.ID]schema.ID{}, map[schema.ID]placement{}, map[schema.ID][]schema.ID{}, map[schema.ID][]schema.ID{}}
}

// within reports whether the record stands in the journey, stage or step.
func (p *places) within(id, part schema.ID) bool {
	if id == part {
		return true
	}
	for _, step := range p.on[id] {
		if p.stepWithin(step, part) {
			return true
		}
	}
	if g := p.stages[id]; g != nil {
		return g.Journey == part
	}
	return p.stepWithin(id, part) || p.notes[id] == part
}

// standing are the records within the journey, stage or step, each once, in no
// order; false if they are more than limit.
func (p *places) standing(part schema.ID, limit int) (map[schema.ID]bool, bool) {
	all := map[schema.ID]bool{part: true}
	for id, g := range p.stages {
		if g.Journey == part {
			all[id] = true
		}
	}
	for id, journey := range p.notes {
		if journey == part {
			all[id] = true
		}
	}
	for id := range p.steps {
		if !p.stepWithin(id, part) {
			continue
		}
		all[id] = true
		for _, held := range p.held[id] {
			all[held] = true
		}
		if len(all) > limit {
			return nil, false
		}
	}
	return all, len(all) <= limit
}

func (p *places) stepWithin(step, part schema.ID) bool {
	s := p.steps[step]
	return s != nil && (step == part || s.Stage == part || p.journeyOf(s) == part)
}

// journeyOf is the journey a step stands in, "" if its stage is gone.
func (p *places) journeyOf(s *schema.Step) schema.ID {
	if g := p.stages[s.Stage]; g != nil {
		return g.Journey
	}
	return ""
}

// put takes in a record as it is now, nil if it is gone.
func (p *places) put(id schema.ID, r schema.Record) {
	p.drop(id)
	switch r := r.(type) {
	case *schema.Journey:
		p.journeys[id] = true
	case *schema.Stage:
		p.stages[id] = r
	case *schema.Step:
		p.steps[id] = r
	case *schema.Note:
		if r.Journey != "" {
			p.notes[id] = r.Journey
		}
	case *schema.Placement:
		pl := placement{cmp.Or(r.Signal, r.Item), r.Step, r.State}
		p.placements[id] = pl
		if pl.step != "" {
			p.on[pl.what] = append(p.on[pl.what], pl.step)
			p.held[pl.step] = append(p.held[pl.step], pl.what)
		}
	}
}

func (p *places) drop(id schema.ID) {
	delete(p.journeys, id)
	delete(p.stages, id)
	delete(p.steps, id)
	delete(p.notes, id)
	pl, known := p.placements[id]
	if !known {
		return
	}
	delete(p.placements, id)
	// A record stands on a step once.
	without(p.on, pl.what, pl.step)
	without(p.held, pl.step, pl.what)
}

// without takes one of the ids of a key away.
func without(ids map[schema.ID][]schema.ID, key, id schema.ID) {
	ids[key] = slices.DeleteFunc(ids[key], func(other schema.ID) bool { return other == id })
	if len(ids[key]) == 0 {
		delete(ids, key)
	}
}

// allPlaces reads every record that says where others stand.
func allPlaces(tx *store.Tx) (map[schema.ID]schema.Record, error) {
	all := map[schema.ID]schema.Record{}
	return all, errors.Join(
		gather(all, tx.Journeys.All), gather(all, tx.Stages.All), gather(all, tx.Steps.All),
		gather(all, tx.Notes.All), gather(all, tx.Placements.All))
}

func gather[R schema.Record](into map[schema.ID]schema.Record, read func() ([]R, error)) error {
	found, err := read()
	for _, r := range found {
		into[r.Self().ID] = r
	}
	return err
}

// placeNow reads one record that may say where others stand, nil if it is
// gone. ok is false for one that says nothing about it.
func placeNow(tx *store.Tx, id schema.ID) (r schema.Record, ok bool, err error) {
	switch id.Kind() {
	case schema.KindJourney, schema.KindStage, schema.KindStep, schema.KindNote, schema.KindPlacement:
	default:
		return nil, false, nil
	}
	if r, err = tx.Get(id); errors.Is(err, schema.NotFound) {
		return nil, true, nil
	}
	return r, true, err
}
