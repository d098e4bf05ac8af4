package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// TestNeighboursAreNotSeen calls every tool with the ids and names of another
// workspace: nothing is found, and nothing there changes.
func TestNeighboursAreNotSeen(t *testing.T) {
	st := storetest.Open(t)
	theirs, ours := newStage(t, st), newStage(t, st)
	ids, writes := furnish(t, theirs), map[string]bool{}
	for _, tool := range tools.All() {
		writes[tool.Name] = tool.Run.Effect != tools.Reads
	}
	for tool, inputs := range strangers(ids) {
		for _, args := range inputs {
			before := theirs.picture(t)
			reply, failed := ours.call(t, "owner", tool, args)
			if theirs.picture(t) != before {
				t.Errorf("%s %s changed the other workspace", tool, args)
			}
			if failed && !strings.Contains(string(reply), `"not_found"`) && !strings.Contains(string(reply), `"invalid"`) {
				t.Errorf("%s %s answers %s", tool, args, reply)
			}
			if !failed && writes[tool] && args != "{}" {
				t.Errorf("%s %s succeeds:\n%s", tool, args, reply)
			}
			if !failed && !emptyHanded(reply) || strings.Contains(withoutEcho(t, reply, args), secret) {
				t.Errorf("%s %s tells of the other workspace:\n%s", tool, args, reply)
			}
		}
	}
	for _, tool := range tools.All() {
		if len(strangers(ids)[tool.Name]) == 0 {
			t.Errorf("%s is not tried with the ids of another workspace", tool.Name)
		}
	}
}

// emptyHanded reports whether a reply that succeeded found nothing.
func emptyHanded(reply []byte) bool {
	var out struct {
		Hits, Calls, Notes, Items, Versions, Drafts []any
		Known                                       *bool
	}
	_ = json.Unmarshal(reply, &out)
	return len(out.Hits)+len(out.Calls)+len(out.Notes)+len(out.Items)+len(out.Versions)+len(out.Drafts) == 0
}

// withoutEcho is a reply without the texts of the call, which it may repeat.
func withoutEcho(t *testing.T, reply []byte, args string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(args), &v); err != nil {
		t.Fatalf("%s: %v", args, err)
	}
	rest := string(reply)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			rest = strings.ReplaceAll(rest, v, "")
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	return rest
}

// secret is a word that stands in everything of the other workspace.
const secret = "Xanadu"

