package tools

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"custory/schema"
	"custory/store"
)

// groupings are the words by which a question says what to count by.
var groupings = map[string]string{"source": "source", "channel": "source", "journey": "journey", "persona": "persona", "segment": "persona", "month": "month", "step": "step", "stage": "stage",
	"owner": "owner", "status": "status", "state": "state", "author": "author", "customer": "author", "person": "author", "type": "type"}

var (
	byForm     = regexp.MustCompile(`(?i)\b(?:by|per|for each|for every|each|every|across|compare|between)(?: all| the| our| my)? (source|channel|journey|persona|segment|month|step|stage|owner|status|state|author|customer|person|type)(?:e?s)?\b`)
	whichForm  = regexp.MustCompile(`(?i)\b(?:which|what) (source|channel|journey|persona|segment|month|step|stage|owner|author)s?\b`)
	whoForm    = regexp.MustCompile(`(?i)^\W*who(?: else)?(?: all)? (?:has |have )?(?:said|says|say|mentions?|mentioned|complains?|complained|wrote|writes|reports?|reported|asks?|asked|talks?|talked)\b`)
	sayForm    = regexp.MustCompile(`(?i)\b(?:did|does|do|has|have) (.{1,80}?) (?:ever )?(?:say|said|tell|told|write|written|complain|complained|mention|mentioned|report|reported|ask|asked|think|want)\b`)
	byWhomForm = regexp.MustCompile(`(?i)\b(?:said by|told by|written by|reported by|according to|quotes? (?:of|from|by)|signals? (?:of|from|by)|heard from) ([^\s,?!]+)`)
	ownForm    = regexp.MustCompile(`(?i)\b(?:does|do|is|are|what'?s|everything) (?:(?:all|everything)(?: that)? )?(.{1,80}?) (?:own|owns|responsible for)\b`)
	ownedForm  = regexp.MustCompile(`(?i)\b(?:owned by|assigned to|belongs? to) ([^,?!]{1,80}?)\s*(?:[,?!.]|$|\b(?:and|in|on|at|with)\b)`)
	whoOwns    = regexp.MustCompile(`(?i)\bwho (?:owns|is responsible for)\b`)
	unowned    = regexp.MustCompile(`(?i)\b(?:unowned|(?:does )?(?:nobody|no one) owns?|no[- ]?one is responsible|without (?:an |any )?owners?|no owner|not owned)\b`)
)

// groupingIn reads what a question wants things counted by.
func groupingIn(question string) (by, rest string) {
	if m := byForm.FindStringSubmatchIndex(question); m != nil {
		return groupings[strings.ToLower(question[m[2]:m[3]])], question[:m[0]] + " " + question[m[1]:]
	}
	if m := whichForm.FindStringSubmatch(question); m != nil {
		return groupings[strings.ToLower(m[1])], question
	}
	switch {
	case whoForm.MatchString(question):
		return "author", question
	case whoOwns.MatchString(question):
		return "owner", question
	}
	return "", question
}

// readNames finds whom and what the question names: an author, an owner, a
// persona, a journey. It returns the question without them.
func (p *plan) readNames(tx *store.Tx, question string) (rest string, err error) {
	if rest, err = p.readOwner(tx, question); err != nil {
		return "", err
	}
	if rest, err = p.readAuthor(tx, rest); err != nil {
		return "", err
	}
	personas, err := tx.Personas.All()
	if err != nil {
		return "", err
	}
	for _, x := range personas {
		if without, ok := withoutName(rest, x.Name); ok && p.persona == "" {
			p.persona, rest = x.ID, without
		}
	}
	journeys, err := tx.Journeys.All()
	if err != nil || p.within != "" {
		return rest, err
	}
	for _, j := range journeys {
		if without, ok := withoutName(rest, j.Name); ok && p.within == "" {
			p.within, rest = j.ID, without
		}
	}
	return rest, nil
}

// withoutName cuts a name out of a text that holds it in whole words.
func withoutName(text, name string) (rest string, ok bool) {
	if len(name) < 2 {
		return text, false
	}
	form, err := regexp.Compile(`(?i)(^|[^\pL\pN])` + regexp.QuoteMeta(name) + `(?:'s|’s|s)?($|[^\pL\pN])`)
	if err != nil || !form.MatchString(text) {
		return text, false
	}
	return form.ReplaceAllString(text, "$1 $2"), true
}

// readOwner finds the member whose items are asked for, by name or first name.
func (p *plan) readOwner(tx *store.Tx, question string) (rest string, err error) {
	if unowned.MatchString(question) {
		p.owner = "none"
		return unowned.ReplaceAllString(question, " "), nil
	}
	m := orElse(ownForm.FindStringSubmatch(question), ownedForm.FindStringSubmatch(question))
	if m == nil {
		return question, nil
	}
	who := strings.TrimSpace(m[1])
	if slices.Contains([]string{"i", "me", "my"}, strings.ToLower(who)) {
		p.owner = "me"
		return question, nil
	}
	members, err := tx.Members.All()
	if err != nil {
		return "", err
	}
	for _, x := range members {
		name, _, _ := strings.Cut(x.Name, " ")
		if strings.EqualFold(x.Name, who) || strings.EqualFold(name, who) {
			p.owner, p.owned = string(x.ID), x.Name
			return strings.Replace(question, who, " ", 1), nil
		}
	}
	if looksLikeName(who) {
		p.nobody = who
	}
	return question, nil
}

