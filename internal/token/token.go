// Package token makes and reads the tokens of API keys:
//
//	cus_4k7q2m9xtc_0123456789ABCDEFGHIJKLMNOPQRSTUV4FrC3R
//
// After "cus_" comes the id of the key without its prefix, then a secret of 32
// digits to the base 62, which is 190 bits, and the CRC-32 of all that in six
// more. The checksum catches what was mistyped or cut off before anybody asks
// the database, and lets scanners tell a token from chance. What finds tokens
// in files is
//
//	\bcus_[0-9a-z]{1,32}_[0-9A-Za-z]{38}\b
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash/crc32"
	"math/big"
	"regexp"
	"strings"

	"custory/schema"
)

const (
	// Prefix begins every token.
	Prefix = "cus_"

	digits      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	secretChars = 32
	sumChars    = 6 // hold 35 bits
)

// A Secret is the part of a token that cannot be guessed.
type Secret string

// NewSecret returns a new secret.
func NewSecret() Secret {
	var b [secretChars]byte
	for i := range b {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(digits)))) // never fails
		b[i] = digits[n.Int64()]
	}
	return Secret(b[:])
}

// Hash is what is kept of a secret. SHA-256 will do: a slow hash is for
// passwords, which people choose; nobody tries 190 random bits.
func (s Secret) Hash() string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Matches reports whether the hash is that of the secret, in a time that does
// not tell how much of it is right.
func (s Secret) Matches(hash string) bool {
	return subtle.ConstantTimeCompare([]byte(s.Hash()), []byte(hash)) == 1
}

// Of is the token of a key.
func Of(key schema.ID, s Secret) string {
	body := Shown(key) + "_" + string(s)
	return body + checksum(body)
}

// Shown is how the token of a key begins: what may be shown of it.
func Shown(key schema.ID) string {
	_, id, _ := strings.Cut(string(key), "_")
	return Prefix + id
}

var form = regexp.MustCompile(`^cus_([0-9a-z]{1,32})_([0-9A-Za-z]{32})[0-9A-Za-z]{6}$`)

// Parse takes a token apart. It is false if the token is not of the form, or
// its checksum does not fit.
func Parse(token string) (key schema.ID, s Secret, ok bool) {
	m := form.FindStringSubmatch(token)
	if m == nil || token[len(token)-sumChars:] != checksum(token[:len(token)-sumChars]) {
		return "", "", false
	}
	return schema.ID(schema.KindKey.Prefix() + "_" + m[1]), Secret(m[2]), true
}

// checksum is the CRC-32 of a text, in digits to the base 62.
func checksum(text string) string {
	sum := crc32.ChecksumIEEE([]byte(text))
	var b [sumChars]byte
	for i := range b {
		b[len(b)-1-i] = digits[sum%62]
		sum /= 62
	}
	return string(b[:])
}
