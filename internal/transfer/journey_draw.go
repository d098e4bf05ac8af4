package transfer

import (
	"context"
	"fmt"
	"slices"

	"custory/internal/format"
	"custory/schema"
	"custory/store"
)

// cast finds the personas that the actors of the file are, and makes those
// there are not.
func (b *building) cast(ctx context.Context) error {
	for _, stage := range b.in.Stages {
		for _, step := range stage.Steps {
			for _, name := range step.Actors {
				if _, known := b.personas[name]; known {
					continue
				}
				id, err := b.persona(ctx, name)
				if err != nil {
					return err
				}
				b.personas[name] = id
			}
		}
	}
	return nil
}

// persona returns the persona of the name, or "" if there are several.
func (b *building) persona(ctx context.Context, name string) (id schema.ID, err error) {
	several := false
	err = b.view(ctx, func(tx *store.Tx) error {
		found, err := tx.Resolve(schema.KindPersona, name)
		switch f := schema.FaultsOf(err); {
		case len(f) > 0 && f[0].Code == schema.Conflict:
			several = true
		case len(f) == 0:
			id = found
			return err
		}
		return nil
	})
	if several {
		b.note("there are several personas called %q; the steps are without them", name)
	}
	if err != nil || several || id != "" {
		return id, err
	}
	var out struct{ ID schema.ID }
	if err := b.use(ctx, "save_persona", map[string]any{"name": name}, &out); err != nil {
		return "", fmt.Errorf("the persona %q: %w", name, err)
	}
	b.made.Personas++
	return out.ID, nil
}

// maxOperations is how many operations one call carries out.
const maxOperations = 100

// An op is one operation of edit_journey.
type op struct {
	Op          string      `json:"op"`
	In          string      `json:"in,omitempty"` // an id, or the ref of an operation before
	Name        string      `json:"name"`
	Description string      `json:"description,omitempty"`
	Emotion     int         `json:"emotion,omitempty"`
	Personas    []schema.ID `json:"personas,omitempty"`
	Ref         string      `json:"ref,omitempty"`
}

// draw makes the journey with its stages and steps.
func (b *building) draw(ctx context.Context) error {
	ops := b.operations()
	ids := map[string]schema.ID{} // by ref, of the calls before
	for chunk := range slices.Chunk(ops, maxOperations) {
		for i := range chunk {
			if id := ids[chunk[i].In]; id != "" {
				chunk[i].In = string(id)
			}
		}
		var out struct {
			Done []struct {
				ID   schema.ID
				Slug string
			}
			Warnings []string
		}
		if err := b.use(ctx, "edit_journey", map[string]any{"operations": chunk}, &out); err != nil {
			return about(err, "operations", func(i int) string { return chunk[i].label() })
		}
		for i, done := range out.Done {
			ids[chunk[i].Ref] = done.ID
			switch chunk[i].Op {
			case "create_journey":
				b.made.ID, b.made.Slug = done.ID, done.Slug
			case "add_step":
				b.steps = append(b.steps, done.ID)
			}
		}
		b.made.Notes = append(b.made.Notes, out.Warnings...)
	}
	return nil
}

// operations are what makes the journey, in order.
func (b *building) operations() []op {
	ops := []op{{Op: "create_journey", Name: b.in.Name, Description: b.in.Description, Ref: "the journey"}}
	for i, stage := range b.in.Stages {
		ref := fmt.Sprintf("stage %d", i+1)
		ops = append(ops, op{Op: "add_stage", In: "the journey", Name: stage.Name, Ref: ref})
		b.made.Stages++
		for k, step := range stage.Steps {
			personas := b.personasOf(step)
			for _, id := range personas {
				if !slices.Contains(ops[0].Personas, id) {
					ops[0].Personas = append(ops[0].Personas, id)
				}
			}
			ops = append(ops, op{Op: "add_step", In: ref, Name: step.Name, Description: step.Description, Emotion: step.Emotion, Personas: personas, Ref: fmt.Sprintf("%s step %d", ref, k+1)})
			b.made.Steps++
		}
	}
	return ops
}

func (b *building) personasOf(step format.Step) (ids []schema.ID) {
	for _, name := range step.Actors {
		if id := b.personas[name]; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (o op) label() string {
	return map[string]string{"create_journey": "the journey", "add_stage": "the stage", "add_step": "the step"}[o.Op] + fmt.Sprintf(" %q", clip(o.Name))
}
