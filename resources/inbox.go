package resources

import (
	"strings"

	"custory/schema"
	"custory/store"
)

// An InboxView is the signals that wait for somebody to place them.
type InboxView struct {
	URI      string                     `json:"uri"`
	Counts   map[schema.SignalState]int `json:"counts,omitempty"`
	Proposed []SignalLine               `json:"proposed,omitempty"` // with the steps that are offered
	Waiting  []SignalLine               `json:"waiting,omitempty"`  // without an idea where they belong
	LeftOut  []string                   `json:"left_out,omitempty"`
}

// maxWaiting is how many signals of each sort the inbox shows: the newest.
const maxWaiting = 20

// Inbox pictures the signals inbox.
func Inbox(tx *store.Tx) (*InboxView, error) {
	n := namesIn(tx)
	counts, err := tx.SignalCounts()
	if err != nil {
		return nil, err
	}
	v := &InboxView{URI: "custory://inbox", Counts: counts}
	v.Proposed = n.waiting(v, schema.Proposed)
	v.Waiting = n.waiting(v, schema.Inbox)
	return scrubbed(v), n.err
}

func (n *names) waiting(v *InboxView, state schema.SignalState) (all []SignalLine) {
	signals, total, err := n.tx.SignalsWhere(store.SignalFilter{States: []schema.SignalState{state}}, 0, maxWaiting)
	n.keep(err)
	for _, s := range signals {
		line := signalLine(s)
		line.Standing = n.standings(s.ID)
		all = append(all, line)
	}
	if left := total - len(all); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "older "+string(state)+" signal", "older "+string(state)+" signals")+": place some, and the next come up; search finds single ones")
	}
	return all
}

// Markdown tells the inbox as a document.
func (v *InboxView) Markdown() string {
	var p page
	p.head(1, "Signals inbox")
	p.para(states(v.Counts))
	p.para(external)
	p.fact("Left out", strings.Join(v.LeftOut, "; "))
	for _, part := range []struct {
		title string
		lines []SignalLine
	}{{"Proposed: confirm or correct with place_signals", v.Proposed}, {"Waiting: no step fits well enough", v.Waiting}} {
		if len(part.lines) > 0 {
			p.head(2, part.title)
		}
		for _, l := range part.lines {
			l.write(&p, l.standing())
		}
	}
	if len(v.Proposed)+len(v.Waiting) == 0 {
		p.para("Nothing waits.")
	}
	return p.text()
}
