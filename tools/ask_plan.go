package tools

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// A plan is how a question is answered: where to look, for which words, and
// which figures to compute.
type plan struct {
	within schema.ID         // the part of the journey it is about, or ""
	named  bool              // the question names that part, or the caller did
	words  []string          // what it is about, beyond what every question says
	source schema.SourceKind // the kind of source it asks about, or ""
	asks   map[string]bool
	hits   []memory.Hit
}

// planned is one query of a plan, with the words its answer begins with.
type planned struct {
	says string
	in   queryItemsIn
}

// asking are the words by which a question tells what kind of answer it wants.
// They are not what it is about.
var asking = map[string][]string{
	"pain":        {"hurt", "hurts", "pain", "pains", "painful", "worst", "bad", "problem", "problems", "complain", "complains", "complaint", "complaints", "complaining", "struggle", "struggles", "frustrated", "frustrating", "frustrate", "frustrates", "frustration", "issue", "issues", "wrong", "annoy", "annoys", "unhappy", "angry", "trouble", "troubles", "friction", "stuck", "suffer", "difficult"},
	"count":       {"many", "much", "often", "count", "number", "share", "percent"},
	"trend":       {"trend", "lately", "recently", "month", "months", "since", "growing", "increase", "increasing", "decreasing", "over", "time", "new"},
	"source":      {"where", "source", "sources", "channel", "channels", "from"},
	"opportunity": {"opportunity", "opportunities", "improve", "improving", "should", "fix", "priority", "prioritize", "next"},
	"solution":    {"solution", "solutions", "building", "shipped", "ship", "working", "planned", "doing", "roadmap"},
	"metric":      {"metric", "metrics", "measure", "measured", "conversion", "target", "rate", "kpi"},
	"evidence":    {"evidence", "prove", "proof", "assumption", "assumptions", "assumed", "validated", "sure"},
	"insight":     {"insight", "insights", "learn", "learned", "know", "known"},
	"plain": {"customer", "customers", "user", "users", "people", "person", "say", "says", "said", "saying", "think", "tell", "told", "talk", "most", "least", "main", "biggest", "top", "best", "like", "love", "happen", "happens", "happening", "get",
		"step", "steps", "stage", "stages", "journey", "signal", "signals", "item", "items", "anyone", "someone", "everyone", "somebody", "anything", "something", "does", "really", "want", "need", "needs", "find", "give", "list", "show", "go", "going", "make", "feel", "feels", "us", "one"},
}

// maxWords bounds the telling words of a question: a whole document has more
// than anybody asks about.
const maxWords = 32

// planFor reads the question.
func planFor(ctx context.Context, e *Errand, in askIn) (*plan, error) {
	p := &plan{asks: map[string]bool{}, source: sourceIn(in.Question)}
	meaning := map[string]string{}
	for kind, ws := range asking {
		for _, w := range ws {
			meaning[w] = kind
		}
	}
	for _, w := range memory.Words(in.Question) {
		kind, ask := meaning[w]
		switch {
		case p.source != "" && (w == string(p.source) || w == "came" || w == "come"):
			// it is where to look, and not what for
		case ask:
			p.asks[kind] = true
		case len(p.words) < maxWords:
			p.words = append(p.words, w)
		}
	}
	if err := e.View(ctx, func(tx *store.Tx) (err error) {
		p.within, err = resolvePlace(tx, "within", in.Within)
		return err
	}); err != nil {
		return nil, err
	}
	p.named = p.within != ""
	if p.named || len(p.words) == 0 {
		return p, nil
	}
	return p, p.findStep(ctx, e)
}

// fromSource is how a question names the kind of source it asks about. The
// names alone are topics too: a delivery, the support.
var fromSource = regexp.MustCompile(`\bfrom (?:the |our )?([a-z]+)\b`)

func sourceIn(question string) schema.SourceKind {
	for _, m := range fromSource.FindAllStringSubmatch(strings.ToLower(question), -1) {
		if k := schema.SourceKind(m[1]); slices.Contains(k.Values(), k) {
			return k
		}
	}
	return ""
}

