package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"custory/internal/quote"
	"custory/memory"
	"custory/schema"
)

// A modelAnswer is what the model is asked for: claims with what they rest on.
type modelAnswer struct {
	Claims []modelClaim `json:"claims" jsonschema:"the answer, at most 8 sentences, the most important first; none if the material does not answer the question"`
}

type modelClaim struct {
	Text  string   `json:"text" jsonschema:"one sentence, without the ids"`
	Cites []string `json:"cites" jsonschema:"ids of the facts (F1), passages (P1) and records (R1) that bear it out"`
}

// A told is one sentence of an answer and what bears it out: "fact 1", or the
// ids of signals, items and notes.
type told struct {
	Text  string   `json:"text"`
	Cites []string `json:"cites"`
}

const answerInstructions = `You answer a question about a customer journey from the material you are given, and from nothing else. ` +
	dataOnly + `
The material holds facts, which were computed and are exact, passages, which customers said, and records, which the team wrote down.
Rules:
- Each claim is one sentence and cites the ids of what bears it out.
- Numbers are those of the facts and passages cited. Compute none.
- Quote, if you do, word for word and in quotation marks.
- Where passages disagree, say so. Write in the language of the passages.
- If the material does not answer the question, give no claims.
- No links, no markup, no advice. Answer with the JSON object alone.`

// maxClaims bounds the sentences of an answer.
const maxClaims = 12

// A ground is one numbered thing that a claim may rest on.
type ground struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Author string `json:"author,omitempty"`
	Source string `json:"source,omitempty"`
	Said   string `json:"said,omitempty"`
	Path   string `json:"path,omitempty"`

	name   string    // by which the answer cites it
	record schema.ID // if it is one
	says   string    // all that a claim may take from it
}

// groundsOf numbers the facts, passages and records of an answer.
func groundsOf(out *askOut) (all []ground) {
	for i, f := range out.Facts {
		g := ground{ID: fmt.Sprint("F", i+1), Text: f.Says + " (" + f.Of + ")", name: fmt.Sprint("fact ", i+1)}
		g.says = g.Text
		all = append(all, g)
	}
	for i, p := range out.Passages {
		g := ground{ID: fmt.Sprint("P", i+1), Text: p.Quote, Author: p.Author, Source: p.Source, Said: p.Said, Path: p.Path, name: string(p.Signal), record: p.Signal}
		g.says = strings.Join([]string{p.Quote, p.Author, p.Source, p.Said, p.Path}, "\n")
		all = append(all, g)
	}
	for i, r := range out.Insights {
		g := ground{ID: fmt.Sprint("R", i+1), Text: strings.TrimSpace(quote.Clean(r.Title) + "\n" + quote.Clean(r.Text)), Path: r.Path, name: string(r.ID), record: r.ID}
		g.says = strings.Join([]string{g.Text, r.Path, r.Status}, "\n")
		all = append(all, g)
	}
	return all
}

// writeAnswer has the model write the answer, and keeps the claims that what
// they cite bears out. Whatever fails, the facts and passages are the answer.
func writeAnswer(ctx context.Context, e *Errand, question string, out *askOut) error {
	all := groundsOf(out)
	grounds := slices.DeleteFunc(slices.Clone(all), func(g ground) bool { return !orderly(g.says) })
	data, err := asData(grounds)
	if err != nil {
		return err
	}
	task := fmt.Sprintf("The question is %q.\n%s", plainly(question, 1000), data)
	a, _, err := written(ctx, e, answerInstructions, task, func(modelAnswer) []string { return nil })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	name := plainly(e.Writer.Model(), 80)
	if err != nil {
		out.Answer += fmt.Sprintf("\nThe model %s wrote no answer: %v.", name, err)
		return nil
	}
	out.Removed = max(0, len(a.Claims)-maxClaims)
	for _, c := range a.Claims[:min(len(a.Claims), maxClaims)] {
		t, ok, err := holds(ctx, e, c, grounds)
		if err != nil {
			return err
		}
		if !ok {
			out.Removed++
			continue
		}
		out.Claims = append(out.Claims, t)
	}
	out.tell(name)
	if n := len(all) - len(grounds); n > 0 {
		out.Answer += fmt.Sprintf("\n(%s not shown to the model, for what reads like orders to one.)", plural(n, "text"))
	}
	return nil
}

// tell makes the answer of the claims that are left, if any are.
func (out *askOut) tell(name string) {
	if len(out.Claims) == 0 {
		why := "found no answer in this"
		if out.Removed > 0 {
			why = fmt.Sprintf("wrote %s that what is cited does not bear out, and nothing else", plural(out.Removed, "claim"))
		}
		out.Answer += fmt.Sprintf("\nThe model %s %s.", name, why)
		return
	}
	var lines []string
	for _, c := range out.Claims {
		lines = append(lines, fmt.Sprintf("%s [%s]", c.Text, strings.Join(c.Cites, ", ")))
	}
	if out.Removed > 0 {
		lines = append(lines, fmt.Sprintf("(%s removed: what is cited does not bear it out.)", plural(out.Removed, "claim")))
	}
	out.Answer, out.By = strings.Join(lines, "\n"), "the model "+name
}

// holds verifies a claim, and tells it as the answer does.
func holds(ctx context.Context, e *Errand, c modelClaim, grounds []ground) (t told, ok bool, err error) {
	t.Text = plainly(c.Text, 500)
	if t.Text == "" {
		return t, false, nil
	}
	made, people, records := claim{text: t.Text}, map[string]bool{}, []schema.ID(nil)
	for _, id := range c.Cites {
		i := slices.IndexFunc(grounds, func(g ground) bool { return strings.EqualFold(g.ID, strings.Trim(id, "[]() ")) || g.name == id })
		if i < 0 {
			return t, false, nil // it cites what it was not given
		}
		g := grounds[i]
		if slices.Contains(t.Cites, g.name) {
			continue
		}
		t.Cites = append(t.Cites, g.name)
		made.cited = append(made.cited, g.says)
		if g.record.Kind() == schema.KindSignal {
			people[schema.Voice(g.Author, schema.SourceKind(g.Source))] = true
		}
		if g.record != "" {
			records = append(records, g.record)
		}
	}
	made.counts = []int{len(made.cited), len(people)}
	if made.fault() == "" {
		return t, true, nil
	}
	if made.cosine, err = nearness(ctx, e, t.Text, records); err != nil {
		return t, false, err
	}
	return t, made.fault() == "", nil
}

// nearness is how near in meaning a text is to the nearest of the records: the
// cosine, or 0 if none has one.
func nearness(ctx context.Context, e *Errand, text string, records []schema.ID) (most float64, err error) {
	if len(records) == 0 {
		return 0, nil
	}
	hits, err := e.Memory.Recall(ctx, memory.Query{Workspace: e.Call.Actor.Workspace, Text: text, Limit: len(records), Allow: func(id schema.ID) bool { return slices.Contains(records, id) }})
	for _, h := range hits {
		most = max(most, h.Cosine)
	}
	return most, err
}
