-- From which probability signals are placed without asking; 0 is the usual.
ALTER TABLE workspace ADD COLUMN place_at {{real}} NOT NULL DEFAULT 0;
