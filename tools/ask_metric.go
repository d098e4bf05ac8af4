package tools

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// valueForm is how a question asks what a metric reads, mayValueForm how it does
// if there is such a metric; valueWords are the words it does so with.
var (
	mayValueForm = regexp.MustCompile(`(?i)^\W*(?:what(?:'s|’s| is| was| are)|how (?:high|low|good|bad|large|big) (?:is|are|was)) (?:our|the|my)\b`)
	valueForm    = regexp.MustCompile(`(?i)\bmetric\b.*\b(?:at|now|stand|stands|value|baseline|target)\b|\b(?:value|current|baseline|target)\b.*\bmetric\b|^\W*what(?:'s|’s| is| was)\b.*\bmetric\W*$`)
	valueWords   = []string{"now", "stand", "stands", "value", "values", "current", "currently", "baseline", "read", "reading", "moment"}
)

// metricFacts tell what the metrics read that the question names: all of its
// telling words are in the title, or all of the title's in it.
func metricFacts(ctx context.Context, tx *store.Tx, p *plan) (all []fact, err error) {
	words := slices.DeleteFunc(slices.Clone(p.words), func(w string) bool { return slices.Contains(valueWords, w) })
	metrics, _, err := tx.ItemsWhere(store.ItemFilter{Types: []schema.ItemType{schema.Metric}}, "title", 0, -1)
	if err != nil || len(words) == 0 {
		return nil, err
	}
	for _, m := range metrics {
		asked, title := stems(words), stems(memory.Words(m.Title))
		if !allIn(asked, title) && !allIn(title, asked) {
			continue
		}
		q := queryItemsIn{Types: []schema.ItemType{schema.Metric}, Words: m.Title, Limit: 5}
		res, err := queryItems(ctx, tx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, fact{Says: reading(m), Of: res.Of, Query: q})
	}
	return all, nil
}

// allIn reports whether each of the words, and there are some, is in the others.
func allIn(words, others map[string]bool) bool {
	for w := range words {
		if !others[w] {
			return false
		}
	}
	return len(words) > 0
}

// reading is what a metric reads, in words.
func reading(m *schema.Item) string {
	value := func(name string, v *float64) string {
		if v == nil {
			return name + " not set"
		}
		return name + " " + strconv.FormatFloat(*v, 'f', -1, 64)
	}
	says := []string{value("current", m.Current), value("baseline", m.Baseline), value("target", m.Target), "unit " + first(string(m.Unit), "not set")}
	return fmt.Sprintf("Metric %s [%s]: %s", m.Title, m.ID, strings.Join(says, ", "))
}
