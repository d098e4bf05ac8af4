package tools

import (
	"testing"

	"custory/memory"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// TestWhatHasGoneMeanwhileIsPassedOver writes guesses at steps, and of signals,
// that were removed after the memory was asked.
func TestWhatHasGoneMeanwhileIsPassedOver(t *testing.T) {
	st := storetest.Open(t)
	owner := storetest.Workspace(t, st)
	err := st.Update(t.Context(), schema.Call{Tool: "test", Actor: owner}, func(tx *store.Tx) error {
		j := &schema.Journey{Name: "Buying"}
		if err := tx.Journeys.Put(j); err != nil {
			return err
		}
		g := &schema.Stage{Journey: j.ID, Name: "Looking"}
		if err := tx.Stages.Put(g); err != nil {
			return err
		}
		step := &schema.Step{Stage: g.ID, Name: "I look"}
		if err := tx.Steps.Put(step); err != nil {
			return err
		}
		guesses := func(second float64) memory.Placing {
			return memory.Placing{Guesses: []memory.Guess{{Step: "stp_gone", Probability: 0.9}, {Step: step.ID, Probability: second}}}
		}
		signal := func(text string, second float64) *capture {
			return &capture{signal: &schema.Signal{Text: text, Source: "manual"}, placed: guesses(second)}
		}
		all := []*capture{signal("a", 0.95), signal("b", 0.5), signal("c", 0.1)}
		captured, err := writeCaptures(t.Context(), tx, captureSignalsIn{}, all)
		if err != nil {
			return err
		}
		if captured.Placed != 1 || captured.Proposed != 1 || captured.Inbox != 1 {
			t.Errorf("what is guessed to be on a step that is gone comes to %+v", captured)
		}
		for _, l := range captured.Signals {
			for _, a := range l.Alternatives {
				if a.Step == "stp_gone" {
					t.Errorf("%s may stand on a step that is gone", l.ID)
				}
			}
		}

		var out placeSignalsOut
		gone := &capture{signal: &schema.Signal{Head: schema.Head{ID: "sig_gone"}}, placed: guesses(0.95)}
		for _, c := range []*capture{gone, {signal: all[1].signal, placed: guesses(0.5)}, {signal: all[2].signal, placed: guesses(0.5)}} {
			if err := placeAgain(tx, c, &out); err != nil {
				return err
			}
		}
		if out.Placed != 0 || out.Proposed != 1 {
			t.Errorf("placing again comes to %+v, want the one in the inbox proposed and nothing else", out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
