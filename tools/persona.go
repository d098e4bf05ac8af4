package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"custory/schema"
	"custory/store"
)

// personas are the tools of whom journeys are about.
func personas() []Tool {
	return []Tool{{
		Name:  "save_persona",
		Title: "Save a persona",
		Doc:   "Creates, changes or removes a persona, and links it to journeys. Only what is said changes.",
		Role:  schema.Editor,
		Run:   write(savePersona),
	}}
}

type savePersonaIn struct {
	Persona string `json:"persona,omitempty" jsonschema:"to change, by id, slug or name; else new"`
	personaFields
	Clear    []string  `json:"clear,omitempty" jsonschema:"fields to empty"`
	Journeys *[]string `json:"journeys,omitempty" jsonschema:"all it is linked to"`
	Remove   bool      `json:"remove,omitempty" jsonschema:"from the workspace"`
}

// personaFields are the fields of a persona, by the names of the record.
type personaFields struct {
	Name            string                 `json:"name,omitempty"`
	Bio             string                 `json:"bio,omitempty"`
	Role            string                 `json:"role,omitempty"`
	RoleInJourney   schema.RoleInJourney   `json:"role_in_journey,omitempty"`
	JobToBeDone     string                 `json:"job_to_be_done,omitempty"`
	BuyingInfluence schema.BuyingInfluence `json:"buying_influence,omitempty"`
	Budget          string                 `json:"budget,omitempty"`
	Location        string                 `json:"location,omitempty"`
	Goals           []string               `json:"goals,omitempty"`
	Frustrations    []string               `json:"frustrations,omitempty"`
	Motivations     []string               `json:"motivations,omitempty"`
	TechSavviness   schema.TechSavviness   `json:"tech_savviness,omitempty"`
	Devices         []string               `json:"devices,omitempty"`
	Tools           []string               `json:"tools,omitempty"`
	Hidden          []string               `json:"hidden,omitempty" jsonschema:"fields not to show"`
}

type savePersonaOut struct {
	Receipt
	ID       schema.ID `json:"id"`
	Slug     string    `json:"slug"`
	Name     string    `json:"name"`
	Did      string    `json:"did"`
	Changed  []string  `json:"changed,omitempty"`
	Journeys []string  `json:"journeys,omitempty"` // it is linked to
}

func savePersona(ctx context.Context, tx *store.Tx, in savePersonaIn) (out savePersonaOut, err error) {
	p, err := personaFor(tx, in)
	if err != nil {
		return out, err
	}
	if in.Remove {
		out = savePersonaOut{ID: p.ID, Slug: p.Slug, Name: p.Name}
		out.Did, err = removeWhole(tx, p.ID)
		tx.Summarize("removed a persona")
		return out, usersOf(tx, p, err)
	}
	isNew := p.ID == ""
	if out.Changed, err = fillPersona(p, in); err != nil {
		return out, err
	}
	if err := tx.Personas.Put(p); err != nil {
		return out, err
	}
	linked, err := linkJourneys(tx, p.ID, in.Journeys)
	if err != nil {
		return out, err
	}
	out.Changed = append(out.Changed, linked...)
	switch {
	case isNew:
		out.Did, out.Changed = "created", linked
	case len(out.Changed) > 0:
		out.Did = "changed"
	default:
		out.Did = "unchanged"
	}
	out.ID, out.Slug, out.Name = p.ID, p.Slug, p.Name
	out.Journeys, err = journeysOf(tx, p.ID)
	tx.Summarize(out.Did + " a persona")
	return out, err
}

// personaFor gets the persona that is named, or begins a new one.
func personaFor(tx *store.Tx, in savePersonaIn) (*schema.Persona, error) {
	if in.Persona != "" {
		id, err := tx.Resolve(schema.KindPersona, in.Persona)
		if err != nil {
			return nil, inField(err, "persona")
		}
		return tx.Personas.Get(id)
	}
	if in.Remove {
		return nil, &schema.Error{Code: schema.Invalid, Field: "persona", Message: "persona is required: the one to remove"}
	}
	all, err := tx.Personas.All()
	for _, p := range all {
		if in.Name != "" && strings.EqualFold(p.Name, strings.TrimSpace(in.Name)) {
			return nil, &schema.Error{Code: schema.Conflict, Field: "name", Message: fmt.Sprintf("there is such a persona already: %s %q", p.ID, p.Name), Hint: fmt.Sprintf("change it with persona %q", p.ID)}
		}
	}
	return &schema.Persona{}, err
}

