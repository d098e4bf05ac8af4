package schema

import "time"

// An Attachment refers to a file that belongs to an item. The file itself is
// kept elsewhere, under its digest or address.
type Attachment struct {
	Head
	Item      ID     `json:"item"`
	Name      string `json:"name"`
	MediaType string `json:"media_type,omitempty"`
	Size      int64  `json:"size,omitempty"`   // bytes
	Digest    string `json:"digest,omitempty"` // sha256:<hex>
	URL       string `json:"url,omitempty"`
}

// Kind is KindAttachment.
func (*Attachment) Kind() Kind { return KindAttachment }

// Parent is the item.
func (a *Attachment) Parent() Ref { return Ref{KindItem, a.Item} }

// Validate checks every field.
func (a *Attachment) Validate() error {
	var c check
	c.ref("item", a.Item, KindItem)
	c.line("name", a.Name)
	c.optLine("media_type", a.MediaType)
	c.optLine("digest", a.Digest)
	c.optLink("url", a.URL)
	if a.Size < 0 {
		c.add("size", "size cannot be negative")
	}
	if a.Digest == "" && a.URL == "" {
		c.add("url", "an attachment needs a digest or a url")
	}
	return c.result()
}

// A Weblink is an external link of an item, with its context.
type Weblink struct {
	Head
	Item        ID     `json:"item"`
	URL         string `json:"url"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// Kind is KindWeblink.
func (*Weblink) Kind() Kind { return KindWeblink }

// Parent is the item.
func (w *Weblink) Parent() Ref { return Ref{KindItem, w.Item} }

// Validate checks every field; only http and https addresses pass.
func (w *Weblink) Validate() error {
	var c check
	c.ref("item", w.Item, KindItem)
	c.link("url", w.URL)
	c.optLine("title", w.Title)
	c.text("description", w.Description, MaxText)
	return c.result()
}

// A Task is a task in another tool that does the work of an item. Its title
// and status come from there.
type Task struct {
	Head
	Item     ID       `json:"item"`
	Platform Platform `json:"platform"`
	Key      string   `json:"key"` // as the tool shows it: USE-91
	Title    string   `json:"title"`
	Status   string   `json:"status,omitempty"`
	URL      string   `json:"url"`
}

// A Platform is a tool that tasks live in.
type Platform string

// Values lists the platforms.
func (Platform) Values() []Platform { return []Platform{"GitHub", "Jira", "Linear", "Notion"} }

// Kind is KindTask.
func (*Task) Kind() Kind { return KindTask }

// Parent is the item.
func (t *Task) Parent() Ref { return Ref{KindItem, t.Item} }

// Validate checks every field.
func (t *Task) Validate() error {
	var c check
	c.ref("item", t.Item, KindItem)
	if t.Platform == "" {
		c.add("platform", "platform is required").Valid = texts(t.Platform.Values())
	}
	oneOf(&c, "platform", t.Platform)
	c.line("key", t.Key)
	c.line("title", t.Title)
	c.optLine("status", t.Status)
	c.link("url", t.URL)
	return c.result()
}

// A Reading is one value of a metric at one time.
type Reading struct {
	Head
	Item  ID        `json:"item"` // the metric
	At    time.Time `json:"at"`
	Value float64   `json:"value"`
	Note  string    `json:"note,omitempty"`
}

// Kind is KindReading.
func (*Reading) Kind() Kind { return KindReading }

// Parent is the metric.
func (r *Reading) Parent() Ref { return Ref{KindItem, r.Item} }

// Validate checks every field.
func (r *Reading) Validate() error {
	var c check
	c.ref("item", r.Item, KindItem)
	if r.At.IsZero() {
		c.add("at", "at is required: when the value held")
	}
	c.number("value", &r.Value)
	c.text("note", r.Note, MaxText)
	return c.result()
}
