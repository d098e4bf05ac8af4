package httpserver

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// client is the address a request comes from. What a header says of it counts
// only as far as proxies vouch for it that are trusted. It is for the log and
// for limits, and decides nothing else.
func client(r *http.Request, trusted []netip.Prefix) netip.Addr {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := at.Addr().Unmap().WithZone("")
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !within(addr, trusted) {
			break
		}
		before, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		addr = before.Unmap().WithZone("")
	}
	return addr
}

func within(a netip.Addr, all []netip.Prefix) bool {
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
}

// neighbourhood is the name under which an address is limited. Whoever has one
// address of version 6 has a whole /64 of them.
func neighbourhood(a netip.Addr) string {
	if p, err := a.Prefix(64); err == nil && a.Is6() {
		return p.String()
	}
	return a.String()
}