// findStep takes the question to be about a step if it names one: half of the
// step's telling words, and two of them or all.
func (p *plan) findStep(ctx context.Context, e *Errand) error {
	hits, err := e.Memory.Recall(ctx, memory.Query{Workspace: e.Call.Actor.Workspace, Text: strings.Join(p.words, " "), Kinds: []schema.Kind{schema.KindStep, schema.KindStage}, Limit: 5})
	if err != nil || len(hits) == 0 {
		return err
	}
	asked := stems(p.words)
	return e.View(ctx, func(tx *store.Tx) error {
		best := 0
		for _, h := range hits {
			path, err := tx.Path(h.ID)
			if err != nil {
				return err
			}
			name := memory.Words(shortPath(path))
			same := 0
			for _, n := range name {
				if asked[stem(n)] {
					same++
				}
			}
			if same > best && 2*same >= len(name) && (same >= 2 || same == len(name)) {
				best, p.within, p.named = same, h.ID, true
			}
		}
		return nil
	})
}

// lookAround takes, for a question about nothing in particular, the newest
// complaints, or the newest signals, in place of what was found by words.
func (p *plan) lookAround(tx *store.Tx) error {
	f := store.SignalFilter{Within: p.within, Source: p.source, States: []schema.SignalState{schema.Inbox, schema.Proposed, schema.Placed}}
	if p.asks["pain"] {
		most := unhappy
		f.MostSentiment = &most
	}
	found, _, err := tx.SignalsWhere(f, 0, askHits)
	p.hits = nil
	for _, s := range found {
		p.hits = append(p.hits, memory.Hit{ID: s.ID, Kind: schema.KindSignal})
	}
	return err
}

// topic is what to look for: the telling words, or the whole question.
func (p *plan) topic(question string) string {
	if len(p.words) == 0 {
		return question
	}
	return strings.Join(p.words, " ")
}

// alikeEnough is the cosine from which a text bears on a question that shares
// no word with it.
const alikeEnough = 0.4

// bears reports whether a text bears on the question: it shares one of its
// telling words, or means nearly the same. Within a step that the question
// names, all that was said does.
func (p *plan) bears(text string, h memory.Hit) bool {
	if len(p.words) == 0 || p.named || h.Cosine >= alikeEnough {
		return true
	}
	said := stems(memory.Words(text))
	return slices.ContainsFunc(p.words, func(w string) bool { return said[stem(w)] })
}

// stems are the words without their endings.
func stems(words []string) map[string]bool {
	all := make(map[string]bool, len(words))
	for _, w := range words {
		all[stem(w)] = true
	}
	return all
}

// stem cuts the commonest English endings, so that "invites" meets "invite".
func stem(w string) string {
	for _, end := range []string{"ations", "ation", "ings", "ing", "ies", "ied", "es", "ed", "s", "e", "y"} {
		if cut, ok := strings.CutSuffix(w, end); ok && len(cut) >= 3 {
			w = cut
			break
		}
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && unicode.IsLetter(rune(w[n-1])) {
		w = w[:n-1]
	}
	return w
}

// unhappy is the sentiment from which a signal counts as a complaint.
const unhappy = -0.3

// queries are the figures that bear on the question: of the part of the journey
// it is about, or of the whole workspace if it is about nothing in particular.
func (p *plan) queries() (all []planned) {
	if len(p.words) > 0 && !p.named {
		return nil // what bears on the topic is counted by topicFact
	}
	within := string(p.within)
	by := "step"
	if p.within.Kind() == schema.KindStep {
		by = "source"
	}
	var where map[string]string
	if p.source != "" {
		where = map[string]string{"source": string(p.source)}
	}
	signals := func(says, by string, most map[string]float64) {
		all = append(all, planned{says: says, in: queryItemsIn{Of: "signals", Within: within, Where: where, GroupBy: by, Most: most}})
	}
	if p.asks["pain"] {
		signals("Complaints", by, map[string]float64{"sentiment": unhappy})
	}
	signals("Signals", by, nil)
	if p.asks["trend"] {
		signals("Signals", "month", nil)
	}
	if p.asks["source"] && by != "source" {
		signals("Signals", "source", nil)
	}
	item := func(says string, t schema.ItemType, sort string) {
		all = append(all, planned{says: says, in: queryItemsIn{Types: []schema.ItemType{t}, Within: within, Sort: sort, Limit: 5}})
	}
	if p.asks["pain"] || p.asks["insight"] || p.asks["evidence"] {
		item("Insights, most severe first", schema.Insight, "-severity")
	}
	if p.asks["opportunity"] {
		item("Opportunities, by priority", schema.Opportunity, "-priority")
	}
	if p.asks["solution"] {
		item("Solutions", schema.Solution, "status")
	}
	if p.asks["metric"] {
		item("Metrics", schema.Metric, "title")
	}
	return all
}
