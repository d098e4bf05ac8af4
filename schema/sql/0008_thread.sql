-- The signals of each conversation in the order they were captured: by where
-- the log first names them. Derived, like the search.
CREATE TABLE thread (
  workspace TEXT NOT NULL, source TEXT NOT NULL, source_name TEXT NOT NULL, thread TEXT NOT NULL, seq {{bigint}} NOT NULL, signal TEXT NOT NULL,
  PRIMARY KEY (workspace, source, source_name, thread, seq)
) {{strict}}{{without_rowid}};

INSERT INTO thread (workspace, source, source_name, thread, seq, signal)
SELECT s.workspace, s.source, s.source_name, s.thread, c.seq, s.id FROM signal s JOIN change c ON c.workspace = s.workspace AND c.id = s.id AND c.version = 1 WHERE s.thread <> '';
