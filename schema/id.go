package schema

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// An ID names one record of a workspace. Its prefix tells the kind: "sig_…"
// is a signal.
type ID string

// A Kind is a sort of record. Its text is the name of its table.
type Kind string

// The kinds of record.
const (
	KindWorkspace  Kind = "workspace"
	KindMember     Kind = "member"
	KindJourney    Kind = "journey"
	KindStage      Kind = "stage"
	KindStep       Kind = "step"
	KindNesting    Kind = "nesting"
	KindItem       Kind = "item"
	KindPlacement  Kind = "placement"
	KindLink       Kind = "link"
	KindPersona    Kind = "persona"
	KindSignal     Kind = "signal"
	KindCitation   Kind = "citation"
	KindNote       Kind = "note"
	KindComment    Kind = "comment"
	KindAttachment Kind = "attachment"
	KindWeblink    Kind = "weblink"
	KindTask       Kind = "task"
	KindReading    Kind = "reading"
	KindBookmark   Kind = "bookmark"

	KindKey         Kind = "key"
	KindInvitation  Kind = "invitation"
	KindJoinRequest Kind = "join_request"

	// KindCall is the kind of a call's id. A call is not a record: it is
	// written once, into the log.
	KindCall Kind = "call"
)

// prefixes are those of the kinds, in the order of Kinds.
var prefixes = []struct {
	kind   Kind
	prefix string
}{
	{KindWorkspace, "wsp"}, {KindMember, "mem"}, {KindKey, "key"}, {KindInvitation, "inv"}, {KindJoinRequest, "jrq"}, {KindPersona, "per"}, {KindJourney, "jny"},
	{KindStage, "stg"}, {KindStep, "stp"}, {KindNesting, "nst"}, {KindItem, "itm"},
	{KindLink, "lnk"}, {KindSignal, "sig"}, {KindPlacement, "plc"}, {KindCitation, "cit"},
	{KindNote, "nte"}, {KindComment, "cmt"}, {KindAttachment, "att"}, {KindWeblink, "web"},
	{KindTask, "tsk"}, {KindReading, "rdg"}, {KindBookmark, "bmk"}, {KindCall, "call"},
}

// Kinds lists every kind of record, those referred to before those that refer.
func Kinds() []Kind {
	var all []Kind
	for _, p := range prefixes {
		if p.kind != KindCall {
			all = append(all, p.kind)
		}
	}
	return all
}

// Prefix is what each ID of the kind begins with, before the underscore.
func (k Kind) Prefix() string {
	for _, p := range prefixes {
		if p.kind == k {
			return p.prefix
		}
	}
	return string(k)
}

// idDigits are Crockford's base-32 digits: no i, l, o or u to misread.
const idDigits = "0123456789abcdefghjkmnpqrstvwxyz"

// NewID returns a new ID of the kind: its prefix and ten random digits, 50
// bits, which is plenty within one workspace.
func NewID(k Kind) ID {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = idDigits[b[i]%32]
	}
	return ID(k.Prefix() + "_" + string(b[:]))
}

// Kind tells what sort of record the ID names, or "" if it is not of the form
// of an ID.
func (id ID) Kind() Kind {
	prefix, rest, ok := strings.Cut(string(id), "_")
	if !ok || rest == "" || len(rest) > 32 {
		return ""
	}
	for _, c := range []byte(rest) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return ""
		}
	}
	for _, p := range prefixes {
		if p.prefix == prefix {
			return p.kind
		}
	}
	return ""
}

// Want returns nil if the ID is of the kind, and otherwise a fault that says
// what it is instead.
func (id ID) Want(k Kind) error {
	switch is := id.Kind(); is {
	case k:
		return nil
	case "":
		return &Error{Code: Invalid, Message: fmt.Sprintf("%q is not an id", string(id)), Hint: fmt.Sprintf("the id of %s looks like %s_4k7q2m9xtc", An(k), k.Prefix())}
	default:
		return &Error{Code: Invalid, Message: fmt.Sprintf("%s is %s; %s is wanted", id, An(is), An(k))}
	}
}

// A Ref points at a record.
type Ref struct {
	Kind Kind `json:"kind"`
	ID   ID   `json:"id"`
}
