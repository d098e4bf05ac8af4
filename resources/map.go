package resources

import (
	"slices"
	"time"
	"unicode/utf8"

	"custory/schema"
	"custory/store"
)

// A MapView is a journey as the visible map draws it: all of its structure,
// and each item once, with what a card and a table show of it.
type MapView struct {
	URI         string                  `json:"uri"`
	ID          schema.ID               `json:"id"`
	Slug        string                  `json:"slug"`
	Name        string                  `json:"name"`
	Description string                  `json:"description,omitempty"`
	Seq         int64                   `json:"seq"` // the place in the log it is the picture of
	Changed     time.Time               `json:"changed,omitzero"`
	You         MapReader               `json:"you"`
	Counts      Counts                  `json:"counts,omitzero"`
	Signals     SignalCount             `json:"signals,omitzero"`
	Coverage    map[schema.Coverage]int `json:"coverage,omitempty"`
	Personas    []Named                 `json:"personas,omitempty"` // whom anything here names; first those of the journey
	People      []Named                 `json:"people,omitempty"`   // who own items here
	NestedBelow []Named                 `json:"nested_below,omitempty"`
	Stages      []MapStage              `json:"stages,omitempty"`
	Items       []MapItem               `json:"items,omitempty"`
	Links       []Joined                `json:"links,omitempty"`
	LeftOut     []string                `json:"left_out,omitempty"`

	journey *JourneyView
}

// A MapReader is who reads the map, and so what they may do with it.
type MapReader struct {
	ID       schema.ID   `json:"id,omitempty"`
	Name     string      `json:"name,omitempty"`
	Role     schema.Role `json:"role"`
	Proposes bool        `json:"proposes,omitempty"` // all they write is a draft
}

// A MapStage is a stage of a map.
type MapStage struct {
	ID          schema.ID `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Steps       []MapStep `json:"steps,omitempty"`
}

// A MapStep is a step of a map. Its items are in the order of their lanes.
type MapStep struct {
	ID          schema.ID       `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Emotion     int             `json:"emotion,omitempty"`
	Coverage    schema.Coverage `json:"coverage,omitempty"`
	Personas    []schema.ID     `json:"personas,omitempty"`
	Signals     SignalCount     `json:"signals,omitzero"`
	Nested      []JourneyCard   `json:"nested,omitempty"`
	Items       []schema.ID     `json:"items,omitempty"`
}

// A MapItem is an item of a map.
type MapItem struct {
	ID          schema.ID           `json:"id"`
	Type        schema.ItemType     `json:"type"`
	Title       string              `json:"title"`
	Description string              `json:"description,omitempty"`
	Status      string              `json:"status"`
	Draft       bool                `json:"draft,omitempty"`
	Owner       schema.ID           `json:"owner,omitempty"`
	Personas    []schema.ID         `json:"personas,omitempty"` // who acts or is affected
	Channel     schema.Channel      `json:"channel,omitempty"`
	Insight     schema.InsightType  `json:"insight_type,omitempty"`
	Solution    schema.SolutionType `json:"solution_type,omitempty"`
	Severity    int                 `json:"severity,omitempty"`
	Impact      int                 `json:"impact,omitempty"`
	Effort      int                 `json:"effort,omitempty"`
	Priority    schema.Priority     `json:"priority,omitempty"`
	Confidence  schema.Confidence   `json:"confidence,omitempty"`
	TargetDate  string              `json:"target_date,omitempty"`
	Metric      *MapMetric          `json:"metric,omitempty"`
	Evidence    schema.Strength     `json:"evidence,omitempty"`
	People      int                 `json:"people,omitempty"` // who support it
	Quotes      int                 `json:"quotes,omitempty"`
	Created     time.Time           `json:"created"`
	Updated     time.Time           `json:"updated"`
	Version     int                 `json:"version"`
}

