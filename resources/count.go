package resources

import (
	"strings"

	"custory/schema"
)

// Counts are how many accepted items there are, in all and of each type.
// Drafts are counted apart.
type Counts struct {
	Items  int                     `json:"items,omitempty"`
	ByType map[schema.ItemType]int `json:"by_type,omitempty"`
	Drafts int                     `json:"drafts,omitempty"`
}

func (c *Counts) add(i *schema.Item) {
	switch {
	case i.Review == schema.Pending:
		c.Drafts++
	case !i.Draft():
		if c.ByType == nil {
			c.ByType = map[schema.ItemType]int{}
		}
		c.Items++
		c.ByType[i.Type]++
	}
}

func (c Counts) String() string {
	var parts []string
	for _, t := range schema.ItemType("").Values() {
		parts = append(parts, count(c.ByType[t], strings.ToLower(string(t)), strings.ToLower(t.Group())))
	}
	return comma(append(parts, count(c.Drafts, "draft", "drafts"))...)
}

// A SignalCount is how many signals stand on a step or journey.
type SignalCount struct {
	Placed   int `json:"placed,omitempty"`
	Proposed int `json:"proposed,omitempty"` // to be confirmed
}

func (c SignalCount) String() string {
	return comma(count(c.Placed, "placed", "placed"), count(c.Proposed, "proposed", "proposed"))
}
