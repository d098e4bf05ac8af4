package resources

import (
	"context"

	"custory/schema"
	"custory/store"
)

// A Resource is one readable picture.
type Resource struct {
	URI   string // an address, or a template with {slug} or {id}
	Name  string // unique
	Title string
	Doc   string
	Of    schema.Kind // the record it pictures; "" for those of the workspace as a whole

	// hears are, for those of the workspace as a whole, the kinds of record
	// that show in it.
	hears []schema.Kind
	// read makes the picture from what stands in the place of the variables.
	read func(tx *store.Tx, keys []string) (View, error)
}

// A View is a picture, for reading and for programs: it marshals to JSON
// without nulls and empty fields.
type View interface {
	Markdown() string
}

// All lists the resources.
func All() []Resource {
	return []Resource{
		{URI: "custory://workspace", Name: "workspace", Title: "Workspace", hears: schema.Kinds(), read: whole(Workspace),
			Doc: "The workspace at a glance: journeys, counts, members and the latest changes. Read this first."},
		{URI: "custory://journeys", Name: "journeys", Title: "Journeys", hears: []schema.Kind{schema.KindJourney}, read: whole(Journeys),
			Doc: "Every journey, with what it holds and where it is nested."},
		{URI: "custory://journey/{slug}", Name: "journey", Title: "Journey", Of: schema.KindJourney, read: named(schema.KindJourney, journeyNow),
			Doc: "A journey whole: stages, steps, what stands on them and how well it is evidenced."},
		{URI: "custory://journey/{slug}/stage/{id}", Name: "stage", Title: "Stage", Of: schema.KindStage, read: stageOf,
			Doc: "One stage of a journey with its steps and their items."},
		{URI: "custory://step/{id}", Name: "step", Title: "Step", Of: schema.KindStep, read: named(schema.KindStep, Step),
			Doc: "One step with its items, signals and comments."},
		{URI: "custory://item/{id}", Name: "item", Title: "Item", Of: schema.KindItem, read: named(schema.KindItem, Item),
			Doc: "One touchpoint, insight, opportunity, solution or metric: fields, placements, links, quotes, evidence, tasks, comments."},
		{URI: "custory://signal/{id}", Name: "signal", Title: "Signal", Of: schema.KindSignal, read: named(schema.KindSignal, Signal),
			Doc: "One signal as it was said, where it stands and which items quote it."},
		{URI: "custory://persona/{id}", Name: "persona", Title: "Persona", Of: schema.KindPersona, read: named(schema.KindPersona, Persona),
			Doc: "One persona and the journeys, steps and items that name it."},
		{URI: "custory://journey/{slug}/changes", Name: "journey_changes", Title: "Changes of a journey", Of: schema.KindJourney, read: named(schema.KindJourney, journeyChanges),
			Doc: "Who changed what in a journey, newest first."},
		{URI: "custory://journey/{slug}/map", Name: "journey_map", Title: "Map of a journey", Of: schema.KindJourney, read: named(schema.KindJourney, Map),
			Doc: "A journey for drawing, with up to 5,000 items: ?format=json is all that the visible map shows."},
		{URI: "custory://inbox", Name: "inbox", Title: "Signals inbox", hears: []schema.Kind{schema.KindSignal}, read: whole(Inbox),
			Doc: "The signals that wait to be placed, and the steps proposed for them."},
		{URI: "custory://vocabulary", Name: "vocabulary", Title: "Vocabulary", read: whole(func(*store.Tx) (*VocabularyView, error) { return Vocabulary(), nil }),
			Doc: "The model: item types with their statuses and fields, values, what may be linked, how evidence is judged."},
	}
}

// Read returns what stands at the address: Markdown, or JSON if it ends in
// ?format=json.
func Read(ctx context.Context, tx *store.Tx, uri string) (text, mimeType string, err error) {
	if err := ctx.Err(); err != nil {
		return "", "", err
	}
	a, err := parse(uri)
	if err != nil {
		return "", "", err
	}
	v, err := a.resource.read(tx, a.keys)
	if err != nil {
		return "", "", err
	}
	if !a.json {
		return v.Markdown(), "text/markdown", nil
	}
	text, err = marshal(fitted(v))
	return text, "application/json", err
}

// whole reads a picture of the workspace.
func whole[V View](picture func(*store.Tx) (V, error)) func(*store.Tx, []string) (View, error) {
	return func(tx *store.Tx, _ []string) (View, error) { return view(picture(tx)) }
}

// named reads the picture of the record that an address names by id, slug or
// exact name.
func named[V View](k schema.Kind, picture func(*store.Tx, schema.ID) (V, error)) func(*store.Tx, []string) (View, error) {
	return func(tx *store.Tx, keys []string) (View, error) {
		id, err := tx.Resolve(k, keys[len(keys)-1])
		if err != nil {
			return nil, err
		}
		return view(picture(tx, id))
	}
}

// view turns a nil picture into no view.
func view[V View](v V, err error) (View, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

func journeyNow(tx *store.Tx, id schema.ID) (*JourneyView, error) {
	m, err := tx.Map(id)
	if err != nil {
		return nil, err
	}
	return Journey(tx, m)
}

// stageOf reads a stage, which must stand in the journey of the address.
func stageOf(tx *store.Tx, keys []string) (View, error) {
	id, err := stageIn(tx, keys[0], keys[1])
	if err != nil {
		return nil, err
	}
	return view(Stage(tx, id))
}

// stageIn finds a stage that must stand in a journey.
func stageIn(tx *store.Tx, journey, stage string) (schema.ID, error) {
	id, err := tx.Resolve(schema.KindStage, stage)
	if err != nil || journey == anyJourney {
		return id, err
	}
	st, err := tx.Stages.Get(id)
	if err != nil {
		return "", err
	}
	in, err := tx.Resolve(schema.KindJourney, journey)
	if err != nil {
		return "", err
	}
	if in != st.Journey {
		e := schema.Errorf(schema.NotFound, "the stage %s is not in the journey %s", id, in)
		e.Hint = "read " + journeyURI(string(st.Journey)) + "/stage/" + string(id)
		return "", e
	}
	return id, nil
}

// find is the record that the keys of an address name.
func (r *Resource) find(tx *store.Tx, keys []string) (schema.ID, error) {
	if r.Of == schema.KindStage {
		return stageIn(tx, keys[0], keys[1])
	}
	return tx.Resolve(r.Of, keys[0])
}
