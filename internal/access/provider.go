package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"
)

// A provider checks access tokens of an OpenID Connect provider. Tokens are
// read here and passed on to nobody.
type provider struct {
	issuer, audience string
	http             *http.Client
	now              func() time.Time

	asking singleflight.Group // in which the rest is read and written
	keys   oidc.KeySet        // once they are known where to be found
	failed error              // why they could not be, last
	until  time.Time          // nobody asks again before
}

// algorithms are those of keys that come in pairs: what checks a token cannot
// make one.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

var (
	badToken    = &Refusal{Unknown, "the access token is not one that the identity provider has signed for this server; sign in again"}
	noToken     = &Refusal{Unknown, "the token is no API key, and no access token that can be read here: the identity provider has to issue signed ones (JWT)"}
	otherIssuer = &Refusal{Unknown, "the access token names another issuer than the one this server knows as its identity provider"}
)

// verify returns who a token speaks for: it is signed by the provider, names it
// as issuer and this server as audience, is valid now, and tells an address that
// the provider has verified.
func (p *provider) verify(ctx context.Context, text string) (person, error) {
	if !isAccessToken(text) {
		return person{}, noToken
	}
	keys, err := p.discover(ctx)
	if err != nil {
		return person{}, err
	}
	signed := &watched{KeySet: keys}
	t, err := oidc.NewVerifier(p.issuer, signed, &oidc.Config{SkipClientIDCheck: true, SkipIssuerCheck: true, SupportedSigningAlgs: algorithms, Now: p.now}).Verify(ctx, text)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return person{}, &Refusal{Expired, "the access token has expired; sign in again"}
	case signed.unreachable != nil:
		return person{}, fmt.Errorf("ask the identity provider for its keys: %w", signed.unreachable)
	case err != nil:
		return person{}, badToken
	case t.Issuer != p.issuer: // checked here, to tell one from the other
		return person{}, otherIssuer
	case !slices.Contains(t.Audience, p.audience):
		return person{}, &Refusal{Unknown, "the access token is not meant for this server: it has to name " + p.audience + " as audience"}
	}
	return personOf(t)
}

// isAccessToken reports whether the text has the header of a token that may be
// one: of a known type, or of none, as many providers write them, and signed
// with a known algorithm. The provider is not asked because of anything else.
func isAccessToken(text string) bool {
	head, _, _ := strings.Cut(text, ".")
	b, err := base64.RawURLEncoding.DecodeString(head)
	var h struct{ Typ, Alg string }
	if err != nil || strings.Count(text, ".") != 2 || json.Unmarshal(b, &h) != nil {
		return false
	}
	typ := strings.TrimPrefix(strings.ToLower(h.Typ), "application/")
	return slices.Contains([]string{"at+jwt", "jwt", ""}, typ) && slices.Contains(algorithms, h.Alg)
}

// retryAfter is how long a provider that could not be asked is left alone.
const retryAfter = 10 * time.Second

// discover learns, at the first token, where the provider's keys are. It keeps
// them up to date itself from then on.
func (p *provider) discover(ctx context.Context) (oidc.KeySet, error) {
	return await(ctx, &p.asking, "keys", func() (oidc.KeySet, error) { return p.find(context.WithoutCancel(ctx)) })
}

// find is discover, by one at a time.
func (p *provider) find(ctx context.Context) (oidc.KeySet, error) {
	if p.keys != nil {
		return p.keys, nil
	}
	if time.Now().Before(p.until) {
		return nil, p.failed
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.issuer)
	var where struct {
		Keys string `json:"jwks_uri"`
	}
	if err == nil {
		err = found.Claims(&where)
	}
	if err != nil {
		p.failed, p.until = fmt.Errorf("ask the identity provider %s: %w", p.issuer, err), time.Now().Add(retryAfter)
		return nil, p.failed
	}
	p.keys = oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.http), where.Keys)
	return p.keys, nil
}

// watched tells a key set that could not be fetched from a signature that is
// wrong.
type watched struct {
	oidc.KeySet
	unreachable error
}

func (w *watched) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, jwt)
	if err != nil && strings.HasPrefix(err.Error(), "fetching keys") {
		w.unreachable = err
	}
	return payload, err
}

// personOf is who the token speaks for.
func personOf(t *oidc.IDToken) (person, error) {
	var c struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some write "true"
		Name     string `json:"name"`
	}
	if err := t.Claims(&c); err != nil {
		return person{}, badToken
	}
	if c.Email == "" || c.Verified != true && c.Verified != "true" {
		return person{}, &Refusal{NotMember, "the access token tells no email address that the identity provider has verified; it has to hold the claims email and email_verified"}
	}
	local, _, _ := strings.Cut(c.Email, "@")
	for _, name := range []string{strings.Join(strings.Fields(c.Name), " "), local} {
		if r := []rune(name); len(r) > 0 {
			return person{c.Email, string(r[:min(len(r), 100)])}, nil
		}
	}
	return person{}, badToken
}
