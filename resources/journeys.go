package resources

import (
	"strings"

	"custory/store"
)

// A JourneysView is every journey of the workspace.
type JourneysView struct {
	URI      string        `json:"uri"`
	Total    int           `json:"total"`
	Journeys []JourneyItem `json:"journeys,omitempty"`
	LeftOut  []string      `json:"left_out,omitempty"`
}

// A JourneyItem is a journey in that list, with the steps it hangs below.
type JourneyItem struct {
	JourneyCard
	NestedBelow []Named `json:"nested_below,omitempty"`
}

// Journeys pictures the list of journeys, in the order they were made.
func Journeys(tx *store.Tx) (*JourneysView, error) {
	n := namesIn(tx)
	all, err := tx.Journeys.All()
	if err != nil {
		return nil, err
	}
	v := &JourneysView{URI: "custory://journeys", Total: len(all)}
	for _, j := range all[:min(len(all), maxListed)] {
		v.Journeys = append(v.Journeys, JourneyItem{n.card(j.ID), n.above(j.ID)})
	}
	if left := len(all) - len(v.Journeys); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "journey", "journeys")+": search finds them")
	}
	return scrubbed(v), n.err
}

// Markdown tells the list as a document.
func (v *JourneysView) Markdown() string {
	var p page
	p.head(1, "Journeys")
	for _, j := range v.Journeys {
		below := ""
		if len(j.NestedBelow) > 0 {
			below = "below " + listed(j.NestedBelow)
		}
		p.item(0, dot(j.JourneyCard.String(), below))
	}
	if v.Total == 0 {
		p.para("None yet; edit_journey makes one.")
	}
	p.para(strings.Join(v.LeftOut, "; "))
	return p.text()
}
