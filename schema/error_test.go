package schema_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"custory/schema"
)

func TestAnErrorTellsAllItKnows(t *testing.T) {
	err := &schema.Error{Code: schema.Conflict, Message: "sig_7 is already placed", Valid: []string{"a", "b"}, Hint: "undo call_31 first"}
	if got, want := err.Error(), "sig_7 is already placed; valid: a, b; undo call_31 first"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestAFaultIsItsCodeAndItsCause(t *testing.T) {
	err := fmt.Errorf("place it: %w", &schema.Error{Code: schema.Limited, Err: io.EOF})
	for _, target := range []error{schema.Limited, io.EOF} {
		if !errors.Is(err, target) {
			t.Errorf("errors.Is(%v, %v) = false", err, target)
		}
	}
	if errors.Is(err, schema.Conflict) {
		t.Errorf("errors.Is(%v, conflict) = true", err)
	}
}

func TestFaultsAreFoundHoweverTheyAreWrapped(t *testing.T) {
	a, b, c := schema.Errorf(schema.Invalid, "a"), schema.Errorf(schema.NotFound, "b"), schema.Errorf(schema.Conflict, "c")
	for _, tt := range []struct {
		name string
		err  error
		want schema.Faults
	}{
		{"none", nil, nil},
		{"no fault", io.EOF, nil},
		{"one", a, schema.Faults{a}},
		{"wrapped", fmt.Errorf("x: %w", a), schema.Faults{a}},
		{"several", schema.Faults{a, b}, schema.Faults{a, b}},
		{"several wrapped", fmt.Errorf("x: %w", schema.Faults{a, b}), schema.Faults{a, b}},
		{"joined", errors.Join(a, nil, b), schema.Faults{a, b}},
		{"joined and wrapped", fmt.Errorf("x: %w", errors.Join(schema.Faults{a, b}, fmt.Errorf("y: %w", c))), schema.Faults{a, b, c}},
		{"beside another", errors.Join(io.EOF, a), schema.Faults{a}},
		{"beneath another", &schema.Error{Code: schema.Conflict, Message: "c", Err: a}, schema.Faults{{Code: schema.Conflict, Message: "c", Err: a}}},
	} {
		got := schema.FaultsOf(tt.err)
		if fmt.Sprint(got) != fmt.Sprint(tt.want) || len(got) != len(tt.want) {
			t.Errorf("%s: FaultsOf = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestFaultsAreEachOfTheirCodes(t *testing.T) {
	err := error(schema.Faults{schema.Errorf(schema.Invalid, "a"), schema.Errorf(schema.NotFound, "b")})
	if !errors.Is(err, schema.Invalid) || !errors.Is(err, schema.NotFound) || errors.Is(err, schema.Limited) {
		t.Errorf("%v is not of the codes of its faults", err)
	}
	if got, want := err.Error(), "a\nb"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestANounHasItsArticle(t *testing.T) {
	for noun, want := range map[schema.Kind]string{"step": "a step", "item": "an item", "attachment": "an attachment", "Opportunity": "an Opportunity", "": "a "} {
		if got := schema.An(noun); got != want {
			t.Errorf("An(%q) = %q, want %q", noun, got, want)
		}
	}
}
