package schema

// A Placement puts an item on a step, or a signal on the step it speaks about.
// Removing it leaves both. A dismissed signal has a placement without a step:
// somebody looked, and it belongs nowhere here.
type Placement struct {
	Head
	Step       ID             `json:"step,omitempty"`
	Item       ID             `json:"item,omitempty"`
	Signal     ID             `json:"signal,omitempty"`
	Position   int            `json:"position,omitempty"`   // of an item in its lane; only its order counts
	State      PlacementState `json:"state,omitempty"`      // of a signal
	Confidence *float64       `json:"confidence,omitempty"` // of a signal the memory placed: the probability that the step is right
	Reason     string         `json:"reason,omitempty"`     // of a signal: why it stands there, or why it was dismissed
}

// A PlacementState is how sure it is that a signal belongs on the step.
type PlacementState string

// The states of a signal's placement.
const (
	PlacementProposed  PlacementState = "proposed"  // offered, to be confirmed or corrected
	PlacementPlaced    PlacementState = "placed"    // placed by the memory, which was sure enough
	PlacementConfirmed PlacementState = "confirmed" // somebody said so; the memory learns from it
	PlacementDismissed PlacementState = "dismissed" // somebody said it belongs nowhere here
)

// Values lists the states.
func (PlacementState) Values() []PlacementState {
	return []PlacementState{PlacementProposed, PlacementPlaced, PlacementConfirmed, PlacementDismissed}
}

// Kind is KindPlacement.
func (*Placement) Kind() Kind { return KindPlacement }

// Parent is the step, or the signal if it was dismissed.
func (p *Placement) Parent() Ref {
	if p.Step == "" {
		return Ref{KindSignal, p.Signal}
	}
	return Ref{KindStep, p.Step}
}

// Validate checks the ids, and that only a signal's placement has a state.
func (p *Placement) Validate() error {
	var c check
	if (p.Item == "") == (p.Signal == "") {
		c.add("item", "a placement holds one item or one signal")
	}
	c.optRef("item", p.Item, KindItem)
	c.optRef("signal", p.Signal, KindSignal)
	if dismissed := p.State == PlacementDismissed; dismissed == (p.Step != "") {
		c.add("step", "step is required, unless a signal is dismissed")
	}
	c.optRef("step", p.Step, KindStep)
	if (p.Signal == "") != (p.State == "") {
		c.add("state", "state is required for a signal, and only for a signal").Valid = texts(p.State.Values())
	}
	oneOf(&c, "state", p.State)
	if v := p.Confidence; v != nil && (p.Signal == "" || !(*v >= 0 && *v <= 1)) {
		c.add("confidence", "confidence must be a number from 0 to 1, for a signal only")
	}
	c.text("reason", p.Reason, MaxText)
	return c.result()
}

// A Link joins one item to the next of the chain from evidence to
// measurement. Only five pairs of types may be linked. Both items belong to
// the workspace; they need not share a journey.
type Link struct {
	Head
	From ID `json:"from"`
	To   ID `json:"to"`
}

// A Pair is two types that may be linked, in this direction.
type Pair struct{ From, To ItemType }

// Pairs lists what may be linked.
func Pairs() []Pair {
	return []Pair{{Touchpoint, Insight}, {Insight, Opportunity}, {Opportunity, Solution}, {Opportunity, Metric}, {Solution, Metric}}
}

// Kind is KindLink.
func (*Link) Kind() Kind { return KindLink }

// Parent is the item the link starts from.
func (l *Link) Parent() Ref { return Ref{KindItem, l.From} }

// Validate checks both ids.
func (l *Link) Validate() error {
	var c check
	c.ref("from", l.From, KindItem)
	c.ref("to", l.To, KindItem)
	if l.From == l.To && l.From != "" {
		c.add("to", "an item cannot be linked to itself")
	}
	return c.result()
}
