package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"custory/internal/token"
	"custory/schema"
	"custory/store"
)

// keys are the tools of the API keys.
func keys() []Tool {
	return []Tool{
		{
			Name:    "create_key",
			Title:   "Create an API key",
			Doc:     "Makes an API key for a program, which then acts for you, or for a member an owner names, with at most that role. The token is in this answer and never shown again.",
			Toolset: "admin",
			Role:    schema.Editor,
			Run:     compose(createKey),
		},
		{
			Name:    "list_keys",
			Title:   "List API keys",
			Doc:     "Lists API keys with what they may do, when they were last used and whether they are good: yours, or for an owner everybody's.",
			Toolset: "admin",
			Role:    schema.Editor,
			Run:     read(listKeys),
		},
		{
			Name:        "revoke_key",
			Title:       "Revoke an API key",
			Doc:         "Revokes an API key, and those that were made with it, at once and for good: undo does not bring it back. You revoke yours, and an owner anybody's.",
			Toolset:     "admin",
			Role:        schema.Editor,
			Destructive: true,
			Idempotent:  true,
			Run:         write(revokeKey),
		},
	}
}

type createKeyIn struct {
	Name     string      `json:"name" jsonschema:"of the client and the machine: Cursor on MacBook"`
	Role     schema.Role `json:"role,omitempty"`
	Member   string      `json:"member,omitempty" jsonschema:"for owners: whom it acts for, by name, email or id; else you"`
	Expires  string      `json:"expires,omitempty" jsonschema:"30 days, 90 days (default) or never"`
	Proposes bool        `json:"proposes,omitempty" jsonschema:"it may only propose: all it writes is a draft"`
}

type createKeyOut struct {
	Receipt
	Token string `json:"token,omitempty"` // none in a dry run
	keyLine
	Next string `json:"next,omitempty"`
}

// A keyLine is a key as it may be shown.
type keyLine struct {
	ID       schema.ID        `json:"id"`
	Name     string           `json:"name"`
	Prefix   string           `json:"prefix"` // of the token
	By       string           `json:"by"`     // whom it acts for
	Role     schema.Role      `json:"role"`   // no more than that member's
	Proposes bool             `json:"proposes,omitempty"`
	Status   schema.KeyStatus `json:"status"`
	Created  time.Time        `json:"created"`
	LastUsed time.Time        `json:"last_used,omitzero"` // to the minute
	Expires  time.Time        `json:"expires,omitzero"`
}

func createKey(ctx context.Context, e *Errand, in createKeyIn) (out createKeyOut, err error) {
	secret := token.NewSecret()
	err = e.Update(ctx, func(tx *store.Tx) error {
		k, err := keyFor(tx, in)
		if err != nil {
			return err
		}
		k.Hash = secret.Hash()
		if err := roomForKey(tx, k.Member); err != nil {
			return err
		}
		if k.Expires, err = keyEnd(tx, in.Expires); err != nil {
			return err
		}
		if err := tx.Keys.Put(k); err != nil {
			return err
		}
		tx.Summarize("made a key")
		out.Token, out.Next = token.Of(k.ID, secret), "keep the token now: it is not shown again"
		out.keyLine, err = keyLineOf(tx, k, nil)
		return err
	})
	if e.dry {
		out.Token, out.Next = "", ""
	}
	return out, err
}

// keyFor is the key that is asked for, of whom it acts for.
func keyFor(tx *store.Tx, in createKeyIn) (*schema.Key, error) {
	a := tx.Call.Actor
	k := &schema.Key{Member: a.ID, Name: in.Name, Role: in.Role, Proposes: in.Proposes}
	if in.Member != "" {
		m, err := memberNamed(tx, in.Member)
		switch {
		case err != nil:
			return nil, err
		case m.Assistant:
			return nil, &schema.Error{Code: schema.Invalid, Field: "member", Message: m.Name + " comes in by no key", Hint: "name the person whose program it is for"}
		case m.ID != a.ID && !a.Role.Includes(schema.Owner):
			return nil, &schema.Error{Code: schema.Forbidden, Field: "member", Message: "only an owner makes keys for others", Hint: "leave out member for a key of your own"}
		case m.ID != a.ID:
			k.Member, a.Role = m.ID, m.Role
		}
	}
	if k.Role == 0 {
		k.Role = min(a.Role, schema.Editor)
	}
	switch {
	case !a.Role.Includes(k.Role):
		return nil, &schema.Error{Code: schema.Forbidden, Field: "role", Message: fmt.Sprintf("the key can have at most the role %s", a.Role), Hint: "a key has no more than the role of whom it acts for"}
	case k.Proposes && !k.Role.Includes(schema.Editor):
		return nil, &schema.Error{Code: schema.Invalid, Field: "proposes", Message: "a key with the role Viewer proposes nothing", Hint: "give it the role Editor, and it writes drafts alone"}
	}
	return k, nil
}

// maxKeys is how many good keys a member may have.
const maxKeys = 50

// roomForKey refuses one more key than a member may have.
func roomForKey(tx *store.Tx, member schema.ID) error {
	all, err := tx.KeysOf(member)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(k *schema.Key) bool { return k.Status(tx.Now) != schema.ActiveKey })
	if len(all) >= maxKeys {
		return &schema.Error{Code: schema.Limited, Message: fmt.Sprintf("there are %d good keys of that member, and that is the most", len(all)), Hint: "revoke one that is no longer used, with revoke_key; list_keys tells when each was used last"}
	}
	return nil
}