// A MapMetric is what a metric's card draws.
type MapMetric struct {
	Type      schema.MetricType `json:"type,omitempty"`
	Unit      schema.Unit       `json:"unit,omitempty"`
	Direction schema.Direction  `json:"direction,omitempty"`
	Baseline  *float64          `json:"baseline,omitempty"`
	Current   *float64          `json:"current,omitempty"`
	Target    *float64          `json:"target,omitempty"`
	Source    string            `json:"source,omitempty"`   // where live values come from
	Readings  []MapReading      `json:"readings,omitempty"` // the newest, oldest first
}

// A MapReading is one value of a metric's line.
type MapReading struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
}

// What a map shows at most: what lies beyond is counted as left out. Texts are
// shortened, and the item's own picture has them in full.
const (
	MaxMapItems  = 5000
	MaxMapSteps  = 1000
	maxMapText   = 280     // characters of a description
	maxMapTexts  = 800_000 // bytes of all descriptions
	maxMapLinks  = 3 * MaxMapItems
	maxMapPoints = 12 // of a metric's line
)

// Map pictures a journey as it is, for drawing.
func Map(tx *store.Tx, id schema.ID) (*MapView, error) {
	m, err := tx.Map(id)
	if err != nil {
		return nil, err
	}
	j, err := Journey(tx, m)
	if err != nil {
		return nil, err
	}
	points, err := tx.PointsIn(id, maxMapPoints)
	if err != nil {
		return nil, err
	}
	v := &MapView{URI: j.URI + "/map", ID: j.ID, Slug: j.Slug, Name: j.Name, Description: j.Description, Seq: j.Seq, Changed: j.Changed,
		Counts: j.Counts, Signals: j.Signals, Coverage: j.Coverage, NestedBelow: j.NestedBelow, journey: j}
	d := drawing{names: namesIn(tx), v: v, points: points, evidence: evidenceOf(m), drawn: map[schema.ID]bool{}, texts: maxMapTexts, steps: MaxMapSteps}
	d.reader()
	for _, p := range j.Personas {
		d.persona(p.ID)
	}
	for i := range j.Stages {
		d.stage(&j.Stages[i])
	}
	d.links(j.Links)
	v.leave(d)
	return scrubbed(v), d.err
}

// Markdown is the map as tables.
func (v *MapView) Markdown() string { return v.journey.Grid() }

// evidenceOf is what the items of a map rest on.
func evidenceOf(m *store.Map) map[schema.ID]schema.Evidence {
	all := map[schema.ID]schema.Evidence{}
	for _, st := range m.Stages {
		for _, sp := range st.Steps {
			for id, e := range sp.Evidence {
				all[id] = e
			}
		}
	}
	return all
}

// A drawing is a map in the making.
type drawing struct {
	*names
	v        *MapView
	points   map[schema.ID][]store.Point
	evidence map[schema.ID]schema.Evidence
	drawn    map[schema.ID]bool // items
	left     map[schema.ID]bool // items beyond the bound
	steps    int                // that may still be shown
	texts    int                // bytes of descriptions that may still be shown

	leftSteps, leftLinks int
}

func (d *drawing) reader() {
	a := d.tx.Call.Actor
	d.v.You = MapReader{ID: a.ID, Role: a.Role, Proposes: a.Proposes, Name: d.of(a.ID)}
}

// persona notes a persona among those that are named.
func (d *drawing) persona(id schema.ID) {
	if !slices.ContainsFunc(d.v.Personas, func(n Named) bool { return n.ID == id }) {
		d.v.Personas = append(d.v.Personas, d.named(id))
	}
}

func (d *drawing) stage(st *StageLine) {
	s := MapStage{ID: st.ID, Name: st.Name, Description: d.text(st.Description)}
	for i := range st.Steps {
		if d.steps--; d.steps < 0 {
			d.leftSteps++
			continue
		}
		s.Steps = append(s.Steps, d.step(&st.Steps[i]))
	}
	d.v.Stages = append(d.v.Stages, s)
}

