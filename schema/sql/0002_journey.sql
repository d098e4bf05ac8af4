CREATE TABLE journey (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  slug TEXT NOT NULL, aliases TEXT NOT NULL,
  name TEXT NOT NULL, description TEXT NOT NULL, personas TEXT NOT NULL, defaults TEXT NOT NULL,
  PRIMARY KEY (workspace, id)
) {{strict}};

CREATE TABLE stage (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  journey TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, journey) REFERENCES journey (workspace, id)
) {{strict}};
CREATE INDEX stage_of_journey ON stage (workspace, journey);

CREATE TABLE step (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  stage TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, position INTEGER NOT NULL, emotion INTEGER, personas TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, stage) REFERENCES stage (workspace, id)
) {{strict}};
CREATE INDEX step_of_stage ON step (workspace, stage);

CREATE TABLE nesting (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  step TEXT NOT NULL, journey TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, journey, step),
  FOREIGN KEY (workspace, step) REFERENCES step (workspace, id),
  FOREIGN KEY (workspace, journey) REFERENCES journey (workspace, id)
) {{strict}};
CREATE INDEX nesting_of_step ON nesting (workspace, step);
