package schema

import (
	"fmt"
	"strings"
)

// A Code classes a fault. Codes are errors, so errors.Is(err, schema.NotFound)
// works.
type Code string

// The codes of faults.
const (
	Invalid   Code = "invalid"   // the arguments are not right
	NotFound  Code = "not_found" // there is no such record in this workspace
	Conflict  Code = "conflict"  // something else stands in the way
	Forbidden Code = "forbidden" // the role does not allow it
	Limited   Code = "limited"   // too much at once
)

func (c Code) Error() string { return string(c) }

// An Error is a fault that the caller can mend, told so that it can.
type Error struct {
	Code    Code     `json:"code"`
	Field   string   `json:"field,omitempty"` // the argument or field at fault, if one is
	Message string   `json:"message"`         // what is wrong
	Valid   []string `json:"valid,omitempty"` // what would be right, if that can be listed
	Hint    string   `json:"hint,omitempty"`  // what to do about it
	Err     error    `json:"-"`
}

// Error is the message, followed by the valid values and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if len(e.Valid) > 0 {
		b.WriteString("; valid: " + strings.Join(e.Valid, ", "))
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap makes errors.Is find the code and what lies beneath.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Code}
	}
	return []error{e.Code, e.Err}
}

// Errorf returns a fault with the given code and message.
func Errorf(c Code, format string, a ...any) *Error {
	return &Error{Code: c, Message: fmt.Sprintf(format, a...)}
}

// An returns the noun with its article: "a step", "an item".
func An[S ~string](noun S) string {
	if noun != "" && strings.Contains("aeiouAEIOU", string(noun[:1])) {
		return "an " + string(noun)
	}
	return "a " + string(noun)
}

// Faults are all that is wrong with one thing, so that it can be mended in one
// go.
type Faults []*Error

func (f Faults) Error() string {
	all := make([]string, len(f))
	for i, e := range f {
		all[i] = e.Error()
	}
	return strings.Join(all, "\n")
}

// Unwrap returns each fault.
func (f Faults) Unwrap() []error {
	all := make([]error, len(f))
	for i, e := range f {
		all[i] = e
	}
	return all
}

// FaultsOf returns all the faults in err, joined or wrapped, or nil if err is
// none that a caller could mend.
func FaultsOf(err error) (all Faults) {
	switch e := err.(type) {
	case *Error:
		return Faults{e}
	case Faults:
		return e
	case interface{ Unwrap() error }:
		return FaultsOf(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			all = append(all, FaultsOf(err)...)
		}
	}
	return all
}

// HintSearch is the hint of faults about a record that is not there, for those
// who have the tools.
const HintSearch = "search finds records and their ids"
