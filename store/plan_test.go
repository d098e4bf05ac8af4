package store_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
)

// wholesale are the plans that read all that a workspace has of something.
var wholesale = regexp.MustCompile(`SCAN (\w+)|SEARCH (\w+) USING .*\(workspace=\?\)$|SEARCH (\w+) USING .*\(workspace=\? AND seq<\?\)$`)

// mayReadAll are the questions that are about all of something, or asked
// seldom: of what few records have, no index is kept.
var mayReadAll = []string{
	"AND 1 = 1", "SELECT workspace, id, name", "SELECT workspace, id, kind FROM doc", "WHERE workspace = ? ORDER BY", "lower(", "LIKE", "count(*) FROM signal", "owner = ?", "author = ?", "persona = ?", "reply_to = ?", "DELETE FROM member", "DELETE FROM slug",
	"FROM call WHERE workspace = ?", "FROM head", "UPDATE head", "FROM workspace", "FROM member WHERE workspace = ? AND role", "decided_by = ?", "invited_by", "FROM item WHERE workspace = ? AND review", "full_text",
}

func TestNoQuestionReadsTheWholeWorkspace(t *testing.T) {
	t.Parallel()
	c := newChance(t, 3)
	var calls []schema.ID
	for range 150 {
		if id := c.call(t); id != "" {
			calls = append(calls, id)
		}
	}
	c.undo(t, calls[len(calls)-1])
	for _, id := range c.journeys(t) {
		c.mapOf(t, id)
		c.at(t, id, 1<<40)
		c.find(t, store.Search{Within: id}, "price")
		_, _ = c.try(t, "restore", func(tx *store.Tx) error { return tx.Restore(id, 100) })
		c.view(t, func(tx *store.Tx) error {
			_, err := tx.History(id, 0, 10)
			must(t, err)
			_, _, err = tx.Calls(store.CallFilter{Touching: id, Limit: 5})
			must(t, err)
			_, err = tx.ChangesOf(calls[0])
			must(t, err)
			_, _, err = tx.ItemsWhere(store.ItemFilter{Within: id}, "", 0, 5)
			must(t, err)
			_, _, err = tx.SignalsWhere(store.SignalFilter{Within: id}, 0, 5)
			must(t, err)
			_, err = tx.SeqAt(tx.Now)
			return err
		})
	}
	c.changes(t)
	_, _, err := c.st.Docs(t.Context(), c.actor.Workspace, "m", 5)
	must(t, err)
	plans, err := c.st.Plans()
	must(t, err)
	for query, plan := range plans {
		for _, step := range plan {
			m := wholesale.FindStringSubmatch(step)
			if m == nil || slices.ContainsFunc(mayReadAll, func(s string) bool { return strings.Contains(query, s) }) {
				continue
			}
			if len(m[1]) == 1 { // the answer of a question inside
				continue
			}
			t.Errorf("%s\n\t%s", strings.Join(strings.Fields(query), " "), strings.Join(plan, "\n\t"))
			break
		}
	}
	if len(plans) < 100 {
		t.Errorf("only %d statements were looked at", len(plans))
	}
}
