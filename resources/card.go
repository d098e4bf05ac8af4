package resources

import (
	"custory/schema"
	"custory/store"
)

// A JourneyCard is a journey in a list: what it is called and how much it
// holds.
type JourneyCard struct {
	ID     schema.ID `json:"id"`
	Slug   string    `json:"slug"`
	Name   string    `json:"name"`
	Stages int       `json:"stages,omitempty"`
	Steps  int       `json:"steps,omitempty"`
	Items  int       `json:"items,omitempty"` // accepted; one on several steps counts once
	Drafts int       `json:"drafts,omitempty"`
}

// card counts what a journey holds.
func (n *names) card(journey schema.ID) (c JourneyCard) {
	j, err := n.tx.Journeys.Get(journey)
	if err != nil {
		n.keep(err)
		return c
	}
	stages, err := n.tx.StagesOf(journey)
	n.keep(err)
	steps, err := n.tx.StepsIn(journey)
	n.keep(err)
	var held Counts
	seen := map[schema.ID]bool{}
	for _, s := range steps {
		items, err := itemsOn(n.tx, s.ID)
		n.keep(err)
		for _, i := range items {
			if !seen[i.ID] {
				seen[i.ID] = true
				held.add(i)
			}
		}
	}
	return JourneyCard{j.ID, j.Slug, j.Name, len(stages), len(steps), held.Items, held.Drafts}
}

// itemsOn returns the items that stand on a step, in order.
func itemsOn(tx *store.Tx, step schema.ID) (items []*schema.Item, err error) {
	placed, err := tx.ItemPlacementsOn(step)
	if err != nil {
		return nil, err
	}
	for _, p := range placed {
		i, err := tx.Items.Get(p.Item)
		if err != nil {
			return nil, err
		}
		items = append(items, i)
	}
	return items, nil
}

// String is the card as one line of Markdown.
func (c *JourneyCard) String() string {
	return dot(with(c.Name, c.ID), c.holds(), journeyURI(c.Slug))
}

func (c *JourneyCard) holds() string {
	return comma(count(c.Stages, "stage", "stages"), count(c.Steps, "step", "steps"), count(c.Items, "item", "items"), count(c.Drafts, "draft", "drafts"))
}
