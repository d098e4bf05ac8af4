CREATE TABLE note (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  text TEXT NOT NULL, journey TEXT, source_type TEXT NOT NULL, source_id TEXT NOT NULL, state TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, journey) REFERENCES journey (workspace, id)
) {{strict}};
CREATE INDEX note_of_journey ON note (workspace, journey);

CREATE TABLE comment (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  on_kind TEXT NOT NULL, on_id TEXT NOT NULL, text TEXT NOT NULL, author TEXT NOT NULL, mentions TEXT NOT NULL, reply_to TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, author) REFERENCES member (workspace, id)
) {{strict}};
CREATE INDEX comment_on ON comment (workspace, on_id);

CREATE TABLE bookmark (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  journey TEXT NOT NULL, seq {{bigint}} NOT NULL, label TEXT NOT NULL, reason TEXT NOT NULL, stages INTEGER NOT NULL, steps INTEGER NOT NULL, items INTEGER NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, journey) REFERENCES journey (workspace, id)
) {{strict}};
CREATE INDEX bookmark_of_journey ON bookmark (workspace, journey);
