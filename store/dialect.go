package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"

	"custory/schema"
)

// This file holds what is SQLite's own. Another engine would bring its own.

// busyTimeout is how long a connection waits for another process.
const busyTimeout = 10 * time.Second

const pragmas = "_pragma=busy_timeout(10000)&_pragma=synchronous(normal)&_pragma=foreign_keys(1)" +
	"&_pragma=mmap_size(0)&_pragma=temp_store(memory)&_defensive=1"

func dsn(path, more string) string {
	path = filepath.ToSlash(filepath.Clean(path))
	u := url.URL{Scheme: "file", Opaque: strings.ReplaceAll(url.PathEscape(path), "%2F", "/")}
	return u.String() + "?" + pragmas + "&" + more
}

// A writing transaction takes the write lock at once: one that read first and
// wrote later would fail, not wait, whenever another process had written in
// between.
const (
	beginWriting = "BEGIN IMMEDIATE"
	beginReading = "BEGIN"
)

// openWriter opens the handle that writes, and tells the version of the file's
// tables. A file that is not ours is left as it is.
func openWriter(ctx context.Context, path string) (db *sql.DB, version int, err error) {
	db, err = sql.Open("sqlite", dsn(path, "_pragma=cache_size(-4096)&_pragma=journal_size_limit(67108864)"))
	if err != nil {
		return nil, 0, err
	}
	if version, err = fileVersion(ctx, db); err == nil && version == 0 {
		_ = os.Chmod(path, 0o600) // as far as the file system knows of it; what stands beside the file follows
	}
	if err == nil {
		err = writeAhead(ctx, db)
	}
	if err != nil {
		return nil, 0, errors.Join(fault(err), db.Close())
	}
	return db, version, nil
}

// writeAhead makes readers and the writer work beside each other. The file
// remembers it, so only the first to open a new one changes anything. While
// that one does, SQLite tells the others at once that the file is busy, whatever
// their busy_timeout, since waiting with a lock in hand could be for ever: they
// let go, and try again.
func writeAhead(ctx context.Context, db *sql.DB) error {
	var mode string
	for begun := time.Now(); ; {
		err := db.QueryRowContext(ctx, "PRAGMA journal_mode = wal").Scan(&mode)
		if err == nil {
			break
		}
		var e *sqlite.Error
		if !errors.As(err, &e) || e.Code()&0xff != codeBusy || time.Since(begun) > busyTimeout {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	if mode != "wal" {
		return &schema.Error{Code: schema.Conflict, Message: fmt.Sprintf("the file system does not support write-ahead logging (journal mode %q)", mode), Hint: "put the database on a local disk"}
	}
	return nil
}

// openReader opens the handle that cannot write. The writer must have
// made the file.
func openReader(path string) (*sql.DB, error) {
	return sql.Open("sqlite", dsn(path, "_pragma=cache_size(-2048)&_pragma=query_only(1)"))
}

// columnTypes are the tokens of the SQL files.
var columnTypes = strings.NewReplacer(
	"{{bigint}}", "INTEGER", "{{bool}}", "INTEGER", "{{real}}", "REAL", "{{blob}}", "BLOB",
	"{{strict}}", "STRICT", "{{without_rowid}}", ", WITHOUT ROWID", "{{rowid}}", "INTEGER PRIMARY KEY",
	"{{append_only}}", `
CREATE TRIGGER change_is_kept BEFORE UPDATE ON change BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
CREATE TRIGGER change_is_never_lost BEFORE DELETE ON change BEGIN SELECT raise(ABORT, 'the log is append-only'); END;`,
	"{{full_text}}",
	`CREATE VIRTUAL TABLE full_text USING fts5(scope, body, ctx, far, content='', contentless_delete=1, tokenize='porter unicode61');`,
)

// statistics tell the planner what it would find in a large workspace: that
// the first column of nearly each key, the workspace, narrows nothing, a few
// others little, and the rest nearly all. Left to itself it takes an empty file
// for a small one for ever, and reads a whole table to save a sort.
const statistics = `
ANALYZE head;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT t.name, CASE WHEN t.wr AND i.origin = 'pk' THEN t.name ELSE i.name END,
	(SELECT '1000000 ' || group_concat(CASE
		WHEN i."unique" AND NOT i.partial AND c.seqno = (SELECT max(seqno) FROM pragma_index_info(i.name)) THEN 1
		WHEN c.name = 'workspace' THEN 1000000
		WHEN c.name IN ('kind', 'type', 'review', 'source', 'source_name', 'model') THEN 100000
		ELSE 10 END, ' ' ORDER BY c.seqno) FROM pragma_index_info(i.name) c)
FROM pragma_table_list t JOIN pragma_index_list(t.name) i
WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%';
ANALYZE sqlite_schema;`

// SQLite's result codes that mean something to a caller.
const (
	codeBusy       = 5
	codeReadOnly   = 8
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeNotADB     = 26
	codeUnique     = 2067
	codePrimaryKey = 1555
	codeForeignKey = 787
)

// fault turns the engine's errors into faults where the caller can do
// something, and leaves all others as they are.
func fault(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || schema.FaultsOf(err) != nil {
		return err
	}
	told := func(c schema.Code, hint, format string, a ...any) error {
		return &schema.Error{Code: c, Message: fmt.Sprintf(format, a...), Hint: hint, Err: err}
	}
	switch code := e.Code(); {
	case code == codeUnique || code == codePrimaryKey:
		_, what, _ := strings.Cut(e.Error(), "failed: ")
		return told(schema.Conflict, "", "there is one already (%s)", strings.TrimSpace(what))
	case code == codeForeignKey:
		return told(schema.NotFound, "", "it refers to a record that is not in this workspace, or others still refer to it")
	case code&0xff == codeBusy:
		return told(schema.Limited, "try again", "the database was busy for too long")
	case code&0xff == codeReadOnly:
		return told(schema.Forbidden, "", "this may only read, and tried to write")
	case code&0xff == codeFull:
		return told(schema.Limited, "make room and try again", "the disk is full")
	case code&0xff == codeCorrupt, code&0xff == codeNotADB:
		return told(schema.Conflict, "run custory doctor", "the file is damaged or no database")
	case code&0xff == codeCantOpen:
		return told(schema.Forbidden, "check that the path names a file in a folder that may be written", "the file cannot be opened")
	}
	return err
}

// closed tells of a file that is there and cannot be opened whose it has to be.
func closed(path string, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || e.Code()&0xff != codeCantOpen {
		return err
	}
	if info, gone := os.Stat(path); gone != nil || !info.Mode().IsRegular() {
		return err
	}
	return &schema.Error{Code: schema.Forbidden, Message: "the file is there, and this user cannot open it", Hint: "run custory as the user it belongs to, or give this user the file and its folder; custory doctor looks closer", Err: err}
}

// held tells what it means that a file cannot be had alone.
func held(path string, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case codeCorrupt, codeNotADB:
		return nil
	case codeBusy:
		return &schema.Error{Code: schema.Conflict, Message: path + " is in use", Hint: "stop the servers and close the assistants that have it open, and try again", Err: err}
	}
	return closed(path, fault(err))
}
