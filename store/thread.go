package store

import "custory/schema"

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
	near, err := tx.neighbours(s)
	for _, n := range near {
		tx.stale[n.ID] = schema.KindSignal
	}
	return err
}

// captured is where the log first names the signal.
func (tx *Tx) captured(s *schema.Signal) (seq int64, err error) {
	_, err = tx.one(`SELECT seq FROM change WHERE workspace = ? AND id = ? AND version = 1`, []any{tx.workspace(), s.ID}, &seq)
	return seq, err
}

// neighbours are the signals just before and just after s in its thread, in
// the order they were captured.
func (tx *Tx) neighbours(s *schema.Signal) (near []*schema.Signal, err error) {
	if s.Thread == "" {
		return nil, nil
	}
	captured, err := tx.captured(s)
	if err != nil {
		return nil, err
	}
	for _, side := range []string{`seq < ? ORDER BY seq DESC LIMIT 1`, `seq > ? ORDER BY seq LIMIT 1`} {
		found, err := tx.Signals.where(`id = (SELECT signal FROM thread WHERE workspace = ? AND source = ? AND source_name = ? AND thread = ? AND `+side+`)`,
			tx.workspace(), s.Source, s.SourceName, s.Thread, captured)
		if err != nil {
			return nil, err
		}
		near = append(near, found...)
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
