package tools

import (
	"strings"
	"testing"
	"time"
)

func TestQuestionsNameTimes(t *testing.T) {
	now := time.Date(2026, 6, 17, 15, 0, 0, 0, time.UTC) // a Wednesday
	for _, tt := range []struct{ question, want, rest string }{
		{"What was said in May?", "from 2026-05-01 to 2026-05-31", "What was said ?"},
		{"What was said in may about price?", "from 2026-05-01 to 2026-05-31", "What was said about price?"},
		{"Signals of November", "from 2025-11-01 to 2025-11-30", "Signals"},
		{"May 2024 complaints", "from 2024-05-01 to 2024-05-31", "complaints"},
		{"complaints in Sept 2025", "from 2025-09-01 to 2025-09-30", "complaints"},
		{"how many since 2026-03?", "since 2026-03-01", "how many ?"},
		{"how many since March?", "since 2026-03-01", "how many ?"},
		{"after 2026-03-04", "since 2026-03-05", ""},
		{"what came before 2026-05-01", "before 2026-05-01", "what came"},
		{"until May", "before 2026-06-01", ""},
		{"since March until April", "from 2026-03-01 to 2026-04-30", ""},
		{"between March and May", "from 2026-03-01 to 2026-05-31", ""},
		{"from 2026-01-05 to 2026-01-07", "from 2026-01-05 to 2026-01-07", ""},
		{"last week", "from 2026-06-08 to 2026-06-14", ""},
		{"new this week", "from 2026-06-15 to 2026-06-21", "new"},
		{"last month", "from 2026-05-01 to 2026-05-31", ""},
		{"this quarter", "from 2026-04-01 to 2026-06-30", ""},
		{"in Q1", "from 2026-01-01 to 2026-03-31", ""},
		{"in Q4 2025", "from 2025-10-01 to 2025-12-31", ""},
		{"last year", "from 2025-01-01 to 2025-12-31", ""},
		{"in 2025", "from 2025-01-01 to 2025-12-31", ""},
		{"yesterday", "on 2026-06-16", ""},
		{"on 3 June", "on 2026-06-03", ""},
		{"on June 3rd, 2025", "on 2025-06-03", ""},
		{"on 2026-06-03", "on 2026-06-03", ""},
		{"in the last 30 days", "since 2026-05-18", ""},
		{"over the past three weeks", "since 2026-05-27", ""},
		{"last 6 months of trials", "since 2025-12-17", "of trials"},

		{"What may customers want?", "", "What may customers want?"},
		{"They march on", "", "They march on"},
		{"Are 2000 signals enough?", "", "Are 2000 signals enough?"},
		{"the price of 2024 items", "", "the price of 2024 items"},
		{"from support", "", "from support"},
		{"the last step", "", "the last step"},
		{"since the launch", "", "since the launch"},
	} {
		p, rest := periodIn(tt.question, now)
		if got := p.inWords(); got != tt.want || strings.Join(strings.Fields(rest), " ") != tt.rest {
			t.Errorf("%q: %q, left is %q; want %q and %q", tt.question, got, rest, tt.want, tt.rest)
		}
	}
}

func FuzzPeriod(f *testing.F) {
	for _, q := range []string{"in May 2024", "since 31 February", "q4", "between q1 and 2026-13", "the last 9999 years", "on may 99"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, question string) { periodIn(question, time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC)) })
}
