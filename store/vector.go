package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"

	"custory/schema"
)

// A Doc is one record that is searched, with the vector of its text.
type Doc struct {
	ID     schema.ID
	Kind   schema.Kind
	Digest string    // of the text
	Vec    []float32 // nil: not computed yet
	Gone   bool      // it is not searched any more
}

// Docs returns what is searched, and the place in the log it stands for: all
// of it if after is 0, and otherwise what has changed since.
func (s *Store) Docs(ctx context.Context, workspace schema.ID, model string, after int64) (docs []Doc, seq int64, err error) {
	err = s.View(ctx, schema.Actor{Workspace: workspace}, func(tx *Tx) error {
		if seq, err = tx.Head(); err != nil || seq == after {
			return err
		}
		query := `SELECT d.id, d.kind, d.digest, e.vec, 0 FROM doc d LEFT JOIN embedding e ON e.model = ? AND e.digest = d.digest WHERE d.workspace = ?`
		args := []any{model, workspace}
		if after > 0 {
			query = `SELECT c.id, c.kind, coalesce(d.digest, ''), e.vec, d.id IS NULL FROM change c
				LEFT JOIN doc d ON d.workspace = c.workspace AND d.id = c.id LEFT JOIN embedding e ON e.model = ? AND e.digest = d.digest
				WHERE c.workspace = ? AND c.seq > ? ORDER BY c.seq`
			args = []any{model, workspace, after}
		}
		seen := map[schema.ID]bool{}
		return tx.long(query, args, func(rows *sql.Rows) (bool, error) {
			var d Doc
			var raw sql.RawBytes
			if err := rows.Scan(&d.ID, &d.Kind, &d.Digest, &raw, &d.Gone); err != nil {
				return false, err
			}
			if !seen[d.ID] { // one that has changed often comes often
				seen[d.ID], d.Vec = true, decodeVec(raw)
				docs = append(docs, d)
			}
			return true, nil
		})
	})
	return docs, seq, err
}

// Texts returns the texts of records that are searched, by id; those that are
// gone are left out.
func (s *Store) Texts(ctx context.Context, workspace schema.ID, ids []schema.ID) (texts map[schema.ID]string, err error) {
	texts = make(map[schema.ID]string, len(ids))
	err = s.View(ctx, schema.Actor{Workspace: workspace}, func(tx *Tx) error {
		for _, id := range ids {
			t := tx.tables[id.Kind()]
			if t == nil {
				continue
			}
			switch r, err := t.get(id); {
			case err == nil:
				texts[id] = Text(r)
			case !errors.Is(err, schema.NotFound):
				return err
			}
		}
		return nil
	})
	return texts, err
}

// Vectors returns the vectors of texts by their digests, as far as they are
// known.
func (s *Store) Vectors(ctx context.Context, model string, digests []string) (map[string][]float32, error) {
	found := make(map[string][]float32, len(digests))
	err := s.r.within(ctx, func(c *session) error {
		for _, d := range digests {
			err := c.query(`SELECT vec FROM embedding WHERE model = ? AND digest = ?`, []any{model, d}, func(rows *sql.Rows) error {
				var raw sql.RawBytes
				err := rows.Scan(&raw)
				found[d] = decodeVec(raw)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found, fault(err)
}

// SaveVectors keeps vectors by the digests of their texts. They follow from
// the texts, and so are not logged.
func (s *Store) SaveVectors(ctx context.Context, model string, vecs map[string][]float32) error {
	return fault(s.w.within(ctx, func(c *session) error {
		for digest, v := range vecs {
			if _, err := c.exec(`INSERT INTO embedding (model, digest, vec) VALUES (?, ?, ?) ON CONFLICT (model, digest) DO NOTHING`, model, digest, encodeVec(v)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// Waiting tells how many records of the workspace are searched, and how many
// of them have no vector of the model.
func (s *Store) Waiting(ctx context.Context, workspace schema.ID, model string) (docs, waiting int, err error) {
	err = s.View(ctx, schema.Actor{Workspace: workspace}, func(tx *Tx) error {
		_, err := tx.one(`SELECT count(*), count(*) - count(e.digest) FROM doc d LEFT JOIN embedding e ON e.model = ? AND e.digest = d.digest WHERE d.workspace = ?`,
			[]any{model, workspace}, &docs, &waiting)
		return err
	})
	return docs, waiting, err
}

// WithoutVector returns up to n records past the row that have no vector of the
// model, and the row of the last of them.
func (s *Store) WithoutVector(ctx context.Context, workspace schema.ID, model string, row int64, n int) (ids []schema.ID, last int64, err error) {
	last = row
	err = s.View(ctx, schema.Actor{Workspace: workspace}, func(tx *Tx) error {
		return tx.query(`SELECT d."row", d.id FROM doc d LEFT JOIN embedding e ON e.model = ? AND e.digest = d.digest
			WHERE d.workspace = ? AND d."row" > ? AND e.digest IS NULL ORDER BY d."row" LIMIT ?`, []any{model, workspace, row, n}, func(rows *sql.Rows) error {
			var id schema.ID
			err := rows.Scan(&last, &id)
			ids = append(ids, id)
			return err
		})
	})
	return ids, last, err
}

// VectorModels returns how many vectors of each model are kept, in all
// workspaces.
func (s *Store) VectorModels(ctx context.Context) (map[string]int, error) {
	all := map[string]int{}
	err := s.r.within(ctx, func(c *session) error {
		return c.query(`SELECT model, count(*) FROM embedding GROUP BY model`, nil, func(rows *sql.Rows) error {
			var model string
			var n int
			err := rows.Scan(&model, &n)
			all[model] = n
			return err
		})
	})
	return all, fault(err)
}

// DropVectors removes all vectors of the model. Whoever needs them makes them
// again.
func (s *Store) DropVectors(ctx context.Context, model string) error {
	return fault(s.w.within(ctx, func(c *session) error {
		_, err := c.exec(`DELETE FROM embedding WHERE model = ?`, model)
		return err
	}))
}

func encodeVec(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func decodeVec(b []byte) []float32 {
	if len(b) == 0 {
		return nil
	}
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}
