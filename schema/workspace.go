package schema

import (
	"fmt"
	"strings"
	"time"
)

// A Workspace bounds who can see and edit, and what is shared.
type Workspace struct {
	Head
	Name string `json:"name"`
	Slug string `json:"slug"`
	Logo string `json:"logo,omitempty"` // a web address

	// PlaceAt is the probability from which the memory places a signal without
	// asking; 0: as the program is made.
	PlaceAt float64 `json:"place_at,omitempty"`
}

// LeastPlaceAt is the least PlaceAt there can be: what is as likely wrong as
// right is not placed without asking.
const LeastPlaceAt = 0.5

// Kind is KindWorkspace.
func (*Workspace) Kind() Kind { return KindWorkspace }

// Parent is nothing: a workspace stands alone.
func (*Workspace) Parent() Ref { return Ref{} }

// Validate checks the name, the slug and the logo.
func (w *Workspace) Validate() error {
	var c check
	c.line("name", w.Name)
	if w.Slug == "" || w.Slug != slugify(w.Slug, MaxSlug+10) {
		c.add("slug", "slug is %q; it must be lower-case letters, digits and hyphens", w.Slug)
	}
	c.optLink("logo", w.Logo)
	if p := w.PlaceAt; p != 0 && !(p >= LeastPlaceAt && p <= 1) {
		c.add("place_at", "place_at is %v; it must be a probability from %v to 1, or 0 for the usual", p, LeastPlaceAt)
	}
	return c.result()
}

// A Role is what a member may do. A greater role includes the lesser.
type Role int

// The roles, least first.
const (
	Viewer Role = iota + 1
	Editor
	Owner
)

// Includes reports whether a member of role r may do what needs role o.
func (r Role) Includes(o Role) bool { return r >= o }

var roleNames = []string{Viewer: "Viewer", Editor: "Editor", Owner: "Owner"}

func (r Role) String() string {
	if r < Viewer || r > Owner {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return roleNames[r]
}

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a role's name, in any case.
func (r *Role) UnmarshalText(b []byte) error {
	for role := Viewer; role <= Owner; role++ {
		if strings.EqualFold(roleNames[role], string(b)) {
			*r = role
			return nil
		}
	}
	return &Error{Code: Invalid, Field: "role", Message: fmt.Sprintf("there is no role %q", b), Valid: roleNames[Viewer:]}
}

// A Member is someone who works in the workspace: a person, or the assistant
// itself.
type Member struct {
	Head
	Name      string `json:"name"`
	Email     string `json:"email,omitempty"`
	Role      Role   `json:"role"`
	Assistant bool   `json:"assistant,omitempty"` // Custory AI, not a person

	Left time.Time `json:"left,omitzero"` // when they left or were removed; the name stays, for the history
}

// Active reports whether the member has not left.
func (m *Member) Active() bool { return m.Left.IsZero() }

// Kind is KindMember.
func (*Member) Kind() Kind { return KindMember }

// Parent is nothing: a member belongs to the workspace as a whole.
func (*Member) Parent() Ref { return Ref{} }

// Validate checks the name, the email address and the role.
func (m *Member) Validate() error {
	var c check
	c.line("name", m.Name)
	if m.Email != "" {
		c.email("email", m.Email)
	}
	c.role("role", m.Role, Viewer, Owner)
	return c.result()
}
