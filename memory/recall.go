package memory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"custory/schema"
	"custory/store"
)

const (
	// legs is how many records each leg of Recall brings: the best by their
	// words, and the best by their meaning.
	legs = 50

	// JourneyBonus is added to the score, which is at most 1 without a bonus, of
	// what stands in the journey a question is asked from.
	JourneyBonus = 0.1

	// smallPart is the share of the vectors, one in so many, up to which it is
	// faster to ask for each than to go through all and ask what may be found.
	smallPart = 10

	// defaultLimit is how many hits a question has if it does not say.
	defaultLimit = 10
)

// A Query says what to recall, and from where.
type Query struct {
	Workspace schema.ID
	Text      string
	Journey   schema.ID     // what stands in it has JourneyBonus
	Within    schema.ID     // only what stands in this journey, stage or step
	Kinds     []schema.Kind // none: all
	Limit     int           // 0: ten

	// Allow tells what may be found; nil: all. Several goroutines call it at
	// once, and it may use neither the store nor the memory.
	Allow func(id schema.ID) bool
}

// A Hit is one record recalled.
//
//	Score = a·Meaning + (1−a)·Words + Bonus
//
// where a is the weight of the model that embeds.
type Hit struct {
	ID      schema.ID
	Kind    schema.Kind
	Score   float64
	Words   float64 // BM25 as a share of the best hit's; 0 if it was not found by words
	Meaning float64 // the cosine, stretched so that the hits have 0 to 1
	Cosine  float64 // as it is
	Bonus   float64 // JourneyBonus in the journey; AuthorBonus, DateBonus and TimeBonus for a signal the question hints at
}

// Recall returns the records that answer the question best, by their words and
// by their meaning, best first. What was written before the call is found,
// whoever wrote it. A record may have gone while it was looked for; the caller
// leaves out what it cannot read.
func (m *Memory) Recall(ctx context.Context, q Query) ([]Hit, error) {
	r, err := m.Recollect(ctx, q)
	return r.Hits, err
}

// A Recollection is what a question has brought, and what it went without.
type Recollection struct {
	Hits        []Hit
	ByWordsOnly string // what was found by words alone and why; "" if meaning had its part
}

// Recollect is Recall that also tells what meaning had no part in.
func (m *Memory) Recollect(ctx context.Context, q Query) (r Recollection, err error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	s, err := m.caughtUp(ctx, q.Workspace)
	if err != nil {
		return r, err
	}
	var found []store.Found
	var failed error
	var words sync.WaitGroup
	words.Go(func() { found, failed = m.byWords(ctx, q) })
	v, nearest, mute := s.byMeaning(ctx, q)
	words.Wait()
	if err := errors.Join(ctx.Err(), failed); err != nil {
		return r, err
	}
	all := s.fuse(found, v, nearest)
	if err := s.addBonuses(ctx, q, all); err != nil {
		return r, err
	}
	slices.SortFunc(all, func(x, y Hit) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.ID, y.ID))
	})
	return Recollection{first(all, q.Limit), s.byWordsOnly(mute)}, nil
}

// byWordsOnly tells what is found by words alone, where mute is why the
// question has no meaning. Less than one in a hundred is not worth a word.
func (s *space) byWordsOnly(mute error) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch {
	case mute != nil:
		return "the embedder " + s.m.embedder.Model() + " " + reason(mute)
	case 100*len(s.waiting) >= len(s.docs) && len(s.waiting) > 0:
		return fmt.Sprintf("%d of %d records: %s has not embedded them yet", len(s.waiting), len(s.docs), s.m.embedder.Model())
	}
	return ""
}

