// Package access tells who stands behind the token of a request.
package access

import (
	"context"

	"custory/schema"
)

// An Identifier knows the actor behind a bearer token. Where it does not, the
// error is a *Refusal.
type Identifier interface {
	Identify(ctx context.Context, token string) (schema.Actor, error)
}

// A Refusal is why a token was not accepted. Its message may be shown to
// whoever sent it: it tells what to do, and repeats nothing of the token.
type Refusal struct {
	Reason  Reason
	Message string
}

func (r *Refusal) Error() string { return r.Message }

// A Reason is the class of a refusal.
type Reason string

// The reasons.
const (
	Missing   Reason = "missing"    // there is no token
	Unknown   Reason = "unknown"    // malformed, never issued, or of another server
	Expired   Reason = "expired"    // it was good once
	Revoked   Reason = "revoked"    // and was taken back
	NotMember Reason = "not member" // known to the identity provider, not to the workspace
)
