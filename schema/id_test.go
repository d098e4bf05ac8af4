package schema_test

import (
	"errors"
	"strings"
	"testing"

	"custory/schema"
)

func allKinds() []schema.Kind { return append(schema.Kinds(), schema.KindCall) }

func TestANewIDTellsItsKind(t *testing.T) {
	seen := map[schema.ID]bool{}
	for _, k := range allKinds() {
		for range 100 {
			id := schema.NewID(k)
			if got := id.Kind(); got != k {
				t.Errorf("%s.Kind() = %q, want %q", id, got, k)
			}
			if !strings.HasPrefix(string(id), k.Prefix()+"_") || len(id) != len(k.Prefix())+11 {
				t.Errorf("NewID(%s) = %q, want %s_ and ten digits", k, id, k.Prefix())
			}
			if strings.ContainsAny(string(id)[len(k.Prefix()):], "ilou") {
				t.Errorf("NewID(%s) = %q, which has a digit that can be misread", k, id)
			}
			if seen[id] {
				t.Errorf("NewID gave %s twice", id)
			}
			seen[id] = true
		}
	}
}

func TestKindsHavePrefixesOfTheirOwn(t *testing.T) {
	of := map[string]schema.Kind{}
	for _, k := range allKinds() {
		if other, taken := of[k.Prefix()]; taken {
			t.Errorf("%s and %s share the prefix %q", k, other, k.Prefix())
		}
		of[k.Prefix()] = k
	}
	if got := schema.Kind("pigeon").Prefix(); got != "pigeon" {
		t.Errorf("the prefix of what is no kind = %q, want itself", got)
	}
}

func TestGarbageIsNoID(t *testing.T) {
	for _, garbage := range []schema.ID{
		"", "_", "sig", "sig_", "_1", "sig_A", "SIG_1", "sig_1_2", "sig_-1", "sig_1 ", " sig_1", "sig_ü", "sig_\x00", "sig_1\n", "sigs_1",
		"pigeon_1", "sig__1", schema.ID("sig_" + strings.Repeat("1", 33)), "sig_1;drop table signal", "sig_\xff",
	} {
		if got := garbage.Kind(); got != "" {
			t.Errorf("%q.Kind() = %q, want none", garbage, got)
		}
	}
}

func TestWantSaysWhatAnIDIsInstead(t *testing.T) {
	for _, tt := range []struct {
		id   schema.ID
		want schema.Kind
		says string // "" if it is right
	}{
		{"stp_7", schema.KindStep, ""},
		{"stp_7", schema.KindSignal, "stp_7 is a step; a signal is wanted"},
		{"stp_7", schema.KindItem, "stp_7 is a step; an item is wanted"},
		{"itm_7", schema.KindStep, "itm_7 is an item; a step is wanted"},
		{"call_7", schema.KindAttachment, "call_7 is a call; an attachment is wanted"},
		{"seven", schema.KindStep, `"seven" is not an id; the id of a step looks like stp_4k7q2m9xtc`},
		{"", schema.KindItem, `"" is not an id; the id of an item looks like itm_4k7q2m9xtc`},
	} {
		err := tt.id.Want(tt.want)
		if tt.says == "" {
			if err != nil {
				t.Errorf("%q.Want(%s) = %v, want nil", tt.id, tt.want, err)
			}
			continue
		}
		if err == nil || err.Error() != tt.says || !errors.Is(err, schema.Invalid) {
			t.Errorf("%q.Want(%s) = %v, want %q, invalid", tt.id, tt.want, err, tt.says)
		}
	}
}

func FuzzAnIDIsAPrefixAndDigits(f *testing.F) {
	for _, s := range []string{"", "sig_1", "stp_4k7q2m9xtc", "call_0", "a_b_c", "sig_\xff", "jny_", "mem_zzzz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := schema.ID(s).Kind()
		if k == "" {
			return
		}
		digits, ok := strings.CutPrefix(s, k.Prefix()+"_")
		if !ok || digits == "" || strings.Trim(digits, "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%q passes for the id of a %s", s, k)
		}
		if err := schema.ID(s).Want(k); err != nil {
			t.Errorf("%q is of kind %s, and yet: %v", s, k, err)
		}
	})
}
