package memory

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"custory/schema"
	"custory/store"
)

const (
	look = 2 * time.Second  // how often Follow looks for something to do
	tell = 10 * time.Second // how often it tells how far it has come
)

// Follow embeds in the background what waits in the workspace: all of it when
// the model has changed, and then what is written. Meanwhile the workspace is
// searched by words, and by meaning as far as it has come. Of all processes,
// one embeds with a model at a time. It ends when ctx does; nobody has to call
// it, for questions embed what they have patience for.
func (m *Memory) Follow(ctx context.Context, workspace schema.ID) {
	m.follow(workspace, 1)
	defer m.follow(workspace, -1)
	f := &follower{m: m, workspace: workspace, holder: string(schema.NewID(schema.KindCall)), seq: -1}
	for ctx.Err() == nil {
		wait := look
		if err := f.round(ctx); err != nil && ctx.Err() == nil {
			m.log.LogAttrs(ctx, slog.LevelWarn, "embedding in the background stopped for a while", slog.String("workspace", string(workspace)), slog.Any("err", err))
			wait = rest
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (m *Memory) follow(workspace schema.ID, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.followed[workspace] += n
}

func (m *Memory) isFollowed(workspace schema.ID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.followed[workspace] > 0
}

// A follower embeds in the background what waits in one workspace. It knows
// nothing of the space: what it has saved is taken in like the vectors of
// another process.
type follower struct {
	m         *Memory
	workspace schema.ID
	holder    string
	seq       int64 // the place in the log up to which nothing waits
}

// round embeds what waits, if this is the process to do it.
func (f *follower) round(ctx context.Context) (err error) {
	seq, err := f.head(ctx)
	if err != nil || seq == f.seq {
		return err
	}
	if err := f.m.settle(ctx); err != nil {
		return notResting(err)
	}
	turn := f.m.st.Cursor(f.workspace, "embed "+f.m.embedder.Model(), f.holder)
	_, waiting, err := f.m.st.Waiting(ctx, f.workspace, f.m.embedder.Model())
	if err != nil {
		return err
	}
	if waiting > 0 {
		if held, err := turn.Hold(ctx); err != nil || !held {
			return err
		}
		defer func() { _ = turn.Release(context.WithoutCancel(ctx)) }() // else it lapses
		if err := f.m.gate.enter(); err != nil {
			return notResting(err)
		}
		if err := f.embed(ctx, turn, waiting); err != nil {
			return err
		}
	}
	f.seq = seq
	return nil
}

// notResting is nil if the embedder was only left alone.
func notResting(err error) error {
	if errors.As(err, new(resting)) {
		return nil
	}
	return err
}

func (f *follower) head(ctx context.Context) (seq int64, err error) {
	err = f.m.st.View(ctx, schema.Actor{Workspace: f.workspace}, func(tx *store.Tx) error {
		seq, err = tx.Head()
		return err
	})
	return seq, err
}

// embed goes once through all that waits.
func (f *follower) embed(ctx context.Context, turn *store.Cursor, waiting int) error {
	begun := time.Now()
	told, done := begun, 0
	say := func(text string) {
		f.m.log.LogAttrs(ctx, slog.LevelInfo, text, slog.String("workspace", string(f.workspace)), slog.String("model", f.m.embedder.Model()),
			slog.Int("done", done), slog.Int("waiting", max(0, waiting-done)), slog.Int64("ms", time.Since(begun).Milliseconds()))
	}
	if waiting > batch {
		say("embedding in the background")
	}
	var trouble error
	for row := int64(0); ; {
		ids, last, err := f.m.st.WithoutVector(ctx, f.workspace, f.m.embedder.Model(), row, chunk)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			break
		}
		row = last
		texts, err := f.m.st.Texts(ctx, f.workspace, ids)
		if err != nil {
			return err
		}
		many := map[string]int{} // records, by their text
		for _, t := range texts {
			many[t]++
		}
		errTaken := errors.New("another process goes on with it")
		working, stop := context.WithCancelCause(ctx)
		bad, broken := f.m.embedAll(working, slices.Sorted(maps.Keys(many)), func(texts []string, vecs [][]float32) {
			if err := f.m.save(ctx, texts, vecs); err != nil {
				stop(err)
				return
			}
			for _, t := range texts {
				done += many[t]
			}
			if held, err := turn.Hold(ctx); err != nil {
				stop(err)
			} else if !held {
				stop(errTaken)
			}
			if f.m.gate.shut() != nil && time.Duration(f.m.pace.Load())*time.Duration(len(texts)) < f.m.patience {
				f.m.gate.leave(nil)
			}
			if time.Since(told) >= tell {
				told = time.Now()
				say("embedding in the background")
			}
		})
		why := context.Cause(working)
		stop(nil)
		switch {
		case why == errTaken:
			return nil
		case why != nil:
			return why
		case broken != nil:
			f.m.gate.leave(broken)
			return broken
		case bad != nil:
			trouble = bad
		}
	}
	if trouble != nil { // with some of the texts; they are tried again when there is something new
		f.m.log.LogAttrs(ctx, slog.LevelWarn, "some texts cannot be embedded", slog.String("workspace", string(f.workspace)), slog.Int("waiting", waiting-done), slog.Any("err", trouble))
	}
	if done > batch {
		say("embedded in the background")
	}
	return nil
}
