package memory

import (
	"fmt"
	"strings"
	"testing"
)

// decided has lessons on two steps, of which some are decided for the wrong one.
func decided(wrong int) *classifier {
	c := newClassifier()
	c.SetStep("card", "My card arrives", nil)
	c.SetStep("rate", "The exchange rate", nil)
	steps := []string{"card", "rate"}
	for i := range 100 {
		text := fmt.Sprintf("%s %s", []string{"my card has not arrived", "the exchange rate is wrong"}[i%2], strings.Repeat("z", i%7+3))
		at := i % 2
		if i%10 < wrong {
			at = 1 - at
		}
		c.Add(fmt.Sprintf("sig_%03d", i), steps[at], text, nil)
	}
	return c
}

func TestDecisionsThatContradictMakeLessSure(t *testing.T) {
	sure, unsure := decided(0), decided(4)
	a, b := sure.Classify("my card has not arrived zzz", nil)[0].probability, unsure.Classify("my card has not arrived zzz", nil)[0].probability
	if a < 0.9 || b > 0.8 {
		t.Errorf("where all agree it is sure by %.2f, and where four in ten are told otherwise by %.2f", a, b)
	}
	if sure.sure <= unsure.sure {
		t.Errorf("scores are tempered by %v and by %v", sure.sure, unsure.sure)
	}
}

func TestFewDecisionsAreNotPutOnTrial(t *testing.T) {
	c := newClassifier()
	c.SetStep("card", "My card arrives", nil)
	c.SetStep("rate", "The exchange rate", nil)
	for i := range 2*withheld - 1 {
		c.Add(fmt.Sprint("sig_", i), "card", "anything", nil)
	}
	if rows, _ := c.trial(); rows != nil {
		t.Errorf("%d lessons are put on trial", len(rows))
	}
}

func TestATrialLeavesWhatWasLearned(t *testing.T) {
	c := decided(1)
	c.Classify("to settle", nil)
	before := c.Classify("my card", nil)
	if rows, right := c.trial(); len(rows) != 100/withheld || len(right) != len(rows) {
		t.Errorf("%d of 100 lessons were put on trial", len(rows))
	}
	after := c.classify("my card", nil)
	if len(c.examples) != 102 || before[0].step != after[0].step || before[0].score-after[0].score > 0.5 || after[0].score-before[0].score > 0.5 {
		t.Errorf("after a trial, %d examples and %+v, before %+v", len(c.examples), after, before)
	}
}
