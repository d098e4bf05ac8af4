-- The log, as a bookkeeper's journal: a call is the entry, changes are its
-- lines, and a mistake is corrected by another entry, never by an eraser.

-- The number of the last change of a workspace. Its row is locked by the
-- first write of each transaction, so seq is commit order, without gaps.
CREATE TABLE head (workspace TEXT PRIMARY KEY, seq {{bigint}} NOT NULL) {{strict}};

CREATE TABLE call (
  workspace TEXT NOT NULL, id TEXT NOT NULL, tool TEXT NOT NULL, actor TEXT NOT NULL, client TEXT NOT NULL,
  cause {{bigint}} NOT NULL, undoes TEXT NOT NULL, summary TEXT NOT NULL, at {{bigint}} NOT NULL, seq {{bigint}} NOT NULL,
  PRIMARY KEY (workspace, id)
) {{strict}};
CREATE INDEX call_by_seq ON call (workspace, seq);
CREATE INDEX call_that_undoes ON call (workspace, undoes);

-- body is the record at this version, NULL once it is removed.
CREATE TABLE change (
  workspace TEXT NOT NULL, seq {{bigint}} NOT NULL, call TEXT NOT NULL,
  kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body TEXT,
  PRIMARY KEY (workspace, seq),
  UNIQUE (workspace, id, version)
) {{strict}};
CREATE INDEX change_of_call ON change (workspace, call);

-- Which records' pictures a change alters.
CREATE TABLE touch (
  workspace TEXT NOT NULL, id TEXT NOT NULL, seq {{bigint}} NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (workspace, id, seq)
) {{strict}}{{without_rowid}};
CREATE INDEX touch_by_seq ON touch (workspace, seq);

-- Named places in the log, each held by one process at a time.
CREATE TABLE cursor (
  workspace TEXT NOT NULL, name TEXT NOT NULL, seq {{bigint}} NOT NULL, holder TEXT NOT NULL, until {{bigint}} NOT NULL,
  PRIMARY KEY (workspace, name)
) {{strict}};

{{append_only}}
