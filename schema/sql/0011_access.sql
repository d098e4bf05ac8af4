-- Who may come in: keys, invitations, and those who ask.

-- A member who has left keeps a name in the history, and nothing else.
ALTER TABLE member ADD COLUMN left_at {{bigint}};

-- The key a call came with.
ALTER TABLE call ADD COLUMN key TEXT NOT NULL DEFAULT '';

-- The hash stands here and nowhere else: not in the log, not in an export.
CREATE TABLE key (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  member TEXT NOT NULL, name TEXT NOT NULL, role INTEGER NOT NULL, proposes {{bool}} NOT NULL, expires {{bigint}}, revoked {{bigint}}, hash TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, member) REFERENCES member (workspace, id)
) {{strict}};
CREATE INDEX key_by_id ON key (id);
CREATE INDEX key_of_member ON key (workspace, member);

CREATE TABLE invitation (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  email TEXT NOT NULL, role INTEGER NOT NULL, invited_by TEXT NOT NULL, expires {{bigint}} NOT NULL, accepted TEXT, cancelled {{bigint}},
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, invited_by) REFERENCES member (workspace, id),
  FOREIGN KEY (workspace, accepted) REFERENCES member (workspace, id)
) {{strict}};

CREATE TABLE join_request (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  email TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, decided_by TEXT,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, decided_by) REFERENCES member (workspace, id)
) {{strict}};

-- When a key was last used. It is no change of the workspace, and not logged.
CREATE TABLE key_use (
  workspace TEXT NOT NULL, key TEXT NOT NULL, at {{bigint}} NOT NULL,
  PRIMARY KEY (workspace, key)
) {{strict}}{{without_rowid}};

-- What the processes on this file sign with. It is not exported.
CREATE TABLE secret (name TEXT PRIMARY KEY, value {{blob}} NOT NULL) {{strict}};
