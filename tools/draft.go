package tools

import (
	"context"
	"fmt"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// drafts are the tools of what waits for review.
func drafts() []Tool {
	return []Tool{{
		Name:  "review_drafts",
		Title: "Review drafts",
		Doc: "Lists items that wait for review with what each rests on, accepts them, as they are or edited, or dismisses them with a reason. " +
			"Drafts count nowhere.",
		Role:     schema.Editor,
		Run:      compose(reviewDrafts),
		Proposes: true, // they list
	}}
}

type reviewDraftsIn struct {
	Action string         `json:"action,omitempty" jsonschema:"list (default), accept or dismiss"`
	Drafts []string       `json:"drafts,omitempty" jsonschema:"ids or slugs"`
	Edit   map[string]any `json:"edit,omitempty" jsonschema:"{title, …}: fields of the one accepted"`
	Reason string         `json:"reason,omitempty" jsonschema:"to dismiss"`
	State  schema.Review  `json:"state,omitempty" jsonschema:"to list"`
	Limit  int            `json:"limit,omitempty"`
	Cursor string         `json:"cursor,omitempty"`
}

type reviewDraftsOut struct {
	Receipt
	Drafts     []draftLine `json:"drafts"`
	Total      int         `json:"total"` // drafts that wait, or were dismissed, after this
	NextCursor string      `json:"next_cursor,omitempty"`
}

// A draftLine is a draft with what it rests on, or what became of it.
type draftLine struct {
	itemLine
	Description string           `json:"description,omitempty"`
	Reason      string           `json:"reason,omitempty"` // why it was dismissed
	Evidence    *schema.Evidence `json:"evidence,omitempty"`
	Quotes      []restsOn        `json:"quotes,omitempty"` // the first of them
	Trust       string           `json:"trust,omitempty"`  // of the quotes
}

// A restsOn is a quote that an item rests on.
type restsOn struct {
	Signal schema.ID     `json:"signal"`
	Quote  string        `json:"quote"`
	Stance schema.Stance `json:"stance"`
}

func reviewDrafts(ctx context.Context, e *Errand, in reviewDraftsIn) (out reviewDraftsOut, err error) {
	if err := among("action", in.Action, "", "list", "accept", "dismiss"); err != nil {
		return out, err
	}
	if in.Action == "" || in.Action == "list" {
		err = e.View(ctx, func(tx *store.Tx) error {
			out, err = listDrafts(tx, in)
			return err
		})
		return out, err
	}
	if e.Call.Actor.Proposes {
		return out, inField(proposesOnly("drafts are not accepted or dismissed by those who may only propose"), "action")
	}
	err = e.Update(ctx, func(tx *store.Tx) error {
		out, err = decideDrafts(tx, in)
		return err
	})
	return out, err
}

func listDrafts(tx *store.Tx, in reviewDraftsIn) (out reviewDraftsOut, err error) {
	if len(in.Drafts) > 0 || in.Edit != nil || in.Reason != "" {
		return out, &schema.Error{Code: schema.Invalid, Field: "action", Message: "say what to do with the drafts", Valid: []string{"accept", "dismiss"}}
	}
	offset, n, err := page(in.Cursor, in.Limit, 20, 50)
	if err != nil {
		return out, err
	}
	found, total, err := tx.ItemsWhere(store.ItemFilter{Review: first(in.State, schema.Pending)}, "", offset, n)
	if err != nil {
		return out, err
	}
	out = reviewDraftsOut{Drafts: []draftLine{}, Total: total, NextCursor: nextCursor(offset, n, total)}
	paths := &pathBook{tx: tx}
	for _, i := range found {
		line, err := draftLineOf(tx, i, paths)
		if err != nil {
			return out, err
		}
		line.Did, line.Description, line.Reason = "waits", cut(i.Description, 300), cut(i.ReviewReason, 300)
		if i.Review == schema.DismissedReview {
			line.Did = "dismissed"
		}
		out.Drafts = append(out.Drafts, line)
	}
	return out, nil
}

func draftLineOf(tx *store.Tx, i *schema.Item, paths *pathBook) (line draftLine, err error) {
	s := saving{item: i}
	s.describe("")
	line.itemLine = s.line
	if line.StandsOn, err = standsOn(tx, i.ID, paths); err != nil {
		return line, err
	}
	ev, err := tx.EvidenceOf(i.ID)
	if err != nil || ev.Quotes == 0 {
		return line, err
	}
	cites, err := tx.CitationsOf(i.ID)
	line.Evidence, line.Trust = &ev, "external"
	for _, c := range cites[:min(3, len(cites))] {
		line.Quotes = append(line.Quotes, restsOn{c.Signal, cut(quote.Clean(c.Quote), 200), c.Stance})
	}
	return line, err
}

func decideDrafts(tx *store.Tx, in reviewDraftsIn) (out reviewDraftsOut, err error) {
	if err := mayDecide(in); err != nil {
		return out, err
	}
	ids, err := resolveAll(tx, schema.KindItem, "drafts", in.Drafts)
	if err != nil {
		return out, err
	}
	paths := &pathBook{tx: tx}
	for i, id := range ids {
		item, err := tx.Items.Get(id)
		if err != nil {
			return out, err
		}
		did, err := decide(tx, item, in)
		if err != nil && in.Edit != nil {
			return out, within(err, "edit")
		}
		if err != nil {
			return out, atEntry(err, "drafts", i)
		}
		line, err := draftLineOf(tx, item, paths)
		if err != nil {
			return out, err
		}
		line.Did = did
		out.Drafts = append(out.Drafts, line)
	}
	tx.Summarize(fmt.Sprintf("%sed %s", in.Action, plural(len(ids), "draft")))
	_, out.Total, err = tx.ItemsWhere(store.ItemFilter{Review: schema.Pending}, "", 0, 0)
	return out, err
}

// mayDecide demands what accepting and dismissing need.
func mayDecide(in reviewDraftsIn) error {
	switch {
	case len(in.Drafts) == 0 || len(in.Drafts) > maxItems:
		return &schema.Error{Code: schema.Invalid, Field: "drafts", Message: "drafts must name 1 to 200", Hint: "review_drafts without arguments lists them"}
	case in.Action == "dismiss" && in.Reason == "":
		return &schema.Error{Code: schema.Invalid, Field: "reason", Message: "reason is required: why they are dismissed", Hint: "it is kept with them, and teaches"}
	case in.Action == "dismiss" && in.Edit != nil:
		return &schema.Error{Code: schema.Invalid, Field: "edit", Message: "what is dismissed is not edited"}
	case in.Action == "accept" && in.Reason != "":
		return &schema.Error{Code: schema.Invalid, Field: "reason", Message: "reason is for drafts that are dismissed"}
	case in.Edit != nil && len(in.Drafts) > 1:
		return &schema.Error{Code: schema.Invalid, Field: "edit", Message: "edit is for one draft at a time"}
	}
	return nil
}

// decide accepts or dismisses one draft, and says what it did.
func decide(tx *store.Tx, item *schema.Item, in reviewDraftsIn) (did string, err error) {
	was := item.Review
	if in.Action == "dismiss" {
		switch was {
		case "":
			return "", &schema.Error{Code: schema.Conflict, Message: string(item.ID) + " is no draft: it was accepted, and counts", Hint: "give it another status, or remove it, with save_items"}
		case schema.DismissedReview:
			did = "was dismissed before; the reason is new"
		default:
			did = "dismissed"
		}
		item.Review, item.ReviewReason = schema.DismissedReview, in.Reason
		return did, tx.Items.Put(item)
	}
	switch was {
	case "":
		return "was accepted before", nil
	case schema.DismissedReview:
		did = "accepted, though it had been dismissed: " + cut(item.ReviewReason, 200)
	default:
		did = "accepted"
	}
	if in.Edit != nil {
		fields, err := unpack[itemFields]("", in.Edit)
		if err == nil && first(fields.Type, item.Type) != item.Type {
			err = &schema.Error{Code: schema.Conflict, Field: "type", Message: fmt.Sprintf("%s is %s; the type of an item stays", item.ID, schema.An(item.Type))}
		}
		if err == nil {
			err = fields.fill(tx, item, nil)
		}
		if err != nil {
			return "", err
		}
		did += ", edited"
	}
	item.Review, item.ReviewReason = "", ""
	return did, tx.Items.Put(item)
}
