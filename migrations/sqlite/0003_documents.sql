-- Slips as documents: who issues them, what came back, and what stands on the paper for ever.
-- Same number and name as in migrations/postgres.

ALTER TABLE slip ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE slip ADD COLUMN receipt_due_ms INTEGER;
ALTER TABLE slip ADD COLUMN note TEXT;
ALTER TABLE slip ADD COLUMN receipted_ms INTEGER;
ALTER TABLE slip ADD COLUMN receipted_by TEXT;
ALTER TABLE slip ADD COLUMN receipt_missed_ms INTEGER;
ALTER TABLE slip ADD COLUMN replied_ms INTEGER;
ALTER TABLE slip ADD COLUMN replied_by TEXT;
ALTER TABLE slip ADD COLUMN reply_missed_ms INTEGER;
-- The three fields of the reply, as JSON.
ALTER TABLE slip ADD COLUMN reply TEXT;
-- The words of the document as they were at the issue, as JSON.
ALTER TABLE slip ADD COLUMN paper TEXT;

CREATE INDEX slip_at ON slip (at_ms);
CREATE INDEX slip_serial ON slip (serial) WHERE serial IS NOT NULL;

-- Serials count per issuing unit; what was counted so far belongs to the set's own office (`''`).
ALTER TABLE serial RENAME TO serial_before;
CREATE TABLE serial (
  issuer TEXT NOT NULL,
  series TEXT NOT NULL,
  year INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (issuer, series, year)
) STRICT, WITHOUT ROWID;
INSERT INTO serial (issuer, series, year, last) SELECT '', series, year, last FROM serial_before;
DROP TABLE serial_before;
