-- Receipts: what a provider says after it took a message, and what follows where it does not arrive.
-- Same number and name as in migrations/postgres.

-- `address`: keyed hash of where a message to a resident went, so that a reply finds its ticket.
-- `receipt_due_ms`: the message goes on by another way then, unless it was delivered.
ALTER TABLE outbox ADD COLUMN address TEXT;
ALTER TABLE outbox ADD COLUMN delivery TEXT CHECK (delivery IN ('delivered', 'failed', 'never'));
ALTER TABLE outbox ADD COLUMN delivery_at_ms INTEGER;
ALTER TABLE outbox ADD COLUMN delivery_code TEXT;
ALTER TABLE outbox ADD COLUMN receipt_due_ms INTEGER;

CREATE INDEX outbox_receipt_due ON outbox (receipt_due_ms, id) WHERE receipt_due_ms IS NOT NULL;
CREATE INDEX outbox_address ON outbox (address, id) WHERE address IS NOT NULL;

-- The provider's own numbers of a message: a long SMS has several, a letter of several messages one.
CREATE TABLE part (
  channel TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  outbox_id INTEGER NOT NULL,
  delivery TEXT,
  code TEXT,
  at_ms INTEGER,
  PRIMARY KEY (channel, provider_id, outbox_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX part_outbox ON part (outbox_id);

-- Every receipt once, also one that came before the provider's answer: it waits for its part.
CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  delivery TEXT NOT NULL CHECK (delivery IN ('delivered', 'failed', 'never')),
  code TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  matched INTEGER NOT NULL CHECK (matched IN (0, 1)),
  UNIQUE (channel, provider_id, delivery)
) STRICT;

CREATE INDEX receipt_waiting ON receipt (channel, provider_id) WHERE matched = 0;

-- Addresses, hashed, whose owners want no messages.
CREATE TABLE opted_out (
  address TEXT NOT NULL PRIMARY KEY,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
