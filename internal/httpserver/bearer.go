package httpserver

import (
	"net/http"
	"net/url"
	"strings"

	"custory/internal/access"
)

// maxToken is longer than any token. Those of identity providers have a few
// thousand bytes.
const maxToken = 8 << 10

// bearer returns the token of a request. It comes in the one header that is
// meant for it.
func bearer(h http.Header) (string, *refusal) {
	values := h["Authorization"]
	switch len(values) {
	case 0:
		return "", refused(&access.Refusal{Reason: access.Missing, Message: "a key is needed: send it in the header Authorization: Bearer …"})
	case 1:
	default:
		return "", malformed("there are several Authorization headers; send one")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	token = strings.Trim(token, " ")
	switch {
	case !strings.EqualFold(scheme, "Bearer"):
		return "", refused(&access.Refusal{Reason: access.Missing, Message: "the header Authorization must say Bearer, and then the key"})
	case token == "":
		return "", malformed("the key after Bearer is empty; is the variable set that should hold it?")
	case len(token) > maxToken:
		return "", malformed("the token is longer than any that could be good")
	case strings.ContainsAny(token, "$%{"): // as clients send what they could not fill in
		return "", malformed("after Bearer stands the name of a variable and not the key; is it set where the client starts?")
	case !isToken(token):
		return "", malformed("after Bearer comes the key, in one word of letters, digits and -._~+/=")
	}
	return token, nil
}

func malformed(text string) *refusal {
	f := refuse(http.StatusBadRequest, "malformed", text)
	f.challenge = &challenge{err: "invalid_request"}
	return f
}

// isToken reports whether a text is a b64token of RFC 6750.
func isToken(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-._~+/", rune(c)) {
			return false
		}
	}
	return s != ""
}

// inQuery refuses a token in the address, where proxies, logs and histories
// keep it.
func inQuery(u *url.URL) *refusal {
	if u.RawQuery == "" {
		return nil
	}
	query, err := url.ParseQuery(u.RawQuery)
	for name, values := range query {
		switch strings.ToLower(name) {
		case "access_token", "token", "key", "api_key", "apikey", "authorization", "bearer":
			return exposed()
		}
		for _, v := range values {
			if strings.HasPrefix(v, "cus_") {
				return exposed()
			}
		}
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "malformed", "the address cannot be read after its question mark")
	}
	return nil
}

func exposed() *refusal {
	f := malformed("a key does not belong in the address, where others can read it: send it in the header Authorization: Bearer …, and if it was a real one, revoke it and make another")
	f.reason = "token in query"
	return f
}
