-- Reports as they were published: a period that is over is frozen, a correction is the next version.
-- Same number and name as in migrations/postgres.

-- `body` is the document as JSON and `hash` its blake3; `lines` are the rows it counted, compressed (base64).
CREATE TABLE report (
  kind TEXT NOT NULL,
  period TEXT NOT NULL,
  version INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  lines TEXT NOT NULL,
  PRIMARY KEY (kind, period, version)
) STRICT, WITHOUT ROWID;
