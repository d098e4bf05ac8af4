package memory

import (
	"slices"
	"testing"
	"time"

	"custory/schema"
	"custory/store"
)

func TestDatesOfAQuestion(t *testing.T) {
	for _, tt := range []struct {
		question string
		want     []date
	}{
		{"What was refused in May?", []date{{0, 5}}},
		{"what was refused in may", []date{{0, 5}}},
		{"What may be refused?", nil},
		{"May we refuse?", nil},
		{"May 2023: what was refused?", []date{{2023, 5}}},
		{"who said on 8 may that they march", []date{{0, 5}}},
		{"What did Ann say on March 8, 2023?", []date{{2023, 3}}},
		{"What did Ann say on the 8th of March?", []date{{0, 3}}},
		{"between june 2022 and July 2023", []date{{2022, 6}, {2023, 7}}},
		{"What was new in 2023?", []date{{2023, 0}}},
		{"What came on 2023-05-08?", []date{{2023, 5}}},
		{"2023-13", []date{{2023, 0}}},
		{"Who has 1500 or 2500 points?", nil},
		{"", nil},
	} {
		if got := datesIn(split(tt.question)); !slices.Equal(got, tt.want) {
			t.Errorf("datesIn(%q) = %v, want %v", tt.question, got, tt.want)
		}
	}
}

func TestAsksWhen(t *testing.T) {
	for question, want := range map[string]bool{
		"When did the card arrive?": true, "when": false, "On what day did it arrive?": true, "Which month was it?": true, "How long did it take?": true,
		"What happens when a card is lost?": false, "How many waited?": false, "What arrived?": false, "": false,
	} {
		if got := asksWhen(split(question)); got != want {
			t.Errorf("asksWhen(%q) = %v", question, got)
		}
	}
}

func TestTellsTime(t *testing.T) {
	for text, want := range map[string]bool{
		"It came yesterday.": true, "Last week, I think": true, "on 3 March": true, "They may come": false, "since 2019": true, "We march on": false,
		"It never came": false, "1234567": false, "": false,
	} {
		if got := tellsTime(text); got != want {
			t.Errorf("tellsTime(%q) = %v", text, got)
		}
	}
}

func TestBonusOfASignal(t *testing.T) {
	may := time.Date(2023, 5, 8, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		question string
		said     store.Said
		want     float64
	}{
		{"What did Ann's card do?", store.Said{Author: "Ann"}, AuthorBonus},
		{"what did ann say", store.Said{Author: "Ann Lee"}, AuthorBonus / 2},
		{"What did Ann Lee say?", store.Said{Author: "ann lee"}, AuthorBonus},
		{"What did Annie say?", store.Said{Author: "Ann"}, 0},
		{"What did the cards do?", store.Said{Author: "The"}, 0},
		{"What did the cards do?", store.Said{}, 0},
		{"What did Ann say in May?", store.Said{Author: "Bob", At: may}, DateBonus},
		{"What did Ann say in May 2022?", store.Said{Author: "Ann", At: may}, AuthorBonus},
		{"What was said in June?", store.Said{}, 0},
		{"When did it come?", store.Said{Text: "Last week"}, TimeBonus},
		{"What did come?", store.Said{Text: "Last week"}, 0},
	} {
		if got := hintsOf(tt.question).bonus(tt.said); !near(got, tt.want) {
			t.Errorf("the bonus of %+v for %q is %v, want %v", tt.said, tt.question, got, tt.want)
		}
	}
}

func TestWhoIsNamedIsFoundFirst(t *testing.T) {
	w := newWorld(t)
	say := func(author, text string) schema.ID {
		s := &schema.Signal{Text: text, Source: "chat", Author: author, Thread: author}
		w.update(func(tx *store.Tx) error { return tx.Signals.Put(s) })
		return s.ID
	}
	say("Bob", "My card was refused at the till")
	ann := say("Ann", "My card was refused by the bank")
	if hits := w.recall(Query{Text: "Why was Ann's card refused?"}); hits[0].ID != ann || !near(hits[0].Bonus, AuthorBonus) || hits[1].Bonus != 0 {
		t.Errorf("hits: %+v, want %s first", hits, ann)
	}
}
