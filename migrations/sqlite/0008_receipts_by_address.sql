-- Receipts by number and address: some centres give every message the same number.
-- Same number and name as in migrations/postgres.

-- `letter`: the message of the outbox it left as; what left together has the same. `address`: keyed
-- hash of where it went.
ALTER TABLE part ADD COLUMN letter INTEGER;
ALTER TABLE part ADD COLUMN address TEXT;

-- The address belongs to what makes a receipt one of its own, and SQLite changes no UNIQUE.
CREATE TABLE receipt_of_address (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  delivery TEXT NOT NULL CHECK (delivery IN ('delivered', 'failed', 'never')),
  code TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  matched INTEGER NOT NULL CHECK (matched IN (0, 1)),
  address TEXT NOT NULL DEFAULT '',
  UNIQUE (channel, provider_id, delivery, address)
) STRICT;
INSERT INTO receipt_of_address (id, channel, provider_id, delivery, code, at_ms, arrived_ms, matched)
SELECT id, channel, provider_id, delivery, code, at_ms, arrived_ms, matched FROM receipt;
DROP TABLE receipt;
ALTER TABLE receipt_of_address RENAME TO receipt;
CREATE INDEX receipt_waiting ON receipt (channel, provider_id) WHERE matched = 0;
