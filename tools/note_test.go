package tools_test

import (
	"fmt"
	"testing"

	"custory/schema"
	"custory/store"
)

// TestNotesHaveStates checks that notes which a source has taken back are not
// recalled, those on their way are marked, and what is remembered again is ready.
func TestNotesHaveStates(t *testing.T) {
	s := newBuying(t)
	err := s.st.Update(t.Context(), schema.Call{Tool: "sync", Actor: s.cast["owner"]}, func(tx *store.Tx) error {
		for _, state := range schema.NoteState("").Values() {
			if err := tx.Notes.Put(&schema.Note{Text: "The invoice is " + string(state), State: state}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{`{}`, `{"about": "invoice"}`} {
		var out struct {
			Notes []struct {
				ID    schema.ID
				State schema.NoteState
			}
		}
		s.do(t, "recall", args, &out)
		states := map[schema.NoteState]bool{}
		for _, n := range out.Notes {
			states[n.State] = true
		}
		if len(out.Notes) != 4 || states[schema.NoteDeleted] || !states[schema.NoteQueued] || !states[schema.NoteFailed] || !states[""] {
			t.Errorf("recall %s: %+v", args, out.Notes)
		}
	}
	var again struct {
		State schema.NoteState
		Known bool
	}
	s.do(t, "remember", `{"text": "The invoice is Failed"}`, &again)
	if fmt.Sprint(again) != "{Ready true}" {
		t.Errorf("remembered again: %+v", again)
	}
}
