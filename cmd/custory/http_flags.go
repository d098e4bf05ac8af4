package main

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"custory/internal/httpserver"
)

// httpFlags adds the flags of a server over HTTP, in groups that the help
// shows. Each can be set in the environment too, as those of models can.
func httpFlags(c *cobra.Command) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.AddFlagSet(c.Flags())
	where := pflag.NewFlagSet("", pflag.ContinueOnError)
	where.String("http", "", "serve a team at this `address`: a port, or a host and a port")
	where.String("public-url", "", "the `address` by which clients know the server, such as https://team.example.com")
	where.String("tls-cert", "", "`file` with the certificate, in PEM; it is read again when it changes")
	where.String("tls-key", "", "`file` with the certificate's key")
	where.Bool("behind-proxy", false, "a proxy in front ends TLS")
	where.Bool("insecure-http", false, "let keys travel in the clear, for everybody on the way to read")
	who := pflag.NewFlagSet("", pflag.ContinueOnError)
	who.String("oidc-issuer", "", "accept access tokens of this identity provider too, for --public-url with /mcp as audience: its `address`, as it writes it")
	who.String("oidc-scopes", "", "the `scopes` clients should ask it for, separated by commas")
	who.String("allowed-hosts", "", "further `names` the server goes by, separated by commas")
	who.String("allowed-origins", "", "further `sites` whose pages may use it, such as https://app.example.com")
	who.String("trusted-proxies", "", "`networks` whose X-Forwarded-For is believed, for logs and limits: 10.0.0.0/8,…")
	much := pflag.NewFlagSet("", pflag.ContinueOnError)
	much.String("max-body", "", "the `MiB` that one message may have (default 4)")
	much.String("call-timeout", "", "how `long` one call may take (default 2m)")
	much.String("rate", "", "how `many` requests a second one member may make; 0 for any (default 100)")
	much.String("max-calls", "", "how `many` calls of one member are served at once (default 64)")
	much.String("max-calls-total", "", "how `many` calls are served at once (default 256)")
	much.String("max-streams", "", "how `many` streams one member may keep open (default 32)")
	watch := pflag.NewFlagSet("", pflag.ContinueOnError)
	watch.String("metrics", "", "serve /metrics for Prometheus and Go's profiles at this `address`, for this machine alone")
	watch.Bool("metrics-anywhere", false, "let --metrics listen to other machines too")

	groups := []flagGroup{{"Flags", own}, {"Over HTTP", where}, {"Who may use it over HTTP", who}, {"How much", much}, {"Looking after it (traces: set OTEL_EXPORTER_OTLP_ENDPOINT)", watch}}
	for _, g := range groups[1:] {
		c.Flags().AddFlagSet(g.flags)
	}
	c.SetUsageFunc(func(c *cobra.Command) error { return usageInGroups(c, groups) })
}

// A flagGroup is a heading and the flags below it.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// usageInGroups prints how a command is used, with its flags in groups.
func usageInGroups(c *cobra.Command, groups []flagGroup) error {
	w := c.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n\nExamples:\n%s\n", c.UseLine(), c.Example)
	for _, g := range append(groups, flagGroup{"Global flags", c.InheritedFlags()}) {
		fmt.Fprintf(w, "\n%s:\n%s", g.title, g.flags.FlagUsages())
	}
	return nil
}

// overHTTP are the flags that mean nothing without --http.
var overHTTP = []string{"public-url", "tls-cert", "tls-key", "behind-proxy", "insecure-http", "oidc-issuer", "oidc-scopes", "allowed-hosts", "allowed-origins",
	"trusted-proxies", "max-body", "call-timeout", "rate", "max-calls", "max-calls-total", "max-streams", "metrics", "metrics-anywhere"}

// onlyOverHTTP refuses such flags.
func onlyOverHTTP(cmd *cobra.Command) error {
	for _, name := range overHTTP {
		if cmd.Flag(name).Changed {
			return usagef("--%s goes with --http", name)
		}
	}
	return nil
}

// httpSettings are what the flags say.
type httpSettings struct {
	server    httpserver.Config
	exposure  httpserver.Exposure
	metrics   string // where they are served, or ""
	cert, key string // files, or ""
}

