package access_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"custory/internal/access"
	"custory/internal/token"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

// A house is a workspace with an owner, an editor with a key, and a door.
type house struct {
	st            *store.Store
	owner, editor schema.Actor
	key           schema.ID
	token         string
	door          *access.Door
	later         time.Duration // by how much the clock is ahead
}

func newHouse(t testing.TB, opt access.Options, k schema.Key) *house {
	t.Helper()
	h := &house{}
	h.st = storetest.OpenAt(t, filepath.Join(t.TempDir(), "test.db"), store.Options{Now: func() time.Time { return time.Now().Add(h.later) }})
	h.owner = storetest.Workspace(t, h.st)
	secret := token.NewSecret()
	h.update(t, func(tx *store.Tx) error {
		m := &schema.Member{Name: "Ed", Email: "ed@example.com", Role: schema.Editor}
		if err := tx.Members.Put(m); err != nil {
			return err
		}
		h.editor = schema.Actor{ID: m.ID, Workspace: h.owner.Workspace, Role: m.Role}
		k.Member, k.Hash = m.ID, secret.Hash()
		err := tx.Keys.Put(&k)
		h.key = k.ID
		return err
	})
	h.token = token.Of(h.key, secret)
	var err error
	if h.door, err = access.New(h.st, opt); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) update(t testing.TB, fn func(*store.Tx) error) {
	t.Helper()
	if err := h.st.Update(t.Context(), schema.Call{Tool: "test", Actor: h.owner}, fn); err != nil {
		t.Fatal(err)
	}
}

// member changes the editor.
func (h *house) member(t testing.TB, change func(*store.Tx, *schema.Member) error) {
	t.Helper()
	h.update(t, func(tx *store.Tx) error {
		m, err := tx.Members.Get(h.editor.ID)
		if err != nil {
			return err
		}
		return change(tx, m)
	})
}

// refused demands a refusal for the reason, which repeats nothing of the token.
func refused(t testing.TB, what string, err error, reason access.Reason, text string) {
	t.Helper()
	var r *access.Refusal
	if !errors.As(err, &r) || r.Reason != reason {
		t.Errorf("%s: %v, want a refusal that is %s", what, err, reason)
		return
	}
	if len(text) > 20 && strings.Contains(r.Message, text[len(text)-20:]) {
		t.Errorf("%s: the refusal repeats the token: %s", what, r.Message)
	}
}

func TestAKeyIsItsMaker(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "Support triage", Role: schema.Owner, Proposes: true})
	got, err := h.door.Identify(t.Context(), h.token)
	want := schema.Actor{ID: h.editor.ID, Workspace: h.owner.Workspace, Role: schema.Editor, Client: "Support triage", Key: h.key, Proposes: true}
	if err != nil || got != want { // an editor's key is no owner's, whatever it says
		t.Errorf("Identify = %+v, %v, want %+v", got, err, want)
	}
	h.member(t, func(tx *store.Tx, m *schema.Member) error { m.Role = schema.Viewer; return tx.Members.Put(m) })
	if got, err := h.door.Identify(t.Context(), h.token); err != nil || got.Role != schema.Viewer {
		t.Errorf("the key of one who is now a viewer has the role %v, %v", got.Role, err)
	}
	h.member(t, func(tx *store.Tx, m *schema.Member) error { _, err := tx.Dismiss(m); return err })
	_, err = h.door.Identify(t.Context(), h.token)
	refused(t, "the key of one who has left", err, access.Revoked, h.token)
}

func TestALesserKeyOfAGreaterMemberStaysLesser(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "Reader", Role: schema.Viewer})
	if got, err := h.door.Identify(t.Context(), h.token); err != nil || got.Role != schema.Viewer || got.Proposes {
		t.Errorf("Identify = %+v, %v", got, err)
	}
}

