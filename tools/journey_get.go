package tools

import (
	"context"
	"fmt"
	"strconv"

	"custory/resources"
	"custory/schema"
	"custory/store"
)

func getJourneyTool() Tool {
	return Tool{
		Name:  "get_journey",
		Title: "Show a journey",
		Doc:   "Shows a journey: stages and steps, what stands on them and how well it is evidenced; as it is, or as it was.",
		Role:  schema.Viewer,
		Run:   read(getJourney),
	}
}

type getJourneyIn struct {
	Journey string `json:"journey,omitempty" jsonschema:"needed if there are several"`
	Format  string `json:"format,omitempty" jsonschema:"outline (default), grid, table, matrix, mermaid, document, data"`
	Sort    string `json:"sort,omitempty" jsonschema:"of the table: step, title, -impact …"`
	At      string `json:"at,omitempty" jsonschema:"as it was: a date, a call, a bookmark, or a seq of the log"`
}

type getJourneyOut struct {
	*resources.JourneyView
	Format string `json:"format"`
	Text   string `json:"text,omitempty"`
}

func getJourney(ctx context.Context, tx *store.Tx, in getJourneyIn) (out getJourneyOut, err error) {
	if err := among("format", in.Format, "", "outline", "grid", "table", "matrix", "mermaid", "document", "data"); err != nil {
		return out, err
	}
	if in.Sort != "" && in.Format != "table" {
		return out, &schema.Error{Code: schema.Invalid, Field: "sort", Message: "sort is for the format table"}
	}
	id, err := theJourney(tx, in.Journey)
	if err != nil {
		return out, err
	}
	m, err := journeyAt(tx, id, in.At)
	if err != nil {
		return out, err
	}
	v, err := resources.Journey(tx, m)
	if err != nil {
		return out, err
	}
	out = getJourneyOut{JourneyView: v, Format: first(in.Format, "outline")}
	if out.Text, err = rendered(v, out.Format, in.Sort); err != nil {
		return out, err
	}
	if out.Format == "data" {
		out.JourneyView = v.Short()
		return out, nil
	}
	head := *v
	head.Stages, head.Links = nil, nil
	out.JourneyView = &head
	return out, nil
}

// rendered is the journey in the format asked for.
func rendered(v *resources.JourneyView, format, sort string) (string, error) {
	switch format {
	case "outline":
		return v.Outline(), nil
	case "grid":
		return v.Grid(), nil
	case "table":
		return v.Table(sort)
	case "matrix":
		return v.Matrix(), nil
	case "mermaid":
		return v.Mermaid(), nil
	case "document":
		return v.Markdown(), nil
	}
	return "", nil
}

// journeyAt is the journey as it is, or as it was at a moment of the log.
func journeyAt(tx *store.Tx, id schema.ID, at string) (*store.Map, error) {
	if at == "" {
		return tx.Map(id)
	}
	seq, err := seqAt(tx, at)
	if err != nil {
		return nil, err
	}
	return tx.At(id, seq)
}

// seqAt finds the place in the log that a text means.
func seqAt(tx *store.Tx, at string) (int64, error) {
	switch schema.ID(at).Kind() {
	case schema.KindBookmark:
		b, err := tx.Bookmarks.Get(schema.ID(at))
		if err != nil {
			return 0, err
		}
		return b.Seq, nil
	case schema.KindCall:
		c, err := tx.LoggedCall(schema.ID(at))
		return c.Seq + int64(c.Changes) - 1, err
	}
	if n, err := strconv.ParseInt(at, 10, 64); err == nil && n > 0 {
		return n, nil
	}
	var w When
	if err := w.UnmarshalText([]byte(at)); err != nil {
		return 0, &schema.Error{Code: schema.Invalid, Field: "at", Message: fmt.Sprintf("%q is no moment of the log", cut(at, 60)), Hint: "give a date, the id of a call or a bookmark, or a seq; get_changes lists calls"}
	}
	return tx.SeqAt(w.Time)
}
