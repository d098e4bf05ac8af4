package memory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"custory/schema"
	"custory/store"
)

const (
	chunk = 512 // how many texts are read at once
	batch = 64  // how many are embedded at once

	// hurry is how long a question waits for texts to be embedded where
	// somebody does that in the background.
	hurry = time.Second
)

// fill embeds what waits for its vector, keeps the vectors in the store for
// every other process, and takes them in. It stops when it runs out of patience
// or the embedder does not work: words do, and the next call goes on. Where
// Follow is at work, it leaves to it what would take long.
// Only the caller's own cancellation and a store that cannot be read are errors.
func (s *space) fill(ctx context.Context, unsettled error) error {
	todo := slices.DeleteFunc(slices.Sorted(maps.Keys(s.waiting)), func(id schema.ID) bool { return s.refused[id] })
	patience, followed := s.m.patience, s.m.isFollowed(s.workspace)
	if followed {
		patience = min(patience, hurry)
	}
	switch {
	case len(todo) == 0:
		return nil
	case unsettled != nil:
		s.trouble(ctx, unsettled)
		return ctx.Err()
	case s.dims == 0: // it became known a moment ago
		return nil
	case followed && time.Duration(s.m.pace.Load())*time.Duration(len(todo)) > patience:
		s.mu.Lock()
		s.problem = errors.New("they are being embedded in the background")
		s.mu.Unlock()
		return nil
	}
	if err := s.m.gate.enter(); err != nil {
		s.trouble(ctx, err)
		return nil
	}
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	before, problem := len(s.waiting), s.problem
	var broken error
	for ids := range slices.Chunk(todo, chunk) {
		texts, err := s.m.st.Texts(ctx, s.workspace, ids)
		if err != nil {
			s.m.gate.leave(context.Canceled)
			return err
		}
		said := map[string][]schema.ID{} // by the text
		for id, t := range texts {
			said[t] = append(said[t], id)
		}
		var bad error
		bad, broken = s.m.embedAll(patient, slices.Sorted(maps.Keys(said)), func(texts []string, vecs [][]float32) { s.keep(ctx, texts, vecs, said) })
		if bad != nil {
			problem = bad
		}
		if broken != nil || patient.Err() != nil {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		s.m.gate.leave(context.Canceled)
		return err
	}
	if patient.Err() != nil {
		problem = fmt.Errorf("%s has embedded %d of %d texts in %v", s.m.embedder.Model(), before-len(s.waiting), before, patience)
		if broken = nil; len(s.waiting) == before && !followed {
			broken = fmt.Errorf("%w: %w", problem, context.DeadlineExceeded)
		}
	}
	s.m.gate.leave(broken)
	if problem != nil {
		s.trouble(ctx, problem)
	}
	return nil
}

// trouble says why some wait.
func (s *space) trouble(ctx context.Context, problem error) {
	s.mu.Lock()
	s.problem = problem
	s.mu.Unlock()
	if !errors.As(problem, new(resting)) { // that was said when it began to rest
		s.m.log.LogAttrs(ctx, slog.LevelWarn, "some is found by words only", slog.String("workspace", string(s.workspace)), slog.Int("waiting", len(s.waiting)), slog.Any("err", problem))
	}
}

// embedAll embeds the texts in batches, as long as patient lasts, and hands
// each batch to keep. A batch that fails is tried again in halves, so that one
// bad text keeps no other waiting. bad is what is wrong with some, and broken
// with the embedder: then there is no point in trying more.
func (m *Memory) embedAll(patient context.Context, texts []string, keep func(texts []string, vecs [][]float32)) (bad, broken error) {
	var had []string
	var vecs [][]float32
	for _, t := range texts {
		if v := m.fresh.get(store.Digest(t)); v != nil {
			had, vecs = append(had, t), append(vecs, v)
		}
	}
	if len(had) > 0 {
		keep(had, vecs)
		texts = slices.DeleteFunc(slices.Clone(texts), func(t string) bool { return slices.Contains(had, t) })
	}
	queue := slices.Collect(slices.Chunk(texts, batch))
	for len(queue) > 0 && patient.Err() == nil {
		b := queue[0]
		queue = queue[1:]
		vecs, err := m.embed(patient, b)
		if err == nil {
			keep(b, vecs)
			continue
		}
		bad = err
		if broken = m.blame(patient, err); broken != nil {
			break
		}
		if n := len(b); n > 1 {
			queue = append(queue, b[:n/2], b[n/2:])
		}
	}
	return bad, broken
}

// keep stores the vectors and takes them in.
func (s *space) keep(ctx context.Context, texts []string, vecs [][]float32, said map[string][]schema.ID) {
	if err := s.m.save(ctx, texts, vecs); err != nil { // the next process embeds them again
		s.m.log.LogAttrs(ctx, slog.LevelWarn, "vectors not kept", slog.String("workspace", string(s.workspace)), slog.Any("err", err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range texts {
		for _, id := range said[t] {
			s.learn(id, store.Digest(t), vecs[i])
		}
	}
}

// save keeps the vectors of the texts in the store, for every process.
func (m *Memory) save(ctx context.Context, texts []string, vecs [][]float32) error {
	saved := make(map[string][]float32, len(texts))
	for i, t := range texts {
		saved[store.Digest(t)] = vecs[i]
	}
	if err := m.st.SaveVectors(ctx, m.embedder.Model(), saved); err != nil {
		return fmt.Errorf("save vectors: %w", err)
	}
	return nil
}
