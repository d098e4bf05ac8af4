package transfer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"custory/internal/format"
	"custory/schema"
	"custory/store"
)

// Picture returns a journey as files tell it, with quotes only for files that
// hold them, and a line for each sort of thing that such a file cannot hold.
func Picture(ctx context.Context, st *store.Store, actor schema.Actor, journey string, quotes bool) (j format.Journey, left []string, err error) {
	err = st.View(ctx, actor, func(tx *store.Tx) error {
		id, err := tx.Resolve(schema.KindJourney, journey)
		if err != nil {
			return err
		}
		m, err := tx.Map(id)
		if err != nil {
			return err
		}
		p := &picture{tx: tx, left: map[string]int{}, counted: map[schema.ID]bool{}}
		if quotes {
			p.quotes = map[format.Item][]format.Quote{}
		}
		if j, err = p.journey(m); err != nil {
			return err
		}
		j.Quotes = p.quotes
		left, err = p.leftOut(m)
		return err
	})
	return j, left, err
}

type picture struct {
	tx      *store.Tx
	quotes  map[format.Item][]format.Quote // nil if they are not wanted
	left    map[string]int
	counted map[schema.ID]bool // items
}

func (p *picture) journey(m *store.Map) (j format.Journey, err error) {
	j = format.Journey{Name: m.Journey.Name, Description: m.Journey.Description}
	for _, st := range m.Stages {
		stage := format.Stage{Name: st.Name}
		if st.Description != "" {
			p.left["description of a stage"]++
		}
		for _, sp := range st.Steps {
			step, err := p.step(sp)
			if err != nil {
				return j, err
			}
			stage.Steps = append(stage.Steps, step)
		}
		j.Stages = append(j.Stages, stage)
	}
	return j, nil
}

func (p *picture) step(sp *store.MapStep) (step format.Step, err error) {
	step = format.Step{Name: sp.Name, Description: sp.Description}
	if sp.Emotion != nil {
		step.Emotion = *sp.Emotion
	}
	for _, id := range sp.Personas {
		persona, err := p.tx.Personas.Get(id)
		if err != nil {
			return step, err
		}
		step.Actors = append(step.Actors, persona.Name)
	}
	p.left["placed signal"] += len(sp.Signals)
	p.left["nested journey"] += len(sp.Nestings)
	for _, i := range sp.Items {
		if i.Draft() {
			if !p.counted[i.ID] {
				p.left["draft"]++
			}
			p.counted[i.ID] = true
			continue
		}
		it := format.Item{Group: string(i.Type), Title: i.Title, Description: i.Description, Status: i.Status}
		if i.Owner != "" {
			owner, err := p.tx.Members.Get(i.Owner)
			if err != nil {
				return step, err
			}
			it.Owner = owner.Name
		}
		if p.quotes != nil {
			it.Key = string(i.ID)
		}
		step.Items = append(step.Items, it)
		if err := p.details(i, it); err != nil {
			return step, err
		}
	}
	return step, nil
}

// details takes the quotes of an item, and counts what belongs to it and has no
// place in a file, once however many steps it stands on.
func (p *picture) details(i *schema.Item, as format.Item) error {
	if p.counted[i.ID] {
		return nil
	}
	p.counted[i.ID] = true
	body, err := json.Marshal(i)
	if err != nil {
		return err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return err
	}
	for _, f := range schema.ItemFields() {
		if fields[f] != nil && f != "owner" {
			p.left["own field of an item"]++
		}
	}
	return errors.Join(
		p.cite(i.ID, as),
		count(p, "comment", p.tx.CommentsOn, i.ID),
		count(p, "attachment", p.tx.AttachmentsOf, i.ID),
		count(p, "web link", p.tx.WeblinksOf, i.ID),
		count(p, "task", p.tx.TasksOf, i.ID),
		count(p, "reading of a metric", p.tx.ReadingsOf, i.ID),
	)
}

// cite takes the quotes of an item, or counts them where the file holds none.
func (p *picture) cite(id schema.ID, as format.Item) error {
	if p.quotes == nil {
		return count(p, "quote", p.tx.CitationsOf, id)
	}
	all, err := p.tx.CitationsOf(id)
	for _, c := range all {
		s, err := p.tx.Signals.Get(c.Signal)
		if err != nil {
			return err
		}
		by := []string{cmp.Or(s.Author, "someone"), cmp.Or(s.SourceName, string(s.Source))}
		if !s.SaidAt.IsZero() {
			by = append(by, s.SaidAt.Format(time.DateOnly))
		}
		p.quotes[as] = append(p.quotes[as], format.Quote{Text: c.Quote, By: strings.Join(by, ", "), Against: c.Stance == schema.Contradicts})
	}
	return err
}

// count counts what a question of the store finds.
func count[R any](p *picture, what string, of func(schema.ID) ([]R, error), id schema.ID) error {
	found, err := of(id)
	p.left[what] += len(found)
	return err
}

// leftOut says what stays behind, in the order a person would miss it.
func (p *picture) leftOut(m *store.Map) (lines []string, err error) {
	p.left["link between items"] = len(m.Links)
	err = errors.Join(count(p, "saved version", p.tx.BookmarksOf, m.Journey.ID), count(p, "comment", p.tx.CommentsOn, m.Journey.ID), count(p, "note to remember", p.tx.NotesOn, m.Journey.ID))
	for _, w := range [][2]string{
		{"quote", "quotes"}, {"placed signal", "placed signals"}, {"link between items", "links between items"},
		{"own field of an item", "own fields of items, such as impact or channel"}, {"draft", "drafts"}, {"nested journey", "nested journeys"},
		{"description of a stage", "descriptions of stages"}, {"comment", "comments"}, {"attachment", "attachments"}, {"web link", "web links"},
		{"task", "tasks"}, {"reading of a metric", "readings of metrics"}, {"note to remember", "notes to remember"}, {"saved version", "saved versions"},
	} {
		switch n := p.left[w[0]]; n {
		case 0:
		case 1:
			lines = append(lines, "1 "+w[0])
		default:
			lines = append(lines, fmt.Sprintf("%d %s", n, w[1]))
		}
	}
	return lines, err
}
