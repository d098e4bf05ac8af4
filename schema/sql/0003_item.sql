CREATE TABLE item (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  slug TEXT NOT NULL, aliases TEXT NOT NULL,
  type TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, owner TEXT, enabled_fields TEXT NOT NULL,
  channel TEXT NOT NULL, actor TEXT NOT NULL,
  insight_type TEXT NOT NULL, confidence TEXT NOT NULL, severity INTEGER, affected_segment TEXT NOT NULL,
  impact INTEGER, effort INTEGER, priority TEXT NOT NULL, solution_type TEXT NOT NULL, target_date TEXT NOT NULL,
  metric_type TEXT NOT NULL, unit TEXT NOT NULL, baseline {{real}}, current {{real}}, target {{real}}, direction TEXT NOT NULL,
  evaluation_period TEXT NOT NULL, data_source TEXT NOT NULL,
  review TEXT NOT NULL, review_reason TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, owner) REFERENCES member (workspace, id)
) {{strict}};
CREATE INDEX item_of_type ON item (workspace, type, review);
CREATE INDEX item_of_title ON item (workspace, title);

CREATE TABLE link (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  from_item TEXT NOT NULL, to_item TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  UNIQUE (workspace, from_item, to_item),
  FOREIGN KEY (workspace, from_item) REFERENCES item (workspace, id),
  FOREIGN KEY (workspace, to_item) REFERENCES item (workspace, id)
) {{strict}};
CREATE INDEX link_to ON link (workspace, to_item);

CREATE TABLE attachment (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  item TEXT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, size {{bigint}} NOT NULL, digest TEXT NOT NULL, url TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id)
) {{strict}};
CREATE INDEX attachment_of_item ON attachment (workspace, item);

CREATE TABLE weblink (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  item TEXT NOT NULL, url TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id)
) {{strict}};
CREATE INDEX weblink_of_item ON weblink (workspace, item);

CREATE TABLE task (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  item TEXT NOT NULL, platform TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, url TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id)
) {{strict}};
CREATE INDEX task_of_item ON task (workspace, item);

CREATE TABLE reading (
  workspace TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created {{bigint}} NOT NULL, updated {{bigint}} NOT NULL,
  item TEXT NOT NULL, at {{bigint}} NOT NULL, value {{real}} NOT NULL, note TEXT NOT NULL,
  PRIMARY KEY (workspace, id),
  FOREIGN KEY (workspace, item) REFERENCES item (workspace, id)
) {{strict}};
CREATE INDEX reading_of_item ON reading (workspace, item, at);