func (d *drawing) step(sp *StepLine) MapStep {
	s := MapStep{ID: sp.ID, Name: sp.Name, Description: d.text(sp.Description), Emotion: sp.Emotion, Coverage: sp.Coverage, Signals: sp.Signals, Nested: sp.Nested}
	for _, p := range sp.Personas {
		d.persona(p.ID)
		s.Personas = append(s.Personas, p.ID)
	}
	for _, l := range sp.Lanes {
		for i := range l.Items {
			if d.item(&l.Items[i]) {
				s.Items = append(s.Items, l.Items[i].ID)
			}
		}
	}
	return s
}

// item draws an item, unless it is drawn, and reports whether it is.
func (d *drawing) item(l *ItemLine) bool {
	i := l.item
	if d.drawn[i.ID] {
		return true
	}
	if len(d.drawn) >= MaxMapItems {
		if d.left == nil {
			d.left = map[schema.ID]bool{}
		}
		d.left[i.ID] = true
		return false
	}
	d.drawn[i.ID] = true
	it := MapItem{
		ID: i.ID, Type: i.Type, Title: l.Title, Description: d.text(i.Description), Status: i.Status, Draft: l.Draft, Owner: i.Owner,
		Channel: i.Channel, Insight: i.InsightType, Solution: i.SolutionType, Severity: l.Severity, Impact: l.Impact, Effort: l.Effort,
		Priority: i.Priority, Confidence: i.Confidence, TargetDate: i.TargetDate, Evidence: l.Evidence, People: l.People, Quotes: d.evidence[i.ID].Quotes,
		Created: i.Created, Updated: i.Updated, Version: i.Version,
	}
	for _, p := range slices.Concat(i.Actor, i.AffectedSegment) {
		d.persona(p)
		if !slices.Contains(it.Personas, p) {
			it.Personas = append(it.Personas, p)
		}
	}
	if i.Type == schema.Metric {
		it.Metric = d.metric(i)
	}
	if o := i.Owner; o != "" && !slices.ContainsFunc(d.v.People, func(n Named) bool { return n.ID == o }) {
		d.v.People = append(d.v.People, d.named(o))
	}
	d.v.Items = append(d.v.Items, it)
	return true
}

func (d *drawing) metric(i *schema.Item) *MapMetric {
	m := &MapMetric{Type: i.MetricType, Unit: i.Unit, Direction: i.Direction, Baseline: i.Baseline, Current: i.Current, Target: i.Target}
	if i.DataSource != nil {
		m.Source = i.DataSource.Provider
	}
	for _, r := range d.points[i.ID] {
		m.Readings = append(m.Readings, MapReading{r.At, r.Value})
	}
	return m
}

// text is a description, shortened, as long as there is room for it.
func (d *drawing) text(s string) string {
	if d.texts -= min(len(s), maxMapText*utf8.UTFMax); d.texts < 0 {
		return ""
	}
	return clip(s, maxMapText)
}

func (d *drawing) links(all []Joined) {
	for _, l := range all {
		switch {
		case !d.drawn[l.From] || !d.drawn[l.To]: // a draft that was dismissed, or beyond the bound
		case len(d.v.Links) >= maxMapLinks:
			d.leftLinks++
		default:
			d.v.Links = append(d.v.Links, l)
		}
	}
}

// leave says what the map leaves out.
func (v *MapView) leave(d drawing) {
	say := func(n int, one, many, where string) {
		if n > 0 {
			v.LeftOut = append(v.LeftOut, count(n, one, many)+": "+where)
		}
	}
	say(d.leftSteps, "step", "steps", "custory://journey/{slug}/stage/{id} shows one stage")
	say(len(d.left), "item", "items", "query_items filters and pages through them")
	say(d.leftLinks, "link", "links", "custory://item/{id} shows those of one item")
	if d.texts < 0 {
		v.LeftOut = append(v.LeftOut, "some descriptions: custory://item/{id} has them in full")
	}
}
