package tools_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
	"custory/tools"
)

// An outcome is what becomes of a call.
type outcome string

const (
	works     outcome = "works"
	forbidden outcome = "forbidden"
	notFound  outcome = "not_found" // the record is of another workspace
	harmless  outcome = "harmless"  // it works, and names no record
)

// An ask is a call of a tool with the least it needs, and what becomes of it for
// a viewer, an editor, an owner, an editor's key that may only propose, and the
// owner of another workspace.
type ask struct {
	args                                       string
	viewer, editor, owner, proposer, neighbour outcome
}

// asks are calls of each tool on the furnished workspace.
var asks = map[string][]ask{
	"ask":         {{`{"question": "Where is Xanadu?"}`, works, works, works, works, harmless}},
	"search":      {{`{"query": "Xanadu"}`, works, works, works, works, harmless}},
	"recall":      {{`{"about": "Xanadu"}`, works, works, works, works, harmless}},
	"query_items": {{`{"within": "$journey$"}`, works, works, works, works, notFound}},
	"fetch": {
		{`{"ids": ["$item$"]}`, works, works, works, works, notFound},
		{`{"ids": ["$member$"]}`, works, works, works, works, notFound},
	},
	"get_journey":    {{`{"journey": "$journey$"}`, works, works, works, works, notFound}},
	"review_journey": {{`{"journey": "$journey$"}`, works, works, works, works, notFound}},
	"list_versions":  {{`{"journey": "$journey$"}`, works, works, works, works, notFound}},
	"draft_insight":  {{`{"signals": ["$signal$"]}`, works, works, works, works, notFound}},
	"get_changes":    {{`{"call": "$call$"}`, works, works, works, works, notFound}},

	"capture_signals": {
		{`{"signals": [{"text": "Where is the door?"}]}`, forbidden, works, works, works, harmless},
		{`{"signals": [{"text": "Where is the door?", "step": "$step$"}]}`, forbidden, works, works, works, notFound},
	},
	"place_signals": {
		{`{"placements": [{"signal": "$signal$", "steps": ["$step$"]}]}`, forbidden, works, works, forbidden, notFound},
		{`{"placements": [{"signal": "$signal$", "dismiss": true}]}`, forbidden, works, works, forbidden, notFound},
		{`{"retry": true}`, forbidden, works, works, forbidden, harmless},
	},
	"save_items": {
		{`{"items": [{"type": "Solution", "title": "A door"}]}`, forbidden, works, works, works, harmless},
		{`{"items": [{"type": "Solution", "title": "A door", "place_on": ["$step$"], "link_to": ["xanadu-chance"]}]}`, forbidden, works, works, works, notFound},
		{`{"items": [{"type": "Metric", "title": "Doors", "readings": [{"value": 3}], "weblinks": [{"url": "https://example.com/x"}], "draft": false}]}`, forbidden, works, works, works, harmless},
		{`{"items": [{"item": "$item$", "title": "A gate"}]}`, forbidden, works, works, forbidden, notFound},
		{`{"items": [{"item": "$item$", "place_on": ["$step$"]}]}`, forbidden, works, works, forbidden, notFound},
		{`{"items": [{"item": "$item$", "remove": true}]}`, forbidden, works, works, forbidden, notFound},
	},
	"submit_insight": {
		{`{"title": "Doors are missing", "quotes": [{"signal": "$signal$", "quote": "Where is"}], "draft": false}`, forbidden, works, works, works, notFound},
		{`{"add_to": "xanadu-is-hard-to-find", "quotes": [{"signal": "$signal$", "quote": "Where is"}]}`, forbidden, works, works, forbidden, notFound},
	},
	"review_drafts": {
		{`{}`, forbidden, works, works, works, harmless},
		{`{"action": "accept", "drafts": ["xanadu-chance"]}`, forbidden, works, works, forbidden, notFound},
		{`{"action": "dismiss", "drafts": ["xanadu-chance"], "reason": "x"}`, forbidden, works, works, forbidden, notFound},
	},
	"undo":            {{`{"call": "$call$"}`, forbidden, works, works, forbidden, notFound}},
	"edit_journey":    {{`{"operations": [{"op": "update", "target": "$journey$", "name": "x"}]}`, forbidden, works, works, forbidden, notFound}},
	"save_persona":    {{`{"persona": "$persona$", "name": "x"}`, forbidden, works, works, forbidden, notFound}},
	"comment":         {{`{"on": "$item$", "text": "x"}`, forbidden, works, works, forbidden, notFound}},
	"remember":        {{`{"text": "x"}`, forbidden, works, works, forbidden, harmless}},
	"forget":          {{`{"notes": ["$note$"]}`, forbidden, works, works, forbidden, notFound}},
	"save_version":    {{`{"journey": "$journey$"}`, forbidden, works, works, forbidden, notFound}},
	"restore_version": {{`{"version": "$bookmark$"}`, forbidden, works, works, forbidden, notFound}},

	"save_workspace":      {{`{"name": "x"}`, forbidden, forbidden, works, forbidden, harmless}},
	"list_members":        {{`{}`, forbidden, forbidden, works, forbidden, harmless}},
	"save_member":         {{`{"member": "Vera Holm", "name": "x"}`, forbidden, forbidden, works, forbidden, harmless}, {`{"member": "$member$", "name": "x"}`, forbidden, forbidden, works, forbidden, notFound}},
	"remove_member":       {{`{"member": "Vera Holm"}`, forbidden, forbidden, works, forbidden, harmless}},
	"leave_workspace":     {{`{}`, works, works, forbidden, forbidden, forbidden}},
	"invite_member":       {{`{"email": "new@example.com", "role": "Editor"}`, forbidden, forbidden, works, forbidden, harmless}},
	"cancel_invitation":   {{`{"invitation": "$invitation$"}`, forbidden, forbidden, works, forbidden, notFound}},
	"review_join_request": {{`{"request": "$join_request$", "action": "approve"}`, forbidden, forbidden, works, forbidden, notFound}},
	"create_key": {
		{`{"name": "x"}`, forbidden, works, works, forbidden, harmless},
		{`{"name": "x", "role": "Owner"}`, forbidden, forbidden, works, forbidden, harmless},
	},
	"list_keys":  {{`{}`, forbidden, works, works, works, harmless}},
	"revoke_key": {{`{"key": "$key$"}`, forbidden, forbidden, works, forbidden, notFound}},
}

