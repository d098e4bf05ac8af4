package schema

import "time"

// A Head is the part every record has.
type Head struct {
	ID        ID        `json:"id"`
	Workspace ID        `json:"-"`
	Version   int       `json:"version"` // 1 when created; each write adds 1
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
}

// Self returns the head, so that the store can stamp it.
func (h *Head) Self() *Head { return h }

// A Record is anything the store keeps.
type Record interface {
	Self() *Head
	Kind() Kind
	Parent() Ref     // what it stands in or belongs to; the zero Ref if it stands alone
	Validate() error // the rules that concern it alone; a Faults with all that are broken
}

// A Sluggable record has a readable name in addresses. The store makes the
// slug from the title when the record is first put or renamed, keeps it unique
// among the records of its kind in the workspace, and keeps the older ones as
// aliases.
type Sluggable interface {
	Record
	Heading() string // the name the slug is made from
	SlugsOf() *Slugs
}

// Slugs are the readable names of a record.
type Slugs struct {
	Slug    string   `json:"slug"`
	Aliases []string `json:"aliases,omitempty"` // earlier slugs, which still lead here
}