// keyEnd is when a key expires: one that is made with another key does not
// outlive it.
func keyEnd(tx *store.Tx, text string) (end time.Time, err error) {
	switch strings.ToLower(strings.ReplaceAll(text, " ", "")) {
	case "30days", "30d":
		end = tx.Now.AddDate(0, 0, 30)
	case "90days", "90d", "":
		end = tx.Now.AddDate(0, 0, 90)
	case "never":
	default:
		return end, &schema.Error{Code: schema.Invalid, Field: "expires", Message: fmt.Sprintf("expires cannot be %q", text), Valid: []string{"30 days", "90 days", "never"}}
	}
	if tx.Call.Actor.Key == "" {
		return end, nil
	}
	with, err := tx.Keys.Get(tx.Call.Actor.Key)
	if err == nil && !with.Expires.IsZero() && (end.IsZero() || end.After(with.Expires)) {
		end = with.Expires
	}
	return end, err
}

// keyLineOf tells of a key, and never its hash.
func keyLineOf(tx *store.Tx, k *schema.Key, used map[schema.ID]time.Time) (keyLine, error) {
	m, err := tx.Members.Get(k.Member)
	if err != nil {
		return keyLine{}, err
	}
	by, err := tx.Path(k.Member)
	return keyLine{ID: k.ID, Name: k.Name, Prefix: token.Shown(k.ID), By: by, Role: min(k.Role, m.Role), Proposes: k.Proposes,
		Status: k.Status(tx.Now), Created: k.Created, LastUsed: used[k.ID], Expires: k.Expires}, err
}

type listKeysIn struct {
	Status schema.KeyStatus `json:"status,omitempty" jsonschema:"else all"`
}

type listKeysOut struct {
	Keys []keyLine `json:"keys"`
}

func listKeys(_ context.Context, tx *store.Tx, in listKeysIn) (out listKeysOut, err error) {
	whose := tx.Call.Actor.ID
	if tx.Call.Actor.Role.Includes(schema.Owner) {
		whose = ""
	}
	found, err := tx.KeysOf(whose)
	if err != nil {
		return out, err
	}
	used, err := tx.LastUse()
	if err != nil {
		return out, err
	}
	out.Keys = []keyLine{}
	for _, k := range found {
		if in.Status != "" && in.Status != k.Status(tx.Now) {
			continue
		}
		line, err := keyLineOf(tx, k, used)
		if err != nil {
			return out, err
		}
		out.Keys = append(out.Keys, line)
	}
	return out, nil
}

type revokeKeyIn struct {
	Key string `json:"key" jsonschema:"id, prefix or name"`
}

type revokeKeyOut struct {
	Receipt
	keyLine
	Also []keyLine `json:"also_revoked,omitempty"` // they were made with it
}

func revokeKey(_ context.Context, tx *store.Tx, in revokeKeyIn) (out revokeKeyOut, err error) {
	k, err := keyNamed(tx, in.Key)
	if err != nil {
		return out, err
	}
	if a := tx.Call.Actor; k.Member != a.ID && !a.Role.Includes(schema.Owner) {
		return out, &schema.Error{Code: schema.Forbidden, Field: "key", Message: "that key is not yours", Hint: "its maker or an owner of the workspace revokes it"}
	}
	made, err := tx.KeysMadeWith(k.ID)
	if err != nil {
		return out, err
	}
	for _, k := range append(made, k) {
		if !k.Revoked.IsZero() {
			continue
		}
		k.Revoked = tx.Now
		if err := tx.Keys.Put(k); err != nil {
			return out, err
		}
		tx.Summarize("revoked a key")
	}
	for _, k := range made {
		line, err := keyLineOf(tx, k, nil)
		if err != nil {
			return out, err
		}
		out.Also = append(out.Also, line)
	}
	out.keyLine, err = keyLineOf(tx, k, nil)
	return out, err
}

// keyNamed finds a key by its id, its name, or what its token begins with.
func keyNamed(tx *store.Tx, text string) (*schema.Key, error) {
	if rest, ok := strings.CutPrefix(text, token.Prefix); ok {
		id, _, _ := strings.Cut(rest, "_")
		text = schema.KindKey.Prefix() + "_" + id
	}
	if k, err := tx.Keys.Get(schema.ID(text)); !errors.Is(err, schema.NotFound) && !errors.Is(err, schema.Invalid) {
		return k, err // an id comes before any name, or a key could hide behind another's
	}
	good, err := goodKeysNamed(tx, text)
	if err != nil {
		return nil, err
	}
	if len(good) == 1 { // others of the name are revoked or have ended
		return good[0], nil
	}
	id, err := tx.Resolve(schema.KindKey, text)
	if err != nil {
		return nil, inField(err, "key")
	}
	return tx.Keys.Get(id)
}

// goodKeysNamed are the keys of the name that let in.
func goodKeysNamed(tx *store.Tx, name string) ([]*schema.Key, error) {
	all, err := tx.KeysOf("")
	return slices.DeleteFunc(all, func(k *schema.Key) bool {
		return k.Status(tx.Now) != schema.ActiveKey || !strings.EqualFold(k.Name, strings.TrimSpace(name))
	}), err
}