// readAuthor finds the customer whose words are asked for, by the handle.
func (p *plan) readAuthor(tx *store.Tx, question string) (rest string, err error) {
	m := orElse(byWhomForm.FindStringSubmatch(question), sayForm.FindStringSubmatch(question))
	if m == nil || p.nobody != "" {
		return question, nil
	}
	who := strings.Trim(strings.TrimSpace(m[1]), `"'“”‘’.`)
	known, err := authorOf(tx, who)
	if err != nil {
		return "", err
	}
	if known != "" {
		p.author = known
		return strings.Replace(question, m[1], " ", 1), nil
	}
	if persona, err := tx.Resolve(schema.KindPersona, who); err == nil {
		p.persona = persona
		return strings.Replace(question, m[1], " ", 1), nil
	}
	if looksLikeName(who) && sourceIn("from "+who) == "" {
		p.nobody = who
	}
	return question, nil
}

// authorOf is the handle of who said something here, in the case it has.
func authorOf(tx *store.Tx, who string) (string, error) {
	_, n, err := tx.SignalsWhere(store.SignalFilter{Author: who}, 0, 0)
	if err != nil || n > 0 {
		return who, err
	}
	if !looksLikeName(who) {
		return "", nil
	}
	all, _, err := tx.SignalsWhere(store.SignalFilter{}, 0, -1)
	for _, s := range all {
		if strings.EqualFold(s.Author, who) {
			return s.Author, err
		}
	}
	return "", err
}

// looksLikeName tells a handle or name from "customers" or "most people".
func looksLikeName(who string) bool {
	words := strings.Fields(who)
	if len(words) == 0 || len(words) > 3 || slices.Contains(asking["plain"], strings.ToLower(words[len(words)-1])) {
		return false
	}
	if len(words) == 1 && strings.ContainsAny(who, "@0123456789_") {
		return true
	}
	for _, w := range words {
		if len(w) < 2 || !unicode.IsUpper([]rune(w)[0]) {
			return false
		}
	}
	return true
}

// orElse is a, or b if a is nil.
func orElse(a, b []string) []string {
	if a != nil {
		return a
	}
	return b
}

// typeWords are the types as a question names them.
var typeWords = map[schema.ItemType]string{schema.Touchpoint: "touchpoint", schema.Insight: "insight", schema.Opportunity: "opportunity", schema.Solution: "solution", schema.Metric: "metric"}

// inInbox is how a question asks for what nobody has placed.
var inInbox = regexp.MustCompile(`(?i)\b(?:(?:wait|waits|waiting|left|still|remain|remains) )*(?:in|of|from) (?:the |our |my )?inbox\b|\binbox\b`)

// readStates finds the types, statuses and priorities the question names. A
// status that is an everyday word counts only beside a type that has it.
func (p *plan) readStates(question string) (rest string) {
	if inInbox.MatchString(question) {
		p.inbox, question = true, inInbox.ReplaceAllString(question, " ")
	}
	question = p.readLack(question)
	lower := strings.ToLower(question)
	for _, t := range schema.ItemType("").Values() {
		if w := typeWords[t]; strings.Contains(lower, w) || strings.Contains(lower, strings.TrimSuffix(w, "y")+"ies") {
			p.types = append(p.types, t)
		}
	}
	everyday := []string{"New", "Exists", "Confirmed", "Idea", "Active", "Draft", "Broken", "Closed", "Planned", "Proposed", "Defined", "Observed", "Suspected"}
	types := p.types
	if len(types) == 0 {
		types = schema.ItemType("").Values()
	}
	for _, t := range types {
		for _, s := range t.Statuses() {
			if len(p.types) == 0 && slices.Contains(everyday, s) {
				continue
			}
			if without, ok := withoutName(question, s); ok || slices.Contains(p.statuses, s) {
				p.statuses, question = appendNew(p.statuses, s), without
			}
		}
	}
	priority := regexp.MustCompile(`(?i)\b(high|medium|low)[- ]priority\b|\bpriority (?:is )?(high|medium|low)\b`)
	if m := priority.FindStringSubmatch(question); m != nil {
		p.priority = m[1] + m[2]
		question = priority.ReplaceAllString(question, " ")
	}
	return question
}

// capitalised are the words of a text that are written as names: with a capital,
// and not as the first of a sentence. In a text that writes half of its words so,
// none is.
func capitalised(text string) map[string]bool {
	names, words, begins := map[string]bool{}, 0, true
	for _, w := range strings.Fields(text) {
		words++
		bare := strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		bare = strings.TrimSuffix(strings.TrimSuffix(bare, "'s"), "’s")
		if rs := []rune(bare); !begins && len(rs) > 1 && unicode.IsUpper(rs[0]) {
			for _, part := range strings.FieldsFunc(strings.ToLower(bare), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				names[part] = true
			}
		}
		begins = strings.ContainsAny(w[len(w)-1:], ".!?:")
	}
	if 2*len(names) >= words {
		return nil
	}
	return names
}
