package openai

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	api "github.com/sashabaranov/go-openai"
)

// Home is the address of OpenAI's own API.
const Home = "https://api.openai.com/v1"

// An Endpoint is where a model answers.
type Endpoint struct {
	URL   string // up to and with /v1; Home if it is empty
	Key   string // none if it is empty
	Model string
}

// A Wrong is what is wrong with an Endpoint before anything was asked.
type Wrong string

// What can be wrong with an endpoint.
const (
	NoURL     Wrong = "the address must be that of an HTTP API, such as http://localhost:11434/v1, without a user, a query or a fragment"
	NoModel   Wrong = "the model is not named"
	NoKey     Wrong = "OpenAI answers only with a key"
	BareKey   Wrong = "the key would go over a network that anybody can read, for the address is neither https nor on this machine"
	BrokenKey Wrong = "the key holds characters that no key has"
	NoDims    Wrong = "a vector has from 1 to 16384 numbers"
)

func (w Wrong) Error() string { return string(w) }

// check returns the endpoint's address, or what is wrong with it.
func (e Endpoint) check() (*url.URL, error) {
	u, err := url.Parse(e.address())
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, NoURL // and not err, which repeats it
	}
	switch {
	case strings.TrimSpace(e.Model) == "":
		return nil, NoModel
	case strings.ContainsFunc(e.Key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, BrokenKey
	case e.Key == "" && u.Hostname() == "api.openai.com":
		return nil, NoKey
	case e.Key != "" && u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, BareKey
	}
	return u, nil
}

func (e Endpoint) address() string {
	if e.URL == "" {
		return Home
	}
	return strings.TrimRight(e.URL, "/")
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// limits bound what one request may cost.
type limits struct {
	time time.Duration // each try
	body int64         // bytes of an answer
}

// client returns the library's client for the endpoint.
func (e Endpoint) client(u *url.URL, l limits) *api.Client {
	c := api.DefaultConfig(e.Key)
	c.BaseURL = e.address()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = 64 << 10
	if loopback(u.Hostname()) {
		transport.Proxy = nil
	}
	c.HTTPClient = &doer{
		host:   u.Host,
		limits: l,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // another host is not to have the key, nor the texts
		}},
	}
	return api.NewClientWithConfig(c)
}
