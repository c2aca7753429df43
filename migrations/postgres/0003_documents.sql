-- Slips as documents: who issues them, what came back, and what stands on the paper for ever.
-- Same number and name as in migrations/sqlite.

ALTER TABLE slip ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE slip ADD COLUMN receipt_due_ms BIGINT;
ALTER TABLE slip ADD COLUMN note TEXT;
ALTER TABLE slip ADD COLUMN receipted_ms BIGINT;
ALTER TABLE slip ADD COLUMN receipted_by TEXT;
ALTER TABLE slip ADD COLUMN receipt_missed_ms BIGINT;
ALTER TABLE slip ADD COLUMN replied_ms BIGINT;
ALTER TABLE slip ADD COLUMN replied_by TEXT;
ALTER TABLE slip ADD COLUMN reply_missed_ms BIGINT;
-- The three fields of the reply, as JSON.
ALTER TABLE slip ADD COLUMN reply TEXT;
-- The words of the document as they were at the issue, as JSON.
ALTER TABLE slip ADD COLUMN paper TEXT;

CREATE INDEX slip_at ON slip (at_ms);
CREATE INDEX slip_serial ON slip (serial) WHERE serial IS NOT NULL;

-- Serials count per issuing unit; what was counted so far belongs to the set's own office (`''`).
ALTER TABLE serial ADD COLUMN issuer TEXT NOT NULL DEFAULT '';
ALTER TABLE serial ALTER COLUMN issuer DROP DEFAULT;
ALTER TABLE serial DROP CONSTRAINT serial_pkey;
ALTER TABLE serial ADD PRIMARY KEY (issuer, series, year);
