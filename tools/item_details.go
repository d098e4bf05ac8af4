package tools

import (
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

type weblinkIn struct {
	URL         string `json:"url"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Remove      bool   `json:"remove,omitempty"`
}

type attachmentIn struct {
	Name      string `json:"name"`
	URL       string `json:"url,omitempty"`
	MediaType string `json:"media_type,omitempty"`
	Size      int64  `json:"size,omitempty"`
	Digest    string `json:"digest,omitempty"`
	Remove    bool   `json:"remove,omitempty"`
}

type taskIn struct {
	Platform schema.Platform `json:"platform"`
	Key      string          `json:"key"`
	Title    string          `json:"title,omitempty"`
	Status   string          `json:"status,omitempty"`
	URL      string          `json:"url,omitempty"`
	Remove   bool            `json:"remove,omitempty"`
}

type readingIn struct {
	At     When     `json:"at,omitzero"`
	Value  *float64 `json:"value,omitempty"`
	Note   string   `json:"note,omitempty"`
	Remove bool     `json:"remove,omitempty"`
}

// keepDetails keeps the weblinks, attachments and tasks of the item. One that
// is known by its address, name or key is brought up to date.
func (s *saving) keepDetails(tx *store.Tx, _ *pathBook) error {
	if err := s.keepWeblinks(tx); err != nil {
		return err
	}
	if err := s.keepAttachments(tx); err != nil {
		return err
	}
	return s.keepTasks(tx)
}

func (s *saving) keepWeblinks(tx *store.Tx) error {
	list, err := unpackAll[weblinkIn]("weblinks", s.in.Weblinks)
	if err != nil || len(list) == 0 {
		return err
	}
	have, err := tx.WeblinksOf(s.item.ID)
	if err != nil {
		return err
	}
	for n, in := range list {
		i := slices.IndexFunc(have, func(w *schema.Weblink) bool { return w.URL == in.URL })
		w := &schema.Weblink{Item: s.item.ID, URL: in.URL}
		if i >= 0 {
			w = have[i]
		}
		w.Title, w.Description = first(in.Title, w.Title), first(in.Description, w.Description)
		if err := s.detail(tx, "weblinks", n, i >= 0, in.Remove, func() error { return tx.Weblinks.Put(w) }, func() error { return tx.Weblinks.Remove(w.ID) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *saving) keepAttachments(tx *store.Tx) error {
	list, err := unpackAll[attachmentIn]("attachments", s.in.Attachments)
	if err != nil || len(list) == 0 {
		return err
	}
	have, err := tx.AttachmentsOf(s.item.ID)
	if err != nil {
		return err
	}
	for n, in := range list {
		i := slices.IndexFunc(have, func(a *schema.Attachment) bool { return a.Name == in.Name })
		a := &schema.Attachment{Item: s.item.ID, Name: in.Name}
		if i >= 0 {
			a = have[i]
		}
		a.URL, a.MediaType, a.Digest, a.Size = first(in.URL, a.URL), first(in.MediaType, a.MediaType), first(in.Digest, a.Digest), max(in.Size, a.Size)
		if err := s.detail(tx, "attachments", n, i >= 0, in.Remove, func() error { return tx.Attachments.Put(a) }, func() error { return tx.Attachments.Remove(a.ID) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *saving) keepTasks(tx *store.Tx) error {
	list, err := unpackAll[taskIn]("tasks", s.in.Tasks)
	if err != nil || len(list) == 0 {
		return err
	}
	have, err := tx.TasksOf(s.item.ID)
	if err != nil {
		return err
	}
	for n, in := range list {
		i := slices.IndexFunc(have, func(t *schema.Task) bool { return t.Platform == in.Platform && t.Key == in.Key })
		t := &schema.Task{Item: s.item.ID, Platform: in.Platform, Key: in.Key}
		if i >= 0 {
			t = have[i]
		}
		t.Title, t.Status, t.URL = first(in.Title, t.Title), first(in.Status, t.Status), first(in.URL, t.URL)
		if err := s.detail(tx, "tasks", n, i >= 0, in.Remove, func() error { return tx.Tasks.Put(t) }, func() error { return tx.Tasks.Remove(t.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// detail puts or removes one entry of a list that belongs to the item.
func (s *saving) detail(tx *store.Tx, list string, n int, known, gone bool, put, remove func() error) error {
	what, did, do, before := strings.TrimSuffix(list, "s"), "added", put, tx.Seq()
	switch {
	case gone && !known:
		return atEntry(&schema.Error{Code: schema.NotFound, Message: "there is no such " + what + " to remove"}, list, n)
	case gone:
		did, do = "removed", remove
	case known:
		did = "changed"
	}
	if err := do(); err != nil {
		return atEntry(err, list, n)
	}
	if tx.Seq() != before {
		s.note("%s %s", what, did)
	}
	return nil
}

// readings reads the values of a metric. The newest of all becomes its current
// one, unless that is said.
func (in *itemIn) readings(tx *store.Tx, item *schema.Item) (list []readingIn, err error) {
	if list, err = unpackAll[readingIn]("readings", in.Readings); err != nil || len(list) == 0 {
		return nil, err
	}
	if item.Type != schema.Metric {
		return nil, &schema.Error{Code: schema.Invalid, Field: "readings", Message: schema.An(item.Type) + " has no readings; only a Metric has"}
	}
	var newest schema.Reading
	if item.ID != "" {
		have, err := tx.ReadingsOf(item.ID)
		if err != nil {
			return nil, err
		}
		if len(have) > 0 {
			newest = *have[len(have)-1]
		}
	}
	for i := range list {
		r := &list[i]
		if r.Value == nil && !r.Remove {
			return nil, atEntry(&schema.Error{Code: schema.Invalid, Field: "value", Message: "value is required"}, "readings", i)
		}
		if r.At.IsZero() {
			r.At.Time = tx.Now
		}
		if !r.Remove && !r.At.Before(newest.At) {
			newest = schema.Reading{At: r.At.Time, Value: *r.Value}
			if in.Current == nil {
				item.Current = r.Value
			}
		}
	}
	return list, nil
}

// keepReadings keeps the values of a metric, one for each moment.
func (s *saving) keepReadings(tx *store.Tx, list []readingIn) error {
	if len(list) == 0 {
		return nil
	}
	have, err := tx.ReadingsOf(s.item.ID)
	if err != nil {
		return err
	}
	for n, in := range list {
		i := slices.IndexFunc(have, func(r *schema.Reading) bool { return r.At.Equal(in.At.Time) })
		r := &schema.Reading{Item: s.item.ID, At: in.At.Time}
		if i >= 0 {
			r = have[i]
		}
		if in.Value != nil {
			r.Value, r.Note = *in.Value, first(in.Note, r.Note)
		}
		if err := s.detail(tx, "readings", n, i >= 0, in.Remove, func() error { return tx.Readings.Put(r) }, func() error { return tx.Readings.Remove(r.ID) }); err != nil {
			return err
		}
	}
	return nil
}
