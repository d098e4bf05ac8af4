package store

import (
	"encoding/json"
	"slices"

	"custory/schema"
)

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
	for _, st := range m.Stages {
		for _, sp := range st.Steps {
			if err := tx.addEvidence(sp); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// At returns the journey as it was when the log ended at seq. It carries no
// evidence.
func (tx *Tx) At(journey schema.ID, seq int64) (*Map, error) {
	was, err := tx.bodiesAt(seq, `SELECT DISTINCT c.kind, c.id FROM touch t JOIN change c ON c.workspace = t.workspace AND c.seq = t.seq
		WHERE t.workspace = ? AND t.id = ? AND t.seq <= ? AND c.kind IN ('journey', 'stage', 'step', 'nesting', 'placement', 'link')`, tx.workspace(), journey, seq)
	if err != nil {
		return nil, err
	}
	r, err := decodeRecords(was)
	if err != nil {
		return nil, err
	}
	var refs []schema.Ref
	for _, p := range r.placements {
		if p.Item != "" {
			refs = append(refs, schema.Ref{Kind: schema.KindItem, ID: p.Item})
		}
	}
	for _, j := range r.journeys {
		for _, id := range j.Personas {
			refs = append(refs, schema.Ref{Kind: schema.KindPersona, ID: id})
		}
	}
	if was, err = tx.newestAt(seq, refs); err != nil {
		return nil, err
	}
	held, err := decodeRecords(was)
	if err != nil {
		return nil, err
	}
	r.items, r.personas = held.items, held.personas
	i := slices.IndexFunc(r.journeys, func(j *schema.Journey) bool { return j.ID == journey })
	if i < 0 {
		return nil, &schema.Error{Code: schema.NotFound, Message: "the journey " + string(journey) + " did not exist then", Hint: "get_changes tells when it was made"}
	}
	m := &Map{Seq: seq, Journey: r.journeys[i]}
	m.assemble(r)
	return m, nil
}

// records are what a map is assembled from, in any order.
type records struct {
	journeys   []*schema.Journey
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

func (tx *Tx) records(journey schema.ID) (r records, err error) {
	ws := tx.workspace()
	itemsOfJourney := `(SELECT p.item FROM placement p WHERE p.workspace = ? AND p.item IS NOT NULL AND p.step IN ` + stepsOfJourney + `)`
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

// bodiesAt returns, of each record the query chooses, the body it had when the
// log ended at seq.
func (tx *Tx) bodiesAt(seq int64, query string, args ...any) (map[schema.Ref]json.RawMessage, error) {
	refs, err := tx.refPairs(query, args...)
	if err != nil {
		return nil, err
	}
	return tx.newestAt(seq, refs)
}

func (tx *Tx) newestAt(seq int64, refs []schema.Ref) (map[schema.Ref]json.RawMessage, error) {
	was := map[schema.Ref]json.RawMessage{}
	for _, ref := range refs {
		var body *string
		if _, err := tx.one(`SELECT body FROM change WHERE workspace = ? AND id = ? AND seq <= ? ORDER BY version DESC LIMIT 1`, []any{tx.workspace(), ref.ID, seq}, &body); err != nil {
			return nil, err
		}
		if body != nil {
			was[ref] = json.RawMessage(*body)
		}
	}
	return was, nil
}

func decodeRecords(was map[schema.Ref]json.RawMessage) (r records, err error) {
	for ref, body := range was {
		switch ref.Kind {
		case schema.KindJourney:
			r.journeys, err = decodeInto(r.journeys, body)
		case schema.KindStage:
			r.stages, err = decodeInto(r.stages, body)
		case schema.KindStep:
			r.steps, err = decodeInto(r.steps, body)
		case schema.KindNesting:
			r.nestings, err = decodeInto(r.nestings, body)
		case schema.KindPlacement:
			r.placements, err = decodeInto(r.placements, body)
		case schema.KindLink:
			r.links, err = decodeInto(r.links, body)
		case schema.KindItem:
			r.items, err = decodeInto(r.items, body)
		case schema.KindPersona:
			r.personas, err = decodeInto(r.personas, body)
		}
		if err != nil {
			return r, err
		}
	}
	return r, nil
}

func decodeInto[T any](list []*T, body json.RawMessage) ([]*T, error) {
	v := new(T)
	err := json.Unmarshal(body, v)
	return append(list, v), err
}
