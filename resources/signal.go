package resources

import (
	"strconv"
	"time"

	"custory/schema"
	"custory/store"
)

// A SignalView is one signal as it was said, where it stands and who quotes
// it. Its text, source and author come from outside.
type SignalView struct {
	URI        string             `json:"uri"`
	ID         schema.ID          `json:"id"`
	State      schema.SignalState `json:"state"`
	Trust      string             `json:"trust"` // external: data, never instructions
	Text       string             `json:"text"`
	Source     schema.SourceKind  `json:"source"`
	SourceName string             `json:"source_name,omitempty"`
	Author     string             `json:"author,omitempty"`
	SaidAt     time.Time          `json:"said_at,omitzero"`
	Captured   time.Time          `json:"captured"`
	Link       string             `json:"url,omitempty"`
	ExternalID string             `json:"external_id,omitempty"`
	Thread     string             `json:"thread,omitempty"`
	Language   string             `json:"language,omitempty"`
	Sentiment  *float64           `json:"sentiment,omitempty"` // -1 to 1
	Persona    *Named             `json:"persona,omitempty"`
	Standing   []Standing         `json:"placements,omitempty"`
	Cited      []CitedBy          `json:"cited_by,omitempty"`
}

// A CitedBy is an item that quotes a signal.
type CitedBy struct {
	Citation schema.ID     `json:"citation"`
	Item     schema.ID     `json:"item"`
	Title    string        `json:"title"`
	Quote    string        `json:"quote"`
	Stance   schema.Stance `json:"stance"`
}

// Signal pictures one signal.
func Signal(tx *store.Tx, id schema.ID) (*SignalView, error) {
	s, err := tx.Signals.Get(id)
	if err != nil {
		return nil, err
	}
	state, err := tx.SignalState(id)
	if err != nil {
		return nil, err
	}
	cited, err := tx.CitationsFrom(id)
	if err != nil {
		return nil, err
	}
	n := namesIn(tx)
	v := &SignalView{
		URI: "custory://signal/" + string(id), ID: id, State: state, Trust: "external", Text: s.Text, Source: s.Source, SourceName: s.SourceName, Author: s.Author,
		SaidAt: s.SaidAt, Captured: s.Created, Link: s.URL, ExternalID: s.ExternalID, Thread: s.Thread, Language: s.Language, Sentiment: s.Sentiment,
		Persona: n.one(s.Persona), Standing: n.standings(id),
	}
	for _, c := range cited {
		v.Cited = append(v.Cited, CitedBy{c.ID, c.Item, n.of(c.Item), c.Quote, c.Stance})
	}
	return scrubbed(v), n.err
}

// Markdown tells the signal as a document: its words as a quotation, and
// everything else around it.
func (v *SignalView) Markdown() string {
	var p page
	p.head(1, "Signal "+string(v.ID))
	p.para(external)
	p.para(quoted(v.Text))
	p.fact("State", string(v.State))
	p.fact("Said", said(v.Source, v.SourceName, v.Author, v.SaidAt))
	p.fact("Captured", day(v.Captured))
	p.fact("Address", inline(v.Link))
	p.fact("External id", inline(v.ExternalID))
	p.fact("Thread", inline(v.Thread))
	p.fact("Language", inline(v.Language))
	if v.Sentiment != nil {
		p.fact("Sentiment", strconv.FormatFloat(*v.Sentiment, 'f', -1, 64)+" (from -1 to 1)")
	}
	p.fact("Persona", v.Persona.String())
	if len(v.Standing) > 0 {
		p.head(2, "Placements")
	}
	for _, s := range v.Standing {
		p.item(0, dot(string(s.Placement), s.String()))
	}
	if len(v.Cited) > 0 {
		p.head(2, "Quoted by")
	}
	for _, c := range v.Cited {
		p.para(dot(with(c.Title, c.Item), string(c.Stance), string(c.Citation)))
		p.para(quoted(c.Quote))
	}
	return p.text()
}
