package store

import (
	"database/sql"
	"encoding/json"
	"time"

	"custory/schema"
)

// Said is what a signal tells besides its meaning: who said it, and when.
type Said struct {
	Author string
	At     time.Time // zero: nobody knows
	Text   string
}

// Said returns what the signals among the records tell, by id.
func (tx *Tx) Said(ids []schema.ID) (map[schema.ID]Said, error) {
	said := make(map[schema.ID]Said, len(ids))
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	err = tx.query(`SELECT id, author, said_at, text FROM signal WHERE workspace = ? AND id IN (SELECT value FROM json_each(?))`, []any{tx.workspace(), string(list)}, func(rows *sql.Rows) error {
		var id schema.ID
		var s Said
		err := rows.Scan(&id, &s.Author, stamp{&s.At}, &s.Text)
		said[id] = s
		return err
	})
	return said, err
}