// fillPersona gives the persona what is said, and names the fields that
// changed.
func fillPersona(p *schema.Persona, in savePersonaIn) ([]string, error) {
	was, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	for i, f := range in.Clear {
		if err := among(fmt.Sprintf("clear[%d]", i), f, append(schema.PersonaFields(), "hidden")...); err != nil {
			return nil, err
		}
	}
	if err := emptied(p, in.Clear); err != nil {
		return nil, err
	}
	said, err := json.Marshal(in.personaFields)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(said, p); err != nil {
		return nil, err
	}
	return changedFields(was, p)
}

// linkJourneys makes the journeys that are named, and no others, be about the
// persona, and says what has changed.
func linkJourneys(tx *store.Tx, persona schema.ID, names *[]string) (did []string, err error) {
	if names == nil {
		return nil, nil
	}
	wanted, err := resolveAll(tx, schema.KindJourney, "journeys", *names)
	if err != nil {
		return nil, err
	}
	all, err := tx.Journeys.All()
	if err != nil {
		return nil, err
	}
	for _, j := range all {
		has, wants := slices.Contains(j.Personas, persona), slices.Contains(wanted, j.ID)
		switch {
		case has == wants:
			continue
		case wants:
			j.Personas = append(j.Personas, persona)
			did = append(did, "linked to "+j.Name)
		default:
			j.Personas = slices.DeleteFunc(j.Personas, func(p schema.ID) bool { return p == persona })
			did = append(did, "unlinked from "+j.Name)
		}
		if err := tx.Journeys.Put(j); err != nil {
			return nil, err
		}
	}
	return did, nil
}

// journeysOf are the journeys that are about the persona, by name and id.
func journeysOf(tx *store.Tx, persona schema.ID) (all []string, err error) {
	journeys, err := tx.Journeys.All()
	for _, j := range journeys {
		if slices.Contains(j.Personas, persona) {
			all = append(all, fmt.Sprintf("%s (%s)", j.Name, j.ID))
		}
	}
	return all, err
}

// usersOf names, when a persona could not be removed, what still refers to it.
func usersOf(tx *store.Tx, p *schema.Persona, refusal error) error {
	if !errors.Is(refusal, schema.Conflict) {
		return refusal
	}
	f := &schema.Error{Code: schema.Conflict, Field: "persona", Message: p.Name + " is still referred to", Hint: "take it out of these first", Err: refusal}
	add := func(id schema.ID, name string) { f.Valid = append(f.Valid, fmt.Sprintf("%s (%s)", id, name)) }
	journeys, err := tx.Journeys.All()
	if err != nil {
		return err
	}
	for _, j := range journeys {
		if slices.Contains(j.Personas, p.ID) {
			add(j.ID, j.Name)
		}
	}
	steps, err := tx.Steps.All()
	if err != nil {
		return err
	}
	for _, s := range steps {
		if slices.Contains(s.Personas, p.ID) {
			add(s.ID, s.Name)
		}
	}
	items, _, err := tx.ItemsWhere(store.ItemFilter{Persona: p.ID, Drafts: true}, "created", 0, 20)
	if err != nil {
		return err
	}
	for _, i := range items {
		add(i.ID, i.Title)
	}
	signals, n, err := tx.SignalsWhere(store.SignalFilter{Persona: p.ID}, 0, 5)
	for _, s := range signals {
		add(s.ID, "a signal")
	}
	if n > 5 {
		f.Hint += fmt.Sprintf("; %d signals in all name it, and stay as they are", n)
	}
	if err != nil {
		return err
	}
	return f
}
