package access_test

import (
	"context"
	"crypto"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"custory/internal/access"
	"custory/schema"
	"custory/store"
	"custory/store/storetest"
)

func newGuarded(t testing.TB) (*fake, *house) {
	f := newFake(t)
	h := newHouse(t, access.Options{Issuer: f.URL, Audience: audience}, schema.Key{Name: "x", Role: schema.Editor})
	h.member(t, func(tx *store.Tx, m *schema.Member) error { m.Email = "Anna@Example.com"; return tx.Members.Put(m) })
	return f, h
}

func TestAGoodTokenIsTheMemberWithItsAddress(t *testing.T) {
	f, h := newGuarded(t)
	for what, text := range map[string]string{
		"RS256":                    f.token(t, nil),
		"ES256":                    sign(t, map[string]any{"alg": "ES256", "typ": "JWT", "kid": "ec-1"}, f.claims(nil), f.keys["ec-1"]),
		"several audiences":        f.token(t, map[string]any{"aud": []string{"https://other.example", audience}}),
		"a verified that is words": f.token(t, map[string]any{"email_verified": "true"}),
		"no type":                  sign(t, map[string]any{"alg": "RS256", "kid": "rsa-1"}, f.claims(nil), f.keys["rsa-1"]),
		"application/at+jwt":       sign(t, map[string]any{"alg": "RS256", "typ": "application/at+JWT", "kid": "rsa-1"}, f.claims(nil), f.keys["rsa-1"]),
	} {
		if got, err := h.door.Identify(t.Context(), text); err != nil || got != h.editor {
			t.Errorf("%s: %+v, %v, want %+v", what, got, err, h.editor)
		}
	}
	if _, err := h.door.Identify(t.Context(), h.token); err != nil {
		t.Errorf("a key beside the provider: %v", err)
	}
}

func TestABadTokenIsRefused(t *testing.T) {
	f, h := newGuarded(t)
	good := map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": "rsa-1"}
	head := func(changes map[string]any) map[string]any {
		h := map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": "rsa-1"}
		for k, v := range changes {
			h[k] = v
		}
		return h
	}
	real, ec := f.keys["rsa-1"], f.keys["ec-1"]
	text := f.token(t, nil)
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for what, tt := range map[string]struct {
		text   string
		reason access.Reason
	}{
		"another audience":           {f.token(t, map[string]any{"aud": "https://other.example"}), access.Unknown},
		"an audience that begins so": {f.token(t, map[string]any{"aud": audience + "/more"}), access.Unknown},
		"no audience":                {f.token(t, map[string]any{"aud": nil}), access.Unknown},
		"another issuer":             {f.token(t, map[string]any{"iss": "https://evil.example"}), access.Unknown},
		"expired":                    {f.token(t, map[string]any{"exp": in(-time.Minute)}), access.Expired},
		"no expiry":                  {f.token(t, map[string]any{"exp": nil}), access.Expired},
		"not yet":                    {f.token(t, map[string]any{"nbf": in(10 * time.Minute)}), access.Unknown},
		"alg none":                   {sign(t, head(map[string]any{"alg": "none"}), f.claims(nil), nil), access.Unknown},
		"alg None":                   {sign(t, head(map[string]any{"alg": "None"}), f.claims(nil), nil), access.Unknown},
		"HS256 with the public key":  {sign(t, head(map[string]any{"alg": "HS256"}), f.claims(nil), publicBytes(t, real)), access.Unknown},
		"RS256 that is an HMAC":      {sign(t, good, f.claims(nil), publicBytes(t, real)), access.Unknown},
		"a key of somebody else":     {sign(t, good, f.claims(nil), newRSA(t)), access.Unknown},
		"the key of another kid":     {sign(t, head(map[string]any{"kid": "ec-1"}), f.claims(nil), real), access.Unknown},
		"another algorithm's key":    {sign(t, good, f.claims(nil), ec), access.Unknown},
		"an unknown kid":             {sign(t, head(map[string]any{"kid": "rsa-9"}), f.claims(nil), real), access.Unknown},
		"a logout token":             {sign(t, head(map[string]any{"typ": "logout+jwt"}), f.claims(nil), real), access.Unknown},
		"no type, for a client":      {sign(t, head(map[string]any{"typ": ""}), f.claims(map[string]any{"aud": "a-client"}), real), access.Unknown},
		"another type":               {sign(t, head(map[string]any{"typ": "dpop+jwt"}), f.claims(nil), real), access.Unknown},
		"no signature":               {text[:len(text)-342], access.Unknown},
		"four parts":                 {text + ".x", access.Unknown},
		"an unverified address":      {f.token(t, map[string]any{"email_verified": false}), access.NotMember},
		"one that is not said to be": {f.token(t, map[string]any{"email_verified": nil}), access.NotMember},
		"no address":                 {f.token(t, map[string]any{"email": nil}), access.NotMember},
		"an address of nobody":       {f.token(t, map[string]any{"email": "otto@example.com"}), access.NotMember},
		"an address that is almost":  {f.token(t, map[string]any{"email": "anna@example.com.evil.example"}), access.NotMember},
		"a pattern":                  {f.token(t, map[string]any{"email": "%@example.com"}), access.NotMember},
	} {
		_, err := h.door.Identify(t.Context(), tt.text)
		refused(t, what, err, tt.reason, tt.text)
	}
}

