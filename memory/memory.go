package memory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"custory/schema"
	"custory/store"
)

const (
	// keep is how many workspaces are held at once. The least recently asked
	// about is let go, and read again when it is asked about next.
	keep = 8

	// patience is how long one call waits for texts to be embedded. What has
	// no vector by then is found by its words, and the next call goes on. An
	// embedder that computes in this process is certain to come to an end, and
	// is waited for longer: a busy machine takes long, and finds the same.
	patience      = 3 * time.Second
	patienceInner = time.Minute
)

// An inner embedder computes in this process, and asks nobody.
type inner interface{ inner() }

func patienceWith(e Embedder) time.Duration {
	if _, ok := e.(inner); ok {
		return patienceInner
	}
	return patience
}

// A Memory answers what the workspaces of a store know. It is a projection of
// the log, kept in this process, and before each answer it catches up with what
// any process has written. It may be used by many goroutines at once.
type Memory struct {
	st       *store.Store
	embedder Embedder
	log      *slog.Logger
	tuning   tuning
	patience time.Duration
	gate     gate
	pace     atomic.Int64 // nanoseconds that a text took lately
	fresh    fresh

	mu       sync.Mutex
	spaces   recent[schema.ID, *space]
	followed map[schema.ID]int // by how many
}

// New returns a memory of the store that embeds with e. It reads nothing until
// it is asked. A nil log is told nothing.
func New(st *store.Store, e Embedder, log *slog.Logger) *Memory {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Memory{st: st, embedder: e, log: log, tuning: tuningOf(e.Model()), patience: patienceWith(e),
		spaces: recent[schema.ID, *space]{limit: keep}, followed: map[schema.ID]int{}}
}

// Status is how far the memory of a workspace has come.
type Status struct {
	Model   string `json:"model"`
	Docs    int    `json:"docs"`              // records that are searched
	Vectors int    `json:"vectors"`           // of them found by meaning too
	Waiting int    `json:"waiting"`           // of them without a vector yet, for now found by their words alone
	Problem string `json:"problem,omitempty"` // why they wait, or why questions go by words alone
}

// Status catches up and tells how far the memory of the workspace has come.
func (m *Memory) Status(ctx context.Context, workspace schema.ID) (Status, error) {
	s, err := m.caughtUp(ctx, workspace)
	if err != nil {
		return Status{}, err
	}
	return s.status(), nil
}

// Warm embeds all that waits in the workspace, however long it takes. Nobody
// has to call it: a question embeds as much as it has patience for. progress,
// if not nil, is told how many texts still wait.
func (m *Memory) Warm(ctx context.Context, workspace schema.ID, progress func(waiting int)) error {
	for before := -1; ; {
		st, err := m.Status(ctx, workspace)
		if err != nil {
			return err
		}
		if progress != nil {
			progress(st.Waiting)
		}
		if st.Waiting == 0 {
			return nil
		}
		done := st.Docs - st.Waiting
		if done <= before {
			return fmt.Errorf("embed what the workspace %s knows: %s", workspace, st.Problem)
		}
		before = done
	}
}

// Try embeds a word, to see whether the embedder works.
func (m *Memory) Try(ctx context.Context) error {
	_, err := m.embed(ctx, []string{trial})
	if ctx.Err() == nil {
		m.gate.leave(err)
	}
	return err
}

// Near returns the records that mean nearly the same as the text, the likeliest
// duplicates first. Their score is the cosine. It goes by meaning alone, and so
// finds nothing while the text cannot be embedded.
func (m *Memory) Near(ctx context.Context, workspace schema.ID, text string, kinds []schema.Kind, limit int) ([]Hit, error) {
	s, err := m.caughtUp(ctx, workspace)
	if err != nil {
		return nil, err
	}
	digest := store.Digest(text)
	known, err := m.st.Vectors(ctx, m.embedder.Model(), []string{digest})
	if err != nil {
		return nil, fmt.Errorf("read the vector of a text: %w", err)
	}
	v := known[digest]
	if v == nil || m.fits(v) != nil {
		if v, err = m.embedOne(ctx, text); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil && !errors.As(err, new(resting)) {
			m.log.LogAttrs(ctx, slog.LevelWarn, "nothing is found by meaning", slog.String("workspace", string(workspace)), slog.Any("err", err))
		}
	}
	if v == nil || blank(v) {
		return nil, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []Hit
	for _, h := range s.vecs.Search(v, limit, s.allow(Query{Kinds: kinds})) {
		id := schema.ID(h.ID)
		found = append(found, Hit{ID: id, Kind: id.Kind(), Score: h.Score, Meaning: h.Score, Cosine: h.Score})
	}
	return found, nil
}

// caughtUp returns the workspace's space as of now.
func (m *Memory) caughtUp(ctx context.Context, workspace schema.ID) (*space, error) {
	m.mu.Lock()
	s := m.spaces.get(workspace, func() *space { return newSpace(m, workspace) })
	m.mu.Unlock()
	return s, s.sync(ctx)
}

// embedOne returns the vector of a question, or nil if it has no meaning.
func (m *Memory) embedOne(ctx context.Context, text string) ([]float32, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if err := m.gate.enter(); err != nil {
		return nil, err
	}
	patient, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	vecs, err := m.embed(patient, []string{text})
	switch {
	case err == nil:
		m.gate.leave(nil)
	case ctx.Err() != nil:
		m.gate.leave(context.Canceled)
	default:
		m.gate.leave(m.blame(patient, err))
	}
	if err != nil || blank(vecs[0]) {
		return nil, err
	}
	return vecs[0], nil
}

// trial is a text that every embedder can embed.
const trial = "is it the text or the embedder"

// blame returns the error if it is the embedder's, and nil if it is the text's.
func (m *Memory) blame(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		if _, other := m.embed(ctx, []string{trial}); other == nil {
			return nil
		}
	}
	return err
}

// settle sees to it that the embedder knows how many numbers its vectors have,
// and with it the name of its space, if it has to ask for that.
func (m *Memory) settle(ctx context.Context) error {
	if m.embedder.Dims() > 0 {
		return nil
	}
	_, err := m.embedOne(ctx, trial)
	return err
}

// embed returns a vector for each text, none of which is left out. A text
// of nothing but spaces has the zero vector, and is not sent anywhere.
func (m *Memory) embed(ctx context.Context, texts []string) ([][]float32, error) {
	var sent []string
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			sent = append(sent, t)
		}
	}
	var vecs [][]float32
	if len(sent) > 0 {
		var err error
		begun := time.Now()
		vecs, err = m.embedder.Embed(ctx, sent)
		if err == nil || ctx.Err() != nil {
			m.pace.Store(int64(time.Since(begun)) / int64(len(sent)))
		}
		if err != nil {
			return nil, fmt.Errorf("embed with %s: %w", m.embedder.Model(), err)
		}
	}
	if len(vecs) != len(sent) {
		return nil, fmt.Errorf("embed with %s: %w", m.embedder.Model(), misfit(fmt.Sprintf("%d vectors for %d texts", len(vecs), len(sent))))
	}
	all := make([][]float32, len(texts))
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			all[i] = make([]float32, m.embedder.Dims())
			continue
		}
		all[i], vecs = vecs[0], vecs[1:]
		if err := m.fits(all[i]); err != nil {
			return nil, fmt.Errorf("a vector from %s does not fit: %w", m.embedder.Model(), err)
		}
	}
	return all, nil
}
