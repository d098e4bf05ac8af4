package store

import "custory/schema"

// A Map is a journey whole: its structure, what stands on it and what that
// rests on.
type Map struct {
	Seq      int64 // the place in the log it is the picture of
	Journey  *schema.Journey
	Stages   []*MapStage
	Links    []*schema.Link // between items of the journey
	Personas []*schema.Persona
}

// A MapStage is one stage of a Map.
type MapStage struct {
	*schema.Stage
	Steps []*MapStep
}

// A MapStep is one step of a Map.
type MapStep struct {
	*schema.Step
	Items    []*schema.Item // in the order of their lanes
	Signals  []*schema.Placement
	Nestings []*schema.Nesting
	Evidence map[schema.ID]schema.Evidence // of the items that cite signals
}

// Map returns the journey as it is.
func (tx *Tx) Map(journey schema.ID) (*Map, error) {
	j, err := tx.Journeys.Get(journey)
	if err != nil {
		return nil, err
	}
	m := &Map{Journey: j}
	if m.Seq, err = tx.Head(); err != nil {
		return nil, err
	}
	r, err := tx.records(journey)
	if err != nil {
		return nil, err
	}
	m.assemble(r)
	if err := tx.addEvidence(m); err != nil {
		return nil, err
	}
	return m, nil
}

// At returns the journey as it was when the log ended at seq. It carries no
// evidence.
func (tx *Tx) At(journey schema.ID, seq int64) (*Map, error) {
	was, err := tx.journeyAt(journey, seq)
	if err != nil {
		return nil, err
	}
	held := was.items()
	j := was[schema.Ref{Kind: schema.KindJourney, ID: journey}].(*schema.Journey)
	for _, id := range j.Personas {
		held = append(held, schema.Ref{Kind: schema.KindPersona, ID: id})
	}
	more, err := tx.recordsAt(seq, held...)
	if err != nil {
		return nil, err
	}
	var r records
	r.add(was)
	r.add(more)
	m := &Map{Seq: seq, Journey: j}
	m.assemble(r)
	return m, nil
}

// records are what a map is assembled from, in any order.
type records struct {
	stages     []*schema.Stage
	steps      []*schema.Step
	nestings   []*schema.Nesting
	placements []*schema.Placement
	links      []*schema.Link
	items      []*schema.Item
	personas   []*schema.Persona
}

// stepsOfJourney chooses the ids of a journey's steps.
const stepsOfJourney = `(SELECT t.id FROM step t JOIN stage g ON g.workspace = t.workspace AND g.id = t.stage WHERE t.workspace = ? AND g.journey = ?)`

// itemsOfJourney chooses the ids of the items that stand on them.
const itemsOfJourney = `(SELECT p.item FROM placement p WHERE p.workspace = ? AND p.item IS NOT NULL AND p.step IN ` + stepsOfJourney + `)`

func (tx *Tx) records(journey schema.ID) (r records, err error) {
	ws := tx.workspace()
	if r.stages, err = tx.Stages.where("journey = ?", journey); err != nil {
		return r, err
	}
	if r.steps, err = tx.Steps.where("id IN "+stepsOfJourney, ws, journey); err != nil {
		return r, err
	}
	if r.nestings, err = tx.Nestings.where("step IN "+stepsOfJourney, ws, journey); err != nil {
		return r, err
	}
	if r.placements, err = tx.Placements.where("step IN "+stepsOfJourney, ws, journey); err != nil {
		return r, err
	}
	if r.items, err = tx.Items.where("id IN "+itemsOfJourney, ws, ws, journey); err != nil {
		return r, err
	}
	if r.links, err = tx.Links.where("from_item IN "+itemsOfJourney+" AND to_item IN "+itemsOfJourney, ws, ws, journey, ws, ws, journey); err != nil {
		return r, err
	}
	r.personas, err = tx.Personas.All()
	return r, err
}

// add sorts records of the log by their kinds.
func (r *records) add(was past) {
	for _, rec := range was {
		switch rec := rec.(type) {
		case *schema.Stage:
			r.stages = append(r.stages, rec)
		case *schema.Step:
			r.steps = append(r.steps, rec)
		case *schema.Nesting:
			r.nestings = append(r.nestings, rec)
		case *schema.Placement:
			r.placements = append(r.placements, rec)
		case *schema.Link:
			r.links = append(r.links, rec)
		case *schema.Item:
			r.items = append(r.items, rec)
		case *schema.Persona:
			r.personas = append(r.personas, rec)
		}
	}
}
