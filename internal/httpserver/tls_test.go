package httpserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certify writes a certificate for localhost, with the serial number, and its
// key.
func certify(t *testing.T, dir string, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	err = errors.Join(os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := certify(t, dir, 1)
	c, err := NewCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, func(cfg *Config) { cfg.Certificate = c })
	serial := func() int64 {
		t.Helper()
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		r, err := http.NewRequest("POST", "https://"+w.host+"/mcp", strings.NewReader(echo))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = with(goodKey)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != 200 || res.ProtoMajor != 2 || res.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%d %s %v", res.StatusCode, res.Proto, res.Header)
		}
		return res.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Errorf("the certificate is %d", got)
	}
	certify(t, dir, 2)
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 2 {
		t.Errorf("after it was told to read it again it is %d", got)
	}
	later := time.Now().Add(time.Minute)
	certify(t, dir, 3)
	if err := os.Chtimes(cert, later, later); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "it to see the new one", func() bool { time.Sleep(300 * time.Millisecond); return serial() == 3 })
	if err := os.WriteFile(cert, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Reload(); err == nil {
		t.Error("a file that is none is read")
	}
	if got := serial(); got != 3 {
		t.Errorf("after a file that is none it is %d", got)
	}
	if _, err := NewCertificate(cert, key, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("it begins with a file that is none")
	}
}

// A stream over HTTP/2 is not ended by the time that answers may take, however
// long it is silent.
func TestASilentStreamOverTLS(t *testing.T) {
	cert, key := certify(t, t.TempDir(), 1)
	c, err := NewCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	g := &gated{goOn: make(chan struct{})}
	w := open(t, func(cfg *Config) {
		cfg.Certificate, cfg.MCP = c, g
		const short = 20 * time.Millisecond
		cfg.Limits = Limits{BodyTime: short, Wait: short, CallTime: short, TakeTime: short}
	})
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	r, err := http.NewRequest("GET", "https://"+w.host+"/mcp", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = with(goodKey)
	time.AfterFunc(300*time.Millisecond, func() { close(g.goOn) })
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}

// The two files are not replaced at one moment, and the second may have been
// written before the first.
func TestACertificateWhoseKeyIsOlder(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	cert, key := certify(t, dir, 1)
	c, err := NewCertificate(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	newCert, newKey := certify(t, other, 2)
	now := time.Now()
	put := func(from, to string, written time.Time) {
		t.Helper()
		if err := errors.Join(os.Chtimes(from, written, written), os.Rename(from, to)); err != nil {
			t.Fatal(err)
		}
	}
	serial := func() int64 {
		t.Helper()
		c.looked = time.Time{}
		got, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.Leaf.SerialNumber.Int64()
	}
	put(newCert, cert, now.Add(time.Minute))
	if got := serial(); got != 1 {
		t.Errorf("with the key of another it is %d", got)
	}
	put(newKey, key, now.Add(30*time.Second))
	if got := serial(); got != 2 {
		t.Errorf("with its own key it is %d", got)
	}
}
