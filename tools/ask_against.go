package tools

import (
	"fmt"
	"regexp"
	"strings"

	"custory/internal/quote"
	"custory/resources"
	"custory/schema"
	"custory/store"
)

// againstForm is how a question asks who says otherwise.
var againstForm = regexp.MustCompile(`(?i)\b(?:disagree|contradict)s? (?:that|with|about)\b`)

// contradicted answers who says otherwise: the quotes that contradict the
// insights on it. It has no answer where there is no such insight.
func contradicted(tx *store.Tx, p *plan, limit int, paths *pathBook) (out askOut, err error) {
	var lines []string
	for _, h := range p.hits {
		r, err := tx.Get(h.ID)
		if err != nil || !p.bears(store.Text(r), h) {
			continue // gone since it was found, or about something else
		}
		i, ok := r.(*schema.Item)
		if !ok || i.Type != schema.Insight || i.Draft() || len(out.Insights) == 5 {
			continue
		}
		line, err := hitOf(tx, i.ID, paths)
		if err != nil {
			return out, err
		}
		out.Insights = append(out.Insights, line)
		n, err := addAgainst(tx, i.ID, limit, paths, &out)
		if err != nil {
			return out, err
		}
		lines = append(lines, fmt.Sprintf("Quotes that contradict “%s” [%s]: %d.", i.Title, i.ID, n))
	}
	if len(out.Passages) > 0 {
		out.Trust = "external"
	}
	out.Held, out.Answer = len(out.Insights) > 0, strings.Join(lines, "\n")
	return out, nil
}

// addAgainst adds the quotes that contradict an insight, and counts them.
func addAgainst(tx *store.Tx, insight schema.ID, limit int, paths *pathBook, out *askOut) (n int, err error) {
	cites, err := tx.CitationsOf(insight)
	if err != nil {
		return 0, err
	}
	for _, c := range cites {
		if c.Stance != schema.Contradicts {
			continue
		}
		if n++; len(out.Passages) == limit {
			continue
		}
		s, err := tx.Signals.Get(c.Signal)
		if err != nil {
			return 0, err
		}
		path, _, err := signalPlace(tx, s.ID, paths)
		if err != nil {
			return 0, err
		}
		said := quoteLine{Signal: s.ID, Quote: c.Quote, Author: quote.Clean(s.Author), Source: resources.SourceOf(s), Said: day(s.SaidAt), Sentiment: s.Sentiment}
		out.Passages = append(out.Passages, cited{said, path})
	}
	return n, nil
}