// byMeaning is the leg of meaning: what the question means, nil if nobody
// knows, and what is nearest to it.
func (s *space) byMeaning(ctx context.Context, q Query) (v []float32, nearest []hit, err error) {
	v, err = s.m.embedOne(ctx, q.Text)
	if err != nil && ctx.Err() == nil && !errors.As(err, new(resting)) {
		s.m.log.LogAttrs(ctx, slog.LevelWarn, "asked by words only", slog.String("workspace", string(q.Workspace)), slog.Any("err", err))
	}
	if v == nil {
		return nil, nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return v, s.nearest(q, v, max(legs, q.Limit)), nil
}

// nearest are the k of what the question may find that are nearest to v. Of
// what stands in a small part, each is compared; s.mu must be held.
func (s *space) nearest(q Query, v []float32, k int) (hits []hit) {
	allow := s.allow(q)
	if q.Within == "" {
		return s.vecs.Search(v, k, allow)
	}
	part, small := s.places.standing(q.Within, s.vecs.Len()/smallPart)
	if !small {
		return s.vecs.Search(v, k, allow)
	}
	for id := range part {
		if !allow(string(id)) {
			continue
		}
		if score, known := s.vecs.Cosine(v, string(id)); known {
			hits = append(hits, hit{string(id), score})
		}
	}
	slices.SortFunc(hits, better)
	return first(hits, k)
}

// byWords is the leg of words.
func (m *Memory) byWords(ctx context.Context, q Query) (found []store.Found, err error) {
	err = m.st.View(ctx, schema.Actor{Workspace: q.Workspace}, func(tx *store.Tx) error {
		found, err = tx.SearchWords(store.Search{Words: queryWords(q.Text), Within: q.Within, Kinds: q.Kinds, Allow: q.Allow, Limit: max(legs, q.Limit)})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search by words: %w", err)
	}
	return found, nil
}

// fuse brings both legs together: what was found by words, and what is nearest
// to v, what the question means. Each record of either leg gets both parts.
func (s *space) fuse(found []store.Found, v []float32, nearest []hit) []Hit {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Hit, 0, len(found)+len(nearest))
	at := make(map[schema.ID]bool, len(found))
	for _, f := range found {
		at[f.ID] = true
		all = append(all, Hit{ID: f.ID, Kind: f.Kind, Words: f.Score})
	}
	for _, h := range nearest {
		if id := schema.ID(h.ID); !at[id] && h.Score > 0 {
			all = append(all, Hit{ID: id, Kind: id.Kind()})
		}
	}
	a := 0.0
	if v != nil {
		a = s.m.tuning.meaning
		cosines(all, func(id schema.ID) (float64, bool) { return s.vecs.Cosine(v, string(id)) })
	}
	blend(all, a)
	return all
}

// addBonuses adds to each score what the record is more likely for than its
// words and its meaning tell.
func (s *space) addBonuses(ctx context.Context, q Query, all []Hit) error {
	var signals []schema.ID
	for _, h := range all {
		if h.Kind == schema.KindSignal {
			signals = append(signals, h.ID)
		}
	}
	var said map[schema.ID]store.Said
	if len(signals) > 0 {
		err := s.m.st.View(ctx, schema.Actor{Workspace: q.Workspace}, func(tx *store.Tx) (err error) {
			said, err = tx.Said(signals)
			return err
		})
		if err != nil {
			return fmt.Errorf("read who said what was found: %w", err)
		}
	}
	hints := hintsOf(q.Text)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range all {
		h := &all[i]
		if t, ok := said[h.ID]; ok {
			h.Bonus = hints.bonus(t)
		}
		if q.Journey != "" && s.places.within(h.ID, q.Journey) {
			h.Bonus += JourneyBonus
		}
		h.Score += h.Bonus
	}
	return nil
}

// cosines fills in Cosine, and Meaning as how far each is from the least to the
// greatest; if they are one, all are as near as can be. What has no vector has
// none of it.
func cosines(all []Hit, cosine func(schema.ID) (float64, bool)) {
	low, high := 1.0, -1.0
	known := make([]bool, len(all))
	for i := range all {
		if all[i].Cosine, known[i] = cosine(all[i].ID); known[i] {
			low, high = min(low, all[i].Cosine), max(high, all[i].Cosine)
		}
	}
	for i := range all {
		switch {
		case known[i] && high > low:
			all[i].Meaning = (all[i].Cosine - low) / (high - low)
		case known[i] && high > 0:
			all[i].Meaning = 1
		}
	}
}

// blend turns Words, so far the BM25, into a share of the best, and scores.
func blend(all []Hit, a float64) {
	var best float64
	for _, h := range all {
		best = max(best, h.Words)
	}
	for i := range all {
		h := &all[i]
		if best > 0 {
			h.Words /= best
		}
		h.Score = a*h.Meaning + (1-a)*h.Words
	}
}

// allow narrows the leg of meaning as the store narrows that of words. s.mu
// must be held while it is used.
func (s *space) allow(q Query) func(id string) bool {
	if q.Within == "" && len(q.Kinds) == 0 && q.Allow == nil {
		return nil
	}
	prefixes := make([]string, len(q.Kinds))
	for i, k := range q.Kinds {
		prefixes[i] = k.Prefix() + "_"
	}
	return func(id string) bool {
		if len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(id, p) }) {
			return false
		}
		if q.Within != "" && !s.places.within(schema.ID(id), q.Within) {
			return false
		}
		return q.Allow == nil || q.Allow(schema.ID(id))
	}
}

// queryWords are the words of a question that say what it is about: in lower
// case, each once, without the words every text has, unless it has no others.
func queryWords(text string) []string {
	var all, telling []string
	seen := map[string]bool{}
	for _, w := range split(strings.ToLower(text)) {
		if seen[w] {
			continue
		}
		seen[w] = true
		all = append(all, w)
		if !stopword(w) {
			telling = append(telling, w)
		}
	}
	if len(telling) == 0 {
		return all
	}
	return telling
}
