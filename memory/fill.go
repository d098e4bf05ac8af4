package memory

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"custory/schema"
	"custory/store"
)

const (
	chunk = 512 // how many texts are read at once
	batch = 64  // how many are embedded at once
)

// fill embeds what waits for its vector, keeps the vectors in the store for
// every other process, and takes them in. It stops when it runs out of patience
// or the embedder does not work: words do, and the next call goes on.
// Only the caller's own cancellation and a store that cannot be read are errors.
func (s *space) fill(ctx context.Context) error {
	todo := slices.DeleteFunc(slices.Sorted(maps.Keys(s.waiting)), func(id schema.ID) bool { return s.refused[id] })
	patient, cancel := context.WithTimeout(ctx, s.m.patience)
	defer cancel()
	before, problem := len(s.waiting), s.problem
	for ids := range slices.Chunk(todo, chunk) {
		texts, err := s.m.st.Texts(ctx, s.workspace, ids)
		if err != nil {
			return err
		}
		goOn, err := s.embedAll(ctx, patient, texts)
		if err != nil {
			problem = err
		}
		if !goOn {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if patient.Err() != nil {
		problem = fmt.Errorf("%s has embedded %d of %d texts in %v", s.m.embedder.Model(), before-len(s.waiting), before, s.m.patience)
	}
	if problem == nil {
		return nil
	}
	s.mu.Lock()
	s.problem = problem
	s.mu.Unlock()
	s.m.log.LogAttrs(ctx, slog.LevelWarn, "some is found by words only", slog.String("workspace", string(s.workspace)), slog.Int("waiting", len(s.waiting)), slog.Any("err", problem))
	return nil
}

// embedAll embeds the texts, each one once, in batches, as long as patient
// lasts. A batch that fails is tried again in halves, so that one bad text
// keeps no other waiting. goOn is false if there is no point in trying more.
func (s *space) embedAll(ctx, patient context.Context, texts map[schema.ID]string) (goOn bool, problem error) {
	said := map[string][]schema.ID{} // by the text
	for id, t := range texts {
		said[t] = append(said[t], id)
	}
	queue := slices.Collect(slices.Chunk(slices.Sorted(maps.Keys(said)), batch))
	for len(queue) > 0 && patient.Err() == nil {
		b := queue[0]
		queue = queue[1:]
		vecs, err := s.m.embed(patient, b)
		if err == nil {
			s.keep(ctx, b, vecs, said)
			continue
		}
		problem = err
		if patient.Err() != nil {
			break
		}
		if _, err := s.m.embed(patient, []string{"is it the text or the embedder"}); err != nil {
			return false, problem
		}
		if n := len(b); n > 1 {
			queue = append(queue, b[:n/2], b[n/2:])
		}
	}
	return len(queue) == 0, problem
}

// keep stores the vectors and takes them in.
func (s *space) keep(ctx context.Context, texts []string, vecs [][]float32, said map[string][]schema.ID) {
	saved := make(map[string][]float32, len(texts))
	for i, t := range texts {
		saved[store.Digest(t)] = vecs[i]
	}
	if err := s.m.st.SaveVectors(ctx, s.m.embedder.Model(), saved); err != nil { // the next process embeds them again
		s.m.log.LogAttrs(ctx, slog.LevelWarn, "vectors not kept", slog.String("workspace", string(s.workspace)), slog.Any("err", fmt.Errorf("save vectors: %w", err)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range texts {
		for _, id := range said[t] {
			s.learn(id, store.Digest(t), vecs[i])
		}
	}
}
