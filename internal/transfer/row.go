package transfer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"custory/internal/format"
	"custory/schema"
	"custory/store"
	"custory/tools"
)

// row reads a row of a file, or says why it cannot be a signal.
func (f *filing) row(sig format.Signal) (r row, reason string) {
	r = row{sig.Line, captured{Text: sig.Text, SourceName: first(sig.SourceName, f.SourceName), Author: sig.Author, URL: sig.URL,
		ExternalID: sig.ExternalID, Thread: sig.Thread, Language: sig.Language}}
	kind, ok := sourceKind(first(sig.Source, f.Source))
	if !ok {
		// what a file calls a source is mostly the name of one: "Zendesk"
		kind, _ = sourceKind(f.Source)
		says := "the source is no kind of source, and was not used"
		if sig.SourceName == "" {
			r.SourceName, says = sig.Source, "the source is no kind of source, and was taken as the name of one"
		}
		f.note(says, sig.Source)
	}
	r.Source = first(kind, "manual")
	if sig.SaidAt != "" {
		var at tools.When
		if err := at.UnmarshalText([]byte(sig.SaidAt)); err != nil {
			return r, fmt.Sprintf("said_at is %q, which is not a date; write one such as 2026-09-30, with a time if it is known", clip(sig.SaidAt))
		}
		r.SaidAt = at.Format(time.RFC3339Nano)
	}
	if sig.Sentiment != "" {
		v, err := strconv.ParseFloat(sig.Sentiment, 64)
		if err != nil {
			return r, fmt.Sprintf("sentiment is %q; it must be a number from -1 to 1", clip(sig.Sentiment))
		}
		r.Sentiment = &v
	}
	return r, ""
}

// sourceKind is the kind of source a word means; "" means none, which is fine.
func sourceKind(word string) (kind string, ok bool) {
	for _, k := range schema.SourceKind("").Values() {
		if strings.EqualFold(string(k), word) {
			return string(k), true
		}
	}
	return "", word == ""
}

// noKind refuses a word as a kind of source.
func noKind(word string) error {
	f := &schema.Error{Code: schema.Invalid, Field: "source", Message: fmt.Sprintf("source cannot be %q", word)}
	for _, k := range schema.SourceKind("").Values() {
		f.Valid = append(f.Valid, string(k))
	}
	return f
}

func first(words ...string) string {
	i := slices.IndexFunc(words, func(w string) bool { return w != "" })
	if i < 0 {
		return ""
	}
	return words[i]
}

// refusals tells why which signals of a batch were refused. It is empty if the
// fault lies elsewhere.
func refusals(err error) map[int]string {
	refused := map[int]string{}
	for _, f := range schema.FaultsOf(err) {
		var i int
		if _, err := fmt.Sscanf(f.Field, "signals[%d]", &i); err != nil {
			return nil
		}
		at := fmt.Sprintf("signals[%d]", i)
		reason := strings.TrimPrefix(strings.TrimPrefix(f.Error(), at+": "), at+".")
		if refused[i] != "" {
			reason = refused[i] + "; " + reason
		}
		refused[i] = reason
	}
	return refused
}

// names finds the records that the rows of a file name, each looked up once.
type names struct {
	store   *store.Store
	actor   schema.Actor
	journey schema.ID // steps are looked for here, if it is not ""
	known   map[schema.Kind]map[string]schema.ID
}

func (n *names) open(ctx context.Context, s *Signals) error {
	*n = names{store: s.Tools.Store(), actor: s.Actor, known: map[schema.Kind]map[string]schema.ID{schema.KindStep: {}, schema.KindPersona: {}}}
	if s.Journey == "" {
		return nil
	}
	return n.store.View(ctx, n.actor, func(tx *store.Tx) (err error) {
		n.journey, err = tx.Resolve(schema.KindJourney, s.Journey)
		return err
	})
}

// find returns the record a name means, or "" if it means none or several.
func (n *names) find(ctx context.Context, k schema.Kind, name string) (schema.ID, error) {
	id, ok := n.known[k][name]
	if ok || name == "" {
		return id, nil
	}
	err := n.store.View(ctx, n.actor, func(tx *store.Tx) (err error) {
		if k == schema.KindStep && n.journey != "" {
			id, err = n.stepOf(tx, name)
			return err
		}
		id, err = resolved(tx, k, name)
		return err
	})
	if err == nil {
		n.known[k][name] = id
	}
	return id, err
}

// stepOf is the journey's step of the name.
func (n *names) stepOf(tx *store.Tx, name string) (schema.ID, error) {
	steps, err := tx.StepsIn(n.journey)
	if err != nil {
		return "", err
	}
	var named []schema.ID
	for _, s := range steps {
		if strings.EqualFold(s.Name, name) {
			named = append(named, s.ID)
		}
	}
	if len(named) == 1 {
		return named[0], nil
	}
	id, err := resolved(tx, schema.KindStep, name)
	if err != nil || id == "" {
		return "", err
	}
	if j, err := tx.JourneyOf(id); err != nil || j != n.journey {
		return "", err
	}
	return id, nil
}

// resolved is tx.Resolve that returns "" where it finds none or several.
func resolved(tx *store.Tx, k schema.Kind, name string) (schema.ID, error) {
	id, err := tx.Resolve(k, name)
	if schema.FaultsOf(err) != nil {
		return "", nil
	}
	return id, err
}
