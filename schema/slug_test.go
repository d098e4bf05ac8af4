package schema_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"custory/schema"
)

func TestSlugsAreReadable(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"Trial to customer", "trial-to-customer"},
		{"  Trial --- to /customer!  ", "trial-to-customer"},
		{"The customer's first week", "the-customers-first-week"},
		{"The customer’s first week", "the-customers-first-week"},
		{"B2B & B2C", "b2b-b2c"},
		{"Überblick für Äpfel", "überblick-für-äpfel"},
		{"Zahlung > 100 €", "zahlung-100"},
		{"注文から配達まで", "注文から配達まで"},
		{"हिन्दी यात्रा", "हिन्दी-यात्रा"},
		{"путь клиента", "путь-клиента"},
		{"cafe\u0301 noir", "cafe\u0301-noir"},
		{"\u0301accent alone", "accent-alone"},
		{"- \u0301 -", ""},
		{"", ""},
		{"🎉🎉", ""},
		{"🎉 launch 🎉", "launch"},
		{"a\xffb", "a-b"},
		{strings.Repeat("a", 61), strings.Repeat("a", 60)},
		{strings.Repeat("a", 59) + " b", strings.Repeat("a", 59)}, // no room for the hyphen and the letter
		{strings.Repeat("a", 58) + " b", strings.Repeat("a", 58) + "-b"},
		{strings.Repeat("ü", 70), strings.Repeat("ü", 60)},
	} {
		if got := schema.Slugify(tt.name); got != tt.want {
			t.Errorf("Slugify(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func FuzzASlugIsStableAndFitsAnAddress(f *testing.F) {
	for _, s := range []string{"", "Trial to customer", "İstanbul ǅ ẞ", "हिन्दी", "a\u0301-\u0301", strings.Repeat("x y ", 40), "\xff\x00'’", "ﬁ ﷺ ½ Ⅷ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		slug := schema.Slugify(name)
		if again := schema.Slugify(slug); again != slug {
			t.Errorf("Slugify(%q) = %q, and of that %q", name, slug, again)
		}
		if n := utf8.RuneCountInString(slug); n > schema.MaxSlug || !utf8.ValidString(slug) {
			t.Errorf("Slugify(%q) = %q, %d characters", name, slug, n)
		}
		if strings.ContainsAny(slug, " _/?#%&<>\"'\x00\n") || strings.HasPrefix(slug, "-") || strings.HasSuffix(slug, "-") || strings.Contains(slug, "--") {
			t.Errorf("Slugify(%q) = %q", name, slug)
		}
		if schema.ID(slug).Kind() != "" {
			t.Errorf("Slugify(%q) = %q, which reads as an id", name, slug)
		}
	})
}
