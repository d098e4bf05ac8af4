package schema

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of texts, in characters.
const (
	MaxName   = 200     // a name or title: one line
	MaxText   = 20_000  // a description, comment or note
	MaxSignal = 100_000 // what a customer said
	MaxList   = 100     // entries of a list field
	MaxLink   = 2000    // a web address, in bytes
)

// A check gathers what is wrong with one record.
type check struct{ faults Faults }

func (c *check) add(field, format string, a ...any) *Error {
	e := &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, a...)}
	c.faults = append(c.faults, e)
	return e
}

// result is nil if nothing was wrong.
func (c *check) result() error {
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}

// line demands one non-empty line of at most MaxName characters.
func (c *check) line(field, v string) {
	if strings.TrimSpace(v) == "" {
		c.add(field, "%s is required", field)
		return
	}
	c.optLine(field, v)
}

// optLine is line for what may be empty.
func (c *check) optLine(field, v string) {
	if n := utf8.RuneCountInString(v); n > MaxName {
		c.add(field, "%s has %d characters; at most %d are allowed", field, n, MaxName)
	}
	if !utf8.ValidString(v) || strings.ContainsFunc(v, breaksLine) {
		c.add(field, "%s must be one line of valid UTF-8 without control characters", field)
	}
}

func breaksLine(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp)
}

// text demands valid text of at most limit characters.
func (c *check) text(field, v string, limit int) {
	if n := utf8.RuneCountInString(v); n > limit {
		c.add(field, "%s has %d characters; at most %d are allowed", field, n, limit)
	}
	if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
		c.add(field, "%s must be valid UTF-8 without null characters", field)
	}
}

// list demands at most MaxList entries, and reports whether it is so.
func (c *check) list(field string, n int) bool {
	if n > MaxList {
		c.add(field, "%s has %d entries; at most %d are allowed", field, n, MaxList)
	}
	return n <= MaxList
}

// lines demands a list of non-empty lines.
func (c *check) lines(field string, vs []string) {
	if !c.list(field, len(vs)) {
		return
	}
	for _, v := range vs {
		if strings.TrimSpace(v) == "" {
			c.add(field, "%s holds an empty entry", field)
			continue
		}
		c.optLine(field, v)
	}
}

// ref demands the id of a record of the kind.
func (c *check) ref(field string, id ID, k Kind) {
	if id == "" {
		c.add(field, "%s is required: the id of %s", field, An(k))
		return
	}
	c.optRef(field, id, k)
}

// optRef is ref for what may be empty.
func (c *check) optRef(field string, id ID, k Kind) {
	if id == "" {
		return
	}
	if err, ok := id.Want(k).(*Error); ok {
		err.Field = field
		c.faults = append(c.faults, err)
	}
}

// refs demands a list of ids of one kind, none twice.
func (c *check) refs(field string, ids []ID, k Kind) {
	if !c.list(field, len(ids)) {
		return
	}
	for i, id := range ids {
		c.ref(field, id, k)
		if id != "" && slices.Contains(ids[:i], id) {
			c.add(field, "%s names %s twice", field, id)
		}
	}
}

// between demands a number in a range, if there is one.
func (c *check) between(field string, v *int, low, high int) {
	if v != nil && (*v < low || *v > high) {
		c.add(field, "%s is %d; it must be a whole number from %d to %d", field, *v, low, high)
	}
}

// number demands a number that can be written down, if there is one.
func (c *check) number(field string, v *float64) {
	if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
		c.add(field, "%s must be a number", field)
	}
}

// link demands a web address that is safe to follow.
func (c *check) link(field, v string) {
	if v == "" {
		c.add(field, "%s is required", field)
	}
	c.optLink(field, v)
}

// optLink is link for what may be empty.
func (c *check) optLink(field, v string) {
	if v == "" {
		return
	}
	u, err := url.Parse(v)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || !utf8.ValidString(v) {
		c.add(field, "%s must be an address that begins with http:// or https://", field)
	}
	if len(v) > MaxLink {
		c.add(field, "%s has %d bytes; at most %d are allowed", field, len(v), MaxLink)
	}
}

// oneOf demands one of the type's values, if there is a value.
func oneOf[E interface {
	~string
	Values() []E
}](c *check, field string, v E) {
	if v == "" || slices.Contains(v.Values(), v) {
		return
	}
	c.add(field, "%s cannot be %q", field, string(v)).Valid = texts(v.Values())
}

func texts[E ~string](vs []E) []string {
	s := make([]string, len(vs))
	for i, v := range vs {
		s[i] = string(v)
	}
	return s
}

// subset demands that every value is among those allowed.
func (c *check) subset(field string, vs, allowed []string) {
	for _, v := range vs {
		if !slices.Contains(allowed, v) {
			c.add(field, "%s cannot hold %q", field, v).Valid = allowed
		}
	}
}
