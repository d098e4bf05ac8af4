package tools

import (
	"context"
	"errors"
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
	within   schema.ID         // the part of the journey it is about, or ""
	named    bool              // the question names that part, or the caller did
	words    []string          // what it is about, beyond what every question says
	names    []string          // of them, those written as names
	source   schema.SourceKind // the kind of source it asks about, or ""
	inbox    bool              // it asks what waits in the inbox
	asks     map[string]bool
	hits     []memory.Hit
	strange  bool // what it is about occurs nowhere here
	stranger bool // a name in it does not

	time      period
	author    string // the handle of somebody it asks about
	owner     string // "me", "none", or a member's id
	owned     string // by whom, in words
	persona   schema.ID
	part      string // what within and persona narrow it to, in words
	types     []schema.ItemType
	statuses  []string
	priority  string
	by        string // what it wants things counted by
	elsewhere bool   // what it is about was said, but not by whom or when it asks
	before    period // the one before, if it asks what changed
	ranks     bool   // it asks what to do first
	against   bool   // it asks who says otherwise
	reads     bool   // it asks what a metric reads
	mayRead   bool   // it does if there is such a metric
	nobody    string // somebody it asks about whom nobody here knows
	lacks     string // what the items it asks for have none of, as query_items calls it
	bare      bool   // it is steps that have none
}

// planned is one query of a plan, with the words its answer begins with.
type planned struct {
	says string
	in   queryItemsIn
	zero bool // that there are none is an answer
}

// asking are the words by which a question tells what kind of answer it wants.
// They are not what it is about.
var asking = map[string][]string{
	"pain":        {"hurt", "hurts", "pain", "pains", "painful", "worst", "bad", "problem", "problems", "complain", "complains", "complained", "complaint", "complaints", "complaining", "struggle", "struggles", "frustrated", "frustrating", "frustrate", "frustrates", "frustration", "issue", "issues", "wrong", "annoy", "annoys", "annoying", "dislike", "dislikes", "hate", "hates", "bother", "bothers", "confuse", "confuses", "confusing", "unhappy", "angry", "trouble", "troubles", "friction", "stuck", "suffer", "difficult"},
	"count":       {"many", "much", "often", "long", "count", "number", "share", "percent"},
	"trend":       {"trend", "lately", "recently", "month", "months", "since", "growing", "increase", "increasing", "decreasing", "over", "time", "new"},
	"source":      {"where", "source", "sources", "channel", "channels", "from"},
	"opportunity": {"opportunity", "opportunities", "improve", "improving", "should", "fix", "priority", "prioritize", "next"},
	"solution":    {"solution", "solutions", "build", "building", "built", "plan", "plans", "shipped", "ship", "working", "planned", "doing", "roadmap"},
	"metric":      {"metric", "metrics", "measure", "measured", "conversion", "target", "rate", "kpi"},
	"evidence":    {"evidence", "prove", "proof", "assumption", "assumptions", "assumed", "validated", "sure", "contested", "disagree", "evidenced", "unproven"},
	"insight":     {"insight", "insights", "learn", "learned", "know", "known"},
	"touchpoint":  {"touchpoint", "touchpoints", "contact"},
	"plain": {"customer", "customers", "user", "users", "people", "person", "say", "says", "said", "saying", "think", "tell", "told", "talk", "most", "least", "main", "biggest", "top", "best", "like", "love", "happen", "happens", "happening", "happened", "get",
		"step", "steps", "stage", "stages", "journey", "journeys", "signal", "signals", "item", "items", "give", "mentioned", "mention", "mentions", "own", "owns", "owned", "owner", "owners", "status", "persona", "personas", "compare", "compared", "versus", "author", "authors", "written", "wrote", "write", "asked", "ask", "reported", "common", "frequent", "frequently", "question", "ones", "came", "come", "comes", "more", "fewer", "differ", "differs", "different", "difference", "arrive", "arrived", "got", "received", "develop", "developed", "change", "changed", "changes", "take", "takes", "took", "lack", "lacks", "missing", "anyone", "someone", "everyone", "somebody", "anything", "something", "does", "really", "want", "need", "needs", "find", "list", "show", "go", "going", "make", "feel", "feels", "us", "one"},
}

// maxWords bounds the telling words of a question: a whole document has more
// than anybody asks about.
const maxWords = 32

// planFor reads the question.
func planFor(ctx context.Context, e *Errand, in askIn) (*plan, error) {
	p := &plan{asks: map[string]bool{}, source: sourceIn(in.Question)}
	var rest string
	p.time, rest = periodIn(in.Question, e.store.Now())
	if changeForm.MatchString(in.Question) {
		p.before = p.time.before(e.store.Now())
	}
	if earlier, later, without, ok := twoPeriodsIn(in.Question, e.store.Now()); ok {
		p.before, p.time, rest = earlier, later, without
	}
	p.by, rest = groupingIn(rest)
	if err := e.View(ctx, func(tx *store.Tx) (err error) {
		if p.within, err = resolvePlace(tx, "within", in.Within); err != nil {
			return err
		}
		rest, err = p.readNames(tx, rest)
		return err
	}); err != nil {
		return nil, err
	}
	p.named = p.within != ""
	if againstForm.MatchString(rest) {
		p.against, rest = true, againstForm.ReplaceAllString(rest, " ")
	}
	if rankForm.MatchString(rest) {
		p.ranks, rest = true, rankForm.ReplaceAllString(rest, "$1 ")
	}
	rest = p.readStates(rest)
	p.readWords(rest)
	p.reads = len(p.words) > 0 && valueForm.MatchString(in.Question)
	p.mayRead = len(p.words) > 0 && mayValueForm.MatchString(in.Question)
	if !p.named && len(p.words) > 0 {
		if err := p.findStep(ctx, e); err != nil {
			return nil, err
		}
	}
	p.settleLack()
	return p, nil
}

