package tools

import (
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

// queries are the figures that bear on the question: of the part of the journey
// it is about, or of the whole workspace if it is about nothing in particular.
// On a topic, they are of a word that occurs, and only those that are asked for.
func (p *plan) queries(tx *store.Tx) (all []planned, err error) {
	word := ""
	if len(p.words) > 0 && !p.named {
		if word, err = p.rarest(tx); err != nil {
			return nil, err
		}
		if word == "" {
			return nil, nil // what bears on the topic is counted by topicFact
		}
	}
	if word != "" || p.ofSignals() {
		all = append(all, p.signalQueries(word)...)
		if !p.before.open() {
			earlier := *p
			earlier.time = p.before
			all = append(all, earlier.signalQueries(word)...)
		}
	}
	if word == "" || len(p.types)+len(p.statuses) > 0 || p.owner != "" || p.priority != "" || p.lacks != "" {
		all = append(all, p.itemQueries(word)...)
	}
	return all, nil
}

// ofSignals reports whether figures of signals bear on the question, and not
// those of items alone.
func (p *plan) ofSignals() bool {
	if p.inbox {
		return true
	}
	itemsOnly := p.owner != "" || p.lacks != "" || len(p.statuses) > 0 || p.priority != "" || slices.Contains([]string{"owner", "status", "type"}, p.by)
	return !itemsOnly || p.author != "" || p.asks["pain"]
}

// signalQueries are the figures of signals; of those that hold a word, if one is
// given.
func (p *plan) signalQueries(word string) (all []planned) {
	within, by := string(p.within), "step"
	if p.within.Kind() == schema.KindStep {
		by = "source"
	}
	if p.by != "" && !slices.Contains([]string{"owner", "status", "type"}, p.by) {
		by = p.by
	}
	where := map[string]string{}
	if p.source != "" {
		where["source"] = string(p.source)
	}
	if p.author != "" {
		where["author"] = p.author
	}
	var state schema.SignalState
	if p.inbox {
		state, by = schema.Inbox, "source"
	}
	about := p.filterWords(word)
	narrowed := about != "" // by more than the part of the journey
	about += p.part
	add := func(says, by string, most map[string]float64) {
		q := queryItemsIn{Of: "signals", Within: within, Persona: string(p.persona), Where: where, State: state, Words: word, GroupBy: by, Most: most, CreatedSince: When{p.time.since}, CreatedUntil: When{p.time.until}}
		all = append(all, planned{says: says + about, in: q, zero: narrowed && (word == "" || p.elsewhere)})
	}
	if word != "" {
		for _, g := range []string{p.by, kindIf(p.asks["trend"], "month"), kindIf(p.asks["source"], "source")} {
			if g != "" && g != "owner" && g != "status" && g != "type" {
				add("Signals", g, nil)
			}
		}
		if len(all) == 0 && (!p.time.open() || p.author != "" || p.persona != "") {
			add("Signals", by, nil)
		}
		return all
	}
	if p.asks["pain"] {
		add("Complaints", by, map[string]float64{"sentiment": unhappy})
	}
	add("Signals", by, nil)
	if p.asks["trend"] && by != "month" {
		add("Signals", "month", nil)
	}
	if p.asks["source"] && by != "source" {
		add("Signals", "source", nil)
	}
	return all
}

func kindIf(asked bool, by string) string {
	if asked {
		return by
	}
	return ""
}

// nameParts tells in words which part of the journey, and which persona, the
// figures are of.
func (p *plan) nameParts(paths *pathBook) error {
	if p.within != "" {
		path, err := paths.of(p.within)
		if err != nil {
			return err
		}
		p.part = " at “" + shortPath(path) + "”"
	}
	if p.persona != "" {
		name, err := paths.of(p.persona)
		if err != nil {
			return err
		}
		p.part += " for “" + name + "”"
	}
	return nil
}

// filterWords tell what the figures are narrowed to, beside the part of the
// journey and the persona.
func (p *plan) filterWords(word string) (about string) {
	if word != "" {
		about += " with “" + word + "”"
	}
	if p.inbox {
		about += " in the inbox"
	}
	if p.author != "" {
		about += " of " + p.author
	}
	if p.source != "" {
		about += " from " + string(p.source)
	}
	if !p.time.open() {
		about += " " + p.time.inWords()
	}
	return about
}

// itemQueries are the figures of items; of those that hold a word, if one is
// given.
func (p *plan) itemQueries(word string) (all []planned) {
	within, narrowed := string(p.within), p.owner != "" || p.lacks != "" || len(p.statuses) > 0 || p.priority != ""
	base := queryItemsIn{Within: within, Owner: p.owner, Persona: string(p.persona), Statuses: p.statuses, Words: word, Limit: 5}
	if p.priority != "" {
		base.Where = map[string]string{"priority": p.priority}
	}
	if p.lacks != "" {
		base.Missing = []string{p.lacks}
	}
	if p.author != "" || p.source != "" {
		return nil // items have neither
	}
	base.CreatedSince, base.CreatedUntil = When{p.time.since}, When{p.time.until}
	add := func(order string, t schema.ItemType, sort string) {
		q := base
		q.Types, q.Sort = []schema.ItemType{t}, sort
		q.Statuses = slices.DeleteFunc(slices.Clone(p.statuses), func(s string) bool { return !slices.Contains(t.Statuses(), s) })
		if len(q.Statuses) > 0 || len(p.statuses) == 0 {
			all = append(all, planned{says: t.Group() + p.itemWords(word) + order, in: q, zero: narrowed})
		}
	}
	asks := func(t schema.ItemType, kinds ...string) bool {
		return slices.Contains(p.types, t) || slices.ContainsFunc(kinds, func(k string) bool { return p.asks[k] })
	}
	if by := p.by; by == "owner" || by == "status" || by == "type" {
		q := base
		q.Types, q.GroupBy, q.Limit = p.types, by, 0
		return []planned{{says: itemsNoun(p.types) + p.itemWords(word), in: q}}
	}
	if narrowed && len(p.types) == 0 {
		q := base
		if p.owner != "" {
			counted := q
			counted.GroupBy, counted.Limit = "type", 0
			all = append(all, planned{says: "Items" + p.itemWords(word), in: counted, zero: true})
		}
		return append(all, planned{says: "Items" + p.itemWords(word), in: q, zero: p.owner == ""})
	}
	if asks(schema.Insight, "pain", "insight", "evidence") {
		add(", most severe first", schema.Insight, "-severity")
	}
	if asks(schema.Opportunity, "opportunity") {
		add(", by priority", schema.Opportunity, "-priority")
	}
	if asks(schema.Solution, "solution") {
		add("", schema.Solution, "status")
	}
	if asks(schema.Metric, "metric") {
		add("", schema.Metric, "title")
	}
	if asks(schema.Touchpoint, "touchpoint") {
		add("", schema.Touchpoint, "title")
	}
	return all
}

func itemsNoun(types []schema.ItemType) string {
	if len(types) == 1 {
		return types[0].Group()
	}
	return "Items"
}

// itemWords tell what figures of items are narrowed to.
func (p *plan) itemWords(word string) (about string) {
	about = p.part
	if word != "" {
		about += " with “" + word + "”"
	}
	if p.priority != "" {
		about += " of " + strings.ToLower(p.priority) + " priority"
	}
	if len(p.statuses) > 0 {
		about += " that are " + strings.Join(p.statuses, " or ")
	}
	if p.lacks != "" {
		about += " without " + strings.ReplaceAll(p.lacks, "_", " ")
	}
	switch p.owner {
	case "":
	case "none":
		about += " that nobody owns"
	case "me":
		about += " that you own"
	default:
		about += " that " + p.owned + " owns"
	}
	if !p.time.open() {
		about += " made " + p.time.inWords()
	}
	return about
}

// rarest is the telling word that fewest signals hold, without its ending if
// more hold it so; "" if none holds any.
func (p *plan) rarest(tx *store.Tx) (best string, err error) {
	least := 0
	for _, w := range p.words {
		found, form := 0, w
		for _, f := range []string{w, stem(w)} {
			_, n, err := tx.SignalsWhere(store.SignalFilter{Words: f}, 0, 0)
			if err != nil {
				return "", err
			}
			if n > found {
				found, form = n, f
			}
		}
		if found > 0 && (best == "" || found < least) {
			best, least = form, found
		}
	}
	return best, nil
}

// inPlan reports whether a signal is among those the question narrows down to.
func (p *plan) inPlan(s *schema.Signal) bool {
	when := s.SaidAt
	if when.IsZero() {
		when = s.Created
	}
	switch {
	case p.author != "" && s.Author != p.author, p.source != "" && s.Source != p.source, p.persona != "" && s.Persona != p.persona:
		return false
	case !p.time.since.IsZero() && when.Before(p.time.since), !p.time.until.IsZero() && !when.Before(p.time.until):
		return false
	}
	return true
}
