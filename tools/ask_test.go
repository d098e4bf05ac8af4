package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// newShop is a stage on which a small shop has two journeys, and its customers
// have spoken. Today is the first day of 2030.
func newShop(t *testing.T) *stage {
	t.Helper()
	s := newBuying(t)
	s.do(t, "edit_journey", `{"operations": [{"op": "create_journey", "name": "Returning", "outline": "Sending back\n  I print the label — printer, code\n  I wait for my refund — bank, days"}]}`, nil)
	s.do(t, "save_persona", `{"name": "Office manager"}`, nil)
	s.do(t, "capture_signals", `{"source": "support", "signals": [
		{"text": "I could not find the price list anywhere.", "author": "u-1", "step": "stp_1", "sentiment": -0.6, "said_at": "2029-11-03"},
		{"text": "Where is the price list? It is hidden.", "author": "u-2", "step": "stp_1", "sentiment": -0.5, "said_at": "2029-12-20", "persona": "Office manager"},
		{"text": "The invitation mail went to spam.", "author": "u-1", "step": "stp_2", "sentiment": -0.7, "said_at": "2029-12-27"},
		{"text": "Inviting my team took one minute, lovely.", "author": "Bea-7", "step": "stp_2", "sentiment": 0.8, "said_at": "2029-10-05", "source": "research"},
		{"text": "My invoice came twice.", "author": "u-4", "step": "stp_3", "sentiment": -0.4, "said_at": "2029-11-15", "source": "billing"},
		{"text": "The refund took three weeks.", "author": "u-5", "step": "stp_5", "sentiment": -0.8, "said_at": "2029-12-28"},
		{"text": "I have no printer, so no label.", "author": "u-6", "step": "stp_4", "sentiment": -0.3, "said_at": "2029-12-29", "source": "chat"}]}`, nil)
	s.do(t, "save_items", `{"items": [{"type": "Opportunity", "title": "Show prices early", "priority": "High", "owner": "Ed Archer", "place_on": ["stp_1"]}, {"type": "Solution", "title": "Price page", "status": "In progress", "owner": "Ed Archer", "place_on": ["stp_1"]},
		{"type": "Solution", "title": "Label without printer", "status": "Shipped", "place_on": ["stp_4"]}, {"type": "Insight", "title": "Prices are hard to find", "severity": 4, "status": "Validated", "place_on": ["stp_1"]}]}`, nil)
	return s
}

type asked struct {
	Held   bool
	Answer string
	Facts  []struct {
		Says, Of string
		Query    json.RawMessage
	}
	Passages []struct{ Signal, Author string }
	Nearest  []any
}

func (s *stage) ask(t *testing.T, question string) (out asked) {
	t.Helper()
	s.do(t, "ask", in(t, map[string]any{"question": question}), &out)
	return out
}

