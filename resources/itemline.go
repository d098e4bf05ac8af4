package resources

import (
	"fmt"

	"custory/schema"
)

// An ItemLine is an item as one line of a list.
type ItemLine struct {
	ID         schema.ID          `json:"id"`
	Type       schema.ItemType    `json:"type,omitempty"` // left out within a lane, which has it
	Title      string             `json:"title"`
	Status     string             `json:"status"`
	Draft      bool               `json:"draft,omitempty"` // waits for review; counts nowhere
	Owner      *Named             `json:"owner,omitempty"`
	Severity   int                `json:"severity,omitempty"`
	Impact     int                `json:"impact,omitempty"`
	Effort     int                `json:"effort,omitempty"`
	Priority   schema.Priority    `json:"priority,omitempty"`
	TargetDate string             `json:"target_date,omitempty"`
	Current    *float64           `json:"current,omitempty"`
	Target     *float64           `json:"target,omitempty"`
	Unit       schema.Unit        `json:"unit,omitempty"`
	Channel    schema.Channel     `json:"channel,omitempty"`
	Insight    schema.InsightType `json:"insight_type,omitempty"`
	Evidence   schema.Strength    `json:"evidence,omitempty"`
	People     int                `json:"people,omitempty"` // who support it

	item *schema.Item
}

// line makes an item one line. Its evidence is nil if that is not known.
func (n *names) line(i *schema.Item, e *schema.Evidence) ItemLine {
	l := ItemLine{
		ID: i.ID, Type: i.Type, Title: i.Title, Status: i.Status, Draft: i.Review == schema.Pending, Owner: n.one(i.Owner),
		Severity: valueOf(i.Severity), Impact: valueOf(i.Impact), Effort: valueOf(i.Effort), Priority: i.Priority, TargetDate: i.TargetDate,
		Current: i.Current, Target: i.Target, Unit: i.Unit, Channel: i.Channel, Insight: i.InsightType, item: i,
	}
	if e != nil && (i.Type == schema.Insight || e.Quotes > 0) {
		l.Evidence, l.People = e.Strength, e.People
	}
	return l
}

func valueOf(v *int) int {
	if v == nil {
		return 0
	}
	return *v
}

// name is the item's title beside its id, marked if it is a draft.
func (l *ItemLine) name() string {
	if l.Draft {
		return "[draft] " + with(l.Title, l.ID)
	}
	return with(l.Title, l.ID)
}

// facts are what the line says beside the name.
func (l *ItemLine) facts() string {
	owner := ""
	if l.Owner != nil {
		owner = "owner " + inline(l.Owner.Name)
	}
	return dot(l.Status, string(l.Insight), string(l.Channel), numbered("severity", l.Severity), l.support(), numbered("impact", l.Impact), numbered("effort", l.Effort),
		labelled("priority", string(l.Priority)), labelled("by", l.TargetDate), l.values(), owner)
}

// support says how much evidence there is.
func (l *ItemLine) support() string {
	switch l.Evidence {
	case "":
		return ""
	case schema.NoEvidence:
		return "no evidence"
	}
	return fmt.Sprintf("%s evidence, %s", l.Evidence, count(l.People, "person", "people"))
}

// values says where a metric stands.
func (l *ItemLine) values() string {
	unit := ""
	if l.Unit != "" && l.Unit != "Other" {
		unit = " " + string(l.Unit)
	}
	parts := ""
	if l.Current != nil {
		parts = "now " + number(*l.Current) + unit
	}
	if l.Target != nil {
		parts = comma(parts, "target "+number(*l.Target)+unit)
	}
	return parts
}

func numbered(label string, n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%s %d", label, n)
}

func labelled(label, v string) string {
	if v == "" {
		return ""
	}
	return label + " " + v
}
