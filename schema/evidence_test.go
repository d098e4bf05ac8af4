package schema_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"custory/schema"
)

var now = time.Date(2030, 6, 1, 12, 0, 0, 0, time.UTC)

// said is a quote by someone, some days ago.
func said(signal schema.ID, author string, source schema.SourceKind, daysAgo int, stance schema.Stance) schema.Said {
	return schema.Said{Signal: signal, Author: author, Source: source, At: now.AddDate(0, 0, -daysAgo), Stance: stance}
}

func TestWeighCountsAsOneWouldByHand(t *testing.T) {
	const yes, no = schema.Supports, schema.Contradicts
	five := []schema.Said{said("sig_1", "a", "support", 1, yes), said("sig_2", "b", "support", 2, yes), said("sig_3", "c", "support", 3, yes),
		said("sig_4", "d", "support", 4, yes), said("sig_5", "e", "support", 5, yes)}
	with := func(more ...schema.Said) []schema.Said { return append(five[:len(five):len(five)], more...) }
	old := func(all []schema.Said, days int) (older []schema.Said) {
		for _, s := range all {
			s.At = s.At.AddDate(0, 0, -days)
			older = append(older, s)
		}
		return older
	}
	for _, tt := range []struct {
		name string
		said []schema.Said
		want schema.Evidence
	}{
		{"nothing", nil, schema.Evidence{Strength: schema.NoEvidence}},
		{"one voice", five[:1], schema.Evidence{Quotes: 1, Signals: 1, People: 1, Sources: 1, AgeDays: 1, Strength: schema.Weak}},
		{"one person twice", []schema.Said{five[0], said("sig_9", "a", "chat", 3, yes)},
			schema.Evidence{Quotes: 2, Signals: 2, People: 1, Sources: 2, Days: 2, AgeDays: 1, Strength: schema.Weak}},
		{"one signal quoted twice, by nobody known", []schema.Said{said("sig_1", "", "chat", 1, yes), said("sig_1", "", "chat", 1, yes)},
			schema.Evidence{Quotes: 2, Signals: 1, People: 1, Sources: 1, AgeDays: 1, Strength: schema.Weak}},
		{"two signals by nobody known, from one kind of source, are one person", []schema.Said{said("sig_1", "", "chat", 1, yes), said("sig_2", "", "chat", 1, yes)},
			schema.Evidence{Quotes: 2, Signals: 2, People: 1, Sources: 1, AgeDays: 1, Strength: schema.Weak}},
		{"two people", five[:2], schema.Evidence{Quotes: 2, Signals: 2, People: 2, Sources: 1, Days: 1, AgeDays: 1, Strength: schema.Moderate}},
		{"five people of one source", five, schema.Evidence{Quotes: 5, Signals: 5, People: 5, Sources: 1, Days: 4, AgeDays: 1, Strength: schema.Moderate}},
		{"five people of two sources", with(said("sig_6", "a", "chat", 5, yes)),
			schema.Evidence{Quotes: 6, Signals: 6, People: 5, Sources: 2, Days: 4, AgeDays: 1, Strength: schema.Strong}},
		{"strong, on its last day", old(with(said("sig_6", "a", "chat", 5, yes)), 364),
			schema.Evidence{Quotes: 6, Signals: 6, People: 5, Sources: 2, Days: 4, AgeDays: 365, Strength: schema.Strong}},
		{"strong, and older than a year", old(with(said("sig_6", "a", "chat", 5, yes)), 365),
			schema.Evidence{Quotes: 6, Signals: 6, People: 5, Sources: 2, Days: 4, AgeDays: 366, Strength: schema.Moderate}},
		{"moderate, and older than a year", old(five[:2], 365), schema.Evidence{Quotes: 2, Signals: 2, People: 2, Sources: 1, Days: 1, AgeDays: 366, Strength: schema.Weak}},
		{"weak stays weak", old(five[:1], 3650), schema.Evidence{Quotes: 1, Signals: 1, People: 1, Sources: 1, AgeDays: 3651, Strength: schema.Weak}},
		{"said tomorrow", []schema.Said{said("sig_1", "a", "chat", -1, yes)}, schema.Evidence{Quotes: 1, Signals: 1, People: 1, Sources: 1, Strength: schema.Weak}},
		{"only against", []schema.Said{said("sig_1", "a", "chat", 1, no)}, schema.Evidence{Quotes: 1, Signals: 1, Disagree: 1, Strength: schema.NoEvidence}},
		{"one in six against", with(said("sig_6", "f", "chat", 1, no)),
			schema.Evidence{Quotes: 6, Signals: 6, People: 5, Sources: 1, Days: 4, AgeDays: 1, Disagree: 0.167, Strength: schema.Moderate}},
		{"three in ten against", append(with(said("sig_6", "f", "chat", 1, yes), said("sig_7", "g", "chat", 1, yes)),
			said("sig_8", "h", "chat", 1, no), said("sig_9", "i", "chat", 1, no), said("sig_10", "j", "chat", 1, no)),
			schema.Evidence{Quotes: 10, Signals: 10, People: 7, Sources: 2, Days: 4, AgeDays: 1, Disagree: 0.3, Strength: schema.Contested}},
		{"one of two of two minds is one of two people", []schema.Said{five[0], five[1], said("sig_3", "a", "chat", 1, no)},
			schema.Evidence{Quotes: 3, Signals: 3, People: 2, Sources: 1, Days: 1, AgeDays: 1, Disagree: 0.5, Strength: schema.Contested}},
	} {
		if diff := cmp.Diff(tt.want, schema.Weigh(tt.said, now)); diff != "" {
			t.Errorf("%s: Weigh differs (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestCoverageJudgesTheAcceptedInsights(t *testing.T) {
	insight := func(id schema.ID) *schema.Item {
		return &schema.Item{Head: schema.Head{ID: id}, Type: schema.Insight, Status: "New"}
	}
	a, b := insight("itm_a"), insight("itm_b")
	draft, archived, solution := insight("itm_c"), insight("itm_d"), insight("itm_e")
	draft.Review, archived.Status, solution.Type = schema.Pending, "Archived", schema.Solution
	weak, firm := schema.Evidence{People: 1, Strength: schema.Weak}, schema.Evidence{People: 2, Strength: schema.Moderate}
	against, contested := schema.Evidence{Quotes: 1, Strength: schema.NoEvidence}, schema.Evidence{People: 2, Strength: schema.Contested}
	type evidence = map[schema.ID]schema.Evidence
	for _, tt := range []struct {
		name     string
		items    []*schema.Item
		evidence evidence
		want     schema.Coverage
	}{
		{"nothing stands there", nil, nil, schema.Assumed},
		{"an insight that cites nothing", []*schema.Item{a}, nil, schema.Assumed},
		{"an insight that only cites what contradicts it", []*schema.Item{a}, evidence{a.ID: against}, schema.Assumed},
		{"one of two", []*schema.Item{a, b}, evidence{a.ID: firm}, schema.PartlyEvidenced},
		{"all, but weakly", []*schema.Item{a, b}, evidence{a.ID: weak, b.ID: weak}, schema.PartlyEvidenced},
		{"all, but contested", []*schema.Item{a}, evidence{a.ID: contested}, schema.PartlyEvidenced},
		{"all, one firmly", []*schema.Item{a, b}, evidence{a.ID: weak, b.ID: firm}, schema.Evidenced},
		{"all, one strongly", []*schema.Item{a}, evidence{a.ID: {People: 9, Strength: schema.Strong}}, schema.Evidenced},
		{"drafts, the archived and other types do not count against it", []*schema.Item{a, draft, archived, solution}, evidence{a.ID: firm}, schema.Evidenced},
		{"nor for it", []*schema.Item{a, draft, archived, solution}, evidence{draft.ID: firm, archived.ID: firm, solution.ID: firm}, schema.Assumed},
	} {
		if got := schema.CoverageOf(tt.items, tt.evidence); got != tt.want {
			t.Errorf("%s: CoverageOf = %s, want %s", tt.name, got, tt.want)
		}
	}
}