func TestQuestionsAreComputed(t *testing.T) {
	s := newShop(t)
	for _, tt := range []struct{ question, says string }{
		{"What was said in December?", "Signals from 2029-12-01 to 2029-12-31 by step: I find out what it costs 1 (1 person); I invite my team 1"},
		{"What hurt last week?", "Complaints from 2029-12-24 to 2029-12-30 by step: I invite my team 1"},
		{"How many signals came since 2029-12-28?", "Signals since 2029-12-28 by step: I print the label 1"},
		{"What was said in the last 30 days?", "Signals since 2029-12-02 by step"},
		{"What was said in May 2028?", "Signals from 2028-05-01 to 2028-05-31: none"},
		{"What did u-1 say?", "Signals of u-1 by step: I find out what it costs 1 (1 person); I invite my team 1"},
		{"What did BEA-7 say?", "Signals of Bea-7 by step: I invite my team 1"},
		{"What has u-1 said about the price list?", "Signals of u-1 that bear on it: 1"},
		{"Who said something about the price list?", "by author: u-1 1 (1 person); u-2 1"},
		{"Who complains most?", "Complaints by author: u-1 2"},
		{"Which opportunities have no solution?", "Opportunities without solutions, by priority: Show prices early"},
		{"Which insights lack evidence?", "Insights without quotes, most severe first: Prices are hard to find"},
		{"Which solutions don't have a due date yet?", "Solutions without target date: "},
		{"Which touchpoints are without insights?", "Touchpoints without insights: none"},
		{"Which steps have no solutions?", "Steps without solutions: "},
		{"Which steps in Returning have no insight?", "Steps without insights at “Returning”: I print the label [stp_4]; I wait for my refund [stp_5]. (2 of 2 steps)"},
		{"Steps without evidence?", "Steps without evidence: I find out what it costs"},
		{"Which steps had no signals in December?", "Signals from 2029-12-01 to 2029-12-31 by step: "},
		{"Which steps have no solutions for the office manager?", "Signals for “Office manager” by step: I find out what it costs 1"},
		{"Which steps lack signals?", "Steps without signals: none"},
		{"Compare complaints in November and December.", "Complaints from 2029-12-01 to 2029-12-31 by step: "},
		{"Compare complaints in November and December.", "Complaints from 2029-11-01 to 2029-11-30 by step: I find out what it costs 1 (1 person)"},
		{"How does November differ from December in complaints?", "Complaints from 2029-11-01 to 2029-11-30 by step"},
		{"Complaints in November vs. December?", "Complaints from 2029-11-01 to 2029-11-30 by step: I find out"},
		{"Which steps had more complaints between October and December?", "Complaints from 2029-10-01 to 2029-12-31 by step"},
		{"How did complaints change between 2029-11-01 and 2029-12-31?", "Complaints from 2029-11-01 to 2029-12-31 by step"},
		{"How do complaints from October to December differ?", "Complaints from 2029-10-01 to 2029-12-31 by step"},
		{"Were there more signals in December than in October?", "Signals from 2029-10-01 to 2029-10-31 by step: I invite my team 1 (1 person)"},
		{"Which journey has most complaints?", "Complaints by journey: Buying 4 (3 people); Returning 2"},
		{"Compare the journeys", "Signals by journey: Buying 5"},
		{"How many signals by source?", "Signals by source: support 4"},
		{"How many signals per persona?", "Office manager 1 (1 person)"},
		{"What does an Office manager say?", "Signals for “Office manager” by step: I find out what it costs 1"},
		{"How did complaints develop by month?", "Complaints by month: 2029-11 2 (2 people); 2029-12 4"},
		{"What is said in Returning?", "Signals at “Returning” by step: I print the label 1"},
		{"Where do signals on inviting my team come from?", "Signals at “I invite my team” by source: research 1"},
		{"Which opportunities are in Buying?", "Opportunities at “Buying”, by priority: Show prices early"},
		{"Which problems should we fix first?", "Complaints by step: I find out what it costs 2 (2 people)"},
		{"What should we fix first?", "Opportunities, by priority: Show prices early"},
		{"How has the number of complaints changed since last week?", "Complaints since 2029-12-24 by step: I invite my team 1"},
		{"How has the number of complaints changed since last week?", "Complaints from 2029-12-15 to 2029-12-23 by step: I find out what it costs 1"},
		{"How did complaints change in December?", "Complaints from 2029-10-31 to 2029-11-30 by step: I find out what it costs 1"},
		{"What does Ed own?", "Items that Ed Archer owns by type: Opportunity 1; Solution 1"},
		{"What do I own?", "Items that you own by type: Opportunity 1"},
		{"What is owned by Vera Holm?", "Items that Vera Holm owns: none"},
		{"Which insights does nobody own? The unowned ones.", "Insights that nobody owns, most severe first: Prices are hard to find"},
		{"Who owns the solutions?", "Solutions by owner: (nobody) 1; Ed Archer 1"},
		{"Which solutions are in progress?", "Solutions that are In progress: Price page"},
		{"What is shipped?", "Items that are Shipped: Label without printer"},
		{"Which insights are validated?", "Insights that are Validated, most severe first: Prices are hard to find"},
		{"What are the high priority opportunities?", "Opportunities of high priority, by priority: Show prices early"},
		{"How many items by status?", "Items by status:"},
		{"How often is the refund mentioned, by month?", "Signals with “refund” by month: 2029-12 1"},
		{"Which opportunities are there on prices?", "Opportunities with “pric”, by priority: Show prices early"},
		{"What hurts from support?", "Complaints from support by step"},
	} {
		out := s.ask(t, tt.question)
		if !out.Held || !strings.Contains(out.Answer, tt.says) {
			t.Errorf("%s: held %v\n%s\nwant %s", tt.question, out.Held, out.Answer, tt.says)
		}
		for _, f := range out.Facts { // each can be computed again
			if strings.Contains(string(f.Query), `"search"`) || strings.Contains(string(f.Query), `"get_journey"`) {
				continue
			}
			var again struct{ Of string }
			s.do(t, "query_items", string(f.Query), &again)
			if again.Of != f.Of {
				t.Errorf("%s: %s: is %q, and computed again %q", tt.question, f.Query, f.Of, again.Of)
			}
		}
	}
	for _, p := range s.ask(t, "What did u-1 say?").Passages {
		if p.Author != "u-1" {
			t.Errorf("asked for u-1, %s is cited", p.Author)
		}
	}
}

