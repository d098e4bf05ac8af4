package access

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"custory/internal/token"
	"custory/schema"
	"custory/store"
)

// Options choose whom a Door lets in. The zero value is API keys alone.
type Options struct {
	// Issuer is the address of an OpenID Connect provider, whose access tokens
	// are accepted if their audience is Audience: the address of this server, as
	// the provider knows it.
	Issuer, Audience string

	// Workspace is the only one that is entered, by keys and by the provider.
	// Without it, people who come by the provider enter the only one of the file they are a member of, or invited to.
	Workspace schema.ID

	Log  *slog.Logger // of what keeps nobody out
	HTTP *http.Client // to the provider; nil: one that waits five seconds
}

// A Door lets in who has an API key, or an access token of the provider. It
// remembers nobody: each time it asks the store, so that what any process has
// revoked, removed or demoted counts at once.
type Door struct {
	store     *store.Store
	provider  *provider // nil: there is none
	workspace schema.ID
	log       *slog.Logger
}

// New returns a door to the store. It does not ask the provider yet, which may
// be down.
func New(st *store.Store, opt Options) (*Door, error) {
	d := &Door{store: st, workspace: opt.Workspace, log: opt.Log}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if opt.Issuer == "" {
		return d, nil
	}
	if opt.Audience == "" {
		return nil, &schema.Error{Code: schema.Invalid, Field: "audience", Message: "an identity provider needs the address of this server, which its tokens have to name as audience", Hint: "set --public-url"}
	}
	if opt.HTTP == nil {
		opt.HTTP = &http.Client{Timeout: patience}
	}
	d.provider = &provider{issuer: opt.Issuer, audience: opt.Audience, http: calmed(opt.HTTP), now: st.Now}
	return d, nil
}

// Identify knows the actor behind a token. An error that is no *Refusal is
// nobody's fault who asks: the store or the provider cannot be reached.
func (d *Door) Identify(ctx context.Context, text string) (schema.Actor, error) {
	switch {
	case text == "":
		return schema.Actor{}, &Refusal{Missing, "there is no token; send Authorization: Bearer with an API key, which custory key create makes"}
	case strings.HasPrefix(text, token.Prefix):
		return d.byKey(ctx, text)
	case d.provider == nil:
		return schema.Actor{}, unknownKey
	}
	who, err := d.provider.verify(ctx, text)
	if err != nil {
		return schema.Actor{}, err
	}
	return d.member(ctx, who)
}

var unknownKey = &Refusal{Unknown, "the token is no API key of this server, or not all of one; an owner or editor of the workspace makes one with create_key, or custory key create"}

// byKey knows the actor behind an API key.
func (d *Door) byKey(ctx context.Context, text string) (schema.Actor, error) {
	id, secret, ok := token.Parse(text)
	if !ok {
		return schema.Actor{}, unknownKey
	}
	held, err := d.store.KeysWithID(ctx, id)
	if err != nil {
		return schema.Actor{}, err
	}
	for _, h := range held {
		if !secret.Matches(h.Key.Hash) || d.workspace != "" && h.Key.Workspace != d.workspace {
			continue
		}
		if err := good(h, d.store.Now()); err != nil {
			return schema.Actor{}, err
		}
		if err := d.store.UseKey(ctx, h); err != nil {
			d.log.Warn("the use of a key was not written down", "key", h.Key.ID, "err", err)
		}
		k := h.Key
		return schema.Actor{ID: h.Member.ID, Workspace: k.Workspace, Role: min(k.Role, h.Member.Role), Client: k.Name, Key: k.ID, Proposes: k.Proposes}, nil
	}
	return schema.Actor{}, unknownKey
}

// good refuses a key that was, and is no longer.
func good(h store.Held, now time.Time) error {
	switch status := h.Key.Status(now); {
	case status == schema.RevokedKey || !h.Member.Active():
		return &Refusal{Revoked, "this key was revoked; make a new one with create_key, or custory key create"}
	case status == schema.ExpiredKey:
		return &Refusal{Expired, "this key has expired; make a new one with create_key, or custory key create"}
	}
	return nil
}
