-- A signal's digest is of its source and text: the same signal twice is one.
CREATE TABLE signal (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  text TEXT NOT NULL, source TEXT NOT NULL, source_name TEXT NOT NULL, author TEXT NOT NULL, said_at {{bigint}}, url TEXT NOT NULL,
  external_id TEXT NOT NULL, thread TEXT NOT NULL, language TEXT NOT NULL, sentiment {{real}}, persona TEXT,
  digest TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, digest),
  FOREIGN KEY (workspace, persona) REFERENCES persona (workspace, id)
) {{strict}};
CREATE INDEX signal_of_thread ON signal (workspace, source, source_name, thread) WHERE thread <> '';
CREATE INDEX signal_of_author ON signal (workspace, author);

CREATE TABLE placement (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  step TEXT, item TEXT, signal TEXT, position INTEGER NOT NULL, state TEXT NOT NULL, confidence {{real}}, reason TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, item, step),
  UNIQUE (workspace, signal, step),
  FOREIGN KEY (workspace, step) REFERENCES step (workspace, id),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id),
  FOREIGN KEY (workspace, signal) REFERENCES signal (workspace, id)
) {{strict}};
-- A signal is dismissed once.
CREATE UNIQUE INDEX placement_dismissed ON placement (workspace, signal) WHERE step IS NULL;
CREATE INDEX placement_of_step ON placement (workspace, step);

CREATE TABLE citation (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  item TEXT NOT NULL, signal TEXT NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL, quote TEXT NOT NULL, stance TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, item, signal, span_start, span_end),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id),
  FOREIGN KEY (workspace, signal) REFERENCES signal (workspace, id)
) {{strict}};
CREATE INDEX citation_of_signal ON citation (workspace, signal);
