package tools

import (
	"context"
	"fmt"
	"strings"

	"custory/store"
)

// coldest is the least sentiment there is: every signal that carries one has it
// or more.
const coldest = -1.0

// computeComplaints counts complaints, and says among how many: only signals
// that carry a sentiment can be told to be one. If none does, it is mute.
func computeComplaints(ctx context.Context, tx *store.Tx, q planned) (f fact, mute bool, err error) {
	scope := q.in
	scope.Most, scope.GroupBy, scope.Limit = nil, "", 1
	all, err := queryItems(ctx, tx, scope)
	if err != nil {
		return f, false, err
	}
	scope.Least = map[string]float64{"sentiment": coldest}
	felt, err := queryItems(ctx, tx, scope)
	if err != nil {
		return f, false, err
	}
	switch {
	case all.Total > 0 && felt.Total == 0:
		says := fmt.Sprintf("%s cannot be told: none of the %s there carries a sentiment", q.says, plural(all.Total, "signal"))
		return fact{Says: says, Of: felt.Of, Query: scope}, true, nil
	case felt.Total < all.Total:
		q.says += fmt.Sprintf(" (of %d of %d that carry a sentiment)", felt.Total, all.Total)
	}
	f, err = compute(ctx, tx, q)
	return f, false, err
}

// asMentions are figures of signals of which nobody knows whether they complain.
func (q planned) asMentions() planned {
	q.says = strings.Replace(q.says, "Signals", "Mentions, whether they complain or not,", 1)
	return q
}
