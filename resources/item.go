package resources

import (
	"time"

	"custory/schema"
	"custory/store"
)

// An ItemView is one item with all that belongs to it: where it stands, what
// it is linked to, what it rests on and what was said about it.
type ItemView struct {
	URI string `json:"uri"`
	schema.Item
	Owner           *Named           `json:"owner,omitempty"`
	Actor           []Named          `json:"actor,omitempty"`
	AffectedSegment []Named          `json:"affected_segment,omitempty"`
	Placements      []PlacementLine  `json:"placements,omitempty"`
	LinkedFrom      []LinkLine       `json:"linked_from,omitempty"`
	LinkedTo        []LinkLine       `json:"linked_to,omitempty"`
	Evidence        *schema.Evidence `json:"evidence,omitempty"`
	Citations       []CitationLine   `json:"citations,omitempty"`
	Tasks           []TaskLine       `json:"tasks,omitempty"`
	Weblinks        []WeblinkLine    `json:"links,omitempty"`
	Attachments     []AttachmentLine `json:"attachments,omitempty"`
	Readings        []ReadingLine    `json:"readings,omitempty"` // the newest, oldest first
	Comments        []CommentLine    `json:"comments,omitempty"`
	Changes         []Entry          `json:"changes,omitempty"` // the newest
	LeftOut         []string         `json:"left_out,omitempty"`
}

// A PlacementLine is where an item stands.
type PlacementLine struct {
	Placement schema.ID `json:"placement"`
	Step      schema.ID `json:"step"`
	Path      string    `json:"path"`
}

// A LinkLine is the other end of a link.
type LinkLine struct {
	Link   schema.ID       `json:"link"`
	Item   schema.ID       `json:"item"`
	Type   schema.ItemType `json:"type"`
	Title  string          `json:"title"`
	Status string          `json:"status"`
	Review schema.Review   `json:"review,omitempty"` // of a draft
}

// A CitationLine is a quote that an item rests on, and who said it.
type CitationLine struct {
	Citation   schema.ID         `json:"citation"`
	Signal     schema.ID         `json:"signal"`
	Stance     schema.Stance     `json:"stance"`
	Quote      string            `json:"quote"`
	Source     schema.SourceKind `json:"source"`
	SourceName string            `json:"source_name,omitempty"`
	Author     string            `json:"author,omitempty"`
	SaidAt     time.Time         `json:"said_at,omitzero"`
	Trust      string            `json:"trust"` // external: data, never instructions
}

// A TaskLine is a task in another tool.
type TaskLine struct {
	ID       schema.ID       `json:"id"`
	Platform schema.Platform `json:"platform"`
	Key      string          `json:"key"`
	Title    string          `json:"title"`
	Status   string          `json:"status,omitempty"`
	URL      string          `json:"url"`
}

// A WeblinkLine is an external link.
type WeblinkLine struct {
	ID          schema.ID `json:"id"`
	URL         string    `json:"url"`
	Title       string    `json:"title,omitempty"`
	Description string    `json:"description,omitempty"`
}

// An AttachmentLine is a file.
type AttachmentLine struct {
	ID        schema.ID `json:"id"`
	Name      string    `json:"name"`
	MediaType string    `json:"media_type,omitempty"`
	Size      int64     `json:"size,omitempty"`
	URL       string    `json:"url,omitempty"`
}

// A ReadingLine is a value of a metric.
type ReadingLine struct {
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
	Note  string    `json:"note,omitempty"`
}

// How many of each an item's picture shows.
const (
	maxCitations = 30
	maxReadings  = 24
	maxLinks     = 50
	maxHistory   = 5
)

// Item pictures one item.
func Item(tx *store.Tx, id schema.ID) (*ItemView, error) {
	n := namesIn(tx)
	v, err := n.item(id)
	if err != nil {
		return nil, err
	}
	v.Changes = n.newest(id)
	return scrubbed(v), n.err
}

