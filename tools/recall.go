package tools

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
	"custory/store"
)

func recallTool() Tool {
	return Tool{
		Name:  "recall",
		Title: "Recall notes",
		Doc:   "Returns what the assistants were told to remember about a topic, the journey's notes first; without a topic, the newest. Call it when a conversation begins.",
		Role:  schema.Viewer,
		Run:   consult(recall),
	}
}

type recallIn struct {
	About   string `json:"about,omitempty" jsonschema:"a topic; else the newest"`
	Journey string `json:"journey,omitempty" jsonschema:"its notes come first"`
	Limit   int    `json:"limit,omitempty" jsonschema:"to 50"`
	Cursor  string `json:"cursor,omitempty"`
}

type recallOut struct {
	Notes      []noteLine `json:"notes"`
	Total      int        `json:"total"`
	NextCursor string     `json:"next_cursor,omitempty"`
	Next       string     `json:"next,omitempty"`

	ByWordsOnly string `json:"by_words_only,omitempty"` // what meaning had no part in, and why
}

// A noteLine is a note as it is recalled.
type noteLine struct {
	ID         schema.ID        `json:"id"`
	Text       string           `json:"text"`
	Journey    string           `json:"journey,omitempty"`
	SourceType string           `json:"source_type,omitempty"`
	SourceID   string           `json:"source_id,omitempty"`
	State      schema.NoteState `json:"state,omitempty"` // if not Ready
	Noted      time.Time        `json:"noted"`
}

func recall(ctx context.Context, e *Errand, in recallIn) (out recallOut, err error) {
	offset, n, err := page(in.Cursor, in.Limit, 10, 50)
	if err != nil {
		return out, err
	}
	var journey schema.ID
	if err := e.View(ctx, func(tx *store.Tx) error {
		journey, err = resolveOptional(tx, schema.KindJourney, "journey", in.Journey)
		return err
	}); err != nil {
		return out, err
	}
	var ids []schema.ID
	var byWordsOnly string
	if strings.TrimSpace(in.About) != "" {
		found, err := e.Memory.Recollect(ctx, memory.Query{Workspace: e.Call.Actor.Workspace, Text: in.About, Journey: journey, Kinds: []schema.Kind{schema.KindNote}, Limit: ranked})
		if err != nil {
			return out, err
		}
		byWordsOnly = found.ByWordsOnly
		for _, h := range found.Hits {
			if h.Words > 0 || h.Cosine >= memory.RelevantAt {
				ids = append(ids, h.ID)
			}
		}
	}
	err = e.View(ctx, func(tx *store.Tx) error {
		if strings.TrimSpace(in.About) == "" {
			ids, err = newestNotes(tx, journey)
		} else {
			ids, err = nearestNotes(tx, ids, journey)
		}
		if err != nil {
			return err
		}
		out, err = noteLines(tx, ids, offset, n)
		return err
	})
	out.ByWordsOnly = byWordsOnly
	return out, err
}

// newestNotes are the journey's notes and then the workspace's, or all if no
// journey is named; newest first.
func newestNotes(tx *store.Tx, journey schema.ID) (ids []schema.ID, err error) {
	var lists [][]*schema.Note
	if journey == "" {
		all, err := tx.NewestNotes()
		if err != nil {
			return nil, err
		}
		lists = append(lists, all)
	} else {
		for _, j := range []schema.ID{journey, ""} {
			notes, err := tx.NotesOn(j)
			if err != nil {
				return nil, err
			}
			lists = append(lists, notes)
		}
	}
	for _, l := range lists {
		for _, n := range l {
			if n.State != schema.NoteDeleted {
				ids = append(ids, n.ID)
			}
		}
	}
	return ids, nil
}

// nearestNotes puts the notes that were found in the order they are recalled:
// the journey's, then the workspace's, then those of other journeys; each as
// they were found.
func nearestNotes(tx *store.Tx, found []schema.ID, journey schema.ID) (ids []schema.ID, err error) {
	var tiers [3][]schema.ID
	for _, id := range found {
		n, err := tx.Notes.Get(id)
		if errors.Is(err, schema.NotFound) || err == nil && n.State == schema.NoteDeleted {
			continue // forgotten
		}
		if err != nil {
			return nil, err
		}
		tier := 2
		switch {
		case n.Journey == journey || journey == "": // without a journey all are equal
			tier = 0
		case n.Journey == "":
			tier = 1
		}
		tiers[tier] = append(tiers[tier], id)
	}
	return slices.Concat(tiers[:]...), nil
}

func noteLines(tx *store.Tx, ids []schema.ID, offset, n int) (out recallOut, err error) {
	paths, size, shown := &pathBook{tx: tx}, 0, 0
	out = recallOut{Notes: []noteLine{}, Total: len(ids)}
	for _, id := range ids[min(offset, len(ids)):min(offset+n, len(ids))] {
		note, err := tx.Notes.Get(id)
		if err != nil {
			shown++
			continue // forgotten since it was found
		}
		if size += len(note.Text); size > maxAnswer && len(out.Notes) > 0 {
			break
		}
		shown++
		line := noteLine{ID: id, Text: quote.Clean(note.Text), SourceType: note.SourceType, SourceID: note.SourceID, Noted: note.Created}
		if note.State != schema.NoteReady {
			line.State = note.State
		}
		if note.Journey != "" {
			if line.Journey, err = paths.of(note.Journey); err != nil {
				return out, err
			}
		}
		out.Notes = append(out.Notes, line)
	}
	out.NextCursor = nextCursor(offset, shown, len(ids))
	if len(out.Notes) == 0 {
		out.Next = "nothing was noted on this; search looks through everything else"
	}
	return out, nil
}
