package token_test

import (
	"regexp"
	"strings"
	"testing"

	"custory/internal/token"
	"custory/schema"
)

func TestATokenTellsItsKeyAndSecret(t *testing.T) {
	key, secret := schema.NewID(schema.KindKey), token.NewSecret()
	text := token.Of(key, secret)
	gotKey, gotSecret, ok := token.Parse(text)
	if !ok || gotKey != key || gotSecret != secret {
		t.Errorf("Parse(%s) = %s, %s, %v", text, gotKey, gotSecret, ok)
	}
	if !strings.HasPrefix(text, token.Shown(key)+"_") || strings.Contains(token.Shown(key), string(secret)) {
		t.Errorf("%s is shown as %s", text, token.Shown(key))
	}
	if len(text) != len("cus_4k7q2m9xtc_")+38 || !regexp.MustCompile(`\bcus_[0-9a-z]{1,32}_[0-9A-Za-z]{38}\b`).MatchString("key="+text+".") {
		t.Errorf("%s is not of the form that scanners look for", text)
	}
}

func TestAFormIsForEver(t *testing.T) {
	const known = "cus_4k7q2m9xtc_0123456789ABCDEFGHIJKLMNOPQRSTUV"
	got := token.Of("key_4k7q2m9xtc", "0123456789ABCDEFGHIJKLMNOPQRSTUV")
	if got[:len(known)] != known || got[len(known):] != "4FrC3R" {
		t.Errorf("the token is now %s", got)
	}
	if got := token.Secret("x").Hash(); got != "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" {
		t.Errorf("the hash is now %s", got)
	}
}

func TestWhatIsMistypedIsCaught(t *testing.T) {
	text := token.Of("key_4k7q2m9xtc", token.NewSecret())
	for i := range text {
		for _, c := range "0aZ_-" {
			wrong := text[:i] + string(c) + text[i+1:]
			if _, _, ok := token.Parse(wrong); ok && wrong != text {
				t.Errorf("%s passes for %s", wrong, text)
			}
		}
		if _, _, ok := token.Parse(text[:i]); ok {
			t.Errorf("%s passes", text[:i])
		}
	}
}

func TestOnlyTheRightSecretMatches(t *testing.T) {
	s := token.NewSecret()
	if !s.Matches(s.Hash()) || s.Matches(token.NewSecret().Hash()) || s.Matches("") || token.Secret("").Matches("") {
		t.Error("a secret matches what it should not, or not its own hash")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(token.Of("key_4k7q2m9xtc", token.NewSecret()))
	f.Add("cus__")
	f.Fuzz(func(t *testing.T, text string) {
		if key, s, ok := token.Parse(text); ok && token.Of(key, s) != text {
			t.Errorf("%q is taken for %s", text, token.Of(key, s))
		}
	})
}