// TestWhatIsNotHereIsNotHeld asks for what nobody here ever spoke of.
func TestWhatIsNotHereIsNotHeld(t *testing.T) {
	s := newShop(t)
	for _, question := range []string{
		"What is the capital of France?", "Who won the world cup in 2022?", "How do I bake sourdough bread?", "What is the weather in Berlin today?", "Tell me a joke about penguins",
		"How far away is the moon?", "Which programming language should I learn?", "What does a flight to Paris cost?", "Who is the president of Brazil?", "Explain quantum entanglement",
		"What did Zork say?", "What did Anna Blum say about the price list?", "What does Zork own?", "What do customers say about single sign-on?", "Does the price page work in Safari?",
		"What is our churn among dentists?", "How tall is Mount Everest?", "What do people think of the new logo?", "Translate hello into Japanese", "How many moons has Jupiter?",
		"What is GDPR?", "Which colours did they choose for the curtains?", "What happened in Rome in 44 BC?", "Is there a dark mode?", "How do I reset a forgotten password?",
	} {
		out := s.ask(t, question)
		if out.Held || len(out.Facts)+len(out.Passages) > 0 || !strings.Contains(out.Answer, "not in this workspace") {
			t.Errorf("%s: %s", question, fmt.Sprint(out))
		}
	}
}

// TestWhatIsHereIsHeld asks for what was said, in other words where it can.
func TestWhatIsHereIsHeld(t *testing.T) {
	s := newShop(t)
	for _, question := range []string{
		"What do customers say about the price list?", "Do people find the prices?", "Why is the invoice wrong?", "Are invitations lost in spam?", "What hurts most?", "Any trouble with refunds?",
		"How long do refunds take?", "What about labels?", "Do customers have printers?", "what is wrong with the invitation mail?", "Is the price list hidden?", "What should we fix next?",
		"What do we know about inviting a team?", "What hurts most when I pay and get my invoice?", "Which steps lack evidence?", "Why do they dislike the price list?", "Which insights are contested?", "What do we plan to build?",
	} {
		if out := s.ask(t, question); !out.Held {
			t.Errorf("%s: %s", question, out.Answer)
		}
	}
}

// TestComplaintsNeedASentiment asks what hurts where no signal tells how it was
// felt, and where some do.
func TestComplaintsNeedASentiment(t *testing.T) {
	s := newBuying(t)
	s.do(t, "capture_signals", `{"source": "support", "signals": [{"text": "Where is the price list?", "author": "u-1", "step": "stp_1"}, {"text": "The invitation went to spam.", "author": "u-2", "step": "stp_2"}]}`, nil)
	out := s.ask(t, "What hurts most?")
	if out := s.ask(t, "Which problems should we fix first?"); !strings.Contains(out.Answer, "Nothing here ranks them") {
		t.Errorf("nothing is weighed: %s", out.Answer)
	}
	for _, says := range []string{"Complaints cannot be told: none of the 2 signals there carries a sentiment. (0 of 2 signals)", "Mentions, whether they complain or not, by step: I find out what it costs 1 (1 person)"} {
		if !strings.Contains(out.Answer, says) || strings.Contains(out.Answer, "none.") || len(out.Passages) != 2 {
			t.Errorf("none carries a sentiment: %s\nwant %s", out.Answer, says)
		}
	}
	s.do(t, "capture_signals", `{"source": "support", "signals": [{"text": "The price list is lovely.", "author": "u-3", "step": "stp_1", "sentiment": 0.7}]}`, nil)
	if out := s.ask(t, "What hurts since 2029-12-28?"); !strings.Contains(out.Answer, "Complaints since 2029-12-28 (of 1 of 3 that carry a sentiment): none") {
		t.Errorf("one is glad: %s", out.Answer)
	}
	s.do(t, "capture_signals", `{"source": "support", "signals": [{"text": "The receipt is wrong again.", "author": "u-4", "step": "stp_3", "sentiment": -0.7}]}`, nil)
	if out := s.ask(t, "What hurts most?"); !strings.Contains(out.Answer, "Complaints (of 2 of 4 that carry a sentiment) by step: I pay and get my invoice 1") {
		t.Errorf("one complains: %s", out.Answer)
	}
}

