package tools

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"custory/schema"
	"custory/store"
)

// comments are the tools of what people say about records.
func comments() []Tool {
	return []Tool{{
		Name:  "comment",
		Title: "Comment on a record",
		Doc:   "Comments on an item, step, stage, journey or persona, or edits or deletes a comment of yours. @name mentions a member.",
		Role:  schema.Editor,
		Run:   write(comment),
	}}
}

type commentIn struct {
	On      string `json:"on,omitempty" jsonschema:"the record: id, slug or name"`
	ReplyTo string `json:"reply_to,omitempty" jsonschema:"a comment"`
	Comment string `json:"comment,omitempty" jsonschema:"one to edit or delete"`
	Text    string `json:"text,omitempty"`
	Delete  bool   `json:"delete,omitempty" jsonschema:"with its replies"`
}

type commentOut struct {
	Receipt
	ID       schema.ID `json:"id"`
	On       schema.ID `json:"on"`
	Path     string    `json:"path"`
	Did      string    `json:"did"`
	Mentions []string  `json:"mentions,omitempty"`
	Unknown  []string  `json:"unknown,omitempty"` // mentioned, and no member
	Next     string    `json:"next,omitempty"`
}

func comment(ctx context.Context, tx *store.Tx, in commentIn) (out commentOut, err error) {
	c, err := commentFor(tx, in)
	if err != nil {
		return out, err
	}
	out.On, out.ID = c.On.ID, c.ID
	if out.Path, err = tx.Path(c.On.ID); err != nil {
		return out, err
	}
	if in.Delete {
		tx.Summarize("deleted a comment")
		out.Did, err = removeWhole(tx, c.ID)
		return out, err
	}
	out.Did = "added"
	if c.ID != "" {
		out.Did = "edited"
	}
	tx.Summarize(out.Did + " a comment")
	c.Text = in.Text
	members, err := tx.Members.All()
	members = slices.DeleteFunc(members, func(m *schema.Member) bool { return !m.Active() })
	if err != nil {
		return out, err
	}
	known, unknown := mentions(in.Text, members)
	c.Mentions, out.Unknown = nil, unknown
	for _, m := range known {
		c.Mentions = append(c.Mentions, m.ID)
		out.Mentions = append(out.Mentions, fmt.Sprintf("%s (%s)", m.Name, m.ID))
	}
	if len(unknown) > 0 {
		out.Next = "no member is called that; there are: " + memberNames(members)
	}
	err = tx.Comments.Put(c)
	out.ID = c.ID
	return out, err
}

// commentFor begins a comment, or gets the one to edit or delete.
func commentFor(tx *store.Tx, in commentIn) (*schema.Comment, error) {
	switch {
	case in.Comment != "" && (in.On != "" || in.ReplyTo != ""):
		return nil, &schema.Error{Code: schema.Invalid, Field: "comment", Message: "comment names one to edit or delete; on and reply_to are for a new one"}
	case in.Comment == "" && in.Delete:
		return nil, &schema.Error{Code: schema.Invalid, Field: "comment", Message: "comment is required: the one to delete"}
	case in.Comment != "":
		return ownComment(tx, schema.ID(in.Comment))
	}
	c := &schema.Comment{Author: tx.Call.Actor.ID}
	if in.ReplyTo != "" {
		to, err := tx.Comments.Get(schema.ID(in.ReplyTo))
		if err != nil {
			return nil, inField(err, "reply_to")
		}
		c.ReplyTo, c.On = to.ID, to.On
		if in.On == "" {
			return c, nil
		}
	}
	if in.On == "" {
		return nil, &schema.Error{Code: schema.Invalid, Field: "on", Message: "on is required: the record to comment on"}
	}
	id, err := resolveAny(tx, in.On)
	if err != nil {
		return nil, inField(err, "on")
	}
	on := schema.Ref{Kind: id.Kind(), ID: id}
	switch {
	case !slices.Contains(schema.CommentKinds(), on.Kind):
		return nil, &schema.Error{Code: schema.Invalid, Field: "on", Message: fmt.Sprintf("%s is %s; comments are on %s", id, schema.An(on.Kind), oneOfKinds(schema.CommentKinds()))}
	case in.ReplyTo != "" && on != c.On:
		return nil, &schema.Error{Code: schema.Conflict, Field: "reply_to", Message: fmt.Sprintf("%s is about %s, not %s", in.ReplyTo, c.On.ID, id), Hint: "say reply_to alone"}
	}
	c.On = on
	return c, nil
}

// ownComment gets a comment that the actor may change: their own, or, for an
// owner, any.
func ownComment(tx *store.Tx, id schema.ID) (*schema.Comment, error) {
	c, err := tx.Comments.Get(id)
	if err != nil {
		return nil, inField(err, "comment")
	}
	if a := tx.Call.Actor; c.Author != a.ID && !a.Role.Includes(schema.Owner) {
		return nil, &schema.Error{Code: schema.Forbidden, Field: "comment", Message: string(id) + " is somebody else's", Hint: "reply to it instead"}
	}
	return c, nil
}

// mark is where a mention begins: not within a word, as in an address.
var mark = regexp.MustCompile(`(?:^|[^\pL\pN_.])@([\pL\pN_][\pL\pN_.'-]*)`)

// mentions finds the members that a text mentions by @ and their name, and the
// names that are nobody's. A first name will do if it is only one member's.
func mentions(text string, members []*schema.Member) (known []*schema.Member, unknown []string) {
	for _, m := range mark.FindAllStringSubmatchIndex(text, -1) {
		rest, word := text[m[2]:], strings.TrimRight(text[m[2]:m[3]], ".-'")
		if who := mentioned(rest, word, members); who != nil {
			known = appendNew(known, who)
		} else {
			unknown = appendNew(unknown, "@"+word)
		}
	}
	return known, unknown
}

// mentioned is the member with the longest name that rest begins with, or the
// only one whose first name is the word.
func mentioned(rest, word string, members []*schema.Member) (best *schema.Member) {
	for _, m := range members {
		if n := len(m.Name); len(rest) >= n && strings.EqualFold(rest[:n], m.Name) && !letterAt(rest, n) && (best == nil || n > len(best.Name)) {
			best = m
		}
	}
	if best != nil {
		return best
	}
	for _, m := range members {
		if name, _, _ := strings.Cut(m.Name, " "); strings.EqualFold(name, word) {
			if best != nil {
				return nil
			}
			best = m
		}
	}
	return best
}

func letterAt(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func memberNames(members []*schema.Member) string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.Name
	}
	return strings.Join(names, ", ")
}
