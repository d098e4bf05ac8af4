package resources

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/schema"
	"custory/store"
)

// maxCompletions is how many values Complete offers.
const maxCompletions = 100

// Complete offers values for a variable of a resource's template, {slug} or
// {id}, that go with what was typed: those that begin with it, and those of
// records whose name holds it. It returns at most 100, and how many there are.
// A template may have its journey filled in, custory://journey/onboarding/stage/{id}:
// then only the stages of that one are offered.
func Complete(ctx context.Context, tx *store.Tx, template, argument, prefix string) ([]string, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	r, keys, err := templated(template)
	if err != nil {
		return nil, 0, err
	}
	switch {
	case argument == "slug" && strings.Contains(r.URI, "{slug}"):
		return candidates(tx, schema.KindJourney, prefix, true, "")
	case argument == "id" && r.Of == schema.KindStage:
		return stages(tx, keys[0], prefix)
	case argument == "id" && strings.Contains(r.URI, "{id}"):
		return candidates(tx, r.Of, prefix, false, "")
	}
	return nil, 0, &schema.Error{Code: schema.Invalid, Field: "argument", Message: r.URI + " has no {" + clip(quote.Clean(argument), 40) + "}", Valid: variables(r.URI)}
}

// CompleteArgument is Complete for an argument of a prompt. One that is free
// text has no values.
func CompleteArgument(ctx context.Context, tx *store.Tx, prompt, argument, prefix string) ([]string, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	p, err := promptNamed(prompt)
	if err != nil {
		return nil, 0, err
	}
	i := slices.IndexFunc(p.Arguments, func(a Argument) bool { return a.Name == argument })
	if i < 0 {
		return nil, 0, p.unknown(argument)
	}
	a := p.Arguments[i]
	var all []candidate
	for _, v := range a.Values {
		all = append(all, candidate{v, v})
	}
	for _, k := range a.Of {
		found, err := everyOf(tx, k, typed(prefix), k == schema.KindJourney || k == schema.KindPersona, "")
		if err != nil {
			return nil, 0, err
		}
		all = append(all, found...)
	}
	values, total := fitting(all, typed(prefix))
	return values, total, nil
}

// templated finds the resource of a template, whose variables may be filled
// in.
func templated(template string) (Resource, []string, error) {
	for _, r := range All() {
		if keys, ok := match(r.URI, template); ok && len(keys) > 0 {
			return r, keys, nil
		}
	}
	e := &schema.Error{Code: schema.NotFound, Field: "template", Message: "there is no template " + clip(quote.Clean(template), 200)}
	for _, r := range All() {
		if len(variables(r.URI)) > 0 {
			e.Valid = append(e.Valid, r.URI)
		}
	}
	return Resource{}, nil, e
}

func variables(uri string) (names []string) {
	for _, s := range strings.Split(uri, "/") {
		if variable(s) {
			names = append(names, strings.Trim(s, "{}"))
		}
	}
	return names
}

// stages are those of one journey, if it is filled in.
func stages(tx *store.Tx, slug, prefix string) ([]string, int, error) {
	if variable(slug) || slug == anyJourney {
		return candidates(tx, schema.KindStage, prefix, false, "")
	}
	journey, err := tx.Resolve(schema.KindJourney, slug)
	if err != nil {
		return nil, 0, err
	}
	return candidates(tx, schema.KindStage, prefix, false, journey)
}

// A candidate is a value that could be meant, and what it is called.
type candidate struct{ value, name string }

// candidates are the records of a kind that go with what was typed: first
// those whose id or slug begins with it, then those whose name does, then those
// whose name holds it.
func candidates(tx *store.Tx, k schema.Kind, prefix string, slugs bool, within schema.ID) ([]string, int, error) {
	all, err := everyOf(tx, k, typed(prefix), slugs, within)
	if err != nil {
		return nil, 0, err
	}
	values, total := fitting(all, typed(prefix))
	return values, total, nil
}

// typed is what was typed as it is compared.
func typed(prefix string) string { return strings.ToLower(strings.TrimSpace(quote.Clean(prefix))) }

// fitting are the first of those that go with what was typed, and how many do.
func fitting(all []candidate, prefix string) ([]string, int) {
	type ranked struct {
		value string
		rank  int
	}
	var fits []ranked
	for _, c := range all {
		name := strings.ToLower(c.name)
		switch {
		case strings.HasPrefix(strings.ToLower(c.value), prefix):
			fits = append(fits, ranked{c.value, 0})
		case strings.HasPrefix(name, prefix):
			fits = append(fits, ranked{c.value, 1})
		case strings.Contains(name, prefix):
			fits = append(fits, ranked{c.value, 2})
		}
	}
	slices.SortStableFunc(fits, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	values := make([]string, 0, maxCompletions)
	for _, f := range fits[:min(len(fits), maxCompletions)] {
		values = append(values, f.value)
	}
	return values, len(fits)
}

// everyOf lists the records of a kind. Signals are many and have no name: those
// whose text holds what was typed, unless an id is being typed.
func everyOf(tx *store.Tx, k schema.Kind, prefix string, slugs bool, within schema.ID) (all []candidate, err error) {
	switch k {
	case schema.KindJourney:
		found, err := tx.Journeys.All()
		return candidatesOf(found, slugs), err
	case schema.KindPersona:
		found, err := tx.Personas.All()
		return candidatesOf(found, slugs), err
	case schema.KindItem:
		found, err := tx.Items.All()
		return candidatesOf(found, slugs), err
	case schema.KindStep:
		found, err := tx.Steps.All()
		for _, s := range found {
			all = append(all, candidate{string(s.ID), s.Name})
		}
		return all, err
	case schema.KindStage:
		found, err := tx.Stages.All()
		for _, s := range found {
			if within == "" || s.Journey == within {
				all = append(all, candidate{string(s.ID), s.Name})
			}
		}
		return all, err
	case schema.KindSignal:
		return signals(tx, prefix)
	}
	return nil, nil
}

// candidatesOf go by slug or id; either way the slug counts as a name.
func candidatesOf[R schema.Sluggable](found []R, slugs bool) (all []candidate) {
	for _, r := range found {
		c := candidate{string(r.Self().ID), r.Heading() + "\n" + r.SlugsOf().Slug}
		if slugs {
			c.value = r.SlugsOf().Slug
		}
		all = append(all, c)
	}
	return all
}

// signals are those whose text holds what was typed, or all of them while an id
// is being typed.
func signals(tx *store.Tx, prefix string) (all []candidate, err error) {
	begins := schema.KindSignal.Prefix() + "_"
	words := prefix
	if strings.HasPrefix(begins, prefix) || strings.HasPrefix(prefix, begins) {
		words = ""
	}
	ids, err := tx.SignalIDs(store.SignalFilter{Words: words})
	slices.Sort(ids)
	for _, id := range ids {
		all = append(all, candidate{string(id), words})
	}
	return all, err
}
