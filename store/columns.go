package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"custory/schema"
)

func workspaceColumns(w *schema.Workspace) []column {
	return []column{{"name", &w.Name}, {"slug", &w.Slug}, {"logo", &w.Logo}, {"place_at", &w.PlaceAt}}
}

func memberColumns(m *schema.Member) []column {
	return []column{{"name", &m.Name}, {"email", &m.Email}, {"role", (*int)(&m.Role)}, {"assistant", &m.Assistant}, {"left_at", stamp{&m.Left}}}
}

func keyColumns(k *schema.Key) []column {
	return []column{
		{"member", &k.Member}, {"name", &k.Name}, {"role", (*int)(&k.Role)}, {"proposes", &k.Proposes},
		{"expires", stamp{&k.Expires}}, {"revoked", stamp{&k.Revoked}}, {"hash", &k.Hash},
	}
}

func invitationColumns(i *schema.Invitation) []column {
	return []column{
		{"email", &i.Email}, {"role", (*int)(&i.Role)}, {"invited_by", &i.InvitedBy},
		{"expires", stamp{&i.Expires}}, {"accepted", optional{&i.Accepted}}, {"cancelled", stamp{&i.Cancelled}},
	}
}

func joinRequestColumns(j *schema.JoinRequest) []column {
	return []column{{"email", &j.Email}, {"name", &j.Name}, {"state", &j.State}, {"decided_by", optional{&j.DecidedBy}}}
}

func journeyColumns(j *schema.Journey) []column {
	return []column{
		{"slug", &j.Slug}, {"aliases", inJSON(&j.Aliases)},
		{"name", &j.Name}, {"description", &j.Description}, {"personas", inJSON(&j.Personas)}, {"defaults", inJSON(&j.Defaults)},
	}
}

func stageColumns(s *schema.Stage) []column {
	return []column{{"journey", &s.Journey}, {"name", &s.Name}, {"description", &s.Description}, {"position", &s.Position}}
}

func stepColumns(s *schema.Step) []column {
	return []column{
		{"stage", &s.Stage}, {"name", &s.Name}, {"description", &s.Description}, {"position", &s.Position},
		{"emotion", &s.Emotion}, {"personas", inJSON(&s.Personas)},
	}
}

func nestingColumns(n *schema.Nesting) []column {
	return []column{{"step", &n.Step}, {"journey", &n.Journey}, {"position", &n.Position}}
}

func itemColumns(i *schema.Item) []column {
	return []column{
		{"slug", &i.Slug}, {"aliases", inJSON(&i.Aliases)},
		{"type", &i.Type}, {"title", &i.Title}, {"description", &i.Description}, {"status", &i.Status},
		{"owner", optional{&i.Owner}}, {"enabled_fields", inJSON(&i.EnabledFields)},
		{"channel", &i.Channel}, {"actor", inJSON(&i.Actor)},
		{"insight_type", &i.InsightType}, {"confidence", &i.Confidence}, {"severity", &i.Severity}, {"affected_segment", inJSON(&i.AffectedSegment)},
		{"impact", &i.Impact}, {"effort", &i.Effort}, {"priority", &i.Priority}, {"solution_type", &i.SolutionType}, {"target_date", &i.TargetDate},
		{"metric_type", &i.MetricType}, {"unit", &i.Unit}, {"baseline", &i.Baseline}, {"current", &i.Current}, {"target", &i.Target},
		{"direction", &i.Direction}, {"evaluation_period", &i.EvaluationPeriod}, {"data_source", inJSON(&i.DataSource)},
		{"review", &i.Review}, {"review_reason", &i.ReviewReason},
	}
}

func placementColumns(p *schema.Placement) []column {
	return []column{
		{"step", optional{&p.Step}}, {"item", optional{&p.Item}}, {"signal", optional{&p.Signal}}, {"position", &p.Position},
		{"state", &p.State}, {"confidence", &p.Confidence}, {"reason", &p.Reason},
	}
}

func linkColumns(l *schema.Link) []column {
	return []column{{"from_item", &l.From}, {"to_item", &l.To}}
}

func personaColumns(p *schema.Persona) []column {
	return []column{
		{"slug", &p.Slug}, {"aliases", inJSON(&p.Aliases)},
		{"name", &p.Name}, {"bio", &p.Bio}, {"role", &p.Role}, {"role_in_journey", &p.RoleInJourney}, {"job_to_be_done", &p.JobToBeDone},
		{"buying_influence", &p.BuyingInfluence}, {"budget", &p.Budget}, {"location", &p.Location}, {"goals", inJSON(&p.Goals)},
		{"frustrations", inJSON(&p.Frustrations)}, {"motivations", inJSON(&p.Motivations)}, {"tech_savviness", &p.TechSavviness},
		{"devices", inJSON(&p.Devices)}, {"tools", inJSON(&p.Tools)}, {"hidden", inJSON(&p.Hidden)},
	}
}

