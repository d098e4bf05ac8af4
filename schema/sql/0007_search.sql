-- Derived from the tables, by the same write that changes them.

-- Which slugs and aliases are taken, and by whom.
CREATE TABLE slug (
  workspace TEXT NOT NULL, kind TEXT NOT NULL, slug TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (workspace, kind, slug)
) {{strict}};
CREATE INDEX slug_of ON slug (workspace, id);

-- What can be searched: the row of the full text and the digest of the text
-- that is embedded.
CREATE TABLE doc (
  "row" {{rowid}}, workspace TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL,
  UNIQUE (workspace, id)
) {{strict}};

-- vec is little-endian float32.
CREATE TABLE embedding (
  model TEXT NOT NULL, digest TEXT NOT NULL, vec {{blob}} NOT NULL,
  PRIMARY KEY (model, digest)
) {{strict}};

{{full_text}}
