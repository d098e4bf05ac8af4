package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"custory/schema"
)

// Text is what a record is found by, in its own words; "" if it is not
// searched. A signal within a conversation begins with who said it, since that
// is what questions about conversations ask.
func Text(r schema.Record) string {
	switch r := r.(type) {
	case *schema.Journey:
		return lines(r.Name, r.Description)
	case *schema.Stage:
		return lines(r.Name, r.Description)
	case *schema.Step:
		return lines(r.Name, r.Description)
	case *schema.Item:
		return lines(r.Title, r.Description)
	case *schema.Persona:
		return lines(r.Name, r.Role, string(r.RoleInJourney), r.Bio, r.JobToBeDone, strings.Join(r.Goals, "\n"), strings.Join(r.Frustrations, "\n"), strings.Join(r.Motivations, "\n"))
	case *schema.Signal:
		if r.Thread != "" && r.Author != "" {
			return r.Author + ": " + r.Text
		}
		return r.Text
	case *schema.Note:
		return r.Text
	}
	return ""
}

// searched reports whether the record is found by its words.
func searched(r schema.Record) bool { return Text(r) != "" }

func lines(all ...string) string {
	var b strings.Builder
	for _, l := range all {
		if l != "" && b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(l)
	}
	return b.String()
}

// Digest addresses the vector of a text.
func Digest(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:16])
}

// context is what else a record is found by: where it stands, who it is of and
// what is next to it, which count half; and what is farther off, which counts a
// quarter.
func (tx *Tx) context(r schema.Record) (near, far string, err error) {
	switch r := r.(type) {
	case *schema.Stage, *schema.Step, *schema.Note:
		near, err = tx.names(r.Parent())
	case *schema.Item:
		near, err = tx.itemContext(r)
	case *schema.Signal:
		return tx.signalContext(r)
	}
	return near, "", err
}

// names are the names of the record and of all it stands in.
func (tx *Tx) names(from ...schema.Ref) (string, error) {
	refs, err := tx.chain(from...)
	if err != nil {
		return "", err
	}
	var all []string
	for _, ref := range refs {
		if ref.Kind != schema.KindStep && ref.Kind != schema.KindStage && ref.Kind != schema.KindJourney {
			continue
		}
		var name string
		if _, err := tx.one(`SELECT name FROM `+string(ref.Kind)+` WHERE workspace = ? AND id = ?`, []any{tx.workspace(), ref.ID}, &name); err != nil {
			return "", err
		}
		all = append(all, name)
	}
	return lines(all...), nil
}

func (tx *Tx) itemContext(i *schema.Item) (string, error) {
	owner := ""
	if i.Owner != "" {
		if _, err := tx.one(`SELECT name FROM member WHERE workspace = ? AND id = ?`, []any{tx.workspace(), i.Owner}, &owner); err != nil {
			return "", err
		}
	}
	steps, err := tx.names(schema.Ref{Kind: schema.KindItem, ID: i.ID})
	return lines(steps, owner, string(i.Type), i.Status, string(i.Channel), string(i.InsightType), string(i.Confidence), string(i.Priority), string(i.SolutionType), string(i.MetricType)), err
}

// signalContext is who said it, where and when, and what was said before and
// after in the same conversation.
func (tx *Tx) signalContext(s *schema.Signal) (near, far string, err error) {
	date, persona := "", ""
	if !s.SaidAt.IsZero() {
		date = s.SaidAt.Format("2 January 2006")
	}
	if s.Persona != "" {
		if _, err := tx.one(`SELECT name FROM persona WHERE workspace = ? AND id = ?`, []any{tx.workspace(), s.Persona}, &persona); err != nil {
			return "", "", err
		}
	}
	next, off := []string{s.Author, persona, s.SourceName, date}, []string{}
	turns, err := tx.around(s)
	for _, t := range turns {
		if t.away == 1 {
			next = append(next, t.text)
		} else {
			off = append(off, t.text)
		}
	}
	return lines(next...), lines(off...), err
}
