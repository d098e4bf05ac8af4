package resources

import (
	"time"

	"custory/schema"
)

// A CommentLine is what a member said about a record.
type CommentLine struct {
	ID      schema.ID `json:"id"`
	Author  Named     `json:"author"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	ReplyTo schema.ID `json:"reply_to,omitempty"`
}

// maxComments is how many comments a picture shows: the newest.
const maxComments = 20

func (n *names) comments(on schema.ID) (all []CommentLine) {
	found, err := n.tx.CommentsOn(on)
	n.keep(err)
	for _, c := range found[max(0, len(found)-maxComments):] {
		all = append(all, CommentLine{c.ID, n.named(c.Author), c.Created, c.Text, c.ReplyTo})
	}
	return all
}

func writeComments(p *page, all []CommentLine) {
	if len(all) > 0 {
		p.head(2, "Comments")
	}
	for _, c := range all {
		answer := ""
		if c.ReplyTo != "" {
			answer = "answers " + string(c.ReplyTo)
		}
		p.para(dot(string(c.ID), inline(c.Author.Name), minute(c.At), answer))
		p.para(quoted(clip(c.Text, 2000)))
	}
}
