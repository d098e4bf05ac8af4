package openai

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"
)

// A Why classes a failure. It is an error, so errors.Is(err, openai.Busy)
// works.
type Why string

// The classes of failures, as what an endpoint does.
const (
	Unreachable Why = "does not answer"
	Slow        Why = "does not answer in time"
	Busy        Why = "asks to be asked less often"
	Down        Why = "is out of order"
	Denied      Why = "does not accept the key"
	Unknown     Why = "knows no such model or address"
	Refused     Why = "refuses the request"
	Elsewhere   Why = "sends to another address"
	Huge        Why = "answers with more than it may"
	Garbled     Why = "answers with something else than it was asked for"
	Declined    Why = "declines to answer"
	NotJSON     Why = "answers with no JSON object" // asking again, and saying so, may help
)

func (w Why) Error() string { return string(w) }

// A Failure is a request that came to nothing. It holds no word of what the
// endpoint said.
type Failure struct {
	Why    Why
	Detail string // in our own words
	Host   string // whom we asked
	err    error  // a context's, if that is what ended it
}

func (f *Failure) Error() string {
	if f.Host == "" {
		return f.Reason()
	}
	return f.Host + " " + f.Reason()
}

// Reason is the failure as a part of a sentence that begins with who failed.
func (f *Failure) Reason() string {
	if f.Detail == "" {
		return string(f.Why)
	}
	return fmt.Sprintf("%s (%s)", f.Why, f.Detail)
}

// Mendable reports whether the model answered, and may do better if it is asked
// again and told so.
func (f *Failure) Mendable() bool { return f.Why == NotJSON }

// Unwrap returns the class, and what ended the request if a context did.
func (f *Failure) Unwrap() []error {
	if f.err == nil {
		return []error{f.Why}
	}
	return []error{f.Why, f.err}
}

// ofTransport is the failure of a request that had no answer, or only a part
// of one.
func ofTransport(err error) *Failure {
	var refused *Failure
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var wait net.Error
	switch {
	case errors.As(err, &refused):
		return refused
	case errors.Is(err, context.Canceled):
		return &Failure{Why: Unreachable, Detail: "nobody waits any more", err: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &wait) && wait.Timeout():
		return &Failure{Why: Slow, err: context.DeadlineExceeded}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Failure{Why: Unreachable, Detail: "the connection is refused"}
	case errors.As(err, &dns):
		return &Failure{Why: Unreachable, Detail: "there is no such host"}
	case errors.As(err, &cert):
		return &Failure{Why: Unreachable, Detail: "its certificate is not to be trusted"}
	}
	return &Failure{Why: Unreachable, Detail: "the connection broke"}
}

// ofStatus is the failure that a status tells, or nil.
func ofStatus(status int) *Failure {
	why := Refused
	switch {
	case status >= 200 && status < 300:
		return nil
	case status < 400:
		why = Elsewhere
	case status == 401 || status == 403:
		why = Denied
	case status == 404:
		why = Unknown
	case status == 429:
		why = Busy
	case status >= 500 && status != 501:
		why = Down
	}
	return &Failure{Why: why, Detail: fmt.Sprintf("HTTP status %d", status)}
}
