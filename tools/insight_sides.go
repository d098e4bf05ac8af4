package tools

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"custory/schema"
	"custory/store"
)

// disagreements tell where the quotes of an insight do not say the same: people
// on both sides, and quotes of one side whose sources say that they feel the
// opposite.
func disagreements(tx *store.Tx, item schema.ID, ev schema.Evidence) (all []string, err error) {
	cites, err := tx.CitationsOf(item)
	if err != nil {
		return nil, err
	}
	sides := map[schema.Stance][]*schema.Signal{}
	for _, c := range cites {
		sig, err := tx.Signals.Get(c.Signal)
		if err != nil {
			return nil, err
		}
		sides[c.Stance] = appendNew(sides[c.Stance], sig)
	}
	if against := summarize(sides[schema.Contradicts]).people; against > 0 {
		all = append(all, fmt.Sprintf("%s for it and %d against: %.0f %% of them disagree", plural(ev.People, "person"), against, 100*ev.Disagree))
	}
	for _, stance := range schema.Stance("").Values() {
		if low, high := furthest(sides[stance]); low != nil && opposite(*low.Sentiment, *high.Sentiment) {
			all = append(all, fmt.Sprintf("%s (sentiment %+.2f) and %s (%+.2f) feel the opposite, and both are cited as %s: see whether one contradicts", low.ID, *low.Sentiment, high.ID, *high.Sentiment, stance))
		}
	}
	return all, nil
}

// furthest are the signals that feel worst and best.
func furthest(signals []*schema.Signal) (low, high *schema.Signal) {
	for _, s := range signals {
		if s.Sentiment == nil {
			continue
		}
		if low == nil || *s.Sentiment < *low.Sentiment {
			low = s
		}
		if high == nil || *s.Sentiment > *high.Sentiment {
			high = s
		}
	}
	return low, high
}

// opposite reports whether one is clearly glad and the other clearly not.
func opposite(a, b float64) bool { return a*b < 0 && min(math.Abs(a), math.Abs(b)) >= -unhappy }

// restsOnSame finds the insights that cite half of the quoted signals or more:
// what the server would write of them once more.
func restsOnSame(ctx context.Context, e *Errand, quotes []quoteIn) (lines []insightLine, err error) {
	err = e.View(ctx, func(tx *store.Tx) error {
		shared, cited := map[schema.ID]int{}, map[[2]schema.ID]bool{}
		signals := map[string]bool{}
		for _, q := range quotes {
			if signals[q.Signal] {
				continue
			}
			signals[q.Signal] = true
			cites, err := tx.CitationsFrom(schema.ID(q.Signal))
			if err != nil {
				return err
			}
			for _, c := range cites {
				if pair := [2]schema.ID{c.Item, c.Signal}; !cited[pair] {
					cited[pair] = true
					shared[c.Item]++
				}
			}
		}
		for id, n := range shared {
			item, err := tx.Items.Get(id)
			if err != nil {
				return err
			}
			if 2*n < len(signals) || item.Type != schema.Insight || item.Review == schema.DismissedReview {
				continue
			}
			path, err := placesOf(tx, id)
			if err != nil {
				return err
			}
			lines = append(lines, insightLine{ID: id, Title: item.Title, Path: path, Alike: round2(float64(n) / float64(len(signals)))})
		}
		slices.SortFunc(lines, func(a, b insightLine) int { return cmp.Or(cmp.Compare(b.Alike, a.Alike), cmp.Compare(a.ID, b.ID)) })
		return nil
	})
	return lines[:min(3, len(lines))], err
}
