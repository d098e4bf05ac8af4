package store

import (
	"database/sql"

	"custory/schema"
)

// markThread keeps the order of a conversation when a signal came to it
// (before is nil) or goes, and marks those it stands or stood between.
func (tx *Tx) markThread(before schema.Record, s *schema.Signal) error {
	if s.Thread == "" {
		return nil
	}
	captured, err := tx.captured(s)
	if err != nil {
		return err
	}
	place := []any{tx.workspace(), s.Source, s.SourceName, s.Thread, captured}
	if before == nil {
		_, err = tx.exec(`INSERT INTO thread (workspace, source, source_name, thread, seq, signal) VALUES (?, ?, ?, ?, ?, ?)`, append(place, s.ID)...)
	} else {
		_, err = tx.exec(`DELETE FROM thread WHERE workspace = ? AND source = ? AND source_name = ? AND thread = ? AND seq = ?`, place...)
	}
	if err != nil {
		return err
	}
	near, err := tx.around(s)
	for _, t := range near {
		tx.stale[t.id] = schema.KindSignal
	}
	return err
}

// captured is where the log first names the signal.
func (tx *Tx) captured(s *schema.Signal) (seq int64, err error) {
	_, err = tx.one(`SELECT seq FROM change WHERE workspace = ? AND id = ? AND version = 1`, []any{tx.workspace(), s.ID}, &seq)
	return seq, err
}

// reach is how many signals before and after it in its thread a signal is found
// by. Chosen on the first two of the five conversations of the LoCoMo
// development set: R@10 of the questions of categories 1 to 4 is 0.778 with
// one, 0.797 with two, 0.806 with three and 0.800 with four, searched by words
// and by the sentence encoder.
const reach = 3

// A turn is a signal of a thread as another one near it sees it.
type turn struct {
	id   schema.ID
	text string // as Text
	away int    // how many turns lie from the one to the other; 1 is next to it
}

// around are the signals just before and just after s in its thread, the
// nearest first on either side. s itself need not be there any more.
func (tx *Tx) around(s *schema.Signal) (near []turn, err error) {
	if s.Thread == "" {
		return nil, nil
	}
	captured, err := tx.captured(s)
	if err != nil {
		return nil, err
	}
	for _, side := range []string{`seq < ? ORDER BY t.seq DESC`, `seq > ? ORDER BY t.seq`} {
		away := 0
		err := tx.query(`SELECT s.id, s.author, s.text FROM thread t JOIN signal s ON s.workspace = t.workspace AND s.id = t.signal
			WHERE t.workspace = ? AND t.source = ? AND t.source_name = ? AND t.thread = ? AND t.`+side+` LIMIT ?`,
			[]any{tx.workspace(), s.Source, s.SourceName, s.Thread, captured, reach}, func(rows *sql.Rows) error {
				other := schema.Signal{Thread: s.Thread}
				err := rows.Scan(&other.ID, &other.Author, &other.Text)
				away++
				near = append(near, turn{other.ID, Text(&other), away})
				return err
			})
		if err != nil {
			return nil, err
		}
	}
	return near, nil
}

// rethread finds the order of every conversation anew.
func (tx *Tx) rethread() error {
	if _, err := tx.exec(`DELETE FROM thread WHERE workspace = ?`, tx.workspace()); err != nil {
		return err
	}
	_, err := tx.exec(`INSERT INTO thread (workspace, source, source_name, thread, seq, signal)
		SELECT s.workspace, s.source, s.source_name, s.thread, c.seq, s.id FROM signal s JOIN change c ON c.workspace = s.workspace AND c.id = s.id AND c.version = 1
		WHERE s.workspace = ? AND s.thread <> ''`, tx.workspace())
	return err
}