// TestARefusalTellsWhatToSetRight is for whoever sets up a provider.
func TestARefusalTellsWhatToSetRight(t *testing.T) {
	f, h := newGuarded(t)
	for what, tt := range map[string]struct{ text, want string }{
		"opaque":           {"mF_9.B5f-4.1JqM", "has to issue signed ones"},
		"another issuer":   {f.token(t, map[string]any{"iss": f.URL + "/"}), "names another issuer"},
		"another audience": {f.token(t, map[string]any{"aud": "https://custory.example"}), "name " + audience + " as audience"},
		"no address":       {f.token(t, map[string]any{"email": nil}), "claims email and email_verified"},
		"forged":           {sign(t, map[string]any{"alg": "RS256"}, f.claims(map[string]any{"aud": "x"}), newRSA(t)), "has signed for this server"},
	} {
		if _, err := h.door.Identify(t.Context(), tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", what, err, tt.want)
		}
	}
}

func TestNewKeysOfTheProviderAreFound(t *testing.T) {
	f, h := newGuarded(t)
	old := f.token(t, nil)
	if _, err := h.door.Identify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	f.set(func() { f.keys = map[string]crypto.Signer{"rsa-2": newRSA(t)} })
	fresh := sign(t, map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": "rsa-2"}, f.claims(nil), f.keys["rsa-2"])
	time.Sleep(access.CalmFor)
	if _, err := h.door.Identify(t.Context(), fresh); err != nil {
		t.Errorf("a token of the new key: %v", err)
	}
	_, err := h.door.Identify(t.Context(), old)
	refused(t, "a token of the old key", err, access.Unknown, old)
}

func TestForgedTokensDoNotBurdenTheProvider(t *testing.T) {
	f, h := newGuarded(t)
	forged := newRSA(t)
	for range 50 {
		_, err := h.door.Identify(t.Context(), sign(t, map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": "x"}, f.claims(nil), forged))
		refused(t, "forged", err, access.Unknown, "")
	}
	if n := f.times("/keys"); n > 10 {
		t.Errorf("50 forged tokens made %d requests for keys", n)
	}
}

func TestAProviderThatIsDownKeepsNoKeyOut(t *testing.T) {
	f, h := newGuarded(t)
	f.set(func() { f.down = true })
	door, err := access.New(h.st, access.Options{Issuer: f.URL, Audience: audience}) // starts all the same
	if err != nil {
		t.Fatal(err)
	}
	var r *access.Refusal
	for range 5 {
		if _, err := door.Identify(t.Context(), f.token(t, nil)); err == nil || errors.As(err, &r) {
			t.Errorf("while the provider is down: %v, want an error that is no refusal", err)
		}
	}
	if n := f.times("/.well-known/openid-configuration"); n > 1 {
		t.Errorf("it was asked %d times", n)
	}
	if _, err := door.Identify(t.Context(), h.token); err != nil {
		t.Errorf("a key while the provider is down: %v", err)
	}
	f.Close()
	if _, err := h.door.Identify(t.Context(), f.token(t, nil)); err == nil || errors.As(err, &r) {
		t.Errorf("while the provider is gone: %v, want an error that is no refusal", err)
	}
}

func TestAProviderNeedsAnAudience(t *testing.T) {
	if _, err := access.New(storetest.Open(t), access.Options{Issuer: "https://id.example"}); !errors.Is(err, schema.Invalid) {
		t.Errorf("New without an audience: %v", err)
	}
}

// invite invites the address of the fake's tokens, as it is written elsewhere.
func invite(t testing.TB, h *house, life time.Duration) {
	h.update(t, func(tx *store.Tx) error {
		return tx.Invitations.Put(&schema.Invitation{Email: "OTTO@example.com", Role: schema.Viewer, InvitedBy: h.owner.ID, Expires: tx.Now.Add(life)})
	})
}

func TestSigningInAcceptsAnInvitation(t *testing.T) {
	f, h := newGuarded(t)
	text := f.token(t, map[string]any{"email": "otto@example.com", "name": "Otto  Lind"})
	invite(t, h, -time.Hour)
	_, err := h.door.Identify(t.Context(), text)
	refused(t, "an invitation that has expired", err, access.NotMember, text)

	invite(t, h, time.Hour)
	var wg sync.WaitGroup
	got := make([]schema.Actor, 8)
	for i := range got { // at once
		wg.Go(func() {
			a, err := h.door.Identify(t.Context(), text)
			if err != nil {
				t.Error(err)
			}
			got[i] = a
		})
	}
	wg.Wait()
	for _, a := range got {
		if a != got[0] || a.Role != schema.Viewer || a.ID == "" {
			t.Errorf("one came in as %+v, another as %+v", got[0], a)
		}
	}
	err = h.st.View(t.Context(), h.owner, func(tx *store.Tx) error {
		m, err := tx.Members.Get(got[0].ID)
		if err != nil {
			return err
		}
		calls, total, err := tx.Calls(store.CallFilter{Tool: "accept_invitation", Limit: 5})
		if m.Name != "Otto Lind" || total != 1 || calls[0].Actor != m.ID || calls[0].Changes != 2 {
			t.Errorf("%+v came by %+v", m, calls)
		}
		i, err2 := tx.PendingInvitation("otto@example.com")
		if i != nil {
			t.Errorf("the invitation still waits: %+v", i)
		}
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Error(err)
	}
}

func TestOneWhoLeftComesBackUnderTheSameName(t *testing.T) {
	f, h := newGuarded(t)
	text := f.token(t, nil)
	h.member(t, func(tx *store.Tx, m *schema.Member) error { _, err := tx.Dismiss(m); return err })
	_, err := h.door.Identify(t.Context(), text)
	refused(t, "one who has left", err, access.NotMember, text)
	h.update(t, func(tx *store.Tx) error {
		return tx.Invitations.Put(&schema.Invitation{Email: "anna@example.com", Role: schema.Viewer, InvitedBy: h.owner.ID, Expires: tx.Now.Add(time.Hour)})
	})
	if got, err := h.door.Identify(t.Context(), text); err != nil || got.ID != h.editor.ID || got.Role != schema.Viewer {
		t.Errorf("back is %+v, %v", got, err)
	}
	_, err = h.door.Identify(t.Context(), h.token)
	refused(t, "the key from before", err, access.Revoked, h.token)
}

func TestOfSeveralWorkspacesTheServersCounts(t *testing.T) {
	f, h := newGuarded(t)
	other := storetest.Workspace(t, h.st)
	err := h.st.Update(t.Context(), schema.Call{Tool: "test", Actor: other}, func(tx *store.Tx) error {
		return tx.Members.Put(&schema.Member{Name: "Anna", Email: "anna@example.com", Role: schema.Viewer})
	})
	if err != nil {
		t.Fatal(err)
	}
	text := f.token(t, nil)
	_, err = h.door.Identify(t.Context(), text)
	refused(t, "a member of two", err, access.NotMember, text)
	door, err := access.New(h.st, access.Options{Issuer: f.URL, Audience: audience, Workspace: other.Workspace})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := door.Identify(t.Context(), text); err != nil || got.Workspace != other.Workspace || got.Role != schema.Viewer {
		t.Errorf("Identify = %+v, %v", got, err)
	}
}

func TestAskingToJoin(t *testing.T) {
	f, h := newGuarded(t)
	otto := f.token(t, map[string]any{"email": "otto@example.com"})
	for range 2 { // again changes nothing
		if err := h.door.Join(t.Context(), otto, "Otto"); err != nil {
			t.Fatal(err)
		}
	}
	var j *schema.JoinRequest
	h.update(t, func(tx *store.Tx) error {
		all, err := tx.JoinRequests.All()
		if len(all) != 1 || all[0].Name != "Otto" || all[0].State != schema.JoinPending {
			t.Fatalf("the requests are %+v", all)
		}
		j = all[0]
		j.State, j.DecidedBy = schema.JoinRejected, h.owner.ID
		return errors.Join(err, tx.JoinRequests.Put(j))
	})
	if err := h.door.Join(t.Context(), otto, "Otto"); !errors.Is(err, schema.Forbidden) {
		t.Errorf("after it was turned down: %v", err)
	}
	if err := h.door.Join(t.Context(), f.token(t, nil), "Anna"); !errors.Is(err, schema.Conflict) {
		t.Errorf("a member asks: %v", err)
	}
	refused(t, "an unverified address", h.door.Join(t.Context(), f.token(t, map[string]any{"email_verified": false}), "x"), access.NotMember, "")
	refused(t, "a key", h.door.Join(t.Context(), h.token, "x"), access.Unknown, h.token)
	refused(t, "nothing", h.door.Join(t.Context(), "", "x"), access.Missing, "")
	if err := h.door.Join(t.Context(), f.token(t, map[string]any{"email": "una@example.com"}), "a\nb"); !errors.Is(err, schema.Invalid) {
		t.Errorf("a name of two lines: %v", err)
	}
}

// A provider that is slow keeps nobody longer than they want to wait, and one
// who gives up takes the answer from nobody.
func TestWhoWaitsForTheProviderMayGiveUp(t *testing.T) {
	f, h := newGuarded(t)
	f.stuck = make(chan struct{})
	text := f.token(t, nil)
	first, giveUp := context.WithCancel(t.Context())
	left, came := make(chan error, 1), make(chan error, 1)
	go func() { _, err := h.door.Identify(first, text); left <- err }()
	time.Sleep(50 * time.Millisecond)
	go func() { _, err := h.door.Identify(t.Context(), text); came <- err }()
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := h.door.Identify(short, text); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who waits 50 ms: %v", err)
	}
	giveUp()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up: %v", err)
	}
	close(f.stuck)
	if err := <-came; err != nil {
		t.Errorf("who waited: %v", err)
	}
}