// readHTTP reads the flags of a server over HTTP.
func readHTTP(cmd *cobra.Command) (h httpSettings, err error) {
	r := settingReader{cmd: cmd}
	h.server.Address = r.address("http")
	h.server.PublicURL = r.site("public-url")
	h.server.Issuer = r.issuer("oidc-issuer")
	h.server.Scopes = r.list("oidc-scopes")
	h.server.AllowedHosts = r.list("allowed-hosts")
	h.server.AllowedOrigins = r.list("allowed-origins")
	h.server.TrustedProxies = r.networks("trusted-proxies")
	h.server.Limits = httpserver.Limits{
		Body: int64(r.number("max-body", 1)) << 20, CallTime: r.duration("call-timeout"), Rate: float64(r.number("rate", 0)),
		Calls: r.number("max-calls", 1), AllCalls: r.number("max-calls-total", 1), Streams: r.number("max-streams", 1),
	}
	if r.text("rate") == "0" {
		h.server.Limits.Rate = -1
	}
	h.cert, h.key = r.text("tls-cert"), r.text("tls-key")
	proxied := r.yes("behind-proxy") || h.server.PublicURL != nil && h.server.PublicURL.Scheme == "https"
	h.exposure = httpserver.Exposure{Address: h.server.Address, Encrypted: h.cert != "" || proxied, Insecure: r.yes("insecure-http")}
	h.metrics = r.address("metrics")
	switch {
	case r.err != nil:
		return h, r.err
	case (h.cert == "") != (h.key == ""):
		return h, usagef("--tls-cert and --tls-key go together")
	case h.server.Issuer != "" && h.server.PublicURL == nil:
		return h, usagef("--oidc-issuer needs --public-url: the provider's tokens must be meant for it")
	case h.metrics != "" && !httpserver.IsLoopback(h.metrics) && !r.yes("metrics-anywhere"):
		return h, usagef("--metrics %s could be reached by other machines, without a key; listen to this one alone, as with --metrics 9090, or say --metrics-anywhere", h.metrics)
	}
	return h, r.err
}

// A settingReader reads settings, and keeps the first error.
type settingReader struct {
	cmd *cobra.Command
	err error
}

func (r *settingReader) text(flag string) string { return strings.TrimSpace(setting(r.cmd, flag)) }

func (r *settingReader) wrong(flag, text, such string) {
	if r.err == nil {
		r.err = usagef("--%s is %q; it can be %s", flag, text, such)
	}
}

func (r *settingReader) list(flag string) (all []string) {
	for part := range strings.SplitSeq(r.text(flag), ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

func (r *settingReader) yes(flag string) bool {
	text := r.text(flag)
	b, err := strconv.ParseBool(text)
	if err != nil && text != "" {
		r.wrong(flag, text, "true or false")
	}
	return b
}

// number is a whole number from least on; 0 if nothing is said.
func (r *settingReader) number(flag string, least int) int {
	text := r.text(flag)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > 1_000_000 {
		r.wrong(flag, text, fmt.Sprintf("a number from %d on", least))
	}
	return n
}

func (r *settingReader) duration(flag string) time.Duration {
	text := r.text(flag)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		r.wrong(flag, text, "a time, such as 90s or 2m")
	}
	return d
}

func (r *settingReader) address(flag string) string {
	text := r.text(flag)
	if text == "" {
		return ""
	}
	a, err := httpserver.Address(text)
	if err != nil {
		r.wrong(flag, text, "a port, such as 8080, or a host and a port, such as 127.0.0.1:8080")
	}
	return a
}

// site is the address of a server without a path; nil if nothing is said.
func (r *settingReader) site(flag string) *url.URL {
	text := r.text(flag)
	if text == "" {
		return nil
	}
	u, err := url.Parse(strings.TrimSuffix(text, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.wrong(flag, text, "an address without a path, such as https://team.example.com")
		return nil
	}
	return u
}

// issuer is the address of an identity provider, as the provider writes it. What
// comes from it in the clear could be anybody's, keys too.
func (r *settingReader) issuer(flag string) string {
	text := r.text(flag)
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.wrong(flag, text, "an address such as https://login.example.com")
		return ""
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) && !r.yes("insecure-http") {
		r.wrong(flag, text, "an https address; plain http is for a provider on this machine, or with --insecure-http")
	}
	return text
}

func (r *settingReader) networks(flag string) (all []netip.Prefix) {
	for _, text := range r.list(flag) {
		p, err := netip.ParsePrefix(text)
		if a, single := netip.ParseAddr(text); single == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			r.wrong(flag, text, "networks and addresses, such as 10.0.0.0/8")
		}
		all = append(all, p)
	}
	return all
}