// readWords parts the words that say what the question is about from those that
// say what kind of answer it wants.
func (p *plan) readWords(question string) {
	meaning := map[string]string{}
	for kind, ws := range asking {
		for _, w := range ws {
			meaning[w] = kind
		}
	}
	capitals := capitalised(question)
	for _, w := range memory.Words("question: " + question) { // which has a telling word, so that the others are not taken for one
		kind, ask := meaning[w]
		switch {
		case p.source != "" && (w == string(p.source) || w == "came" || w == "come"):
			// it is where to look, and not what for
		case ask:
			p.asks[kind] = true
		case len(p.words) < maxWords:
			p.words = append(p.words, w)
			if capitals[w] {
				p.names = append(p.names, w)
			}
		}
	}
	if len(p.words) > 0 || len(p.asks) > 1 || p.narrowed() {
		return
	}
	if words := memory.Words(question); len(words) > 0 && meaning[words[0]] == "" {
		p.words = words // it asks for nothing that can be told
	}
}

// narrowed reports whether the question names some of what there is.
func (p *plan) narrowed() bool {
	return p.within != "" || p.inbox || p.source != "" || p.author != "" || p.owner != "" || p.persona != "" || p.priority != "" || p.by != "" || p.lacks != "" || len(p.types)+len(p.statuses) > 0 || !p.time.open()
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

// changeForm is how a question asks for a comparison with the time before.
var changeForm = regexp.MustCompile(`(?i)\b(?:changed?|changes|compared (?:with|to)|than before)\b`)

// rankForm is how a question asks what to do first, which is not what it is about.
var rankForm = regexp.MustCompile(`(?i)\b((?:fix|solve|tackle|address|improve|build|work on)\b.{0,40}?)\bfirst\b`)

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
// complaints, or the newest signals, in place of what was found by words. Where
// no signal carries a sentiment, there are no complaints to be told.
func (p *plan) lookAround(tx *store.Tx) error {
	p.hits = nil
	if p.nobody != "" || !p.ofSignals() {
		return nil
	}
	f := store.SignalFilter{Within: p.within, Source: p.source, Author: p.author, Persona: p.persona, Since: p.time.since, Until: p.time.until, States: []schema.SignalState{schema.Inbox, schema.Proposed, schema.Placed}}
	if p.inbox {
		f.States = []schema.SignalState{schema.Inbox}
	}
	if p.asks["pain"] {
		least, most := coldest, unhappy
		f.LeastSentiment = &least
		_, felt, err := tx.SignalsWhere(f, 0, 0)
		if err != nil {
			return err
		}
		if f.LeastSentiment = nil; felt > 0 {
			f.MostSentiment = &most
		}
	}
	found, _, err := tx.SignalsWhere(f, 0, askHits)
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
	switch {
	case len(p.words) == 0 || p.named:
		return true
	case p.stranger:
		return false
	case p.strange || h.Cosine >= alikeEnough:
		return h.Cosine >= alikeEnough
	}
	said := stems(memory.Words(text))
	return slices.ContainsFunc(p.words, func(w string) bool { return said[stem(w)] })
}

// judge tells whether the question is about something that is not here: no text
// that was found, with the steps it stands on, has half of its telling words and
// two of them; or one that is written as a name occurs in none.
func (p *plan) judge(tx *store.Tx) error {
	if len(p.words) == 0 {
		return nil
	}
	asked, known, best := stems(p.words), map[string]bool{}, 0
	for _, h := range p.hits {
		text, err := textAround(tx, h.ID)
		if errors.Is(err, schema.NotFound) {
			continue // gone since it was found
		}
		if err != nil {
			return err
		}
		same := 0
		for w := range stems(memory.Words(text)) {
			if asked[w] {
				known[w] = true
				same++
			}
		}
		best = max(best, same)
	}
	p.strange = best < max(min(2, len(asked)), (len(asked)+1)/2)
	p.stranger = slices.ContainsFunc(p.names, func(w string) bool { return !known[stem(w)] })
	return nil
}

// textAround is the text of a record with those of the steps it stands on.
func textAround(tx *store.Tx, id schema.ID) (string, error) {
	r, err := tx.Get(id)
	if err != nil {
		return "", err
	}
	text := store.Text(r)
	if k := r.Kind(); k != schema.KindSignal && k != schema.KindItem {
		return text, nil
	}
	placements, err := tx.PlacementsOf(id)
	if err != nil {
		return "", err
	}
	for _, x := range placements {
		if x.Step == "" {
			continue
		}
		step, err := tx.Steps.Get(x.Step)
		if err != nil {
			return "", err
		}
		text += "\n" + store.Text(step)
	}
	return text, nil
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
