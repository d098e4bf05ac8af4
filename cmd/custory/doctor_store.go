package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"custory/memory"
	"custory/schema"
	"custory/store"
)

// inside checks the database itself.
func (e *examination) inside(cmd *cobra.Command) {
	st, err := openStore(cmd)
	if err != nil {
		e.failWith(err, "tables", "it cannot be opened", goBack)
		return
	}
	e.store = st
	defer st.Close()
	e.ok("tables", "version %d, as this program writes them", store.SchemaVersion())
	e.ok("journal", "write-ahead: several processes can read while one writes")
	if e.fix {
		e.rebuild()
	}
	e.integrity()
	e.workspaces()
	e.otherVectors()
}

// goBack is what is left to do about damage.
const goBack = "go back to a copy made with custory backup: custory restore COPY"

// rebuild makes the search index of every workspace anew.
func (e *examination) rebuild() {
	all, err := e.store.Workspaces(e.ctx)
	for _, w := range all {
		if err == nil {
			err = e.store.Rebuild(e.ctx, w.ID)
		}
	}
	if err != nil {
		e.failWith(err, "fix", "the search index could not be made anew", goBack)
		return
	}
	e.ok("fix", "made the search index of %s anew", count(len(all), "workspace"))
}

// integrity reads the whole file.
func (e *examination) integrity() {
	wrong, err := e.store.Check(e.ctx)
	if err != nil {
		e.failWith(err, "integrity", "it could not be read", goBack)
		return
	}
	var search, rest []string
	for _, w := range wrong {
		if s, ok := strings.CutPrefix(w, "search: "); ok {
			search = append(search, s)
		} else {
			rest = append(rest, w)
		}
	}
	if len(rest) > 0 {
		e.fail("integrity", goBack+"; until then, custory export takes out what can be read", "%s", some(rest))
	} else {
		e.ok("integrity", "the file, its references and its history hold together")
	}
	switch {
	case len(search) == 0:
		e.ok("search", "the index fits the records")
	case e.fix:
		e.fail("search", goBack, "the index does not fit, even made anew: %s", some(search))
	default:
		e.fail("search", "custory doctor --fix", "the index does not fit the records: %s", some(search))
	}
}

// some lists the first of many faults.
func some(all []string) string {
	const most = 5
	text := strings.Join(all[:min(len(all), most)], "; ")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// workspaces checks what is in each workspace and how much of it is found by
// meaning.
func (e *examination) workspaces() {
	all, err := e.store.Workspaces(e.ctx)
	if err != nil {
		e.failWith(err, "contents", "the workspaces cannot be read", goBack)
		return
	}
	if len(all) == 0 {
		e.warn("contents", "custory serve, custory import and custory key create make one", "there is no workspace yet")
		return
	}
	mem := memory.New(e.store, e.embedder, slog.New(slog.DiscardHandler))
	e.meaning(mem)
	e.writing()
	for _, w := range all {
		if err := e.contents(w); err != nil {
			e.failWith(err, "contents", w.Slug+" cannot be read", goBack)
			continue
		}
		s, err := mem.Status(e.ctx, w.ID)
		switch {
		case err != nil:
			e.failWith(err, "vectors", w.Slug, goBack)
		case s.Waiting > 0:
			e.warn("vectors", "run it again; custory serve and questions go on with it, too", "%s: %s of %s found by words alone for now: %s", w.Slug, number(s.Waiting), count(s.Docs, "record"), s.Problem)
		default:
			e.ok("vectors", "%s: %s of %s found by meaning (%s)", w.Slug, number(s.Vectors), count(s.Docs, "record"), s.Model)
		}
	}
}

func (e *examination) contents(w *schema.Workspace) error {
	n := map[schema.Kind]int{}
	err := e.store.View(e.ctx, schema.Actor{Workspace: w.ID}, func(tx *store.Tx) error {
		return tx.Each(func(k schema.Kind, _ json.RawMessage) error { n[k]++; return nil })
	})
	if err == nil {
		e.ok("contents", "%s (%s): %s, %s, %s", w.Slug, w.Name, count(n[schema.KindJourney], "journey"), count(n[schema.KindItem], "item"), count(n[schema.KindSignal], "signal"))
	}
	return err
}

// meaning checks that the embedder works.
func (e *examination) meaning(mem *memory.Memory) {
	ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
	defer cancel()
	begun := time.Now()
	if err := mem.Try(ctx); err != nil {
		e.warn("embedder", "see to its endpoint, or name another with --embedder; until then search goes by words", "%v", err)
	} else {
		e.ok("embedder", "%s answers with vectors of %s, in %v", e.embedder.Model(), count(e.embedder.Dims(), "number"), time.Since(begun).Round(time.Millisecond))
	}
}

// writing checks that the model that writes drafts and answers does.
func (e *examination) writing() {
	if e.writer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(e.ctx, min(cmp.Or(e.patience, time.Minute), 20*time.Second))
	defer cancel()
	begun := time.Now()
	if err := e.writer.Try(ctx); err != nil {
		e.warn("writer", "see to its endpoint, or name another with --llm-url; until then drafts are made of quotes alone, and answers of figures", "%s: %v", e.writer.Model(), err)
		return
	}
	e.ok("writer", "%s answers with JSON, in %v", e.writer.Model(), time.Since(begun).Round(time.Millisecond))
}

// otherVectors tells of vectors that the model in use cannot use, and drops them
// if it is to.
func (e *examination) otherVectors() {
	models, err := e.store.VectorModels(e.ctx)
	if err != nil {
		e.failWith(err, "models", "the vectors cannot be counted", goBack)
		return
	}
	delete(models, e.embedder.Model())
	for _, m := range slices.Sorted(maps.Keys(models)) {
		if !e.drop {
			e.ok("models", "%s of %s kept for when it is used again; custory doctor --drop-vectors removes them", count(models[m], "vector"), m)
			continue
		}
		if e.embedder.Dims() == 0 {
			e.warn("models", "try again when the embedder answers", "nobody knows yet whether %s is the model in use", m)
			continue
		}
		if err := e.store.DropVectors(e.ctx, m); err != nil {
			e.failWith(err, "models", "the vectors of "+m, goBack)
			continue
		}
		e.ok("models", "removed %s of %s", count(models[m], "vector"), m)
	}
}
