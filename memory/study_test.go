package memory

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// talk is a classifier that has heard people speak about two steps: some in the
// words of the steps' names, others in words that only occur beside these.
func talk() *classifier {
	c := newClassifier()
	c.SetStep("card", "My card arrives", nil)
	c.SetStep("rate", "The exchange rate", nil)
	for i := range 2 * enough {
		if i%2 == 0 {
			c.Hear(fmt.Sprintf("sig_%03d", i), fmt.Sprintf("my card and the plastic envelope, %s", strings.Repeat("x", i+3)), nil)
		} else {
			c.Hear(fmt.Sprintf("sig_%03d", i), fmt.Sprintf("the exchange rate of euros, %s", strings.Repeat("y", i+3)), nil)
		}
	}
	return c
}

func TestWhatIsHeardTeachesWhichWordsGoTogether(t *testing.T) {
	names := newClassifier()
	names.SetStep("card", "My card arrives", nil)
	names.SetStep("rate", "The exchange rate", nil)
	for text, want := range map[string]string{"a plastic envelope": "card", "euros": "rate"} {
		before, got := names.Classify(text, nil), talk().Classify(text, nil)
		if got[0].step != want {
			t.Errorf("Classify(%q) = %+v, want %s first", text, got, want)
		}
		if before[0].step == want && before[0].score >= got[0].score {
			t.Errorf("nothing was learned of %q: %+v, by the names alone %+v", text, got, before)
		}
	}
}

func TestWhatIsNoLongerHeardIsForgotten(t *testing.T) {
	c := talk()
	c.Classify("to settle", nil)
	for id := range talk().heard {
		c.Unhear(id)
	}
	c.Unhear("sig_unheard")
	names := newClassifier()
	names.SetStep("card", "My card arrives", nil)
	names.SetStep("rate", "The exchange rate", nil)
	for _, text := range []string{"a plastic envelope", "my card", "euros"} {
		got, want := c.Classify(text, nil), names.Classify(text, nil)
		for i := range want {
			if got[i].step != want[i].step || math.Abs(got[i].probability-want[i].probability) > 1e-4 {
				t.Errorf("Classify(%q)[%d] = %+v, want %+v", text, i, got[i], want[i])
			}
		}
	}
	if len(c.heard)+len(c.saying) > 0 || len(c.grams) != len(names.grams) {
		t.Errorf("%d texts, %d sayings and %d grams are left, want 0, 0 and %d", len(c.heard), len(c.saying), len(c.grams), len(names.grams))
	}
}

func TestNoGuessConfirmsItself(t *testing.T) {
	c := talk()
	const text = "a plastic thing nobody else speaks of: qwxyz"
	c.Hear("sig_own", text, nil)
	c.HeardOut()
	c.Classify("to settle", nil)
	if e := c.heard["sig_own"]; e.at < 0 {
		t.Fatal("the text was not taken for a lesson")
	}
	own := c.Classify(text, nil)[0]
	again := c.Classify(text+"!", nil)[0] // of the same words, and nobody said it
	if own.score >= again.score {
		t.Errorf("what was heard scores %v for itself, and %v for one of the same words", own.score, again.score)
	}
}

func TestFewTextsAreNotListenedTo(t *testing.T) {
	c := talk()
	for i := range 2 {
		c.Unhear(fmt.Sprintf("sig_%03d", i))
	}
	c.Classify("to settle", nil)
	for id, e := range c.heard {
		if e.at >= 0 {
			t.Fatalf("%s teaches, though only %d were heard", id, len(c.heard))
		}
	}
}

func TestGuessesAreTemperedAndEvenedOut(t *testing.T) {
	rows := temper([][]float64{{3, 1, 0}, {9, 2, 1}, {5, 4, 0}}, 0.6)
	sum := 0.0
	for _, r := range rows {
		sum += max(r[0], r[1], r[2])
	}
	if math.Abs(sum/3-0.6) > 0.01 {
		t.Errorf("the guesses are sure by %v on average, want 0.6", sum/3)
	}
	before := rows[2][1]
	even(rows, 0.5)
	if rows[2][1] <= before {
		t.Errorf("a step that is guessed seldom has %v, and had %v", rows[2][1], before)
	}
	for i, r := range rows {
		if s := r[0] + r[1] + r[2]; math.Abs(s-1) > 1e-9 {
			t.Errorf("row %d adds up to %v", i, s)
		}
	}
}

func TestGuessesAtWhatWasHeardAreEven(t *testing.T) {
	c := talk()
	c.settle()
	sums := make([]float64, len(c.steps))
	sharp := make([][]float64, 0, len(c.heard))
	for _, e := range c.listening() {
		sharp = append(sharp, c.scores(e.grams, nil))
	}
	for _, r := range c.guesses(c.listening()) {
		for i, p := range r {
			sums[i] += p
		}
	}
	plain := make([]float64, len(c.steps))
	for _, r := range temper(sharp, doubt) {
		for i, p := range r {
			plain[i] += p
		}
	}
	if got, want := math.Abs(sums[0]-sums[1]), math.Abs(plain[0]-plain[1]); got >= want {
		t.Errorf("the steps differ by %v guesses, and by %v without evening out", got, want)
	}
}

func TestVectorsTellWhatWordsDoNot(t *testing.T) {
	card, rate := []float32{1, 0}, []float32{0, 1}
	c := newClassifier()
	c.SetStep("card", "My card arrives", card)
	c.SetStep("rate", "The exchange rate", rate)
	c.Add("sig_1", "card", "it is still not here", card)
	c.Add("sig_2", "rate", "worse than at the bank", rate)
	for want, v := range map[string][]float32{"card": card, "rate": rate} {
		if got := c.Classify("of which nobody spoke", v); got[0].step != want || len(got[0].like) != 1 {
			t.Errorf("a text that means %s is placed as %+v", want, got)
		}
	}
	c.Remove("sig_1", "card")
	if got := c.Classify("of which nobody spoke", card); len(got[0].like) != 0 {
		t.Errorf("what was removed is still like it: %+v", got)
	}
}