func signalColumns(s *schema.Signal) []column {
	return []column{
		{"text", &s.Text}, {"source", &s.Source}, {"source_name", &s.SourceName}, {"author", &s.Author}, {"said_at", stamp{&s.SaidAt}},
		{"url", &s.URL}, {"external_id", &s.ExternalID}, {"thread", &s.Thread}, {"language", &s.Language}, {"sentiment", &s.Sentiment},
		{"persona", optional{&s.Persona}}, {"digest", identity{s}},
	}
}

func citationColumns(c *schema.Citation) []column {
	return []column{{"item", &c.Item}, {"signal", &c.Signal}, {"span_start", &c.Start}, {"span_end", &c.End}, {"quote", &c.Quote}, {"stance", &c.Stance}}
}

func noteColumns(n *schema.Note) []column {
	return []column{{"text", &n.Text}, {"journey", optional{&n.Journey}}, {"source_type", &n.SourceType}, {"source_id", &n.SourceID}, {"state", &n.State}}
}

func commentColumns(c *schema.Comment) []column {
	return []column{
		{"on_kind", &c.On.Kind}, {"on_id", &c.On.ID}, {"text", &c.Text}, {"author", &c.Author}, {"mentions", inJSON(&c.Mentions)}, {"reply_to", &c.ReplyTo},
	}
}

func attachmentColumns(a *schema.Attachment) []column {
	return []column{{"item", &a.Item}, {"name", &a.Name}, {"media_type", &a.MediaType}, {"size", &a.Size}, {"digest", &a.Digest}, {"url", &a.URL}}
}

func weblinkColumns(w *schema.Weblink) []column {
	return []column{{"item", &w.Item}, {"url", &w.URL}, {"title", &w.Title}, {"description", &w.Description}}
}

func taskColumns(t *schema.Task) []column {
	return []column{{"item", &t.Item}, {"platform", &t.Platform}, {"key", &t.Key}, {"title", &t.Title}, {"status", &t.Status}, {"url", &t.URL}}
}

func readingColumns(r *schema.Reading) []column {
	return []column{{"item", &r.Item}, {"at", stamp{&r.At}}, {"value", &r.Value}, {"note", &r.Note}}
}

func bookmarkColumns(b *schema.Bookmark) []column {
	return []column{
		{"journey", &b.Journey}, {"seq", &b.Seq}, {"label", &b.Label}, {"reason", &b.Trigger},
		{"stages", &b.Stages}, {"steps", &b.Steps}, {"items", &b.Items},
	}
}

// A stamp keeps a time as Unix milliseconds, and the zero time as NULL.
type stamp struct{ t *time.Time }

// round makes the time what it is once it has been kept.
func (s stamp) round() {
	if *s.t = s.t.UTC().Truncate(time.Millisecond); s.t.IsZero() {
		*s.t = time.Time{}
	}
}

func (s stamp) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*s.t = time.Time{}
	case int64:
		*s.t = time.UnixMilli(v).UTC()
	default:
		return fmt.Errorf("a time cannot be a %T", v)
	}
	return nil
}

func (s stamp) Value() (driver.Value, error) {
	if s.t.IsZero() {
		return nil, nil
	}
	return s.t.UnixMilli(), nil
}

// optional keeps an empty id as NULL, which refers to nothing.
type optional struct{ id *schema.ID }

func (o optional) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*o.id = ""
	case string:
		*o.id = schema.ID(v)
	default:
		return fmt.Errorf("an id cannot be a %T", v)
	}
	return nil
}

func (o optional) Value() (driver.Value, error) {
	if *o.id == "" {
		return nil, nil
	}
	return string(*o.id), nil
}

// jsonText keeps a list or an object as JSON.
type jsonText[T any] struct{ v *T }

func inJSON[T any](v *T) jsonText[T] { return jsonText[T]{v} }

func (j jsonText[T]) Scan(v any) error {
	var zero T
	*j.v = zero
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		return json.Unmarshal([]byte(v), j.v)
	default:
		return fmt.Errorf("JSON text cannot be a %T", v)
	}
}

func (j jsonText[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.v)
	if s := string(b); s == "null" || s == "[]" || s == "{}" {
		return "", err
	}
	return string(b), err
}

// identity is the digest by which a signal is known again. It is written, and
// follows from the record.
type identity struct{ s *schema.Signal }

func (identity) Scan(any) error                 { return nil }
func (i identity) Value() (driver.Value, error) { return i.s.Identity(), nil }