// TestWhoIsUnknownIsNotCounted asks about signals that nobody is named for.
func TestWhoIsUnknownIsNotCounted(t *testing.T) {
	s := newBuying(t)
	s.do(t, "capture_signals", `{"source": "support", "signals": [{"text": "Where is the price list?", "step": "stp_1"}, {"text": "The price list is hidden.", "step": "stp_1"}, {"text": "The invitation went to spam.", "step": "stp_2"}]}`, nil)
	want := "Signals by step: I find out what it costs 2 (authors unknown); I invite my team 1 (author unknown). (3 of 3 signals, authors unknown, 1 kind of source)"
	if out := s.ask(t, "How many signals by step?"); !strings.Contains(out.Answer, want) {
		t.Errorf("nobody is named: %s\nwant %s", out.Answer, want)
	}
	if out := s.ask(t, "What is said about the price list?"); !strings.Contains(out.Answer, "(2 of 3 signals, authors unknown, 1 kind of source)") || strings.Contains(out.Answer, "person") {
		t.Errorf("nobody is named: %s", out.Answer)
	}
	s.do(t, "submit_insight", `{"title": "Prices are hard to find", "steps": ["stp_1"], "quotes": [{"signal": "sig_1", "quote": "Where is the price list?", "stance": "supports"}]}`, nil)
	var items struct{ Of string }
	s.do(t, "query_items", `{"types": ["Insight"], "review": "any"}`, &items)
	if items.Of != "1 of 1 insight, author unknown, 1 kind of source" {
		t.Errorf("the quotes are nobody's: %s", items.Of)
	}
	var numbers struct{ Groups []struct{ People int } }
	s.do(t, "query_items", `{"of": "signals", "group_by": "step"}`, &numbers)
	if len(numbers.Groups) != 2 || numbers.Groups[0].People != 1 {
		t.Errorf("programs read %v", numbers)
	}
	s.do(t, "capture_signals", `{"source": "support", "signals": [{"text": "Your price list is gone.", "author": "u-1", "step": "stp_1"}]}`, nil)
	if out := s.ask(t, "How many signals by step?"); !strings.Contains(out.Answer, "I find out what it costs 3 (2 people); I invite my team 1 (author unknown). (4 of 4 signals, 2 people") {
		t.Errorf("one is named: %s", out.Answer)
	}
}

// TestWhatAMetricReads asks for the value of a metric that is here, and of one
// that is not, though signals share its words.
func TestWhatAMetricReads(t *testing.T) {
	s := newShop(t)
	s.do(t, "save_items", `{"items": [{"type": "Metric", "title": "Activation rate", "baseline": 25, "current": 31.5, "target": 40, "unit": "%", "place_on": ["stp_2"]}, {"type": "Metric", "title": "Paid invoices", "place_on": ["stp_3"]}]}`, nil)
	for question, says := range map[string]string{
		"What is our activation metric at?":                      "Metric Activation rate [itm_5]: current 31.5, baseline 25, target 40, unit %. (1 of 2 metrics)",
		"What is the target of the activation rate metric?":      "Metric Activation rate [itm_5]: current 31.5",
		"What is the current value of the paid invoices metric?": "Metric Paid invoices [itm_6]: current not set, baseline not set, target not set, unit not set",
	} {
		out := s.ask(t, question)
		if !out.Held || !strings.HasPrefix(out.Answer, says) {
			t.Errorf("%s: %s\nwant %s", question, out.Answer, says)
		}
	}
	if out := s.ask(t, "What is our invitation metric at?"); out.Held || len(out.Facts)+len(out.Passages) > 0 {
		t.Errorf("there is no such metric: %s", out.Answer)
	}
}

// TestWhoSaysOtherwise asks who disagrees with what was learned.
func TestWhoSaysOtherwise(t *testing.T) {
	s := newShop(t)
	s.do(t, "submit_insight", `{"title": "Invitations do not arrive", "steps": ["stp_2"], "quotes": [{"signal": "sig_3", "quote": "The invitation mail went to spam.", "stance": "supports"}, {"signal": "sig_4", "quote": "Inviting my team took one minute", "stance": "contradicts"}]}`, nil)
	out := s.ask(t, "Who disagrees that invitations do not arrive?")
	if want := "Quotes that contradict “Invitations do not arrive” [itm_5]: 1."; !out.Held || out.Answer != want || len(out.Passages) != 1 || out.Passages[0].Author != "Bea-7" {
		t.Errorf("%s, citing %v\nwant %s", out.Answer, out.Passages, want)
	}
	out = s.ask(t, "Who disagrees that prices are hard to find?")
	if want := "Quotes that contradict “Prices are hard to find” [itm_4]: 0."; out.Answer != want || len(out.Passages) != 0 {
		t.Errorf("%s, citing %v\nwant %s", out.Answer, out.Passages, want)
	}
}