// furnish builds a workspace that has a record of every kind, each with the
// secret in its name, and returns their ids by kind.
func furnish(t *testing.T, s *stage) map[schema.Kind]string {
	t.Helper()
	ids := map[schema.Kind]string{}
	for _, c := range []struct{ tool, args string }{
		{"save_persona", `{"name": "Xanadu buyer"}`},
		{"edit_journey", `{"operations": [{"op": "create_journey", "name": "Xanadu", "outline": "Xanadu stage\n  Xanadu step\n  Xanadu second"}, {"op": "nest", "name": "Xanadu below", "in": "Xanadu step"}]}`},
		{"save_items", `{"items": [{"type": "Opportunity", "title": "Xanadu chance", "place_on": ["Xanadu step"], "draft": true}, {"type": "Metric", "title": "Xanadu measure", "link_to": ["Xanadu chance"],
			"readings": [{"value": 3}], "weblinks": [{"url": "https://example.com/xanadu"}], "attachments": [{"name": "Xanadu.pdf", "url": "https://example.com/xanadu.pdf"}],
			"tasks": [{"platform": "Linear", "key": "XAN-1", "title": "Xanadu", "url": "https://example.com/xan-1"}]}]}`},
		{"capture_signals", `{"signals": [{"text": "Where is Xanadu?", "author": "u-1", "step": "Xanadu step"}]}`},
		{"submit_insight", `{"title": "Xanadu is hard to find", "quotes": [{"signal": "sig_1", "quote": "Where is Xanadu?"}]}`},
		{"comment", `{"on": "Xanadu chance", "text": "Xanadu!"}`},
		{"remember", `{"text": "Xanadu is a city", "journey": "Xanadu"}`},
		{"save_version", `{"journey": "Xanadu", "label": "Xanadu first"}`},
		{"create_key", `{"name": "Xanadu key"}`},
		{"invite_member", `{"email": "xanadu@example.com", "role": "Viewer"}`},
	} {
		if reply, failed := s.call(t, "owner", c.tool, c.args); failed {
			t.Fatalf("%s: %s", c.tool, reply)
		}
	}
	err := s.st.Update(t.Context(), schema.Call{Tool: "ask_to_join", Actor: s.cast["owner"]}, func(tx *store.Tx) error {
		return tx.JoinRequests.Put(&schema.JoinRequest{Email: "xanadu@example.org", Name: "Xanadu", State: schema.JoinPending})
	})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(s.picture(t)) {
		kind, body, _ := strings.Cut(line, " ")
		var h struct{ ID string }
		if err := json.Unmarshal([]byte(body), &h); err != nil {
			t.Fatal(err)
		}
		if k := schema.Kind(kind); ids[k] == "" {
			ids[k] = h.ID
		}
	}
	for _, k := range schema.Kinds() {
		if ids[k] == "" {
			t.Fatalf("the furnished workspace has no %s", k)
		}
	}
	err = s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) error {
		calls, _, err := tx.Calls(store.CallFilter{Limit: 1})
		ids[schema.KindCall] = string(calls[0].ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// strangers are calls of every tool that name records of another workspace.
func strangers(ids map[schema.Kind]string) map[string][]string {
	fill := func(templates ...string) (all []string) {
		for _, t := range templates {
			for k, id := range ids {
				t = strings.ReplaceAll(t, "$"+string(k)+"$", id)
			}
			all = append(all, t)
		}
		return all
	}
	var each []string // of any kind
	for _, id := range ids {
		each = append(each, `{"ids": ["`+id+`"]}`)
	}
	return map[string][]string{
		"ask":                 fill(`{"question": "Where is Xanadu?"}`, `{"question": "What is known?", "journey": "$journey$"}`),
		"cancel_invitation":   fill(`{"invitation": "$invitation$"}`, `{"invitation": "xanadu@example.com"}`),
		"create_key":          {`{}`}, // names nothing
		"invite_member":       {`{}`},
		"leave_workspace":     fill(`{"member": "$member$"}`),
		"list_keys":           {`{}`},
		"list_members":        {`{}`},
		"remove_member":       fill(`{"member": "$member$"}`, `{"member": "xanadu@example.com"}`),
		"review_join_request": fill(`{"request": "$join_request$", "action": "approve"}`, `{"request": "xanadu@example.org", "action": "reject"}`),
		"revoke_key":          fill(`{"key": "$key$"}`, `{"key": "Xanadu key"}`),
		"save_member":         fill(`{"member": "$member$", "name": "x"}`),
		"capture_signals":     fill(`{"signals": [{"text": "x", "step": "$step$"}]}`, `{"signals": [{"text": "x", "persona": "$persona$"}]}`, `{"signals": [{"text": "x"}], "journey": "xanadu"}`),
		"comment": fill(`{"on": "$item$", "text": "x"}`, `{"on": "Xanadu step", "text": "x"}`, `{"reply_to": "$comment$", "text": "x"}`,
			`{"comment": "$comment$", "delete": true}`, `{"comment": "$comment$", "text": "x"}`),
		"draft_insight": fill(`{"within": "$step$"}`, `{"signals": ["$signal$"]}`),
		"edit_journey": fill(`{"operations": [{"op": "update", "target": "$journey$", "name": "x"}]}`, `{"operations": [{"op": "remove", "target": "$step$"}]}`, `{"operations": [{"op": "remove", "target": "Xanadu stage"}]}`,
			`{"journey": "$journey$", "operations": [{"op": "add_stage", "name": "x"}]}`, `{"operations": [{"op": "add_step", "in": "$stage$", "name": "x"}]}`,
			`{"operations": [{"op": "move", "target": "$stage$", "after": "first"}]}`, `{"operations": [{"op": "place", "item": "$item$", "in": "$step$"}]}`,
			`{"operations": [{"op": "create_journey", "name": "x", "personas": ["$persona$"]}]}`, `{"operations": [{"op": "nest", "target": "$journey$", "in": "$step$"}]}`),
		"fetch":           append(each, `{"ids": ["xanadu"]}`),
		"forget":          fill(`{"notes": ["$note$"]}`, `{"notes": ["Xanadu is a city"]}`),
		"get_changes":     fill(`{"of": "$item$"}`, `{"of": "$journey$"}`, `{"call": "$call$"}`, `{"actor": "$member$"}`, `{"of": "Xanadu step", "detail": "full"}`),
		"get_journey":     fill(`{"journey": "$journey$"}`, `{"journey": "xanadu"}`),
		"list_versions":   fill(`{"journey": "$journey$"}`),
		"place_signals":   fill(`{"placements": [{"signal": "$signal$", "dismiss": true}]}`, `{"placements": [{"signal": "$signal$", "steps": ["$step$"]}]}`),
		"query_items":     fill(`{"within": "$journey$"}`, `{"owner": "$member$"}`),
		"recall":          fill(`{"about": "Xanadu"}`, `{"about": "x", "journey": "$journey$"}`),
		"remember":        fill(`{"text": "x", "journey": "$journey$"}`),
		"restore_version": fill(`{"version": "$bookmark$"}`),
		"review_drafts":   fill(`{}`, `{"action": "accept", "drafts": ["$item$"]}`, `{"action": "dismiss", "drafts": ["xanadu-chance"], "reason": "x"}`),
		"review_journey":  fill(`{"journey": "$journey$"}`),
		"save_items": fill(`{"items": [{"item": "$item$", "title": "x"}]}`, `{"items": [{"item": "xanadu-chance", "remove": true}]}`, `{"items": [{"type": "Metric", "title": "x", "place_on": ["$step$"]}]}`,
			`{"items": [{"type": "Metric", "title": "x", "owner": "$member$"}]}`, `{"items": [{"type": "Solution", "title": "x", "link_to": ["$item$"]}]}`, `{"items": [{"type": "Touchpoint", "title": "x", "actor": ["$persona$"]}]}`),
		"save_persona":   fill(`{"persona": "$persona$", "name": "x"}`, `{"persona": "Xanadu buyer", "remove": true}`, `{"name": "x", "journeys": ["$journey$"]}`),
		"save_workspace": fill(`{}`),
		"save_version":   fill(`{"journey": "$journey$"}`, `{"version": "$bookmark$", "label": "x"}`),
		"search":         fill(`{"query": "Xanadu"}`, `{"query": "x", "within": "$step$"}`),
		"submit_insight": fill(`{"title": "x", "quotes": [{"signal": "$signal$", "quote": "Where"}]}`, `{"add_to": "$item$", "quotes": [{"signal": "$signal$", "quote": "Where"}]}`),
		"undo":           fill(`{"call": "$call$"}`),
	}
}
