package httpserver

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"custory/schema"
)

// hosts are the names a server may be called by. A page of another name that
// resolves to this machine is somebody's attempt to reach it from a browser.
type hosts map[string]bool

func newHosts(cfg Config) hosts {
	h := hosts{"localhost": true, "127.0.0.1": true, "::1": true}
	names := append([]string{cfg.Address}, cfg.AllowedHosts...)
	if cfg.PublicURL != nil {
		names = append(names, cfg.PublicURL.Host)
	}
	for _, n := range names {
		if name, ok := hostname(n); ok && !isAnywhere(name) {
			h[name] = true
		}
	}
	return h
}

// OnThisMachine keeps from a handler that serves this machine alone, at a
// loopback address, what calls it by another name: pages of other sites, whose
// name resolves to this machine. At any other address it keeps out nothing.
func OnThisMachine(address string, h http.Handler) http.Handler {
	if !IsLoopback(address) {
		return h
	}
	names := newHosts(Config{Address: address})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if names.check(r.Host) != nil {
			http.Error(w, "this address does not go by that host name; call it "+address, http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isAnywhere reports whether an address stands for all of a machine, and so is
// nobody's name.
func isAnywhere(name string) bool {
	ip := net.ParseIP(name)
	return ip != nil && ip.IsUnspecified()
}

// check refuses a request for another host.
func (h hosts) check(host string) *refusal {
	if name, ok := hostname(host); ok && h[name] {
		return nil
	}
	return refuse(http.StatusForbidden, "host", "this server does not go by that host name; whoever runs it can allow the name with --allowed-hosts")
}

// hostname is the name in what a Host header holds: without its port, in lower
// case. It reports false if there is no such name.
func hostname(host string) (string, bool) {
	name, port := host, ""
	if inner, ok := strings.CutPrefix(host, "["); ok {
		if name, port, ok = strings.Cut(inner, "]"); !ok || !strings.Contains(name, ":") {
			return "", false
		}
		if port, ok = strings.CutPrefix(port, ":"); !ok && port != "" {
			return "", false
		}
	} else if strings.Count(host, ":") == 1 {
		name, port, _ = strings.Cut(host, ":")
	}
	if strings.Trim(port, "0123456789") != "" || len(port) > 5 || strings.Contains(name, ":") && net.ParseIP(name) == nil {
		return "", false
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return name, name != ""
}

// origins are the sites whose pages may use the server beside its own.
type origins map[string]bool

func newOrigins(cfg Config) (origins, error) {
	o := origins{}
	if cfg.PublicURL != nil {
		o[siteOf(cfg.PublicURL)] = true
	}
	for _, text := range cfg.AllowedOrigins {
		site, ok := parseOrigin(text)
		if !ok {
			return nil, &schema.Error{Code: schema.Invalid, Message: fmt.Sprintf("%q is no origin", text), Hint: "an origin is like https://app.example.com, without a path"}
		}
		o[site] = true
	}
	return o, nil
}

// parseOrigin reads an Origin header. It reports false for null and for
// anything else that is not a site.
func parseOrigin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	if _, ok := hostname(u.Host); !ok {
		return "", false
	}
	return siteOf(u), true
}

// siteOf is a URL's origin, without the port that its scheme has anyway.
func siteOf(u *url.URL) string { return u.Scheme + "://" + authority(u.Scheme, u.Host) }

func authority(scheme, host string) string {
	usual := map[string]string{"http": ":80", "https": ":443"}[scheme]
	return strings.ToLower(strings.TrimSuffix(host, usual))
}

// check reports whether a request comes from a page of another site, and
// whether that may be. What is not a browser names no origin.
func (o origins) check(r *http.Request) (foreign bool, f *refusal) {
	values := r.Header["Origin"]
	if len(values) == 0 {
		return false, nil
	}
	if site, ok := parseOrigin(values[0]); ok && len(values) == 1 {
		scheme, host, _ := strings.Cut(site, "://")
		if host == authority(scheme, r.Host) && (scheme == "https" || r.TLS == nil) { // a proxy may have ended TLS
			return false, nil
		}
		if o[site] {
			return true, nil
		}
	}
	return true, refuse(http.StatusForbidden, "origin", "pages of that site may not use this server; whoever runs it can allow the site with --allowed-origins")
}
