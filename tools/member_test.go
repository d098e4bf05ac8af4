package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// joiner files a request to join.
func joiner(t *testing.T, s *stage) {
	t.Helper()
	err := s.st.Update(t.Context(), schema.Call{Tool: "ask_to_join", Actor: schema.Actor{Workspace: s.cast["owner"].Workspace}}, func(tx *store.Tx) error {
		return tx.JoinRequests.Put(&schema.JoinRequest{Email: "jo@example.com", Name: "Jo \u202eLind", State: schema.JoinPending})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *stage) members(t *testing.T) (m struct {
	Members, Invitations, Requests []struct{ ID, Name, Email, Role, Trust string }
}) {
	t.Helper()
	reply, _ := s.call(t, "owner", "list_members", `{}`)
	if err := json.Unmarshal(reply, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestApprovingARequestMakesAnEditorAndUsesUpTheInvitation(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	joiner(t, s)
	s.call(t, "owner", "invite_member", `{"email": "JO@example.com", "role": "Viewer"}`)
	before := s.members(t)
	if r := before.Requests; len(r) != 1 || r[0].Name != "Jo Lind" || r[0].Trust != "external" || len(before.Invitations) != 1 {
		t.Fatalf("waiting are %+v", before)
	}
	var approved struct{ Call string }
	if reply, failed := s.call(t, "owner", "review_join_request", `{"request": "jo@example.com", "action": "approve"}`); failed || json.Unmarshal(reply, &approved) != nil {
		t.Fatalf("%s", reply)
	}
	after := s.members(t)
	if n := len(after.Members); len(after.Requests)+len(after.Invitations) != 0 || n != len(before.Members)+1 || after.Members[n-1].Role != "Editor" || after.Members[n-1].Email != "jo@example.com" {
		t.Errorf("after it there are %+v", after)
	}
	if reply, failed := s.call(t, "owner", "review_join_request", `{"request": "jo@example.com", "action": "reject"}`); !failed || !strings.Contains(string(reply), "was approved already") {
		t.Errorf("deciding again: %s", reply)
	}
	if reply, failed := s.call(t, "editor", "undo", `{"call": "`+approved.Call+`"}`); !failed || !strings.Contains(string(reply), "only an owner") {
		t.Errorf("an editor takes back what an owner decided: %s", reply)
	}
	if reply, failed := s.call(t, "owner", "undo", `{}`); failed {
		t.Fatalf("%s", reply)
	}
	if again := s.members(t); len(again.Members) != len(before.Members) || len(again.Requests) != 1 || len(again.Invitations) != 1 {
		t.Errorf("taken back, there are %+v", again)
	}
}

func TestRejectingARequestLeavesNobody(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	joiner(t, s)
	before := s.members(t)
	if reply, failed := s.call(t, "owner", "review_join_request", `{"request": "jrq_1", "action": "reject"}`); failed {
		t.Fatalf("%s", reply)
	}
	if after := s.members(t); len(after.Members) != len(before.Members) || len(after.Requests) != 0 {
		t.Errorf("after it there are %+v", after)
	}
}

func TestAKeyDoesNotLeaveForItsMaker(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	s.call(t, "editor", "create_key", `{"name": "Cursor"}`)
	if reply, failed := s.call(t, "editor with key_1", "leave_workspace", `{}`); !failed || !strings.Contains(string(reply), "forbidden") {
		t.Errorf("a key leaves: %s", reply)
	}
	if reply, failed := s.call(t, "editor", "leave_workspace", `{}`); failed || !strings.Contains(string(reply), `"keys_revoked": 1`) {
		t.Errorf("leaving: %s", reply)
	}
}

func TestOneWhoHasLeftIsNotMentioned(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	s.call(t, "owner", "edit_journey", `{"operations": [{"op": "create_journey", "name": "Buying"}]}`)
	s.call(t, "owner", "comment", `{"on": "Buying", "text": "@Vera Holm look"}`)
	s.call(t, "owner", "remove_member", `{"member": "Vera Holm"}`)
	if reply, failed := s.call(t, "owner", "comment", `{"on": "Buying", "text": "@Vera Holm look again"}`); failed || strings.Contains(string(reply), "mem_4") {
		t.Errorf("mentioned: %s", reply)
	}
}

func TestOnlyAnOwnerMakesKeysForOthers(t *testing.T) {
	s := newStage(t, storetest.Open(t))
	for _, tt := range []struct{ by, args, says string }{
		{"editor", `{"name": "K", "member": "Vera Holm"}`, "only an owner makes keys for others"},
		{"editor", `{"name": "K", "member": "Ed Archer", "role": "Owner"}`, "at most the role Editor"},
		{"owner", `{"name": "K", "member": "Vera Holm", "role": "Editor"}`, "at most the role Viewer"},
		{"owner", `{"name": "K", "member": "Ed Archer", "role": "Owner"}`, "at most the role Editor"},
		{"owner", `{"name": "K", "member": "nobody@example.com"}`, "no member has the email address"},
	} {
		if reply, failed := s.call(t, tt.by, "create_key", tt.args); !failed || !strings.Contains(string(reply), tt.says) {
			t.Errorf("%s makes %s: %s", tt.by, tt.args, reply)
		}
	}
	for args, says := range map[string][]string{
		`{"name": "Hers", "member": "Vera Holm"}`: {`"by": "Vera Holm"`, `"role": "Viewer"`},
		`{"name": "His", "member": "Ed Archer"}`:  {`"by": "Ed Archer"`, `"role": "Editor"`},
	} {
		reply, failed := s.call(t, "owner", "create_key", args)
		for _, want := range says {
			if failed || !strings.Contains(string(reply), want) {
				t.Errorf("the owner makes %s: %s", args, reply)
			}
		}
	}
	if reply, failed := s.call(t, "editor", "create_key", `{"name": "Mine", "member": "Ed Archer"}`); failed {
		t.Errorf("an editor who names themselves: %s", reply)
	}
	if reply, failed := s.call(t, "editor", "revoke_key", `{"key": "Hers"}`); !failed {
		t.Errorf("an editor revokes another's key: %s", reply)
	}
	if reply, failed := s.call(t, "editor", "revoke_key", `{"key": "His"}`); failed {
		t.Errorf("an editor does not get rid of a key that an owner made for them: %s", reply)
	}
}
