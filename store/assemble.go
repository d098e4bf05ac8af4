package store

import (
	"cmp"
	"database/sql"
	"slices"
	"time"

	"custory/schema"
)

// assemble puts the records of a journey in their places and order.
func (m *Map) assemble(r records) {
	items := map[schema.ID]*schema.Item{}
	for _, i := range r.items {
		items[i.ID] = i
	}
	steps := map[schema.ID]*MapStep{}
	sortByPosition(r.stages, func(s *schema.Stage) (int, *schema.Head) { return s.Position, &s.Head })
	sortByPosition(r.steps, func(s *schema.Step) (int, *schema.Head) { return s.Position, &s.Head })
	sortByPosition(r.nestings, func(n *schema.Nesting) (int, *schema.Head) { return n.Position, &n.Head })
	sortByPosition(r.placements, func(p *schema.Placement) (int, *schema.Head) { return p.Position, &p.Head })
	for _, s := range r.stages {
		if s.Journey != m.Journey.ID {
			continue
		}
		st := &MapStage{Stage: s}
		m.Stages = append(m.Stages, st)
		for _, p := range r.steps {
			if p.Stage == s.ID {
				sp := &MapStep{Step: p}
				st.Steps, steps[p.ID] = append(st.Steps, sp), sp
			}
		}
	}
	here := map[schema.ID]bool{}
	for _, p := range r.placements {
		sp := steps[p.Step]
		switch {
		case sp == nil:
		case p.Signal != "":
			sp.Signals = append(sp.Signals, p)
		case items[p.Item] != nil:
			sp.Items = append(sp.Items, items[p.Item])
			here[p.Item] = true
		}
	}
	for _, sp := range steps {
		slices.SortStableFunc(sp.Items, func(a, b *schema.Item) int { return laneOf(a) - laneOf(b) })
	}
	for _, n := range r.nestings {
		if sp := steps[n.Step]; sp != nil {
			sp.Nestings = append(sp.Nestings, n)
		}
	}
	for _, l := range r.links {
		if here[l.From] && here[l.To] {
			m.Links = append(m.Links, l)
		}
	}
	slices.SortFunc(m.Links, func(a, b *schema.Link) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID)) })
	for _, id := range m.Journey.Personas {
		if i := slices.IndexFunc(r.personas, func(p *schema.Persona) bool { return p.ID == id }); i >= 0 {
			m.Personas = append(m.Personas, r.personas[i])
		}
	}
}

// laneOf is the place of the item's type in the chain.
func laneOf(i *schema.Item) int { return slices.Index(i.Type.Values(), i.Type) }

func sortByPosition[R any](list []R, of func(R) (int, *schema.Head)) {
	slices.SortFunc(list, func(a, b R) int {
		pa, ha := of(a)
		pb, hb := of(b)
		return cmp.Or(cmp.Compare(pa, pb), ha.Created.Compare(hb.Created), cmp.Compare(ha.ID, hb.ID))
	})
}

// addEvidence gathers what the items of the journey rest on, in one question.
func (tx *Tx) addEvidence(m *Map) error {
	said, err := tx.saidFor("c.item IN "+itemsOfJourney, tx.workspace(), tx.workspace(), m.Journey.ID)
	if err != nil {
		return err
	}
	weighed := map[schema.ID]schema.Evidence{}
	for item, all := range said {
		weighed[item] = schema.Weigh(all, tx.Now)
	}
	for _, st := range m.Stages {
		for _, sp := range st.Steps {
			sp.Evidence = map[schema.ID]schema.Evidence{}
			for _, i := range sp.Items {
				if e, cites := weighed[i.ID]; cites {
					sp.Evidence[i.ID] = e
				}
			}
		}
	}
	return nil
}

// EvidenceOf counts what an item rests on: who said it, where and when.
func (tx *Tx) EvidenceOf(item schema.ID) (schema.Evidence, error) {
	said, err := tx.saidFor("c.item = ?", item)
	return schema.Weigh(said[item], tx.Now), err
}

// saidFor is what is quoted for the items that satisfy the condition.
func (tx *Tx) saidFor(cond string, args ...any) (map[schema.ID][]schema.Said, error) {
	said := map[schema.ID][]schema.Said{}
	err := tx.query(`SELECT c.item, s.id, s.author, s.source, coalesce(s.said_at, s.created), s.sentiment, c.stance FROM citation c JOIN signal s ON s.workspace = c.workspace AND s.id = c.signal
		WHERE c.workspace = ? AND `+cond+` ORDER BY c.created, c.id`, append([]any{tx.workspace()}, args...), func(rows *sql.Rows) error {
		var item schema.ID
		var s schema.Said
		var at int64
		err := rows.Scan(&item, &s.Signal, &s.Author, &s.Source, &at, &s.Sentiment, &s.Stance)
		s.At = time.UnixMilli(at).UTC()
		said[item] = append(said[item], s)
		return err
	})
	return said, err
}