// fill puts the ids of a furnished workspace into the arguments.
func (a ask) fill(ids map[schema.Kind]string) string {
	args := a.args
	for k, id := range ids {
		args = strings.ReplaceAll(args, "$"+string(k)+"$", id)
	}
	return args
}

// TestWhoMayDoWhat tries each tool as each sort of actor. What writes is only
// tried, so that all find the same workspace.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	s := newStage(t, storetest.Open(t))
	ids := furnished(t, s)
	s.cast["neighbour"] = newStage(t, s.st).cast["owner"]
	before := s.picture(t)
	for _, tool := range tools.All() {
		if len(asks[tool.Name]) == 0 {
			t.Errorf("%s is tried by nobody", tool.Name)
		}
		for _, a := range asks[tool.Name] {
			for who, want := range map[string]outcome{"viewer": a.viewer, "editor": a.editor, "owner": a.owner, "proposer": a.proposer, "neighbour": a.neighbour} {
				s.tried(t, who, tool, a.fill(ids), want)
			}
		}
		if s.picture(t) != before {
			t.Fatalf("%s changed the workspace", tool.Name)
		}
	}
}

// furnished is a furnished workspace to which belong a key that may only
// propose, and a call that an editor can take back.
func furnished(t *testing.T, s *stage) map[schema.Kind]string {
	t.Helper()
	ids := furnish(t, s)
	s.cast["proposer"] = proposer(t, s)
	reply, _ := s.call(t, "owner", "remember", `{"text": "to be taken back"}`)
	var out tools.Receipt
	if err := json.Unmarshal(reply, &out); err != nil {
		t.Fatal(err)
	}
	ids[schema.KindCall] = string(out.Call)
	return ids
}

func (s *stage) tried(t *testing.T, who string, tool tools.Tool, args string, want outcome) {
	t.Helper()
	if tool.Run.Effect != tools.Reads {
		args = strings.TrimSuffix(strings.Replace(args, "{", `{"dry_run": true, `, 1), ", }")
		if !strings.HasSuffix(args, "}") {
			args += "}"
		}
	}
	out, err := s.set.Call(t.Context(), schema.Call{Tool: tool.Name, Actor: s.cast[who]}, json.RawMessage(args))
	got := works
	if err != nil {
		f := schema.FaultsOf(err)
		if f == nil {
			t.Fatalf("%s %s: %v", tool.Name, args, err)
		}
		if got = outcome(f[0].Code); f[0].Hint == "" && f[0].Code == schema.Forbidden {
			t.Errorf("%s: the refusal does not say who can: %v", tool.Name, err)
		}
	}
	if got == works && want == harmless {
		got = harmless
	}
	if got != want {
		t.Errorf("%s %s as %s %s: %v %v, want %s", tool.Name, args, who, got, inJSONText(out), err, want)
	}
	listed := slices.ContainsFunc(s.set.ListFor(s.cast[who]), func(x tools.Tool) bool { return x.Name == tool.Name })
	if got == works && !listed {
		t.Errorf("%s may use %s, and is not told", who, tool.Name)
	}
}

