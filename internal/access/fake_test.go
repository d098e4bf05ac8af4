package access_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// audience is the address of the server that the tokens are for.
const audience = "https://custory.example/mcp"

// A fake is an OpenID Connect provider with keys of its own.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	keys  map[string]crypto.Signer
	asked map[string]int // by path
	down  bool
	stuck chan struct{} // until it is closed nothing is answered
}

func newFake(t testing.TB) *fake {
	f := &fake{keys: map[string]crypto.Signer{"rsa-1": newRSA(t)}, asked: map[string]int{}}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	f.keys["ec-1"] = ec
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func newRSA(t testing.TB) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.stuck != nil {
		<-f.stuck
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[r.URL.Path]++
	if f.down {
		http.Error(w, "down for maintenance", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": f.URL, "jwks_uri": f.URL + "/keys", "authorization_endpoint": f.URL + "/auth", "token_endpoint": f.URL + "/token"})
	case "/keys":
		var all []map[string]string
		for kid, k := range f.keys {
			all = append(all, jwk(kid, k.Public()))
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": all})
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// times is how often a path was asked for.
func (f *fake) times(path string) (n int) {
	f.set(func() { n = f.asked[path] })
	return n
}

func jwk(kid string, pub crypto.PublicKey) map[string]string {
	num := func(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return map[string]string{"kty": "RSA", "use": "sig", "kid": kid, "alg": "RS256", "n": num(k.N.Bytes()), "e": num(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		point, _ := k.Bytes()
		return map[string]string{"kty": "EC", "use": "sig", "kid": kid, "alg": "ES256", "crv": "P-256", "x": num(point[1:33]), "y": num(point[33:])}
	}
	panic("no such key")
}

// claims are those of a good token, with changes; nil takes one out.
func (f *fake) claims(changes map[string]any) map[string]any {
	c := map[string]any{"iss": f.URL, "aud": audience, "sub": "1", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		"email": "anna@example.com", "email_verified": true, "name": "Anna Berg"}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// token is a good token, with changes.
func (f *fake) token(t testing.TB, changes map[string]any) string {
	f.mu.Lock()
	k := f.keys["rsa-1"]
	f.mu.Unlock()
	return sign(t, map[string]any{"alg": "RS256", "typ": "at+jwt", "kid": "rsa-1"}, f.claims(changes), k)
}

// sign signs with a key, with the bytes of a shared one, or not at all.
func sign(t testing.TB, header, claims map[string]any, key any) string {
	t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	var sig []byte
	var err error
	switch k := key.(type) {
	case *rsa.PrivateKey:
		sig, err = rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
	case *ecdsa.PrivateKey:
		r, s, e := ecdsa.Sign(rand.Reader, k, sum[:])
		sig, err = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), e
	case []byte:
		m := hmac.New(sha256.New, k)
		m.Write([]byte(text))
		sig = m.Sum(nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

// publicBytes are what an attacker who tries HS256 takes for the shared key.
func publicBytes(t testing.TB, k crypto.Signer) []byte {
	b, err := x509.MarshalPKIXPublicKey(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	return b
}
