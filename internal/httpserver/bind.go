package httpserver

import (
	"net"
	"net/netip"
	"strconv"
	"strings"

	"custory/schema"
)

// Address reads where to listen: 8080, :8080, localhost:8080, 0.0.0.0:8080.
// Without a host it is this machine alone.
func Address(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = "", text
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || strings.ContainsAny(host, " /@") {
		return "", &schema.Error{Code: schema.Invalid, Message: "there is no address " + strconv.Quote(text), Hint: "an address is a port, such as 8080, or a host and a port, such as 127.0.0.1:8080"}
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// IsLoopback reports whether only this machine can reach an address.
func IsLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// An Exposure is what decides whether a server may listen at an address.
type Exposure struct {
	Address   string
	Guarded   bool // someone can show a token: there is a key, or an identity provider
	Encrypted bool // tokens do not travel in the clear: by our TLS, or a proxy's
	Insecure  bool // they may all the same
}

// Check refuses what would show a team's work, or its keys, to the network.
func (e Exposure) Check() error {
	switch {
	case IsLoopback(e.Address):
		return nil
	case !e.Guarded:
		return &schema.Error{Code: schema.Forbidden, Message: "other machines can reach " + e.Address + ", and there is no key that they could need",
			Hint: "make a key first: custory key create; or listen to this machine alone, as with --http 8080"}
	case !e.Encrypted && !e.Insecure:
		return &schema.Error{Code: schema.Forbidden, Message: "keys would travel to " + e.Address + " for everybody on the way to read",
			Hint: "serve TLS yourself with --tls-cert and --tls-key, or put a proxy that does in front and say --behind-proxy or --public-url https://…; --insecure-http does it all the same"}
	}
	return nil
}
