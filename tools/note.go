package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"custory/schema"
	"custory/store"
)

// notes are the tools of what the assistants are told to remember.
func notes() []Tool {
	return []Tool{
		{
			Name:       "remember",
			Title:      "Remember a note",
			Doc:        "Keeps something for later, word for word, for the workspace or one journey. The same text again is the same note; recall finds it.",
			Role:       schema.Editor,
			Run:        write(remember),
			Idempotent: true,
		},
		{
			Name:  "forget",
			Title: "Forget notes",
			Doc:   "Removes notes by their ids, which recall tells.",
			Role:  schema.Editor,
			Run:   write(forget),
		},
		recallTool(),
	}
}

type rememberIn struct {
	Text       string `json:"text"`
	Journey    string `json:"journey,omitempty" jsonschema:"it is about"`
	SourceType string `json:"source_type,omitempty" jsonschema:"where it is from: chat, document, decision, …"`
	SourceID   string `json:"source_id,omitempty" jsonschema:"which"`
}

type rememberOut struct {
	Receipt
	ID      schema.ID        `json:"id"`
	Journey schema.ID        `json:"journey,omitempty"`
	State   schema.NoteState `json:"state"`
	Known   bool             `json:"known,omitempty"` // it was remembered before
}

func remember(ctx context.Context, tx *store.Tx, in rememberIn) (out rememberOut, err error) {
	journey, err := resolveOptional(tx, schema.KindJourney, "journey", in.Journey)
	if err != nil {
		return out, err
	}
	have, err := tx.NotesOn(journey)
	if err != nil {
		return out, err
	}
	n := &schema.Note{Text: in.Text, Journey: journey, State: schema.NoteReady}
	for _, h := range have {
		if strings.EqualFold(squeeze(h.Text), squeeze(in.Text)) {
			n, out.Known = h, true
		}
	}
	n.State = schema.NoteReady // again, if it was not
	n.SourceType, n.SourceID = first(in.SourceType, n.SourceType), first(in.SourceID, n.SourceID)
	tx.Summarize("remembered a note")
	err = tx.Notes.Put(n)
	out.ID, out.Journey, out.State = n.ID, n.Journey, n.State
	return out, err
}

// squeeze makes every run of white space one blank.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

type forgetIn struct {
	Notes []string `json:"notes" jsonschema:"ids; at most 100"`
}

type forgetOut struct {
	Receipt
	Forgotten []forgottenLine `json:"forgotten"`
}

// A forgottenLine is a note that is no longer remembered.
type forgottenLine struct {
	ID   schema.ID `json:"id"`
	Text string    `json:"text"`
}

func forget(ctx context.Context, tx *store.Tx, in forgetIn) (out forgetOut, err error) {
	if n := len(in.Notes); n == 0 || n > 100 {
		return out, &schema.Error{Code: schema.Invalid, Field: "notes", Message: "notes must name 1 to 100", Hint: "recall tells their ids"}
	}
	done := map[string]bool{}
	for i, text := range in.Notes {
		if done[text] {
			continue
		}
		done[text] = true
		n, err := tx.Notes.Get(schema.ID(text))
		if err != nil {
			return out, atEntry(likeNotes(tx, text, err), "notes", i)
		}
		out.Forgotten = append(out.Forgotten, forgottenLine{n.ID, cut(n.Text, 200)})
		if err := tx.Notes.Remove(n.ID); err != nil {
			return out, err
		}
	}
	tx.Summarize("forgot " + plural(len(out.Forgotten), "note"))
	return out, nil
}

// likeNotes lists, when no note has that id, those that say something like it.
func likeNotes(tx *store.Tx, text string, missing error) error {
	var f *schema.Error
	if !errors.As(missing, &f) || schema.ID(text).Kind() != "" {
		return missing
	}
	found, err := tx.SearchWords(store.Search{Words: strings.Fields(text), Kinds: []schema.Kind{schema.KindNote}, Limit: 5})
	if err != nil {
		return err
	}
	f = &schema.Error{Code: schema.NotFound, Message: "notes are forgotten by their ids", Hint: "recall tells the ids of notes"}
	for _, h := range found {
		n, err := tx.Notes.Get(h.ID)
		if err != nil {
			return err
		}
		f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", n.ID, cut(n.Text, 80)))
	}
	if len(found) > 0 {
		f.Message += "; these are near"
	}
	return f
}
