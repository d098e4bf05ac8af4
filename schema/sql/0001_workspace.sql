-- Each table's key begins with the workspace, so that a workspace is the unit
-- of isolation, of ordering and of distribution. {{…}} are column types that
-- SQLite and PostgreSQL spell differently; times are 64-bit Unix milliseconds.

CREATE TABLE workspace (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE, logo TEXT NOT NULL,
  PRIMARY KEY (workspace, id)
) {{strict}};

CREATE TABLE member (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  name TEXT NOT NULL, email TEXT NOT NULL, role INTEGER NOT NULL, assistant {{bool}} NOT NULL,
  PRIMARY KEY (workspace, id)
) {{strict}};

CREATE TABLE persona (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  slug TEXT NOT NULL, aliases TEXT NOT NULL,
  name TEXT NOT NULL, bio TEXT NOT NULL, role TEXT NOT NULL, role_in_journey TEXT NOT NULL, job_to_be_done TEXT NOT NULL,
  buying_influence TEXT NOT NULL, budget TEXT NOT NULL, location TEXT NOT NULL, goals TEXT NOT NULL, frustrations TEXT NOT NULL,
  motivations TEXT NOT NULL, tech_savviness TEXT NOT NULL, devices TEXT NOT NULL, tools TEXT NOT NULL, hidden TEXT NOT NULL,
  PRIMARY KEY (workspace, id)
) {{strict}};
