package tools

import (
	"encoding/json"
	"fmt"
	"strings"

	"custory/schema"
	"custory/store"
)

// itemFields are the fields of an item as they are said. Their names are those
// of the record; references hold names until they are resolved.
type itemFields struct {
	Type             schema.ItemType         `json:"type,omitempty"`
	Title            string                  `json:"title,omitempty"`
	Description      string                  `json:"description,omitempty"`
	Status           string                  `json:"status,omitempty" jsonschema:"of its type"`
	Owner            string                  `json:"owner,omitempty" jsonschema:"member, or me"`
	Channel          schema.Channel          `json:"channel,omitempty"`
	Actor            []string                `json:"actor,omitempty" jsonschema:"personas"`
	InsightType      schema.InsightType      `json:"insight_type,omitempty"`
	Confidence       schema.Confidence       `json:"confidence,omitempty"`
	Severity         *int                    `json:"severity,omitempty" jsonschema:"1-5"`
	AffectedSegment  []string                `json:"affected_segment,omitempty"`
	Impact           *int                    `json:"impact,omitempty" jsonschema:"1-5"`
	Effort           *int                    `json:"effort,omitempty" jsonschema:"1-5"`
	Priority         schema.Priority         `json:"priority,omitempty"`
	SolutionType     schema.SolutionType     `json:"solution_type,omitempty"`
	TargetDate       string                  `json:"target_date,omitempty"`
	MetricType       schema.MetricType       `json:"metric_type,omitempty"`
	Unit             schema.Unit             `json:"unit,omitempty"`
	Baseline         *float64                `json:"baseline,omitempty"`
	Current          *float64                `json:"current,omitempty"`
	Target           *float64                `json:"target,omitempty"`
	Direction        schema.Direction        `json:"direction,omitempty"`
	EvaluationPeriod schema.EvaluationPeriod `json:"evaluation_period,omitempty"`
	DataSource       map[string]any          `json:"data_source,omitempty" jsonschema:"{provider, measure, event}"`
	EnabledFields    []string                `json:"enabled_fields,omitempty"`
}

// fill gives the item what is said, and empties what is to be cleared.
func (f itemFields) fill(tx *store.Tx, item *schema.Item, clear []string) error {
	if err := clearFields(item, clear); err != nil {
		return err
	}
	if err := f.resolve(tx, item.Type); err != nil {
		return err
	}
	if f.DataSource != nil {
		if _, err := unpack[schema.DataSource]("data_source", f.DataSource); err != nil {
			return err
		}
		item.DataSource = nil // a new one takes nothing over
	}
	said, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return json.Unmarshal(said, item)
}

// resolve turns the names of members and personas into ids, and a status in
// another case into the type's own; a title loses the blanks around it.
func (f *itemFields) resolve(tx *store.Tx, t schema.ItemType) error {
	owner, err := resolveMember(tx, "owner", f.Owner)
	if err != nil {
		return err
	}
	f.Owner, f.Title = string(owner), strings.TrimSpace(f.Title)
	for _, l := range []struct {
		field string
		names *[]string
	}{{"actor", &f.Actor}, {"affected_segment", &f.AffectedSegment}} {
		ids, err := resolveAll(tx, schema.KindPersona, l.field, *l.names)
		if err != nil {
			return err
		}
		*l.names = nil
		for _, id := range ids {
			*l.names = append(*l.names, string(id))
		}
	}
	for _, s := range t.Statuses() {
		if strings.EqualFold(s, f.Status) {
			f.Status = s
		}
	}
	return nil
}

// clearFields empties fields of the item by their names.
func clearFields(item *schema.Item, names []string) error {
	valid := append([]string{"description", "enabled_fields"}, item.Type.Fields()...)
	for i, n := range names {
		if err := among(fmt.Sprintf("clear[%d]", i), n, valid...); err != nil {
			return err
		}
	}
	return emptied(item, names)
}
