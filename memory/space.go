package memory

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"custory/schema"
	"custory/store"
)

// A space is what this process has read of one workspace.
type space struct {
	m         *Memory
	workspace schema.ID

	turn    chan struct{}      // held by the one who catches up
	begun   atomic.Int64       // how often somebody began to
	done    int64              // the last time it went well; for the holder of the turn
	dims    int                // of the vectors held, 0 as long as nobody knows; for the holder of the turn
	refused map[schema.ID]bool // what has a vector that does not fit; for the holder of the turn

	mu      sync.RWMutex         // guards what follows; only the holder of the turn writes
	seq     int64                // the place in the log it stands for
	docs    map[schema.ID]string // what is searched, and the digests of its texts
	waiting map[schema.ID]string // of it, what has no vector yet
	vecs    index
	places  places
	problem error // why there are some waiting

	guiding sync.Mutex
	guides  recent[schema.ID, *guide]
}

func newSpace(m *Memory, workspace schema.ID) *space {
	return &space{m: m, workspace: workspace, turn: make(chan struct{}, 1),
		docs: map[schema.ID]string{}, waiting: map[schema.ID]string{}, vecs: newIndex(0, 0), places: newPlaces(),
		guides: recent[schema.ID, *guide]{limit: keep}}
}

// sync catches up with the log. Of many who ask, one does it and the others
// wait; whoever has waited for a catching-up that began after they came has
// nothing left to do.
func (s *space) sync(ctx context.Context) error {
	came := s.begun.Load()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.done > came {
		return nil
	}
	n := s.begun.Add(1)
	unsettled := s.m.settle(ctx)
	if err := s.read(ctx); err != nil {
		return fmt.Errorf("catch up with %s: %w", s.workspace, err)
	}
	if err := s.fill(ctx, unsettled); err != nil {
		return fmt.Errorf("catch up with %s: %w", s.workspace, err)
	}
	s.done = n
	return nil
}

// read takes in what is new in the log, and what others have embedded since.
// Reading the same twice does no harm.
func (s *space) read(ctx context.Context) error {
	st, dims, model := s.m.st, s.m.embedder.Dims(), s.m.embedder.Model()
	known, err := st.Vectors(ctx, model, s.digests())
	if err != nil {
		return err
	}
	docs, seq, err := st.Docs(ctx, s.workspace, model, s.seq)
	if err != nil {
		return err
	}
	var moved map[schema.ID]schema.Record
	if seq != s.seq {
		if moved, err = s.moved(ctx, docs); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem, s.refused = nil, map[schema.ID]bool{}
	if s.dims != dims { // it is empty as yet
		s.dims, s.vecs = dims, newIndex(dims, 0)
	}
	for id, digest := range s.waiting {
		if v := known[digest]; v != nil {
			s.learn(id, digest, v)
		}
	}
	for _, d := range docs {
		switch {
		case d.Gone:
			s.forget(d.ID)
		case d.Vec != nil:
			s.learn(d.ID, d.Digest, d.Vec)
		case s.docs[d.ID] != d.Digest:
			s.forget(d.ID)
			s.docs[d.ID], s.waiting[d.ID] = d.Digest, d.Digest
		}
	}
	for id, r := range moved {
		s.places.put(id, r)
	}
	s.seq = seq
	return nil
}

// moved reads anew the records that say where others stand, as far as they are
// among what has changed: nil for those that are gone.
func (s *space) moved(ctx context.Context, changed []store.Doc) (moved map[schema.ID]schema.Record, err error) {
	err = s.m.st.View(ctx, schema.Actor{Workspace: s.workspace}, func(tx *store.Tx) error {
		if s.seq == 0 {
			moved, err = allPlaces(tx)
			return err
		}
		moved = map[schema.ID]schema.Record{}
		for _, d := range changed {
			r, ok, err := placeNow(tx, d.ID)
			if err != nil {
				return err
			}
			if ok {
				moved[d.ID] = r
			}
		}
		return nil
	})
	return moved, err
}

// learn takes in the vector of a record. One that does not fit is refused: the
// record is found by its words until somebody mends that.
func (s *space) learn(id schema.ID, digest string, v []float32) {
	if s.docs[id] == digest && s.waiting[id] == "" {
		return
	}
	s.forget(id)
	s.docs[id] = digest
	err := s.m.fits(v)
	if err == nil && !blank(v) { // a blank one says nothing to find it by
		err = s.vecs.Put(string(id), v)
	}
	if err != nil {
		s.waiting[id], s.refused[id] = digest, true
		s.problem = fmt.Errorf("the stored vector of %s is refused: %w", id, err)
	}
}

func (s *space) forget(id schema.ID) {
	if _, held := s.docs[id]; held {
		delete(s.docs, id)
		delete(s.waiting, id)
		s.vecs.Remove(string(id))
	}
}

// digests are those of the texts that wait for their vectors.
func (s *space) digests() []string {
	all := make([]string, 0, len(s.waiting))
	for _, d := range s.waiting {
		all = append(all, d)
	}
	return all
}

func (s *space) status() Status {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st := Status{Model: s.m.embedder.Model(), Docs: len(s.docs), Vectors: s.vecs.Len(), Waiting: len(s.waiting)}
	if problem := cmp.Or(s.problem, s.m.gate.shut()); problem != nil {
		st.Problem = problem.Error()
	}
	return st
}

// A misfit is what is wrong with an answer of an embedder, in words of ours.
type misfit string

func (m misfit) Error() string  { return string(m) }
func (m misfit) Reason() string { return "answers with what does not fit: " + string(m) }

// fits returns an error unless v is a vector of the memory's model.
func (m *Memory) fits(v []float32) error {
	if len(v) != m.embedder.Dims() {
		return misfit(fmt.Sprintf("it has %d dimensions; those of %s have %d", len(v), m.embedder.Model(), m.embedder.Dims()))
	}
	for _, x := range v {
		if x != x || x-x != 0 {
			return misfit(fmt.Sprintf("it holds %v, which is no number", x))
		}
	}
	return nil
}

// blank reports whether the vector says nothing.
func blank(v []float32) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}
