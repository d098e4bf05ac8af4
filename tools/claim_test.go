package tools

import "testing"

func TestClaimsRestOnWhatTheyCite(t *testing.T) {
	const lost, minutes, fact = "I could not find the price list anywhere.", "It took me 20 minutes to find the invoice, 3 times in a row!", "Complaints by step: I find out what it costs 12 (9 people); I pay 3 (2 people) (15 of 1,250 signals, 11 people, 2 kinds of source)"
	for _, tt := range []struct {
		text  string
		cited []string
		holds bool
	}{
		{"Customers could not find the price list.", []string{lost}, true},
		{"The price list is hard to find.", []string{lost}, true},
		{"“The price list anywhere,” one says, they could not find.", []string{lost}, true},
		{"Finding the invoice took 20 minutes.", []string{minutes}, true},
		{"Finding the invoice took twenty minutes.", []string{minutes}, true},
		{"Two customers speak of finding the price list or invoice.", []string{lost, minutes}, true},
		{"Most complaints, 12 of 15, are on finding out what it costs.", []string{fact}, true},
		{"There are 1250 signals, and 15 of them complaints.", []string{fact}, true},
		{"About 1% of the signals are complaints.", []string{fact}, true},
		{"The price list cannot be found.", []string{lost}, true},
		{"", []string{lost}, false},
		{"Customers could not find the price list.", nil, false},
		{"Customers find the price list.", []string{lost}, false},
		{"Nobody took 20 minutes to find the invoice.", []string{minutes}, false},
		{"Finding the invoice took 40 minutes.", []string{minutes}, false},
		{"Finding the invoice took thirty minutes.", []string{minutes}, false},
		{"Three customers could not find the price list.", []string{lost}, false},
		{"About 80% of the signals are complaints.", []string{fact}, false},
		{"Customers love the onboarding emails.", []string{lost}, false},
		{"The mobile app crashes, and the price list is old news to sales.", []string{lost}, false},
		{"One says “the price list is a scandal”.", []string{lost}, false},
		{`They "never find the price list anywhere".`, []string{lost}, false},
		{"Die Preisliste ist nicht zu finden.", []string{lost}, false},
	} {
		c := claim{text: tt.text, cited: tt.cited, counts: []int{len(tt.cited)}}
		if fault := c.fault(); (fault == "") != tt.holds {
			t.Errorf("%q of %q: %q, want it to hold: %v", tt.text, tt.cited, fault, tt.holds)
		}
	}
	german := claim{text: "Die Preisliste ist nicht zu finden.", cited: []string{lost}, cosine: 0.7}
	if fault := german.fault(); fault != "" {
		t.Errorf("what means the same does not hold: %s", fault)
	}
}

func TestSentencesAreParted(t *testing.T) {
	for text, want := range map[string]int{
		"": 1, "One.": 1, "One. Two.": 2, "It takes 3.5 minutes. Then “Where is it? Gone.” Then": 3, `He said "No. Not now." And left!`: 2, "A… b": 1,
	} {
		if got := splitSentences(text); len(got) != want {
			t.Errorf("splitSentences(%q) = %q, want %d", text, got, want)
		}
	}
}