// item is the picture of an item but for its history.
func (n *names) item(id schema.ID) (*ItemView, error) {
	i, err := n.tx.Items.Get(id)
	if err != nil {
		return nil, err
	}
	hangs, err := n.tx.HangingOn(id)
	n.keep(err)
	v := &ItemView{URI: "custory://item/" + string(id), Item: *i, Owner: n.one(i.Owner), Actor: n.all(i.Actor), AffectedSegment: n.all(i.AffectedSegment)}
	v.Item.Owner, v.Item.Actor, v.Item.AffectedSegment = "", nil, nil // they stand above, with their names
	placed, err := n.tx.PlacementsOf(id)
	n.keep(err)
	for _, p := range placed {
		v.Placements = append(v.Placements, PlacementLine{p.ID, p.Step, n.of(p.Step)})
	}
	if hangs[schema.KindComment] > 0 {
		v.Comments = n.comments(id)
	}
	if hangs[schema.KindLink] > 0 {
		n.join(v)
	}
	switch {
	case hangs[schema.KindCitation] > 0:
		n.rest(v)
	case v.Type == schema.Insight:
		v.Evidence = new(schema.Weigh(nil, n.tx.Now))
	}
	if hangs[schema.KindTask]+hangs[schema.KindWeblink]+hangs[schema.KindAttachment]+hangs[schema.KindReading] > 0 {
		n.attach(v)
	}
	return v, n.err
}

// join gathers the links of an item, both ways.
func (n *names) join(v *ItemView) {
	from, err := n.tx.LinksTo(v.ID)
	n.keep(err)
	to, err := n.tx.LinksFrom(v.ID)
	n.keep(err)
	for _, l := range from[:min(len(from), maxLinks)] {
		v.LinkedFrom = append(v.LinkedFrom, n.link(l, l.From))
	}
	for _, l := range to[:min(len(to), maxLinks)] {
		v.LinkedTo = append(v.LinkedTo, n.link(l, l.To))
	}
	if left := len(from) + len(to) - len(v.LinkedFrom) - len(v.LinkedTo); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "link", "links"))
	}
}

func (n *names) link(l *schema.Link, other schema.ID) LinkLine {
	i, err := n.tx.Items.Get(other)
	if err != nil {
		n.keep(err)
		return LinkLine{}
	}
	return LinkLine{l.ID, i.ID, i.Type, i.Title, i.Status, i.Review}
}

// rest gathers what an item rests on.
func (n *names) rest(v *ItemView) {
	cited, err := n.tx.CitationsOf(v.ID)
	n.keep(err)
	e, err := n.tx.EvidenceOf(v.ID)
	n.keep(err)
	v.Evidence = &e
	for _, c := range cited[:min(len(cited), maxCitations)] {
		s, err := n.tx.Signals.Get(c.Signal)
		if err != nil {
			n.keep(err)
			return
		}
		v.Citations = append(v.Citations, CitationLine{c.ID, c.Signal, c.Stance, c.Quote, s.Source, s.SourceName, s.Author, s.SaidAt, "external"})
	}
	if left := len(cited) - len(v.Citations); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "quote", "quotes")+", which the evidence counts")
	}
}

// attach gathers what else hangs on an item.
func (n *names) attach(v *ItemView) {
	tasks, err := n.tx.TasksOf(v.ID)
	n.keep(err)
	for _, t := range tasks {
		v.Tasks = append(v.Tasks, TaskLine{t.ID, t.Platform, t.Key, t.Title, t.Status, t.URL})
	}
	links, err := n.tx.WeblinksOf(v.ID)
	n.keep(err)
	for _, w := range links {
		v.Weblinks = append(v.Weblinks, WeblinkLine{w.ID, w.URL, w.Title, w.Description})
	}
	files, err := n.tx.AttachmentsOf(v.ID)
	n.keep(err)
	for _, a := range files {
		v.Attachments = append(v.Attachments, AttachmentLine{a.ID, a.Name, a.MediaType, a.Size, a.URL})
	}
	readings, err := n.tx.ReadingsOf(v.ID)
	n.keep(err)
	for _, r := range readings[max(0, len(readings)-maxReadings):] {
		v.Readings = append(v.Readings, ReadingLine{r.At, r.Value, r.Note})
	}
	if left := len(readings) - len(v.Readings); left > 0 {
		v.LeftOut = append(v.LeftOut, count(left, "older reading", "older readings"))
	}
}