func TestWhatIsNoKeyOfOursIsRefused(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	other := token.Of(h.key, token.NewSecret())
	swapped := []byte(h.token)
	swapped[len(swapped)-1] ^= 1
	for what, tt := range map[string]struct {
		text   string
		reason access.Reason
	}{
		"nothing":                     {"", access.Missing},
		"a word":                      {"secret", access.Unknown},
		"a mistyped key":              {string(swapped), access.Unknown},
		"half a key":                  {h.token[:20], access.Unknown},
		"another secret":              {other, access.Unknown},
		"an id that nobody has":       {token.Of("key_0000000000", token.NewSecret()), access.Unknown},
		"a JWT, without a provider":   {"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.eA", access.Unknown},
		"SQL":                         {"cus_' OR 1=1 --_" + strings.Repeat("a", 38), access.Unknown},
		"a key with something behind": {h.token + " ", access.Unknown},
	} {
		_, err := h.door.Identify(t.Context(), tt.text)
		refused(t, what, err, tt.reason, tt.text)
	}
}

func TestAKeyOfAnotherWorkspaceIsUnknown(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	for workspace, reason := range map[schema.ID]access.Reason{h.owner.Workspace: "", "wsp_0000000000": access.Unknown} {
		door, err := access.New(h.st, access.Options{Workspace: workspace})
		if err != nil {
			t.Fatal(err)
		}
		_, err = door.Identify(t.Context(), h.token)
		if reason != "" {
			refused(t, "a key of another workspace", err, reason, h.token)
		} else if err != nil {
			t.Error(err)
		}
	}
}

func TestAKeyExpires(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor, Expires: time.Now().Add(time.Hour)})
	if _, err := h.door.Identify(t.Context(), h.token); err != nil {
		t.Error(err)
	}
	h.later = time.Hour + time.Second
	_, err := h.door.Identify(t.Context(), h.token)
	refused(t, "after its time", err, access.Expired, h.token)
}

func TestARevocationByAnotherProcessCountsAtOnce(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	if _, err := h.door.Identify(t.Context(), h.token); err != nil {
		t.Fatal(err)
	}
	other := storetest.OpenAt(t, h.st.Path(), store.Options{})
	err := other.Update(t.Context(), schema.Call{Tool: "revoke_key", Actor: h.owner}, func(tx *store.Tx) error {
		k, err := tx.Keys.Get(h.key)
		if err != nil {
			return err
		}
		k.Revoked = tx.Now
		return tx.Keys.Put(k)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.door.Identify(t.Context(), h.token)
	refused(t, "revoked elsewhere", err, access.Revoked, h.token)
}

func TestTheUseOfAKeyIsKnown(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	for range 3 {
		if _, err := h.door.Identify(t.Context(), h.token); err != nil {
			t.Fatal(err)
		}
	}
	err := h.st.View(t.Context(), h.owner, func(tx *store.Tx) error {
		used, err := tx.LastUse()
		if since := time.Since(used[h.key]); since > time.Minute || since < -time.Second {
			t.Errorf("last used %v ago", since)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNoHashStandsInTheLogOrAnExport(t *testing.T) {
	h := newHouse(t, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	_, secret, _ := token.Parse(h.token)
	err := h.st.View(t.Context(), h.owner, func(tx *store.Tx) error {
		quiet := func(text []byte) {
			for _, s := range []string{secret.Hash(), string(secret)} {
				if strings.Contains(string(text), s) {
					t.Errorf("%s holds a secret", text)
				}
			}
		}
		if err := tx.EachChange(func(c schema.Change) error { quiet(c.After); return nil }); err != nil {
			return err
		}
		return tx.Each(func(_ schema.Kind, body json.RawMessage) error { quiet(body); return nil })
	})
	if err != nil {
		t.Error(err)
	}
}

func BenchmarkIdentify(b *testing.B) {
	h := newHouse(b, access.Options{}, schema.Key{Name: "x", Role: schema.Editor})
	for b.Loop() {
		if _, err := h.door.Identify(b.Context(), h.token); err != nil {
			b.Fatal(err)
		}
	}
}
