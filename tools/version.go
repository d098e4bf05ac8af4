package tools

import (
	"context"
	"fmt"
	"time"

	"custory/schema"
	"custory/store"
)

// versions are the tools that keep and bring back versions of a journey.
func versions() []Tool {
	const toolset = "versions"
	return []Tool{
		{
			Name:    "save_version",
			Title:   "Save a version",
			Doc:     "Bookmarks a journey as it is now, to go back to; or gives a version another label.",
			Toolset: toolset,
			Role:    schema.Editor,
			Run:     write(saveVersion),
		},
		{
			Name:    "list_versions",
			Title:   "List versions",
			Doc:     "Lists the versions of a journey, newest first, with what each holds.",
			Toolset: toolset,
			Role:    schema.Viewer,
			Run:     read(listVersions),
		},
		{
			Name:    "restore_version",
			Title:   "Restore a version",
			Doc:     "Brings the structure of a journey back to a version: stages, steps, placements and links, not the items themselves. What it had is saved first. With dry_run it tells what would come, go and change.",
			Toolset: toolset,
			Role:    schema.Editor,
			Run:     write(restoreVersion),
		},
	}
}

// A versionLine is a bookmark of a journey.
type versionLine struct {
	ID      schema.ID      `json:"id"`
	Label   string         `json:"label,omitempty"`
	Trigger schema.Trigger `json:"trigger"`
	At      time.Time      `json:"at"`
	Stages  int            `json:"stages"`
	Steps   int            `json:"steps"`
	Items   int            `json:"items"`
}

func versionLineOf(b *schema.Bookmark) versionLine {
	return versionLine{b.ID, b.Label, b.Trigger, b.Created, b.Stages, b.Steps, b.Items}
}

type saveVersionIn struct {
	Journey string `json:"journey,omitempty" jsonschema:"id, slug or name"`
	Version string `json:"version,omitempty" jsonschema:"one to give the label to"`
	Label   string `json:"label,omitempty" jsonschema:"in a few words"`
}

type saveVersionOut struct {
	Receipt
	versionLine
}

func saveVersion(ctx context.Context, tx *store.Tx, in saveVersionIn) (out saveVersionOut, err error) {
	var b *schema.Bookmark
	if in.Version != "" {
		if b, err = tx.Bookmarks.Get(schema.ID(in.Version)); err != nil {
			return out, inField(err, "version")
		}
		b.Label = in.Label
		tx.Summarize("labelled a version")
		err = tx.Bookmarks.Put(b)
	} else {
		if in.Journey == "" {
			return out, &schema.Error{Code: schema.Invalid, Field: "journey", Message: "journey is required: the one to save a version of"}
		}
		journey, e := tx.Resolve(schema.KindJourney, in.Journey)
		if e != nil {
			return out, inField(e, "journey")
		}
		tx.Summarize("saved a version")
		if b, err = bookmark(tx, journey, in.Label, schema.ManualSave); err == nil {
			err = tx.Bookmarks.Put(b)
		}
	}
	if err != nil {
		return out, err
	}
	out.versionLine = versionLineOf(b)
	return out, nil
}

// bookmark is a bookmark of the journey as it is now, not yet put.
func bookmark(tx *store.Tx, journey schema.ID, label string, why schema.Trigger) (*schema.Bookmark, error) {
	m, err := tx.Map(journey)
	if err != nil {
		return nil, err
	}
	b := &schema.Bookmark{Journey: journey, Label: label, Trigger: why, Stages: len(m.Stages)}
	if b.Seq, err = logEnd(tx); err != nil {
		return nil, err
	}
	items := map[schema.ID]bool{}
	for _, st := range m.Stages {
		b.Steps += len(st.Steps)
		for _, sp := range st.Steps {
			for _, i := range sp.Items {
				items[i.ID] = true
			}
		}
	}
	b.Items = len(items)
	return b, nil
}

type listVersionsIn struct {
	Journey string `json:"journey" jsonschema:"id, slug or name"`
	Limit   int    `json:"limit,omitempty"`
	Cursor  string `json:"cursor,omitempty"`
}

type listVersionsOut struct {
	Versions   []versionLine `json:"versions"`
	Total      int           `json:"total"`
	NextCursor string        `json:"next_cursor,omitempty"`
	Next       string        `json:"next,omitempty"`
}

func listVersions(ctx context.Context, tx *store.Tx, in listVersionsIn) (out listVersionsOut, err error) {
	journey, err := tx.Resolve(schema.KindJourney, in.Journey)
	if err != nil {
		return out, inField(err, "journey")
	}
	offset, n, err := page(in.Cursor, in.Limit, 20, 100)
	if err != nil {
		return out, err
	}
	all, err := tx.BookmarksOf(journey)
	if err != nil {
		return out, err
	}
	out = listVersionsOut{Versions: []versionLine{}, Total: len(all), NextCursor: nextCursor(offset, n, len(all))}
	for _, b := range all[min(offset, len(all)):min(offset+n, len(all))] {
		out.Versions = append(out.Versions, versionLineOf(b))
	}
	if len(all) == 0 {
		out.Next = "save_version makes the first; get_changes and undo work without any"
	}
	return out, nil
}

type restoreVersionIn struct {
	Version string `json:"version" jsonschema:"its id"`
}

type restoreVersionOut struct {
	Receipt
	Journey  schema.ID   `json:"journey"`
	Name     string      `json:"name"`
	Restored versionLine `json:"restored"`
	Saved    schema.ID   `json:"saved,omitempty"` // the version that holds what it had
	Came     []string    `json:"came,omitempty"`
	Went     []string    `json:"went,omitempty"`
	Changed  []string    `json:"changed,omitempty"`
	LeftOut  int         `json:"left_out,omitempty"` // differences not shown
	Next     string      `json:"next,omitempty"`
}

func restoreVersion(ctx context.Context, tx *store.Tx, in restoreVersionIn) (out restoreVersionOut, err error) {
	b, err := tx.Bookmarks.Get(schema.ID(in.Version))
	if err != nil {
		return out, inField(err, "version")
	}
	out.Journey, out.Restored = b.Journey, versionLineOf(b)
	saved, err := bookmark(tx, b.Journey, "", schema.BeforeRestore) // before anything moves
	if err != nil {
		return out, err
	}
	if err := tx.Restore(b.Journey, b.Seq); err != nil {
		return out, err
	}
	if out.Name, err = tx.Path(b.Journey); err != nil {
		return out, err
	}
	changes, err := tx.ChangesOf(tx.Call.ID)
	if err != nil {
		return out, err
	}
	if len(changes) == 0 {
		out.Next = "the journey stands as it stood then"
		return out, nil
	}
	if err := tx.Bookmarks.Put(saved); err != nil {
		return out, err
	}
	out.Saved = saved.ID
	out.compare(newStoryteller(tx, changes), changes)
	tx.Summarize(fmt.Sprintf("restored a version: %d came, %d went, %d changed", len(out.Came), len(out.Went), len(out.Changed)))
	return out, nil
}

// compare tells what the restore has brought, taken and changed.
func (out *restoreVersionOut) compare(s *storyteller, changes []schema.Change) {
	const most = 60
	for _, c := range lastOfEach(changes) {
		list := &out.Changed
		switch {
		case c.Before == nil:
			list = &out.Came
		case c.After == nil:
			list = &out.Went
		}
		if len(out.Came)+len(out.Went)+len(out.Changed) == most {
			out.LeftOut++
			continue
		}
		*list = append(*list, s.what(c))
	}
}