// TestWhatAProposerWritesAreProposals makes the calls that a proposer may make,
// and looks at all the changes in the log.
func TestWhatAProposerWritesAreProposals(t *testing.T) {
	t.Parallel()
	wrote := 0
	for _, tool := range tools.All() {
		for i, a := range asks[tool.Name] {
			if tool.Run.Effect == tools.Reads || a.proposer != works {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", tool.Name, i), func(t *testing.T) {
				s := newStage(t, storetest.Open(t))
				args, head := a.fill(furnished(t, s)), s.head(t)
				if reply, failed := s.call(t, "proposer", tool.Name, args); failed {
					t.Fatalf("%s: %s", args, reply)
				}
				wrote += s.onlyProposed(t, head)
			})
		}
	}
	if wrote < 10 {
		t.Errorf("only %d changes were looked at", wrote)
	}
}

func inJSONText(v any) string { b, _ := json.Marshal(v); return string(b) }

func (s *stage) head(t testing.TB) (head int64) {
	t.Helper()
	err := s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) (err error) { head, err = tx.Head(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// proposer is an editor's key that may only propose.
func proposer(t testing.TB, s *stage) schema.Actor {
	t.Helper()
	a := s.cast["editor"]
	k := &schema.Key{Member: a.ID, Name: "Support triage", Role: schema.Editor, Proposes: true, Hash: "00"}
	if err := s.st.Update(t.Context(), schema.Call{Tool: "create_key", Actor: a}, func(tx *store.Tx) error { return tx.Keys.Put(k) }); err != nil {
		t.Fatal(err)
	}
	a.Key, a.Proposes, a.Client = k.ID, true, k.Name
	return a
}

// onlyProposed demands that all that was written since is a proposal: a signal,
// a proposed placement, an item that waits for review, or what belongs to one.
func (s *stage) onlyProposed(t testing.TB, since int64) (n int) {
	t.Helper()
	err := s.st.View(t.Context(), s.cast["owner"], func(tx *store.Tx) error {
		changes, err := tx.ChangesAfter(since, 1000)
		n = len(changes)
		for _, c := range changes {
			if why := noProposal(tx, c); why != "" {
				t.Errorf("%s of %s is %s: %s", c.Tool, c.Ref.ID, why, c.After)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// noProposal says why a change is more than a proposal, or nothing.
func noProposal(tx *store.Tx, c schema.Change) string {
	if c.Before != nil {
		return "a change of what there was"
	}
	waits := func(ids ...schema.ID) bool {
		for _, id := range ids {
			if i, err := tx.Items.Get(id); err == nil && i.Review == schema.Pending {
				return true
			}
		}
		return false
	}
	r, err := tx.Get(c.Ref.ID)
	if err != nil {
		return err.Error()
	}
	ok := false
	switch r := r.(type) {
	case *schema.Signal:
		ok = true
	case *schema.Item:
		ok = waits(r.ID)
	case *schema.Placement:
		ok = r.State == schema.PlacementProposed || waits(r.Item)
	case *schema.Link:
		ok = waits(r.From, r.To)
	default:
		ok = r.Parent().Kind == schema.KindItem && waits(r.Parent().ID)
	}
	if !ok {
		return "no proposal"
	}
	return ""
}

func TestAProposerTakesBackWhatItsKeyProposedAndNoMore(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	furnish(t, s)
	s.cast["proposer"] = proposer(t, s)
	before := s.picture(t)
	call := func(who, tool, args string) map[string]any {
		t.Helper()
		reply, failed := s.call(t, who, tool, args)
		if failed {
			t.Fatalf("%s: %s", tool, reply)
		}
		var out map[string]any
		if err := json.Unmarshal(reply, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	call("proposer", "save_items", `{"items": [{"type": "Solution", "title": "A door", "place_on": ["Xanadu step"]}]}`)
	other := call("editor", "remember", `{"text": "of the same member"}`)["call"]
	call("proposer", "undo", `{}`) // its own, though the member's last is another
	call("editor", "undo", fmt.Sprintf(`{"call": %q}`, other))
	if after := s.picture(t); after != before {
		t.Errorf("left is\n%s\nof\n%s", after, before)
	}
	if reply, failed := s.call(t, "proposer", "undo", `{}`); !failed || !strings.Contains(string(reply), "no call of yours") {
		t.Errorf("undo of nothing: %s", reply)
	}
	mine := call("proposer", "save_items", `{"items": [{"type": "Solution", "title": "A gate"}]}`)["call"]
	call("editor", "review_drafts", `{"action": "accept", "drafts": ["a-gate"]}`)
	_, err := s.set.Call(t.Context(), schema.Call{Tool: "undo", Actor: s.cast["proposer"]}, json.RawMessage(fmt.Sprintf(`{"call": %q}`, mine)))
	if !errors.Is(err, schema.Conflict) {
		t.Errorf("what was accepted since is taken back: %v", err)
	}
}
